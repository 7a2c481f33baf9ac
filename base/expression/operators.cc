// Operators as rows of the table of functions. `&&`, `||` and `?:` are not here: they do not evaluate all operands.
#include <algorithm>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/expression/functions.h"

namespace pe::expression {
namespace {

int64_t Int(const Value& value) { return std::get<int64_t>(value); }

absl::Status Overflow() { return absl::InvalidArgumentError("the result does not fit into 64 bits"); }

absl::StatusOr<Value> AddInts(Arguments& a) {
  int64_t out;
  if (__builtin_add_overflow(Int(a[0]), Int(a[1]), &out)) return Overflow();
  return Value(out);
}

absl::StatusOr<Value> Subtract(Arguments& a) {
  int64_t out;
  if (__builtin_sub_overflow(Int(a[0]), Int(a[1]), &out)) return Overflow();
  return Value(out);
}

absl::StatusOr<Value> Multiply(Arguments& a) {
  int64_t out;
  if (__builtin_mul_overflow(Int(a[0]), Int(a[1]), &out)) return Overflow();
  return Value(out);
}

absl::StatusOr<Value> Divide(Arguments& a) {
  if (Int(a[1]) == 0) return absl::InvalidArgumentError("division by zero");
  if (Int(a[0]) == std::numeric_limits<int64_t>::min() && Int(a[1]) == -1) return Overflow();
  return Value(Int(a[0]) / Int(a[1]));
}

absl::StatusOr<Value> Modulo(Arguments& a) {
  if (Int(a[1]) == 0) return absl::InvalidArgumentError("division by zero");
  return Value(Int(a[1]) == -1 ? int64_t{0} : Int(a[0]) % Int(a[1]));
}

absl::StatusOr<Value> Negate(Arguments& a) {
  int64_t out;
  if (__builtin_sub_overflow(int64_t{0}, Int(a[0]), &out)) return Overflow();
  return Value(out);
}

absl::StatusOr<Value> Not(Arguments& a) { return Value(!std::get<bool>(a[0])); }

absl::StatusOr<Value> AddStrings(Arguments& a) {
  return Bounded(absl::StrCat(std::get<std::string>(a[0]), std::get<std::string>(a[1])));
}

absl::StatusOr<Value> AddLists(Arguments& a) {
  List out = std::move(std::get<List>(a[0]));
  const List& more = std::get<List>(a[1]);
  out.insert(out.end(), more.begin(), more.end());
  return Bounded(std::move(out));
}

absl::StatusOr<Value> In(Arguments& a) {
  const List& list = std::get<List>(a[1]);
  return Value(std::find(list.begin(), list.end(), std::get<std::string>(a[0])) != list.end());
}

absl::StatusOr<Value> Index(Arguments& a) {
  const List& list = std::get<List>(a[0]);
  const int64_t at = Int(a[1]);
  if (at < 0 || at >= static_cast<int64_t>(list.size())) {
    return absl::InvalidArgumentError(
        absl::StrCat("index ", at, " is outside a list of ", list.size(), "; the first is 0"));
  }
  return Value(list[at]);
}

absl::StatusOr<Value> Equal(Arguments& a) { return Value(a[0] == a[1]); }
absl::StatusOr<Value> Unequal(Arguments& a) { return Value(a[0] != a[1]); }
absl::StatusOr<Value> Less(Arguments& a) { return Value(a[0] < a[1]); }
absl::StatusOr<Value> LessOrEqual(Arguments& a) { return Value(a[0] <= a[1]); }
absl::StatusOr<Value> Greater(Arguments& a) { return Value(a[0] > a[1]); }
absl::StatusOr<Value> GreaterOrEqual(Arguments& a) { return Value(a[0] >= a[1]); }

}  // namespace

std::vector<Function> OperatorRows() {
  constexpr Type s = Type::kString, i = Type::kInt, b = Type::kBool, l = Type::kList;
  return {
      {"+", {i, i}, i, AddInts},
      {"+", {s, s}, s, AddStrings},
      {"+", {l, l}, l, AddLists},
      {"-", {i, i}, i, Subtract},
      {"*", {i, i}, i, Multiply},
      {"/", {i, i}, i, Divide},
      {"%", {i, i}, i, Modulo},
      {"neg", {i}, i, Negate},
      {"!", {b}, b, Not},
      {"==", {s, s}, b, Equal},
      {"==", {i, i}, b, Equal},
      {"==", {b, b}, b, Equal},
      {"==", {l, l}, b, Equal},
      {"!=", {s, s}, b, Unequal},
      {"!=", {i, i}, b, Unequal},
      {"!=", {b, b}, b, Unequal},
      {"!=", {l, l}, b, Unequal},
      {"<", {i, i}, b, Less},
      {"<", {s, s}, b, Less},
      {"<=", {i, i}, b, LessOrEqual},
      {"<=", {s, s}, b, LessOrEqual},
      {">", {i, i}, b, Greater},
      {">", {s, s}, b, Greater},
      {">=", {i, i}, b, GreaterOrEqual},
      {">=", {s, s}, b, GreaterOrEqual},
      {"in", {s, l}, b, In},
      {"[]", {l, i}, s, Index},
  };
}

}  // namespace pe::expression
