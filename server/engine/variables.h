// Variables of a spec: their values as text, typed by their declarations. Pure; thread-safe.
#ifndef SERVER_ENGINE_VARIABLES_H_
#define SERVER_ENGINE_VARIABLES_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "base/expression/value.h"
#include "provision/v1/spec.pb.h"
#include "server/engine/report.h"

namespace pe {

// The type that expressions see. A SECRET is a string there.
expression::Type ExpressionType(provision::v1::Variable::Type type);

// A value as it is written: "8080", "true", "a,b" or "[\"a\", \"b\"]". INVALID_ARGUMENT says what the type wants; the
// message does not repeat a SECRET's value.
absl::StatusOr<expression::Value> ParseVariable(provision::v1::Variable::Type type, absl::string_view text);

// Declarations: names, duplicates, defaults. `spec` is the path of the spec.
void CheckDeclarations(const provision::v1::ServiceSpec& spec, const FieldPath& path, Report* report);
// Values given with a request, in its field `variables`, against the declarations.
void CheckGiven(const provision::v1::ServiceSpec& spec, const std::map<std::string, std::string>& given,
                Report* report);
// Variables without a default and without a value. Before the environment's values are known only secrets can be called
// missing: nothing but the request gives those.
enum class Missing { kAny, kSecrets };
void CheckMissing(const provision::v1::ServiceSpec& spec, const std::map<std::string, std::string>& given,
                  Missing which, Report* report);

}  // namespace pe

#endif  // SERVER_ENGINE_VARIABLES_H_
