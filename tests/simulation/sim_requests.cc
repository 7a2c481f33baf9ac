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

// Every fourth job is rolled out over all hosts.
void AddRollout(std::mt19937_64& random, ProvisionRequest* request) {
  if (random() % 4 != 0) return;
  auto& rollout = *request->mutable_rollout();
  if (random() % 2 == 0) rollout.mutable_canary()->set_count(1);
  if (random() % 2 == 0) rollout.add_waves()->set_percent(static_cast<int>(1 + random() % 100));
  if (random() % 3 != 0) rollout.mutable_failure_budget()->set_count(static_cast<int>(random() % 3));
  if (random() % 2 == 0) rollout.mutable_soak()->set_seconds(static_cast<int64_t>(1 + random() % 8));
  if (random() % 2 == 0) {
    auto& probe = *rollout.add_health_gate();
    probe.mutable_file()->set_path(random() % 4 == 0 ? "/w/ill" : "/w/well");
  }
  rollout.set_pause_after_canary(rollout.has_canary() && random() % 2 == 0);
}

}  // namespace

bool CutsOff(const std::string& path) { return path.starts_with("/etc/ssh/cut-"); }

std::string TokenOf(int number, const std::string& step) { return absl::StrCat("r", number, "-", step); }

ProvisionRequest MakeRequest(uint64_t seed, int number) {
  std::mt19937_64 random(seed * 1000 + static_cast<uint64_t>(number));
  ProvisionRequest request;
  request.set_request_id(absl::StrCat("r", number));
  request.mutable_spec()->set_name(absl::StrCat("svc", number));
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
  AddRollout(random, &request);
  std::set<uint64_t> hosts;
  for (uint64_t n = request.has_rollout() ? kHosts : 1 + random() % 2; n > 0; --n)
    hosts.insert(request.has_rollout() ? n - 1 : random() % kHosts);
  for (const uint64_t host : hosts)
    request.add_targets()->mutable_inline_()->set_address(absl::StrCat("ssh://root@h", host));
  if (random() % 4 == 0) request.set_environment("environments/prod");  // waits for an approval
  if (random() % 8 == 0) request.set_mode(provision::v1::Job::PLAN);
  return request;
}

ProvisionRequest SweepRequest(int number, int host) {
  ProvisionRequest request;
  request.set_request_id(absl::StrCat("r", number));
  request.mutable_spec()->set_name("sweep");
  Step& step = *request.mutable_spec()->add_steps();
  step.set_id("s1");
  step.mutable_file()->set_path(absl::StrCat("/", TokenOf(number, "s1")));
  step.mutable_file()->set_content(TokenOf(number, "s1"));
  request.add_targets()->mutable_inline_()->set_address(absl::StrCat("ssh://root@h", host));
  return request;
}

}  // namespace pe::sim
