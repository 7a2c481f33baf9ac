// What a plan makes of the host that it is for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/planner/fixtures.h"

namespace pe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(PlanHosts, AnotherOperatingSystemIsAnError) {
  Planning planning("os {distribution: 'debian' release: 'bookworm'} libraries {name: 'ab'}");
  planning.facts.set_os_id("ubuntu");
  planning.facts.set_os_version("22.04");
  planning.facts.set_os_codename("jammy");
  EXPECT_THAT(planning.Errors(),
              ElementsAre("spec.os: the target runs ubuntu 22.04 (jammy) and the spec wants debian bookworm"));
}

TEST(PlanHosts, AReleaseIsANameOrANumber) {
  EXPECT_THAT(Planning("os {distribution: 'debian' release: '12'}").Errors(), ElementsAre("OK"));
  EXPECT_THAT(Planning("os {distribution: 'debian'}").Errors(), ElementsAre("OK"));
  EXPECT_THAT(Planning("os {distribution: 'debian' release: 'trixie'}").Errors(),
              ElementsAre(HasSubstr("wants debian trixie")));
}

TEST(PlanHosts, OnlyAptIsSupported) {
  Planning planning("libraries {name: 'ab'} steps {id: 'r' package {packages {name: 'cd'}}}");
  planning.facts.set_package_manager("dnf");
  EXPECT_THAT(planning.Errors(),
              ElementsAre("spec.libraries: the target's package manager is dnf, and only apt is supported"));
}

TEST(PlanHosts, ARootFilesystemIsMadeOnTheHostsSideFirst) {
  Planning planning("os {distribution: 'debian' release: '12'} libraries {name: 'ab'}");
  planning.input.transport = "rootfs";
  planning.input.root = "/srv/images/web";
  const auto places = PlaceStages(planning.spec, "rootfs");
  ASSERT_EQ(places.size(), 2u);
  EXPECT_TRUE(places[0].host_side);
  EXPECT_FALSE(places[1].host_side);
  const StagePlan plan = planning.Plan();
  EXPECT_THAT(Shown(plan), ElementsAre("0 os.image os_image"));
  EXPECT_EQ(BodyAt(plan, 0).os_image().root(), "/srv/images/web");
  EXPECT_EQ(BodyAt(plan, 0).os_image().release(), "bookworm");
  EXPECT_EQ(plan.steps[0].status.title(), "Root filesystem of debian bookworm");
  EXPECT_EQ(plan.steps[0].step.timeout_us(), 1'800'000'000);
  planning.input.stage = 1;
  EXPECT_THAT(Shown(planning.Plan()), ElementsAre("0 libraries.packages package"));
  EXPECT_EQ(PlaceStages(planning.spec, "ssh").size(), 1u);
}

TEST(PlanHosts, ARebootEndsItsStage) {
  Planning planning(
      "security {patches: SECURITY reboot: IF_REQUIRED} steps {id: 'a' reboot {}} steps {id: 'b' file {path: '/b'}}");
  EXPECT_EQ(PlaceStages(planning.spec, "ssh").size(), 3u);
  const StagePlan plan = planning.Plan();
  EXPECT_THAT(Shown(plan), ElementsAre("0 security.patches security_patches", "1 security.reboot reboot after 0"));
  EXPECT_TRUE(BodyAt(plan, 1).reboot().if_required());
  EXPECT_EQ(plan.steps[1].status.not_undoable(), "a reboot cannot be taken back");
  planning.input.stage = 1;
  EXPECT_THAT(Shown(planning.Plan()), ElementsAre("0 a reboot"));
  planning.input.stage = 2;
  EXPECT_THAT(Shown(planning.Plan()), ElementsAre("0 b file"));
}

TEST(PlanHosts, WhatCannotBeRebooted) {
  Planning container("steps {id: 'a' reboot {}}");
  container.facts.clear_capabilities();
  EXPECT_THAT(container.Errors(), ElementsAre(HasSubstr("spec.steps[0]: the target cannot be rebooted")));
  Planning root("os {distribution: 'debian'} security {reboot: IF_REQUIRED} steps {id: 'a' reboot {}}");
  root.input.transport = "rootfs";
  const StagePlan plan = root.Plan();
  EXPECT_THAT(plan.steps.back().status.reason(), HasSubstr("a root filesystem does not run"));
}

TEST(PlanHosts, ATargetWithoutAnOperatingSystem) {
  Planning planning("os {distribution: 'debian' release: 'bookworm'}");
  planning.facts = provision::v1::Facts();
  EXPECT_THAT(planning.Errors(), ElementsAre(HasSubstr("is installed only into a rootfs:// target")));
  Planning packages("libraries {name: 'ab'}");
  packages.facts = provision::v1::Facts();
  EXPECT_THAT(packages.Errors(), ElementsAre(HasSubstr("set os in the spec")));
}

TEST(PlanHosts, AnOsImageStepNeedsARootFilesystem) {
  Planning planning(
      "steps {id: 'i' os_image {distribution: 'debian' release: 'bookworm'}} steps {id: 'a' file {path: '/a'}}");
  EXPECT_THAT(planning.Errors(), ElementsAre(HasSubstr("the target's address is not rootfs:///PATH")));
  planning.input.transport = "rootfs";
  planning.input.root = "/srv/x";
  EXPECT_EQ(PlaceStages(planning.spec, "rootfs").size(), 2u);
  EXPECT_EQ(BodyAt(planning.Plan(), 0).os_image().root(), "/srv/x");
}

TEST(PlanHosts, InARootFilesystemUnitsAreEnabledAndNothingIsProbed) {
  Planning planning(
      "steps {id: 'web' unit {name: 'nginx.service' state: STARTED enabled: true}} acceptance {http {url: "
      "'http://localhost/'}} acceptance {file {path: '/a'}}");
  planning.input.transport = "rootfs";
  planning.facts = Root();
  const StagePlan plan = planning.Plan();
  EXPECT_THAT(Shown(plan), ElementsAre("0 web unit", "1 acceptance.0 probe SKIPPED (nothing runs in a root filesystem)",
                                       "2 acceptance.1 probe last"));
  ASSERT_EQ(plan.warnings.size(), 2u);
  EXPECT_EQ(plan.warnings[1].code(), "UNITS_ONLY_ENABLED");
  EXPECT_THAT(plan.warnings[1].message(), HasSubstr("not started, stopped or restarted: web"));
}

TEST(PlanHosts, WithoutAKernelOfItsOwnSysctlIsPersistedOnly) {
  Planning planning("steps {id: 's' sysctl {key: 'net.ipv4.ip_forward' value: '1'}}");
  planning.input.transport = "rootfs";
  planning.facts = Root();
  const StagePlan plan = planning.Plan();
  EXPECT_EQ(BodyAt(plan, 0).file_edit().path(), "/etc/sysctl.d/60-provision.conf");
  EXPECT_EQ(BodyAt(plan, 0).file_edit().line().line(), "net.ipv4.ip_forward = 1");
  EXPECT_EQ(BodyAt(plan, 0).file_edit().line().match(), "^[[:space:]]*net\\.ipv4\\.ip_forward[[:space:]]*=");
  EXPECT_EQ(plan.warnings[0].code(), "SYSCTL_ONLY_PERSISTED");
  planning.facts = Bookworm();
  planning.input.transport = "ssh";
  EXPECT_TRUE(BodyAt(planning.Plan(), 0).has_sysctl());
}

TEST(PlanHosts, AUnitCannotBeProbedWithoutSystemd) {
  Planning planning("acceptance {unit {name: 'a.service'}}");
  planning.facts.clear_capabilities();
  EXPECT_THAT(planning.Errors(), ElementsAre(HasSubstr("systemd does not run on this target")));
}

TEST(PlanHosts, WhatCannotBeUndoneSaysSo) {
  const Planning planning(
      "steps {id: 'a' exec {argv: 'x'}} steps {id: 'b' exec {argv: 'x' undo: 'y'}} steps {id: 'c' unit {name: "
      "'a.service' state: RESTARTED}} "
      "steps {id: 'd' file {path: '/a'}}");
  const StagePlan plan = planning.Plan();
  EXPECT_THAT(plan.steps[0].status.not_undoable(), HasSubstr("undo"));
  EXPECT_EQ(plan.steps[1].status.not_undoable(), "");
  EXPECT_THAT(plan.steps[2].status.not_undoable(), HasSubstr("restart"));
  EXPECT_EQ(plan.steps[3].status.not_undoable(), "");
  EXPECT_THAT(plan.warnings, IsEmpty());
}

}  // namespace
}  // namespace pe
