// Requests of callers: a ProvisionRequest through every check and, when it passes, through the planner for one host.
#include "provision/v1/provision_service.pb.h"
#include "server/engine/planner.h"
#include "server/engine/validate.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/message_input.h"

namespace {

using provision::v1::ProvisionRequest;

provision::v1::Facts Bookworm() {
  provision::v1::Facts facts;
  pe::fuzz::ParseText(
      "hostname: 'web-1' os_id: 'debian' os_version: '12' os_codename: 'bookworm' architecture: 'amd64' cpus: 2 "
      "memory_bytes: 4096 "
      "addresses: '10.0.0.5' package_manager: 'apt' has_os: true capabilities: [INIT, KERNEL, NETWORK, REBOOT]",
      &facts);
  return facts;
}

// What the request leaves to its environment, which has no secrets: a value for every variable that has none.
std::map<std::string, std::string> WithEnvironment(const ProvisionRequest& request) {
  using provision::v1::Variable;
  std::map<std::string, std::string> values(request.variables().begin(), request.variables().end());
  for (const Variable& variable : request.spec().variables()) {
    if (variable.has_default_() || variable.type() == Variable::SECRET) continue;
    values.emplace(variable.name(), variable.type() == Variable::BOOL ? "true" : "7");
  }
  return values;
}

// Every stage is planned; edges stay inside the plan, and no value of a secret is in it.
void PlanAll(const ProvisionRequest& request) {
  std::map<std::string, std::string> secrets;
  const auto variables = pe::BindVariables(request.spec(), WithEnvironment(request), &secrets);
  FUZZ_CHECK(variables.ok(), variables.status().ToString());
  static const provision::v1::Facts facts = Bookworm();
  const auto places = pe::PlaceStages(request.spec(), "ssh");
  FUZZ_CHECK(!places.empty(), "at least one stage");
  pe::PlanInput input{.spec = &request.spec(), .variables = &*variables, .facts = &facts, .target_facts = &facts};
  input.resource = "resources/web-1";
  input.host = "10.0.0.5";
  input.transport = "ssh";
  for (size_t stage = 0; stage < places.size() && stage < 20; ++stage) {
    input.stage = static_cast<int>(stage);
    const auto plan = pe::PlanStage(input);
    if (!plan.ok()) return;  // right by itself, and not for this host
    int sent = 0;
    for (const auto& planned : plan->steps) sent += planned.status.state() == provision::v1::StepStatus::PENDING;
    for (const auto& planned : plan->steps) {
      for (const int position : planned.step.after()) FUZZ_CHECK(position >= 0 && position < sent, planned.status.id());
      for (const int position : planned.step.notify())
        FUZZ_CHECK(position >= 0 && position < sent, planned.status.id());
      pe::ResolveSecrets(planned.step.body(), secrets);
    }
    input.first_index += static_cast<int>(plan->steps.size());
  }
  (void)pe::NamedResources(request.spec());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ProvisionRequest request;
  if (!pe::fuzz::ParseEither({reinterpret_cast<const char*>(data), size}, &request)) return 0;
  const auto violations = pe::Validate(request);
  for (const pe::Violation& violation : violations) {
    FUZZ_CHECK(!violation.field.empty() && !violation.description.empty(), violation.field + violation.description);
  }
  if (violations.empty()) PlanAll(request);
  return 0;
}
