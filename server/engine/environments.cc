#include "server/engine/environments.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/engine/proto_time.h"
#include "server/engine/variables.h"

namespace pe {
namespace {

using provision::v1::Environment;
using provision::v1::Job;
using provision::v1::ProvisionRequest;
using provision::v1::Variable;

// Secrets are left out: an environment is read by everybody.
void FillVariables(const Environment& environment, ProvisionRequest* request, std::vector<Violation>* violations) {
  auto& given = *request->mutable_variables();
  for (const Variable& variable : request->spec().variables()) {
    const auto value = environment.variables().find(variable.name());
    if (variable.type() == Variable::SECRET || value == environment.variables().end() ||
        given.contains(variable.name()))
      continue;
    if (const auto parsed = ParseVariable(variable.type(), value->second); !parsed.ok()) {
      violations->push_back({"environment", absl::StrCat(environment.name(), " has a value for ", variable.name(),
                                                         " that this spec does not take: ", parsed.status().message(),
                                                         "; give one with the request")});
    }
    given[variable.name()] = value->second;
  }
}

}  // namespace

std::vector<Violation> FillFromEnvironment(const Environments& environments, ProvisionRequest* request) {
  if (request->environment().empty()) request->set_environment(kDefaultEnvironment);
  const auto found = environments.find(request->environment());
  if (found == environments.end()) return {{"environment", UnknownEnvironment(environments, request->environment())}};
  const Environment& environment = found->second;
  std::vector<Violation> violations;
  FillVariables(environment, request, &violations);
  if (!request->has_rollout() && environment.has_rollout()) *request->mutable_rollout() = environment.rollout();
  if (request->parallelism() == 0) request->set_parallelism(environment.parallelism());
  Report missing(Report::Texts::kFinal);
  CheckMissing(request->spec(), {request->variables().begin(), request->variables().end()}, Missing::kAny, &missing);
  for (Violation& violation : missing.Take()) violations.push_back(std::move(violation));
  return violations;
}

bool NeedsApproval(const Environments& environments, const std::string& name, Job::Mode mode) {
  const auto found = environments.find(name);
  return mode != Job::PLAN && found != environments.end() && found->second.approval_required();
}

std::string UnknownEnvironment(const Environments& environments, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& [known, unused] : environments) names.push_back(known);
  return absl::StrCat("no such environment '", name, "'; there are: ", absl::StrJoin(names, ", "));
}

void Touch(Environment* environment, WallMicros now) {
  int64_t last = 0;
  (void)absl::SimpleAtoi(environment->etag(), &last);
  environment->set_etag(absl::StrCat(std::max<int64_t>(last + 1, now)));
  *environment->mutable_update_time() = ToTimestamp(now);
}

}  // namespace pe
