// Environment: the names that an expression may use, with their types. Thread-compatible.
#ifndef BASE_EXPRESSION_ENVIRONMENT_H_
#define BASE_EXPRESSION_ENVIRONMENT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "base/expression/value.h"

namespace pe::expression {

class Environment {
 public:
  // Names of `outer`, which outlives this, are known here too.
  explicit Environment(const Environment* outer = nullptr) : outer_(outer) {}

  // A dotted name ("vars.port") or a plain one ("item").
  void Declare(absl::string_view name, Type type) { types_[name] = type; }
  std::optional<Type> Find(absl::string_view name) const;
  // The known name that was probably meant; empty when none is near.
  std::string Suggest(absl::string_view name) const;

 private:
  void Collect(std::vector<std::string>* names) const;

  const Environment* outer_;
  absl::flat_hash_map<std::string, Type> types_;
};

}  // namespace pe::expression

#endif  // BASE_EXPRESSION_ENVIRONMENT_H_
