// When a unit step has systemd read its files anew: only when it would not otherwise know what matters.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/agent_steps/host.h"

namespace pe::agent {
namespace {

using provision::v1::StepBody;
using provision::v1::Unit;

constexpr char kPlain[] = "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n";

// systemd with one unit, web.service, of which it knows nothing, or what it read from `file`.
class Systemd {
 public:
  explicit Systemd(Host& host) : host_(host) {
    On({"systemctl", "show"}, [this] { return Show(); });
    On({"daemon-reload"}, [this] { return ++reloads, known = Exists(), stale = false, std::string(); });
    On({"is-enabled"}, [this] { return !Exists() ? "" : enabled_ ? "enabled\n" : "disabled\n"; });
    On({" enable "}, [this] { return enabled_ = true, std::string(); });
    On({" start "}, [this] { return active_ = true, std::string(); });
  }

  std::string file = "/etc/systemd/system/web.service";
  bool known = false;
  bool finds_new_files = true;  // a unit that it does not know is looked for each time
  bool stale = false;
  int reloads = 0;

 private:
  void On(std::vector<std::string> words, std::function<std::string()> answer) {
    host_.processes.On(std::move(words), [answer](const Command&) {
      CommandResult result;
      result.exit_code = 0;
      result.standard_output = answer();
      return result;
    });
  }
  bool Exists() const { return host_.world.files.Read("/etc/systemd/system/web.service", 1000).ok(); }
  std::string Show() {
    if (finds_new_files && Exists()) known = true;
    if (!known) return "LoadState=not-found\nActiveState=inactive\nUnitFileState=\n";
    return absl::StrCat("LoadState=loaded\nFragmentPath=", file, "\nNeedDaemonReload=", stale ? "yes" : "no",
                        "\nActiveState=", active_ ? "active" : "inactive",
                        "\nUnitFileState=", enabled_ ? "enabled" : "disabled", "\n");
  }

  Host& host_;
  bool enabled_ = false, active_ = false;
};

class UnitReload : public testing::Test {
 protected:
  UnitReload() {
    unit().set_name("web.service");
    unit().set_content(kPlain);
    unit().set_state(Unit::STARTED);
    unit().set_enabled(true);
    unit().set_stable_window_ms(1);
  }
  Unit& unit() { return *body_.mutable_unit(); }
  // How often a step that succeeds had systemd read its files.
  int Reloads() {
    const auto applied = host_.Apply(body_);
    EXPECT_TRUE(applied.ok()) << applied.status();
    EXPECT_TRUE(applied.ok() && applied->changed);
    return systemd_.reloads;
  }

  Host host_;
  Systemd systemd_{host_};
  StepBody body_;
};

TEST_F(UnitReload, NotForAUnitThatItDidNotKnow) {
  EXPECT_EQ(Reloads(), 0);
  EXPECT_TRUE(host_.Observe(body_)->right);
}

TEST_F(UnitReload, WhenItDoesNotLookForItAgain) {
  systemd_.finds_new_files = false;
  EXPECT_EQ(Reloads(), 1);
}

TEST_F(UnitReload, WhenItHasReadAnotherFile) {
  systemd_.file = "/usr/lib/systemd/system/web.service";
  EXPECT_EQ(Reloads(), 1);
}

TEST_F(UnitReload, WhenWhatItReadHasChangedSince) {
  systemd_.stale = true;
  EXPECT_EQ(Reloads(), 1);
}

TEST_F(UnitReload, WhenItKnewTheUnit) {
  host_.world.Write("/etc/systemd/system/web.service", "# before\n");
  systemd_.known = true;
  EXPECT_EQ(Reloads(), 1);
}

TEST_F(UnitReload, ForLinksThatTakeEffectAtOnce) {
  for (const char* key : {"RequiredBy", "UpheldBy", "Alias", "Also"}) {
    Host host;
    Systemd systemd(host);
    unit().set_content(absl::StrCat(kPlain, key, "=x\n"));
    ASSERT_TRUE(host.Apply(body_).ok()) << key;
    EXPECT_EQ(systemd.reloads, 1) << key;
  }
}

TEST_F(UnitReload, WhenTheStepDoesNotStartIt) {
  unit().clear_state();
  EXPECT_EQ(Reloads(), 1);
}

TEST_F(UnitReload, ForDropIns) {
  auto* drop_in = unit().add_drop_ins();
  drop_in->set_name("memory.conf");
  drop_in->set_content("[Service]\nMemoryMax=1G\n");
  EXPECT_EQ(Reloads(), 1);
}

}  // namespace
}  // namespace pe::agent
