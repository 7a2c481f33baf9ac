#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/engine/guard.h"
#include "tests/unit/planner/fixtures.h"

namespace pe {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Guarded(const StagePlan& plan) {
  std::vector<std::string> out;
  for (const PlannedStep& step : plan.steps) {
    EXPECT_EQ(step.status.has_guard(), step.step.guard_us() > 0);
    if (step.status.has_guard()) out.push_back(step.status.id());
  }
  return out;
}

constexpr char kSpec[] =
    "steps {id: 'sshd' notify: 'reload' file {path: '/etc/ssh/sshd_config'}} "
    "steps {id: 'plain' notify: 'other' file {path: '/etc/sshd'}} "
    "steps {id: 'forward' sysctl {key: 'net.ipv4.ip_forward' value: '1'}} "
    "steps {id: 'swap' sysctl {key: 'vm.swappiness' value: '1'}} "
    "steps {id: 'rules' unit {name: 'nftables.service' state: RESTARTED}} "
    "steps {id: 'web' unit {name: 'nginx.service' state: RESTARTED}} "
    "handlers {id: 'reload' exec {argv: 'x'}} handlers {id: 'other' exec {argv: 'y'}}";

TEST(PlanGuard, WhatConcernsTheWayInAndTheHandlersThatMakeItLive) {
  Planning planning(kSpec);
  const StagePlan plan = planning.Plan();
  EXPECT_THAT(Guarded(plan), ElementsAre("sshd", "forward", "rules", "reload"));
  EXPECT_EQ(plan.steps[0].step.guard_us(), kGuardMicros);
}

TEST(PlanGuard, NoTargetIsCutOffThatIsNotReachedOverANetwork) {
  Planning planning(kSpec);
  planning.input.transport = "local";
  EXPECT_THAT(Guarded(planning.Plan()), IsEmpty());
  planning.input.transport = "rootfs";
  planning.facts = Root();
  EXPECT_THAT(Guarded(planning.Plan()), IsEmpty());
}

TEST(PlanGuard, PathsAreComparedByTheirParts) {
  EXPECT_TRUE(ConcernsTheWayIn("/etc/ssh", false));
  EXPECT_TRUE(ConcernsTheWayIn("/etc/ssh/", false));
  EXPECT_TRUE(ConcernsTheWayIn("/etc/sudoers.d/ops", true));
  EXPECT_FALSE(ConcernsTheWayIn("/etc/sudoers.d/ops", false)) << "root logs in without it";
  EXPECT_TRUE(ConcernsTheWayIn("/home/ops/.ssh/authorized_keys", false));
  EXPECT_FALSE(ConcernsTheWayIn("/etc/sshx", false));
  EXPECT_FALSE(ConcernsTheWayIn("/srv/etc/ssh", false));
}

TEST(PlanGuard, AKeyIsGuardedWhenItIsTakenAway) {
  EXPECT_THAT(Guarded(Planning("steps {id: 'k' authorized_key {user: 'root' key: 'ssh-ed25519 "
                               "AAAAC3NzaC1lZDI1NTE5AAAAIPMgPnMdgXbUVPr8LnJW0gGQGm4HtGJcPpGXCT0cfgCm'}}")
                          .Plan()),
              IsEmpty());
  EXPECT_THAT(Guarded(Planning("steps {id: 'k' authorized_key {state: ABSENT user: 'root' key: 'ssh-ed25519 "
                               "AAAAC3NzaC1lZDI1NTE5AAAAIPMgPnMdgXbUVPr8LnJW0gGQGm4HtGJcPpGXCT0cfgCm'}}")
                          .Plan()),
              ElementsAre("k"));
}

}  // namespace
}  // namespace pe
