// Random graphs, random ends, random moments of cancel: whatever happens, every step ends exactly once, in order.
// One number from rapidcheck makes a whole world: a failure prints it.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <random>
#include <set>

#include "server/agent/plan_check.h"
#include "server/agent/runner.h"
#include "server/agent/step_state.h"
#include "tests/unit/agent_runtime/plan_maker.h"

namespace pe::agent {
namespace {

using provision::agent::v1::Plan;
using provision::agent::v1::Report;

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  // 0 to sides - 1.
  int operator()(int sides) { return static_cast<int>(engine_() % static_cast<uint64_t>(sides)); }

 private:
  std::mt19937_64 engine_;
};

// Steps in random order of dependence: position i may come after any position of smaller rank.
Plan MakePlan(Dice& dice) {
  const int count = dice(12);
  std::vector<int> ranks;
  for (int i = 0; i < count; ++i) ranks.push_back(dice(100));
  PlanMaker maker;
  maker.Parallelism(dice(4));
  if (dice(4) == 0) maker.ObserveOnly();
  std::vector<int> kinds;  // 0 main, 1 handler, 2 last
  for (int i = 0; i < count; ++i) {
    const int die = dice(6);
    kinds.push_back(die < 4 ? 0 : die - 3);
  }
  for (int i = 0; i < count; ++i) {
    maker.Step("s" + std::to_string(i));
    auto& step = maker.last();
    step.set_handler(kinds[i] == 1);
    step.set_last(kinds[i] == 2);
    step.set_notified(dice(5) == 0);
    step.set_continue_on_failure(dice(2) == 0);
    step.set_has_secrets(dice(5) == 0);
    step.set_attempts(dice(4));
    step.set_backoff_us(dice(3) * 10);
    step.set_timeout_us(dice(2) * 50);
    for (int j = 0; j < count; ++j) {
      const bool allowed = kinds[i] == 1 ? false : kinds[i] == 2 ? kinds[j] != 1 : kinds[j] == 0;
      if (allowed && ranks[j] < ranks[i] && dice(3) == 0) step.add_after(j);
      if (kinds[j] == 1 && dice(3) == 0) step.add_notify(j);
    }
  }
  return maker.plan();
}

struct World {
  World(const Plan& plan, Dice& dice) : plan(plan), dice(dice), runner(plan) {}

  void Take(const RunnerActions& out) {
    for (const Report& report : out.reports) Check(report);
    for (const auto& start : out.starts) {
      RC_ASSERT(running.count(start.position) == 0u);
      RC_ASSERT(ended.count(start.position) == 0u);
      RC_ASSERT(start.attempt <= std::max(1, plan.observe_only() ? 1 : plan.steps(start.position).attempts()));
      RC_ASSERT(start.attempt == attempts[start.position] + 1);
      attempts[start.position] = start.attempt;
      if (!plan.steps(start.position).handler()) {
        for (const int before : plan.steps(start.position).after()) RC_ASSERT(well.count(before) == 1u);
      }
      running.insert(start.position);
      RC_ASSERT(static_cast<int>(running.size()) <= std::max(1, plan.parallelism()));
      const bool later = plan.steps(start.position).handler() || plan.steps(start.position).last();
      for (int i = 0; later && i < plan.steps_size(); ++i) {
        if (!plan.steps(i).handler() && !plan.steps(i).last()) RC_ASSERT(ended.count(i) == 1u);
      }
      if (plan.steps(start.position).last() && start.attempt == 1) RC_ASSERT(!failed);  // what runs comes to its end
    }
    for (const auto& stop : out.stops) RC_ASSERT(running.count(stop.position) == 1u);
  }

  void Check(const Report& report) {
    RC_ASSERT(!done);
    done = report.has_done();
    if (!report.has_step_state() || !IsTerminal(report.step_state().state())) return;
    RC_ASSERT(ended.insert(report.step()).second);
    const int32_t state = report.step_state().state();
    failed |= IsFailure(state);
    if (state == kStepUnchanged || state == kStepChanged || (state == kStepSkipped && attempts[report.step()] > 0))
      well.insert(report.step());
  }

  void Turn(MonoMicros now) {
    RunnerActions out;
    const int die = dice(12);
    if (die == 0) {
      runner.OnCancel(dice(2) == 0, now, out);
    } else if (die == 1 || running.empty()) {
      if (runner.waits_for_secrets()) runner.OnSecrets(now, out);
      runner.OnTimer(now, out);
    } else {
      auto it = running.begin();
      std::advance(it, dice(static_cast<int>(running.size())));
      const int position = *it;
      running.erase(it);
      static constexpr int32_t kEnds[] = {kStepUnchanged, kStepChanged, kStepChanged,
                                          kStepFailed,    kStepSkipped, kStepCancelled};
      AttemptEnd end;
      end.report.set_state(kEnds[dice(6)]);
      end.retryable = dice(2) == 0;
      runner.OnAttemptEnded(position, attempts[position], end, now, out);
    }
    Take(out);
  }

  const Plan& plan;
  Dice& dice;
  Runner runner;
  std::set<int> running, ended, well;
  std::map<int, int> attempts;
  bool failed = false;
  bool done = false;
};

RC_GTEST_PROP(RunnerProperty, EveryStepEndsExactlyOnceInOrder, (uint64_t seed)) {
  Dice dice(seed);
  const Plan plan = MakePlan(dice);
  RC_ASSERT(CheckPlan(plan).ok());
  World world(plan, dice);
  RunnerActions out;
  MonoMicros now = 1;
  world.runner.Start(now, out);
  world.Take(out);
  int turns = 0;
  while (!world.runner.done()) {
    now += 17;
    world.Turn(now);
    RC_ASSERT(++turns < 2000);  // it always comes to its end
  }
  RC_ASSERT(world.done);
  RC_ASSERT(static_cast<int>(world.ended.size()) == plan.steps_size());
  RC_ASSERT(world.running.empty());
  RC_ASSERT(world.runner.next_timer() == 0);
}

}  // namespace
}  // namespace pe::agent
