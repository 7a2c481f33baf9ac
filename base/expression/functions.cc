#include "base/expression/functions.h"

#include <string.h>

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/expression/limits.h"
#include "base/text.h"

namespace pe::expression {
namespace {

const std::string& Text(const Value& value) { return std::get<std::string>(value); }
const List& Texts(const Value& value) { return std::get<List>(value); }

// Linear in the worst case, which absl's and the standard find are not.
size_t Find(absl::string_view text, absl::string_view part) {
  if (part.empty()) return 0;
  const void* found = memmem(text.data(), text.size(), part.data(), part.size());
  return found == nullptr ? absl::string_view::npos : static_cast<const char*>(found) - text.data();
}

absl::StatusOr<Value> SizeOfText(Arguments& a) {  // in characters, as CEL has it; stray bytes count as one each
  const std::string& text = Text(a[0]);
  return Value(
      static_cast<int64_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; })));
}
absl::StatusOr<Value> SizeOfList(Arguments& a) { return Value(static_cast<int64_t>(Texts(a[0]).size())); }
absl::StatusOr<Value> Contains(Arguments& a) { return Value(Find(Text(a[0]), Text(a[1])) != absl::string_view::npos); }
absl::StatusOr<Value> ListContains(Arguments& a) {
  return Value(std::find(Texts(a[0]).begin(), Texts(a[0]).end(), Text(a[1])) != Texts(a[0]).end());
}
absl::StatusOr<Value> StartsWith(Arguments& a) { return Value(absl::StartsWith(Text(a[0]), Text(a[1]))); }
absl::StatusOr<Value> EndsWith(Arguments& a) { return Value(absl::EndsWith(Text(a[0]), Text(a[1]))); }
absl::StatusOr<Value> Lower(Arguments& a) { return Value(absl::AsciiStrToLower(Text(a[0]))); }
absl::StatusOr<Value> Upper(Arguments& a) { return Value(absl::AsciiStrToUpper(Text(a[0]))); }
absl::StatusOr<Value> Trim(Arguments& a) { return Value(std::string(absl::StripAsciiWhitespace(Text(a[0])))); }
absl::StatusOr<Value> AsText(Arguments& a) { return Value(ToText(a[0])); }
absl::StatusOr<Value> Join(Arguments& a) {
  size_t bytes = 0;
  for (const std::string& element : Texts(a[0])) bytes += element.size() + Text(a[1]).size();
  if (bytes > 2 * kMaxTextBytes) return absl::InvalidArgumentError("the result is larger than 1 MiB");
  return Bounded(absl::StrJoin(Texts(a[0]), Text(a[1])));
}

absl::StatusOr<Value> Split(Arguments& a) {
  absl::string_view text = Text(a[0]);
  const absl::string_view separator = Text(a[1]);
  if (separator.empty()) return absl::InvalidArgumentError("split() needs a separator that is not empty");
  List out;
  while (out.size() <= kMaxListSize) {
    const size_t at = Find(text, separator);
    out.emplace_back(text.substr(0, at));
    if (at == absl::string_view::npos) break;
    text.remove_prefix(at + separator.size());
  }
  return Bounded(std::move(out));
}

absl::StatusOr<Value> AsInt(Arguments& a) {
  int64_t out = 0;
  if (absl::SimpleAtoi(Text(a[0]), &out)) return Value(out);
  return absl::InvalidArgumentError(
      absl::StrCat("'", Shorten(Printable(Text(a[0])), 40), "' is not a whole number of 64 bits"));
}

absl::StatusOr<Value> SameInt(Arguments& a) { return a[0]; }

std::vector<Function> AllRows() {
  constexpr Type s = Type::kString, i = Type::kInt, b = Type::kBool, l = Type::kList;
  std::vector<Function> rows = OperatorRows();
  const std::vector<Function> named = {
      {"size", {s}, i, SizeOfText},
      {"size", {l}, i, SizeOfList},
      {"contains", {s, s}, b, Contains},
      {"contains", {l, s}, b, ListContains},
      {"startsWith", {s, s}, b, StartsWith},
      {"endsWith", {s, s}, b, EndsWith},
      {"split", {s, s}, l, Split},
      {"join", {l, s}, s, Join},
      {"lower", {s}, s, Lower},
      {"upper", {s}, s, Upper},
      {"trim", {s}, s, Trim},
      {"int", {s}, i, AsInt},
      {"int", {i}, i, SameInt},
      {"string", {i}, s, AsText},
      {"string", {b}, s, AsText},
      {"string", {s}, s, AsText},
  };
  rows.insert(rows.end(), named.begin(), named.end());
  return rows;
}

std::string TypesText(const std::vector<Type>& types) {
  return absl::StrJoin(types, " and ", [](std::string* out, Type type) { absl::StrAppend(out, TypeName(type)); });
}

std::string Shown(absl::string_view name) {
  if (name == "neg") return "`-`";
  if (name == "[]") return "an index";
  return absl::ascii_isalpha(name[0]) && name != "in" ? absl::StrCat("`", name, "()`") : absl::StrCat("`", name, "`");
}

}  // namespace

absl::StatusOr<Value> Bounded(std::string text) {
  if (text.size() > kMaxTextBytes) return absl::InvalidArgumentError("the result is larger than 1 MiB");
  return Value(std::move(text));
}

absl::StatusOr<Value> Bounded(List list) {
  if (list.size() > kMaxListSize)
    return absl::InvalidArgumentError(absl::StrCat("the list has more than ", kMaxListSize, " elements"));
  return Value(std::move(list));
}

const std::vector<Function>& Functions() {
  static const auto& rows = *new std::vector<Function>(AllRows());
  return rows;
}

const Function* FindFunction(absl::string_view name, const std::vector<Type>& types) {
  for (const Function& row : Functions()) {
    if (row.name == name && row.parameters == types) return &row;
  }
  return nullptr;
}

std::string ExplainMissing(absl::string_view name, const std::vector<Type>& types) {
  std::vector<std::string> takes;
  std::set<std::string> names;
  for (const Function& row : Functions()) {
    if (row.name == name) takes.push_back(TypesText(row.parameters));
    if (absl::ascii_isalpha(row.name[0]) && row.name != "in" && row.name != "neg") names.emplace(row.name);
  }
  if (takes.empty()) {
    const std::string near = Nearest(name.substr(0, 64), {names.begin(), names.end()});
    return absl::StrCat("there is no function ", Shorten(name, 64), "(); ",
                        near.empty() ? absl::StrCat("there are ", absl::StrJoin(names, ", "))
                                     : absl::StrCat("did you mean `", near, "()`?"));
  }
  const bool mixes = types.size() == 2 && types[0] != types[1] && types[0] != Type::kList && types[1] != Type::kList;
  return absl::StrCat(Shown(name), " takes ", absl::StrJoin(takes, ", or "), ", and here it gets ",
                      types.empty() ? "nothing" : TypesText(types), mixes ? "; int() and string() convert" : "");
}

}  // namespace pe::expression
