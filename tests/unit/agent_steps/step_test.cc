#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "server/agent/steps/dpkg_lock.h"
#include "tests/conformance/steps/test_key.h"
#include "tests/unit/agent_steps/host.h"

namespace pe::agent {
namespace {

using provision::v1::StepBody;
using provision::v1::Unit;
using ::testing::HasSubstr;

TEST(StepErrorTest, CarriesItsDetails) {
  const absl::Status status = StepError(absl::StatusCode::kNotFound, "CODE", "message", "hint", 7);
  EXPECT_EQ(DetailsOf(status).error_code, "CODE");
  EXPECT_EQ(DetailsOf(status).hint, "hint");
  EXPECT_EQ(DetailsOf(status).exit_code, 7);
  EXPECT_EQ(DetailsOf(absl::UnknownError("x")).error_code, "STEP_FAILED");
}

TEST(FileStep, ASecretsDiffSaysNothing) {
  Host host;
  host.secret = true;
  host.world.Write("/f", "old secret\n");
  StepBody body;
  body.mutable_file()->set_path("/f");
  body.mutable_file()->set_content("new secret\n");
  const auto seen = host.Observe(body);
  ASSERT_TRUE(seen.ok());
  EXPECT_EQ(seen->diff, "/f: content differs (secret)\n");
}

TEST(FileStep, ARefusedValidationKeepsTheOldContent) {
  Host host;
  host.world.Write("/f", "old\n");
  host.processes.On({"check"}, "", 1, "syntax error in line 1\n");
  StepBody body;
  body.mutable_file()->set_path("/f");
  body.mutable_file()->set_content("new\n");
  body.mutable_file()->add_validate("check");
  body.mutable_file()->add_validate("%s");
  const auto applied = host.Apply(body);
  EXPECT_EQ(DetailsOf(applied.status()).error_code, "VALIDATION_FAILED");
  EXPECT_THAT(std::string(applied.status().message()), HasSubstr("syntax error"));
  EXPECT_EQ(*host.world.files.Read("/f", 100), "old\n");
}

TEST(FileStep, ErrorsSayWhatToDo) {
  Host host;
  StepBody body;
  body.mutable_file()->set_path("/missing/f");
  EXPECT_EQ(DetailsOf(host.Apply(body).status()).error_code, "PARENT_NOT_FOUND");
  body.mutable_file()->set_path("/f");
  body.mutable_file()->set_owner("nobody-here");
  const auto seen = host.Observe(body);  // in a plan, a step before may make the user
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_FALSE(seen->right);
  EXPECT_EQ(DetailsOf(host.Apply(body).status()).error_code, "OWNER_NOT_FOUND");
  body.mutable_file()->set_owner("");
  body.mutable_file()->set_mode("9");
  EXPECT_EQ(DetailsOf(host.Apply(body).status()).error_code, "BAD_MODE");
  host.world.MakeFolder("/d");
  body.mutable_file()->set_mode("");
  body.mutable_file()->set_path("/d");
  EXPECT_EQ(DetailsOf(host.Apply(body).status()).error_code, "PATH_IN_THE_WAY");
}

TEST(DirectoryStep, IsNotEmptiedUnasked) {
  Host host;
  host.world.Write("/d/f", "x");
  StepBody body;
  body.mutable_directory()->set_path("/d");
  body.mutable_directory()->set_state(provision::v1::ABSENT);
  EXPECT_EQ(DetailsOf(host.Apply(body).status()).error_code, "DIRECTORY_NOT_EMPTY");
  EXPECT_TRUE(host.world.files.Stat("/d/f")->has_value());
}

TEST(FileEditStep, AnEditThatNeverEndsIsRefused) {
  Host host;
  host.world.Write("/f", "x\n");
  StepBody body;
  body.mutable_file_edit()->set_path("/f");
  body.mutable_file_edit()->mutable_replace()->set_match("x");
  body.mutable_file_edit()->mutable_replace()->set_replacement("xx");
  EXPECT_EQ(DetailsOf(host.Apply(body).status()).error_code, "EDIT_NOT_IDEMPOTENT");
}

TEST(FileEditStep, EditsBehindALink) {
  Host host;
  host.world.Write("/real", "a\n", 0600);
  ASSERT_TRUE(host.world.files.MakeLink("/link", "real").ok());
  StepBody body;
  body.mutable_file_edit()->set_path("/link");
  body.mutable_file_edit()->mutable_line()->set_line("b");
  ASSERT_TRUE(host.Apply(body).ok());
  EXPECT_EQ(*host.world.files.Read("/real", 100), "a\nb\n");
  EXPECT_EQ((*host.world.files.Stat("/real"))->mode, 0600u);
  EXPECT_EQ((*host.world.files.Stat("/link"))->type, FileInfo::Type::kSymlink);
}

TEST(AuthorizedKeyStep, WillNotBeLedAstray) {
  Host host;
  host.world.Write("/etc/passwd", "web:x:1234:1234::/home/web:/bin/sh\n");
  host.world.MakeFolder("/home");
  host.world.MakeFolder("/home/web");
  ASSERT_TRUE(host.world.files.MakeLink("/home/web/.ssh", "/etc").ok());
  StepBody body;
  body.mutable_authorized_key()->set_user("web");
  body.mutable_authorized_key()->set_key("ssh-ed25519 AAAA web");
  EXPECT_EQ(DetailsOf(host.Observe(body).status()).error_code, "UNSAFE_FOLDER");
}

TEST(RepositoryKeyStep, RefusesAnotherFingerprint) {
  Host host;
  StepBody body;
  body.mutable_repository_key()->set_name("k");
  body.mutable_repository_key()->set_content(kTestKey);
  body.mutable_repository_key()->set_fingerprint(std::string(40, 'A'));
  EXPECT_EQ(DetailsOf(host.Observe(body).status()).error_code, "FINGERPRINT_MISMATCH");
}

TEST(RepositoryStep, ASourceThatCannotBeFetchedIsTakenBack) {
  Host host;
  host.world.Write("/etc/apt/sources.list.d/r.sources", "old\n");
  host.processes.On({"update"}, "", 100,
                    "E: Failed to fetch http://x  404  Not Found\nE: Some index files failed to download.\n");
  StepBody body;
  body.mutable_repository()->set_name("r");
  body.mutable_repository()->add_uris("http://x");
  body.mutable_repository()->add_suites("s");
  EXPECT_EQ(DetailsOf(host.Apply(body).status()).error_code, "FETCH_FAILED");
  EXPECT_EQ(*host.world.files.Read("/etc/apt/sources.list.d/r.sources", 100), "old\n");
  EXPECT_THAT(host.processes.lines[0], HasSubstr("Dir::Etc::sourcelist=/etc/apt/sources.list.d/r.sources"));
}

TEST(UserStep, ThePasswordHashIsInNoArgumentList) {
  Host host;
  host.world.Write("/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
  for (const char* tool : {"useradd", "chpasswd"}) host.processes.On({tool}, "");
  StepBody body;
  body.mutable_user()->set_name("web");
  body.mutable_user()->set_password_hash("$6$canary");
  body.mutable_user()->set_system(true);
  ASSERT_TRUE(host.Apply(body).ok());
  EXPECT_EQ(host.processes.lines, (std::vector<std::string>{"useradd -U -d /home/web -r -M web", "chpasswd -e"}));
  EXPECT_EQ(host.processes.ran[1].standard_input, "web:$6$canary\n");
}

TEST(UnitStep, AFailureBringsTheLastJournalLines) {
  Host host;
  host.processes.On({"systemctl", "show"}, "LoadState=loaded\nActiveState=inactive\nUnitFileState=disabled\n");
  host.processes.On({"systemctl", " start "}, "", 1, "Job for x.service failed.\n");
  host.processes.On({"journalctl", "-n 20"}, "cannot bind to port 80\n");
  StepBody body;
  body.mutable_unit()->set_name("x.service");
  body.mutable_unit()->set_state(Unit::STARTED);
  const auto applied = host.Apply(body);
  EXPECT_EQ(DetailsOf(applied.status()).error_code, "UNIT_FAILED");
  EXPECT_THAT(std::string(applied.status().message()), HasSubstr("cannot bind to port 80"));
}

TEST(UnitStep, AUnitThatDoesNotStayActiveFails) {
  Host host;
  int looks = 0;
  host.processes.On({"systemctl", "show"}, [&looks](const Command&) {
    ++looks;
    CommandResult result;
    result.exit_code = 0;
    result.standard_output = absl::StrCat("LoadState=loaded\nActiveState=",
                                          looks == 3  ? "active"
                                          : looks > 3 ? "failed"
                                                      : "inactive",
                                          "\nResult=exit-code\n");
    return result;
  });
  host.processes.On({"systemctl", "--no-ask-password"}, "");
  host.processes.On({"journalctl"}, "");
  StepBody body;
  body.mutable_unit()->set_name("x.service");
  body.mutable_unit()->set_state(Unit::STARTED);
  EXPECT_EQ(DetailsOf(host.Apply(body).status()).error_code, "UNIT_FAILED");
}

TEST(UnitStep, WithoutAnInitItIsOnlyEnabled) {
  Host host;
  host.has_init = false;
  bool enabled = false;
  host.processes.On({"is-enabled"}, [&enabled](const Command&) {
    CommandResult result;
    result.exit_code = 0;
    result.standard_output = enabled ? "enabled\n" : "disabled\n";
    return result;
  });
  host.processes.On({"--root=/", "enable x.service"}, [&enabled](const Command&) {
    enabled = true;
    CommandResult result;
    result.exit_code = 0;
    return result;
  });
  StepBody body;
  body.mutable_unit()->set_name("x.service");
  body.mutable_unit()->set_state(Unit::STARTED);
  body.mutable_unit()->set_enabled(true);
  const auto applied = host.Apply(body);
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_THAT(applied->message, HasSubstr("no init runs here"));
  EXPECT_TRUE(host.Observe(body)->right);
  for (const std::string& line : host.processes.lines) EXPECT_THAT(line, ::testing::Not(HasSubstr(" start ")));
}

TEST(UnitStep, UndoLeavesAUnitAloneWhoseFileIsSomebodyElses) {
  Host host;
  std::string state = "disabled", active = "inactive";
  host.processes.On({"systemctl", "show"}, [&](const Command&) {
    CommandResult result;
    result.exit_code = 0;
    result.standard_output = absl::StrCat("LoadState=loaded\nActiveState=", active, "\nUnitFileState=", state, "\n");
    return result;
  });
  const auto becomes = [](std::string* what, const char* value) {
    return [=](const Command&) {
      *what = value;
      CommandResult result;
      result.exit_code = 0;
      return result;
    };
  };
  host.processes.On({"daemon-reload"}, "");
  host.processes.On({"is-enabled"}, "disabled\n", 1);
  host.processes.On({" enable "}, becomes(&state, "enabled"));
  host.processes.On({" start "}, becomes(&active, "active"));
  StepBody body;
  body.mutable_unit()->set_name("web.service");
  body.mutable_unit()->set_content("[Service]\nExecStart=/bin/true\n");
  body.mutable_unit()->set_state(Unit::STARTED);
  body.mutable_unit()->set_enabled(true);
  body.mutable_unit()->set_stable_window_ms(1);
  const auto applied = host.Apply(body);
  ASSERT_TRUE(applied.ok()) << applied.status();
  host.world.Write("/etc/systemd/system/web.service", "# theirs\n");
  host.processes.lines.clear();
  StepContext context = host.Context();
  const absl::Status undone = FindStepType(body)->Undo(body, host.world.undo.records.back(), context);
  EXPECT_EQ(DetailsOf(undone).error_code, "UNDO_CONFLICT") << undone;
  ASSERT_EQ(host.processes.lines.size(), 1u);
  EXPECT_THAT(host.processes.lines[0], HasSubstr("systemctl show"));
}

TEST(ExecStep, FailuresCarryTheCodeAndTheLastWords) {
  Host host;
  host.processes.On({"tool"}, "", 3, "one\ntwo\n");
  StepBody body;
  body.mutable_exec()->add_argv("tool");
  const auto applied = host.Apply(body);
  EXPECT_EQ(DetailsOf(applied.status()).error_code, "COMMAND_FAILED");
  EXPECT_EQ(DetailsOf(applied.status()).exit_code, 3);
  EXPECT_THAT(std::string(applied.status().message()), HasSubstr("two"));
  body.mutable_exec()->add_success_codes(3);
  EXPECT_TRUE(host.Apply(body).ok());
  body.mutable_exec()->clear_argv();
  body.mutable_exec()->set_command("a | b");
  EXPECT_EQ(DetailsOf(host.Apply(body).status()).error_code, "SHELL_NOT_ALLOWED");
}

TEST(ExecStep, ChangeIsDecidedByTheDeclaredRule) {
  Host host;
  host.processes.On({"tool"}, "created: 0\n", 0);
  StepBody body;
  body.mutable_exec()->add_argv("tool");
  body.mutable_exec()->set_changed(provision::v1::Exec::OUTPUT);
  body.mutable_exec()->set_changed_pattern("^created: [1-9]");
  EXPECT_FALSE(host.Apply(body)->changed);
  host.processes.On({"tool"}, "x\ncreated: 12\n", 0);
  EXPECT_TRUE(host.Apply(body)->changed);
  body.mutable_exec()->set_changed(provision::v1::Exec::EXIT_CODE);
  body.mutable_exec()->set_changed_exit_code(2);
  EXPECT_FALSE(host.Apply(body)->changed);
  host.processes.On({"tool"}, "", 2);
  EXPECT_TRUE(host.Apply(body)->changed);
}

TEST(OsImageStep, RefusesARootThatHoldsSomethingElse) {
  Host host;
  host.world.Write("/srv/root/file", "x");
  StepBody body;
  body.mutable_os_image()->set_distribution("debian");
  body.mutable_os_image()->set_release("bookworm");
  body.mutable_os_image()->set_root("/srv/root");
  EXPECT_EQ(DetailsOf(host.Apply(body).status()).error_code, "ROOT_NOT_EMPTY");
  body.mutable_os_image()->set_root("/srv/new");
  EXPECT_EQ(DetailsOf(host.Apply(body).status()).error_code, "MMDEBSTRAP_MISSING");
}

TEST(OsImageStep, AFinishedBuildIsMovedWithoutBuildingAgain) {
  Host host;
  const auto bootstrap = [&host](const Command&) {
    host.world.Write("/srv/new.provision-part/usr/lib/os-release", "ID=debian\nVERSION_CODENAME=bookworm\n");
    CommandResult result;
    result.exit_code = 0;
    return result;
  };
  host.processes.On({"mmdebstrap"}, bootstrap);
  host.processes.On({"mv"}, "", 1, "mv: interrupted");
  StepBody body;
  body.mutable_os_image()->set_distribution("debian");
  body.mutable_os_image()->set_release("bookworm");
  body.mutable_os_image()->set_root("/srv/new");
  body.mutable_os_image()->add_include("systemd");
  EXPECT_EQ(DetailsOf(host.Apply(body).status()).error_code, "MOVE_FAILED");
  EXPECT_THAT(host.processes.lines[0], HasSubstr("--include=systemd bookworm /srv/new.provision-part"));
  host.processes.lines.clear();
  host.processes.On({"mv"}, "");
  ASSERT_TRUE(host.Apply(body).ok());
  EXPECT_EQ(host.processes.lines.size(), 1u) << "only mv";
}

// A reporter that cancels the step as soon as it waits.
class CancelWhenWaiting final : public StepReporter {
 public:
  explicit CancelWhenWaiting(CancelToken* token) : token_(token) {}
  void Output(int, absl::string_view) override {}
  void Progress(int64_t, int64_t, absl::string_view, absl::string_view) override {}
  void Waiting(absl::string_view why) override {
    reason = std::string(why);
    token_->Set(CancelToken::Why::kCancelled);
  }
  void Warn(absl::string_view, absl::string_view) override {}
  std::string reason;

 private:
  CancelToken* token_;
};

TEST(DpkgLock, NamesWhoHoldsIt) {
  Host host;
  host.world.Write("/var/lib/dpkg/lock-frontend", "");
  const std::string path = host.world.root + "/var/lib/dpkg/lock-frontend";
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t holder = fork();  // a process never conflicts with its own locks
  if (holder == 0) {
    const int fd = open(path.c_str(), O_RDWR);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    const bool locked = fcntl(fd, F_SETLK, &lock) == 0;
    if (write(ready[1], locked ? "y" : "n", 1) == 1) pause();
    _exit(0);
  }
  char answer = 0;
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  host.world.Write(absl::StrCat("/proc/", holder, "/comm"), "unattended-upgr\n");
  CancelWhenWaiting reporter(&host.world.cancel);
  StepContext context = {.files = host.world.files,
                         .processes = host.processes,
                         .clock = host.world.clock,
                         .reporter = reporter,
                         .undo = host.world.undo,
                         .blobs = host.world.blobs,
                         .cancel = host.world.cancel};
  const absl::Status waited = AwaitDpkgLock(context);
  EXPECT_EQ(reporter.reason, absl::StrCat("dpkg lock held by unattended-upgr (pid ", holder, ")"));
  EXPECT_EQ(DetailsOf(waited).error_code, "CANCELLED");
  kill(holder, SIGKILL);
  waitpid(holder, nullptr, 0);
}

TEST(SysctlStep, TakesNoPathThatLeadsOut) {
  Host host;
  StepBody body;
  body.mutable_sysctl()->set_key("kernel/../../../etc/passwd");
  body.mutable_sysctl()->set_value("1");
  EXPECT_EQ(DetailsOf(host.Observe(body).status()).error_code, "BAD_KEY");
}

}  // namespace
}  // namespace pe::agent
