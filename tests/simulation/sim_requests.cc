#include "tests/simulation/sim_requests.h"

#include <random>
#include <set>

#include "absl/strings/str_cat.h"

namespace pe::sim {
namespace {

using provision::v1::ProvisionRequest;
using provision::v1::ServiceSpec;
using provision::v1::Step;

void SetExec(const std::string& program, const std::string& token, Step* step) {
  step->mutable_exec()->add_argv(program);
  step->mutable_exec()->add_argv(token);
}

void AddStep(std::mt19937_64& random, int number, ProvisionRequest* request) {
  ServiceSpec& spec = *request->mutable_spec();
  Step& step = *spec.add_steps();
  step.set_id(absl::StrCat("s", spec.steps_size()));
  const std::string token = TokenOf(number, step.id());
  switch (random() % 8) {
    case 0:
      SetExec("/w/flaky", token, &step);
      step.mutable_retry()->set_attempts(4);
      break;
    case 1:
      SetExec("/w/once", token, &step);
      step.mutable_exec()->add_argv("${vars.secret}");
      if (spec.variables_size() > 0) break;
      spec.add_variables()->set_name("secret");
      spec.mutable_variables(0)->set_type(provision::v1::Variable::SECRET);
      (*request->mutable_variables())["secret"] = kSecretValue;
      break;
    case 2:
    case 3:
      SetExec("/w/once", token, &step);
      break;
    case 4: {
      const bool cuts = random() % 3 == 0;
      step.mutable_file()->set_path(absl::StrCat("/etc/ssh/", cuts ? "cut-" : "", token));
      step.mutable_file()->set_content(token);
      break;
    }
    default:
      step.mutable_file()->set_path(absl::StrCat("/", token));
      step.mutable_file()->set_content(token);
  }
  if (random() % 3 == 0) step.add_notify("h");
  if (random() % 8 == 0) step.set_parallel(true);
}

}  // namespace

bool CutsOff(const std::string& path) { return path.starts_with("/etc/ssh/cut-"); }

std::string TokenOf(int number, const std::string& step) { return absl::StrCat("r", number, "-", step); }

ProvisionRequest MakeRequest(uint64_t seed, int number) {
  std::mt19937_64 random(seed * 1000 + static_cast<uint64_t>(number));
  ProvisionRequest request;
  request.set_request_id(absl::StrCat("r", number));
  request.mutable_spec()->set_name("svc");
  for (uint64_t n = 1 + random() % 4; n > 0; --n) AddStep(random, number, &request);
  if (random() % 5 == 0) {
    Step& step = *request.mutable_spec()->add_steps();
    step.set_id("fails");
    SetExec("/w/fail", TokenOf(number, "fails"), &step);
  }
  if (random() % 2 == 0) request.set_on_failure(Step::ROLLBACK);
  for (const Step& step : std::vector<Step>(request.spec().steps().begin(), request.spec().steps().end())) {
    if (step.notify().empty() || request.spec().handlers_size() > 0) continue;
    Step& handler = *request.mutable_spec()->add_handlers();
    handler.set_id("h");
    SetExec("/w/once", TokenOf(number, "h"), &handler);
  }
  request.set_parallelism(static_cast<int>(random() % 3));
  std::set<uint64_t> hosts;
  for (uint64_t n = 1 + random() % 2; n > 0; --n) hosts.insert(random() % kHosts);
  for (const uint64_t host : hosts)
    request.add_targets()->mutable_inline_()->set_address(absl::StrCat("ssh://root@h", host));
  if (random() % 4 == 0) request.set_environment("environments/prod");  // waits for an approval
  return request;
}

}  // namespace pe::sim
