#include <gtest/gtest.h>

#include "server/agent/steps/apt.h"
#include "server/agent/steps/changelog.h"
#include "server/agent/steps/dpkg_status.h"
#include "server/agent/steps/dpkg_version.h"

namespace pe::agent {
namespace {

int Sign(int n) { return (n > 0) - (n < 0); }

TEST(DpkgVersion, ComparesAsDpkgDoes) {
  const struct {
    const char* a;
    const char* b;
    int order;
  } rows[] = {{"1.0", "1.0", 0},          {"1.0-1", "1.0-2", -1},
              {"1.10", "1.9", 1},         {"1:0.1", "2.0", 1},
              {"1.0~rc1", "1.0", -1},     {"1.0~rc1", "1.0~~a", 1},
              {"1.0+b1", "1.0", 1},       {"1.0-1+deb12u1", "1.0-1", 1},
              {"1.0", "1.0-0", 0},        {"007", "7", 0},
              {"1.2a", "1.2b", -1},       {"1.2a", "1.2+", -1},
              {"5.02-1+b1", "5.02-1", 1}, {"0:1.0", "1.0", 0},
              {"1.0-1.1", "1.0-1", 1},    {"2.36-9+deb12u10", "2.36-9+deb12u9", 1}};
  for (const auto& row : rows) {
    EXPECT_EQ(Sign(CompareVersions(row.a, row.b)), row.order) << row.a << " and " << row.b;
    EXPECT_EQ(Sign(CompareVersions(row.b, row.a)), -row.order) << row.b << " and " << row.a;
  }
}

TEST(DpkgVersion, WishesAcceptWhatTheySay) {
  EXPECT_TRUE(ParseVersionWish("").Accepts("1"));
  EXPECT_TRUE(ParseVersionWish("1.2-1").Accepts("1.2-1"));
  EXPECT_FALSE(ParseVersionWish("= 1.2-1").Accepts("1.2-2"));
  EXPECT_TRUE(ParseVersionWish(">=3.0").Accepts("3.0.11-1"));
  EXPECT_FALSE(ParseVersionWish(">=3.0").Accepts("3.0~rc1"));
  EXPECT_FALSE(ParseVersionWish(">3.0").Accepts("3.0"));
  EXPECT_TRUE(ParseVersionWish("<= 3").Accepts("3"));
  EXPECT_FALSE(ParseVersionWish("<<3").Accepts("3"));
}

constexpr char kStatus[] =
    "Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0\nProvides: virtual (= 2), other\n\n"
    "Package: ab\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 2.0\n\n"
    "Package: lib\nStatus: deinstall ok config-files\nArchitecture: i386\nVersion: 2.9\nDescription: x\n Package: "
    "fake\n\n"
    "Package: lib\nStatus: hold ok installed\nArchitecture: amd64\nVersion: 3.0\n\n"
    "Package: broken\nStatus: install reinstreq half-installed\nArchitecture: amd64\nVersion: 4.0\n";

TEST(DpkgStatus, FindsOnlyWhatIsInstalled) {
  const DpkgStatus status{kStatus};
  const auto found = status.Find({"a", "ab", "lib", "lib:i386", "lib:amd64", "broken", "fake", "virtual"});
  EXPECT_TRUE(found.at("a").installed);
  EXPECT_EQ(found.at("a").version, "1.0");
  EXPECT_FALSE(found.at("ab").installed);
  EXPECT_EQ(found.at("ab").version, "");
  EXPECT_TRUE(found.at("lib").held);
  EXPECT_EQ(found.at("lib").version, "3.0");
  EXPECT_FALSE(found.at("lib:i386").installed);
  EXPECT_TRUE(found.at("lib:amd64").installed);
  EXPECT_TRUE(found.at("broken").broken);
  EXPECT_EQ(found.count("fake"), 0u);
  EXPECT_EQ(found.count("virtual"), 0u);
}

TEST(DpkgStatus, KnowsWhatIsProvided) {
  const DpkgStatus status{kStatus};
  EXPECT_TRUE(status.Provided("virtual"));
  EXPECT_TRUE(status.Provided("other"));
  EXPECT_FALSE(status.Provided("irtual"));
}

TEST(Apt, ReadsASimulation) {
  const auto changes = ParseSimulation(
      "Reading package lists...\n"
      "Inst libssl3 [3.0.14-1] (3.0.15-1 Debian:12.8/stable, Debian-Security:12/stable-security [amd64])\n"
      "Inst tree (2.1.0-1 Debian:12.15/oldstable [amd64]) []\n"
      "Remv sl [5.02-1]\nConf tree (2.1.0-1 Debian:12.15/oldstable [amd64])\n");
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_EQ(changes[0].name, "libssl3");
  EXPECT_EQ(changes[0].before, "3.0.14-1");
  EXPECT_EQ(changes[0].after, "3.0.15-1");
  EXPECT_EQ(changes[0].origins, "Debian:12.8/stable, Debian-Security:12/stable-security");
  EXPECT_EQ(changes[1].before, "");
  EXPECT_EQ(changes[1].after, "2.1.0-1");
  EXPECT_EQ(changes[2].before, "5.02-1");
  EXPECT_EQ(changes[2].after, "");
  EXPECT_EQ(Describe(changes), "~ libssl3 3.0.14-1 -> 3.0.15-1\n+ tree 2.1.0-1\n- sl 5.02-1\n");
}

TEST(Changelog, NamesTheCvesOfNewerEntries) {
  const char* text =
      "x (3-1) stable; urgency=high\n\n  * Fix CVE-2024-3094 and CVE-2024-123456 (CVE-20x).\n\n -- A <a@b>  Thu\n\n"
      "x (2-1) stable; urgency=high\n\n  * Fix CVE-2023-1111.\n\nx (1-1) stable; urgency=low\n\n  * Fix "
      "CVE-2020-2222.\n";
  EXPECT_EQ(CvesSince(text, "1-1"), (std::set<std::string>{"CVE-2023-1111", "CVE-2024-123456", "CVE-2024-3094"}));
  EXPECT_EQ(CvesSince(text, "3-1"), std::set<std::string>());
}

}  // namespace
}  // namespace pe::agent
