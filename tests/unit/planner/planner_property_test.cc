// What holds for every plan, over random specs.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

#include "tests/unit/planner/fixtures.h"

namespace pe {
namespace {

using provision::v1::ServiceSpec;
using provision::v1::Step;
using provision::v1::StepStatus;

void AddBody(int kind, Step* step) {
  const std::string path = "/srv/" + step->id();
  switch (kind % 6) {
    case 0:
      step->mutable_file()->set_path(path);
      break;
    case 1:
      step->mutable_directory()->set_path(path);
      break;
    case 2:
      step->mutable_package()->add_packages()->set_name("nginx");
      break;
    case 3:
      step->mutable_unit()->set_name("nginx.service");
      break;
    case 4:
      step->mutable_exec()->add_argv("true");
      break;
    default:
      step->mutable_monitoring()->mutable_node_exporter()->set_listen(":9100");
  }
}

// Edges point backwards in the document, as the default ones do, so that there is no cycle.
Step RandomStep(int i, int handlers) {
  Step step;
  step.set_id("s" + std::to_string(i));
  AddBody(*rc::gen::inRange(0, 6), &step);
  for (const int other : *rc::gen::container<std::set<int>>(rc::gen::inRange(0, i + 1))) {
    if (other < i) step.add_after("s" + std::to_string(other));
  }
  step.set_parallel(*rc::gen::arbitrary<bool>());
  if (*rc::gen::inRange(0, 4) == 0)
    step.set_when(*rc::gen::element<std::string>("facts.cpus > 1", "facts.cpus > 9", "true", "false"));
  if (*rc::gen::inRange(0, 4) == 0)
    step.set_for_each(*rc::gen::element<std::string>("[]", "['a']", "['a', 'b', 'c']", "facts.addresses"));
  if (!step.has_monitoring() && *rc::gen::inRange(0, 5) == 0)
    step.set_on(*rc::gen::element<std::string>("db-1", "prom-1"));
  if (step.has_monitoring() && *rc::gen::arbitrary<bool>()) {
    step.mutable_monitoring()->mutable_prometheus()->set_resource("prom-1");
    step.mutable_monitoring()->mutable_prometheus()->set_register_in("/etc/prometheus/targets");
  }
  if (handlers > 0 && *rc::gen::arbitrary<bool>())
    step.add_notify("h" + std::to_string(*rc::gen::inRange(0, handlers)));
  return step;
}

ServiceSpec RandomSpec() {
  ServiceSpec spec;
  spec.set_name("web");
  if (*rc::gen::arbitrary<bool>()) spec.add_libraries()->set_name("nginx");
  if (*rc::gen::arbitrary<bool>()) spec.mutable_security();
  if (*rc::gen::arbitrary<bool>()) spec.mutable_monitoring()->mutable_node_exporter();
  if (*rc::gen::arbitrary<bool>())
    spec.mutable_os()->set_distribution("debian"), spec.mutable_os()->set_release("bookworm");
  const int handlers = *rc::gen::inRange(0, 3), steps = *rc::gen::inRange(0, 12);
  for (int i = 0; i < steps; ++i) *spec.add_steps() = RandomStep(i, handlers);
  for (int i = 0; i < handlers; ++i) {
    spec.add_handlers()->set_id("h" + std::to_string(i));
    spec.mutable_handlers(i)->mutable_exec()->add_argv("true");
  }
  if (*rc::gen::arbitrary<bool>()) spec.add_acceptance()->mutable_tcp()->set_port(80);
  return spec;
}

struct World {
  ServiceSpec spec = RandomSpec();
  Variables variables;
  std::string transport = *rc::gen::element<std::string>("ssh", "local", "rootfs");
  provision::v1::Facts facts = transport == "rootfs" ? Root() : Bookworm();
  std::string from_step;

  StagePlan Plan(int stage, int first_index) const {
    PlanInput input{.spec = &spec,
                    .variables = &variables,
                    .facts = &facts,
                    .target_facts = &facts,
                    .resource = "resources/web-1",
                    .host = "10.0.0.5",
                    .transport = transport,
                    .root = "/srv/root",
                    .from_step = from_step,
                    .stage = stage,
                    .first_index = first_index};
    auto plan = PlanStage(input);
    if (!plan.ok()) RC_FAIL(absl::StrJoin(Lines(plan.status()), "\n") + "\n" + spec.DebugString());
    return *std::move(plan);
  }
  std::vector<StagePlan> Stages() const {
    std::vector<StagePlan> out;
    int index = 0;
    const int stages = static_cast<int>(PlaceStages(spec, transport).size());
    for (int stage = 0; stage < stages; ++stage) {
      out.push_back(Plan(stage, index));
      index += static_cast<int>(out.back().steps.size());
    }
    return out;
  }
};

std::string Bytes(const std::vector<StagePlan>& stages) {
  std::string out;
  for (const StagePlan& stage : stages) {
    for (const PlannedStep& step : stage.steps)
      out += step.status.SerializeAsString() + "|" + step.step.SerializeAsString() + "|";
    for (const auto& warning : stage.warnings) out += warning.SerializeAsString();
  }
  return out;
}

std::vector<const PlannedStep*> Sent(const StagePlan& plan) {
  std::vector<const PlannedStep*> out;
  for (const PlannedStep& step : plan.steps) {
    if (step.status.state() == StepStatus::PENDING) out.push_back(&step);
  }
  return out;
}

TEST(PlannerProperty, RandomSpecsAreValid) {
  EXPECT_TRUE(rc::check("what the generator makes is accepted", [] {
    const ServiceSpec spec = RandomSpec();
    RC_ASSERT(Lines(ValidateSpec(spec, "spec")) == std::vector<std::string>());
  }));
}

TEST(PlannerProperty, EdgesPointBackwardsWithinAStage) {
  EXPECT_TRUE(rc::check("edges point backwards; handlers come after their notifiers; acceptance is last", [] {
    const World world;
    for (const StagePlan& plan : world.Stages()) {
      const auto sent = Sent(plan);
      for (int i = 0; i < static_cast<int>(sent.size()); ++i) {
        for (const int after : sent[i]->step.after()) RC_ASSERT(after >= 0 && after < i);
        for (const int handler : sent[i]->step.notify()) {
          RC_ASSERT(handler > i && handler < static_cast<int>(sent.size()));
          RC_ASSERT(sent[handler]->step.handler());
        }
        // In parentheses: rapidcheck takes an expression apart, and its || evaluates both sides.
        if (sent[i]->step.last()) RC_ASSERT((i + 1 == static_cast<int>(sent.size()) || sent[i + 1]->step.last()));
      }
    }
  }));
}

TEST(PlannerProperty, IndicesAndIdsAreUnique) {
  EXPECT_TRUE(rc::check("every step has its place in Target.steps, and ids differ within a stage", [] {
    const World world;
    int index = 0;
    for (const StagePlan& plan : world.Stages()) {
      std::set<std::string> ids;
      for (const PlannedStep& step : plan.steps) {
        RC_ASSERT(ids.insert(step.status.id()).second);
        if (step.status.state() == StepStatus::PENDING) RC_ASSERT(step.step.index() == index);
        else RC_ASSERT(!step.status.reason().empty());
        for (const int after : step.status.after()) RC_ASSERT(after < index);
        RC_ASSERT(!step.status.plan_reason().empty() && !step.status.kind().empty() && !step.status.title().empty());
        ++index;
      }
    }
  }));
}

// What a step comes after has been planned before it: in its own stage by an edge, or in an earlier one, which has
// ended.
TEST(PlannerProperty, AfterIsKept) {
  EXPECT_TRUE(rc::check("a step never comes before what it is after", [] {
    const World world;
    std::map<std::string, int> last_index;  // of each step of the spec: where its last part is planned
    std::map<std::string, int> first_index;
    int index = 0;
    for (const StagePlan& plan : world.Stages()) {
      for (const PlannedStep& step : plan.steps) {
        const std::string id = step.status.id().substr(0, step.status.id().find_first_of("[."));
        if (step.status.section() == "steps" && !step.status.handler())
          last_index[id] = index, first_index.emplace(id, index);
        ++index;
      }
    }
    for (const Step& step : world.spec.steps()) {
      for (const std::string& after : step.after()) {
        if (first_index.contains(step.id()) && last_index.contains(after))
          RC_ASSERT(last_index[after] < first_index[step.id()]);
      }
    }
  }));
}

TEST(PlannerProperty, SameInputSameBytes) {
  EXPECT_TRUE(rc::check("planning is deterministic", [] {
    const World world;
    RC_ASSERT(Bytes(world.Stages()) == Bytes(world.Stages()));
  }));
}

TEST(PlannerProperty, ARetryFromAStepKeepsTheListAndSkipsAPrefixOfIt) {
  EXPECT_TRUE(rc::check("a retry plans the same ids; what runs before its step is skipped", [] {
    World world;
    const std::vector<StagePlan> all = world.Stages();
    std::vector<std::string> ids;
    for (const StagePlan& plan : all) {
      for (const PlannedStep& step : plan.steps) {
        if (!step.status.handler()) ids.push_back(step.status.id());
      }
    }
    RC_PRE(!ids.empty());
    world.from_step = *rc::gen::elementOf(ids);
    bool before = true;
    std::vector<std::string> again;
    for (const StagePlan& plan : world.Stages()) {
      for (const PlannedStep& step : plan.steps) {
        if (step.status.handler()) continue;
        again.push_back(step.status.id());
        before = before && step.status.id() != world.from_step;
        if (before) RC_ASSERT(step.status.state() == StepStatus::SKIPPED);
      }
    }
    RC_ASSERT(again == ids);
    RC_ASSERT(!before);
  }));
}

}  // namespace
}  // namespace pe
