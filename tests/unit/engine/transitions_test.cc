#include "server/engine/transitions.h"

#include <gtest/gtest.h>

namespace pe {
namespace {

using provision::v1::Job;
using provision::v1::StepStatus;

TEST(Transitions, TerminalStatesNeverChange) {
  for (int from = 1; from <= Job::State_MAX; ++from) {
    for (int to = 1; to <= Job::State_MAX; ++to) {
      const auto f = static_cast<Job::State>(from);
      if (!IsTerminal(f)) continue;
      EXPECT_FALSE(Allowed(kJobTransitions, f, static_cast<Job::State>(to))) << from << " -> " << to;
    }
  }
  for (int from = 1; from <= StepStatus::State_MAX; ++from) {
    const auto f = static_cast<StepStatus::State>(from);
    if (!IsTerminal(f)) continue;
    EXPECT_FALSE(Allowed(kStepTransitions, f, StepStatus::RUNNING)) << from;
  }
}

TEST(Transitions, EveryLiveStateReachesAnEnd) {
  for (int s = 1; s <= Job::State_MAX; ++s) {
    const auto from = static_cast<Job::State>(s);
    if (IsTerminal(from) || from == Job::AWAITING_APPROVAL || from == Job::ROLLING_BACK)
      continue;  // no rows yet: not entered
    bool ends = false;
    for (const auto& t : kJobTransitions) ends = ends || (t.from == from && IsTerminal(t.to));
    EXPECT_TRUE(ends) << Job::State_Name(from);
  }
}

}  // namespace
}  // namespace pe
