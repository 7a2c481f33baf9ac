// Value: what an expression yields. A text, a 64-bit integer, a truth value or a list of texts; there is no null.
#ifndef BASE_EXPRESSION_VALUE_H_
#define BASE_EXPRESSION_VALUE_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace pe::expression {

using List = std::vector<std::string>;
using Value = std::variant<std::string, int64_t, bool, List>;

// In the order of Value's alternatives.
enum class Type { kString, kInt, kBool, kList };

inline Type TypeOf(const Value& value) { return static_cast<Type>(value.index()); }

// "string", "int", "bool", "list": as error messages name them.
absl::string_view TypeName(Type type);

// As interpolation writes it: 42, true. REQUIRES: not a list.
std::string ToText(const Value& value);

// Values by name, looked up here first and then in `outer`, which outlives this.
class Bindings {
 public:
  explicit Bindings(const Bindings* outer = nullptr) : outer_(outer) {}
  void Set(absl::string_view name, Value value) { values_[name] = std::move(value); }
  // Null when there is none.
  const Value* Find(absl::string_view name) const;

 private:
  const Bindings* outer_;
  absl::flat_hash_map<std::string, Value> values_;
};

}  // namespace pe::expression

#endif  // BASE_EXPRESSION_VALUE_H_
