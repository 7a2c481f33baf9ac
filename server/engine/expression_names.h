// What expressions of a spec may name: facts.NAME, vars.NAME and, inside for_each, item. Pure; thread-safe.
#ifndef SERVER_ENGINE_EXPRESSION_NAMES_H_
#define SERVER_ENGINE_EXPRESSION_NAMES_H_

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "base/expression/environment.h"
#include "base/expression/expression.h"
#include "base/expression/value.h"
#include "provision/v1/fact.pb.h"
#include "provision/v1/spec.pb.h"
#include "server/engine/planner.h"

namespace pe {

// facts.*: a name for every field of Facts; lists of names for its repeated enums.
const expression::Environment& FactsEnvironment();
// facts.* and vars.* of a spec, and which of them are secret. `item` is known beside them in `with_item`.
class SpecNames {
 public:
  explicit SpecNames(const provision::v1::ServiceSpec& spec);
  SpecNames(const SpecNames&) = delete;  // with_item refers to names

  const expression::Environment& names() const { return names_; }
  const expression::Environment& with_item() const { return with_item_; }
  // Whether an expression uses a SECRET variable.
  bool UsesSecret(const expression::Expression& expression) const;

 private:
  expression::Environment names_;
  expression::Environment with_item_;
  absl::flat_hash_set<std::string> secrets_;
};

// Values for names(); secrets as references. Characters that could make a reference are replaced, because hosts
// are not trusted. Values that do not have their declared type are left out, and are then errors where they are used.
expression::Bindings SpecBindings(const provision::v1::ServiceSpec& spec, const Variables& variables,
                                  const provision::v1::Facts& facts);

}  // namespace pe

#endif  // SERVER_ENGINE_EXPRESSION_NAMES_H_
