#include "server/engine/environments.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/engine/planner.h"
#include "server/engine/proto_time.h"
#include "server/engine/variables.h"

namespace pe {
namespace {

using provision::v1::Environment;
using provision::v1::Job;
using provision::v1::ProvisionRequest;
using provision::v1::Resource;
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

// A host of prod is not changed unasked by a job that says it is of dev.
bool NeedsApproval(const Environments& environments, const Inventory& inventory, const Job& job) {
  if (job.mode() == Job::PLAN) return false;
  const auto wanted = [&](const std::string& name) {
    const auto found = environments.find(name);
    return found != environments.end() && found->second.approval_required();
  };
  const auto of_prod = [&](const std::string& resource) {
    const Resource* known = inventory.Find(resource);
    return known != nullptr && wanted(known->environment());
  };
  const std::vector<std::string> named = NamedResources(job.spec());
  return wanted(job.environment()) || std::any_of(named.begin(), named.end(), of_prod) ||
         std::any_of(job.targets().begin(), job.targets().end(), [&](const auto& t) { return of_prod(t.resource()); });
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
