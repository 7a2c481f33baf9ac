#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/unit/agent_steps/host.h"

namespace pe::agent {
namespace {

using provision::v1::Package;
using provision::v1::StepBody;
using ::testing::Contains;
using ::testing::HasSubstr;

StepBody Want(const std::string& name, const std::string& version = "") {
  StepBody body;
  auto* item = body.mutable_package()->add_packages();
  item->set_name(name);
  item->set_version(version);
  return body;
}

std::string Stanza(const std::string& name, const std::string& version) {
  return absl::StrCat("Package: ", name, "\nStatus: install ok installed\nArchitecture: amd64\nVersion: ", version,
                      "\n\n");
}

constexpr char kDpkg[] = "/var/lib/dpkg/status";
constexpr char kList[] = "/var/lib/apt/lists/x_InRelease";

// apt that installs tree 2.1, and writes dpkg's file as dpkg does.
void WorkingApt(Host& host) {
  host.world.Write(kList, "x");
  host.processes.On({"apt-get", "install", "tree"}, [&host](const Command& command) {
    if (command.on_status_line) {
      command.on_status_line("dlstatus:1:50.5:Retrieving file 1 of 1");
      command.on_status_line("pmstatus:tree:80.0000:Installing: tree (amd64)");
      command.on_status_line("nonsense");
    }
    host.world.Write(kDpkg, Stanza("tree", "2.1"));
    CommandResult result;
    result.exit_code = 0;
    return result;
  });
  host.processes.On({"--download-only"}, "");
  host.processes.On({"--simulate"}, "Inst tree (2.1 Debian:12/stable [amd64])\n");
}

TEST(PackageStep, WhatIsInstalledNeedsNoProgram) {
  Host host;
  host.world.Write(kDpkg, Stanza("tree", "2.1"));
  const auto seen = host.Observe(Want("tree", ">=2.0"));
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_TRUE(seen->right);
  EXPECT_EQ(seen->summary, "tree 2.1 installed");
  EXPECT_EQ(seen->values.at("version"), "2.1");
  EXPECT_TRUE(host.processes.lines.empty());
}

TEST(PackageStep, InstallsInOneTransactionThatOnlyItsDownloadMayInterrupt) {
  Host host;
  WorkingApt(host);
  const auto applied = host.Apply(Want("tree"));
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_TRUE(applied->changed);
  EXPECT_EQ(applied->values.at("version"), "2.1");
  ASSERT_EQ(host.processes.ran.size(), 3u);
  EXPECT_THAT(host.processes.lines[0], HasSubstr("--simulate"));
  EXPECT_THAT(host.processes.lines[0], HasSubstr("Dir::Cache::pkgcache="));
  EXPECT_THAT(host.processes.lines[1], HasSubstr("--download-only"));
  EXPECT_TRUE(host.processes.ran[1].interruptible);
  EXPECT_THAT(host.processes.lines[2], HasSubstr("--force-confold"));
  EXPECT_THAT(host.processes.lines[2], HasSubstr("--no-install-recommends"));
  EXPECT_FALSE(host.processes.ran[2].interruptible);
  EXPECT_THAT(host.processes.ran[2].environment,
              Contains(std::make_pair(std::string("DEBIAN_FRONTEND"), std::string("noninteractive"))));
  EXPECT_EQ(host.world.reports.progress,
            (std::vector<std::string>{"50/100 Retrieving file 1 of 1", "80/100 Installing: tree (amd64)"}));
  EXPECT_EQ(host.world.undo.records.size(), 1u);
}

TEST(PackageStep, AnUnknownNameIsLookedForAgainAfterOneRefresh) {
  Host host;
  host.world.Write(kList, "x");
  host.processes.On({"--simulate"}, "", 100, "E: Unable to locate package ngnix\n");
  host.processes.On({"apt-get", "update"}, "");
  const auto applied = host.Apply(Want("ngnix"));
  EXPECT_EQ(DetailsOf(applied.status()).error_code, "PACKAGE_NOT_FOUND");
  EXPECT_THAT(std::string(applied.status().message()), HasSubstr("ngnix"));
  EXPECT_THAT(DetailsOf(applied.status()).hint, HasSubstr("check the name"));
  EXPECT_EQ(DetailsOf(applied.status()).exit_code, 100);
  ASSERT_EQ(host.processes.lines.size(), 3u);
  EXPECT_THAT(host.processes.lines[1], HasSubstr("update"));
  EXPECT_TRUE(host.world.undo.records.empty());
}

TEST(PackageStep, RefreshesOnlyListsThatAreTooOld) {
  Host host;
  WorkingApt(host);
  host.processes.On({"apt-get", "update"}, "");
  host.world.MakeFolder("/var/lib/apt/periodic");
  StepBody body = Want("tree");
  body.mutable_package()->set_cache_max_age_ms(60'000);
  ASSERT_TRUE(host.Apply(body).ok());
  EXPECT_THAT(host.processes.lines[0], HasSubstr("update"));
  host.world.Write(kDpkg, "");
  host.processes.lines.clear();
  ASSERT_TRUE(host.Apply(body).ok());
  EXPECT_THAT(host.processes.lines[0], HasSubstr("--simulate"));
}

TEST(PackageStep, WhatIsLatestAlreadyIsNotInstalledAgainUnlessItIsBroken) {
  Host host;
  WorkingApt(host);
  host.processes.On({"--simulate"}, "");
  host.world.Write(kDpkg, Stanza("tree", "2.1"));
  StepBody body = Want("tree");
  body.mutable_package()->set_state(Package::LATEST);
  const auto applied = host.Apply(body);
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_FALSE(applied->changed);
  EXPECT_TRUE(host.world.undo.records.empty());
  for (const std::string& line : host.processes.lines) EXPECT_THAT(line, HasSubstr("--simulate"));

  host.world.Write(kDpkg, "Package: tree\nStatus: install ok half-configured\nArchitecture: amd64\nVersion: 2.1\n\n");
  ASSERT_TRUE(host.Apply(body).ok());
  EXPECT_TRUE(host.Observe(body)->right);
}

TEST(PackageStep, WhatIsLatestIsUnknownWithoutLists) {
  Host host;
  host.world.Write(kDpkg, Stanza("tree", "2.1"));
  StepBody body = Want("tree");
  body.mutable_package()->set_state(Package::LATEST);
  const auto seen = host.Observe(body);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_TRUE(seen->unknown);
  EXPECT_FALSE(seen->right);
}

TEST(PackageStep, ALostRaceForTheLockIsWaitedOut) {
  Host host;
  WorkingApt(host);
  int tries = 0;
  host.processes.On({"--download-only"}, [&tries](const Command&) {
    CommandResult result;
    result.exit_code = ++tries == 1 ? 100 : 0;
    if (tries == 1)
      result.standard_error =
          "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (unattended-upgr)\n";
    return result;
  });
  EXPECT_TRUE(host.Apply(Want("tree")).ok());
  EXPECT_EQ(tries, 2);
}

TEST(PackageStep, AnInterruptedDpkgIsRepairedOnce) {
  Host host;
  WorkingApt(host);
  bool repaired = false;
  host.processes.On({"--download-only"}, [&repaired](const Command&) {
    CommandResult result;
    result.exit_code = repaired ? 0 : 100;
    if (!repaired)
      result.standard_error =
          "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.\n";
    return result;
  });
  host.processes.On({"dpkg", "--configure", "-a"}, [&repaired](const Command&) {
    repaired = true;
    CommandResult result;
    result.exit_code = 0;
    return result;
  });
  EXPECT_TRUE(host.Apply(Want("tree")).ok());
  EXPECT_THAT(host.world.reports.warnings, Contains("DPKG_INTERRUPTED"));
}

TEST(PackageStep, ARelationPicksTheNewestVersionThatFits) {
  Host host;
  WorkingApt(host);
  host.processes.On({"madison"},
                    " tree | 3.0 | copy:/x main\n tree | 2.1 | copy:/x main\n tree | 2.0 | copy:/x main\n");
  ASSERT_TRUE(host.Apply(Want("tree", "<3.0")).ok());
  EXPECT_THAT(host.processes.lines.back(), HasSubstr("install tree=2.1"));
  const auto missing = host.Apply(Want("tree", ">=4"));
  EXPECT_EQ(DetailsOf(missing.status()).error_code, "PACKAGE_VERSION_NOT_FOUND");
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("available: 3.0, 2.1, 2.0"));
}

TEST(PackageStep, APlanShowsTheWholeTransaction) {
  Host host;
  host.observe_only = true;
  host.processes.On({"--simulate"},
                    "Inst libx (1 Debian:12/stable [amd64])\nInst tree (2.1 Debian:12/stable [amd64])\n");
  const auto seen = host.Observe(Want("tree"));
  ASSERT_TRUE(seen.ok());
  EXPECT_EQ(seen->diff, "+ libx 1\n+ tree 2.1\n");
}

TEST(PackageStep, UndoLeavesAloneWhatOthersNeedNow) {
  Host host;
  WorkingApt(host);
  ASSERT_TRUE(host.Apply(Want("tree")).ok());
  host.processes.On({"--simulate", "tree-"}, "Remv forest [1]\nRemv tree [2.1]\n");
  StepContext context = host.Context();
  const StepBody body = Want("tree");
  const absl::Status undone = FindStepType(body)->Undo(body, host.world.undo.records[0], context);
  EXPECT_EQ(DetailsOf(undone).error_code, "UNDO_CONFLICT") << undone;
}

}  // namespace
}  // namespace pe::agent
