// Real programs. Conditions are waited for by reading what the program itself says; nothing here measures time.
#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "server/agent/system/real_process_runner.h"
#include "tests/unit/agent_runtime/temporary_folder.h"

namespace pe::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ProcessTest : public testing::Test {
 protected:
  CommandResult Run(const Command& command) {
    absl::StatusOr<CommandResult> result = runner_.Run(command, cancel_);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : CommandResult{};
  }
  SystemClock clock_;
  RealProcessRunner runner_{clock_, {.grace_us = 200 * kMicrosPerMilli}};
  CancelToken cancel_;
};

bool Alive(const std::string& pid_text) {
  int pid = 0;
  EXPECT_TRUE(absl::SimpleAtoi(pid_text, &pid)) << pid_text;
  return pid > 0 && (kill(pid, 0) == 0 || errno != ESRCH);
}

TEST_F(ProcessTest, StreamsExitCodeAndInput) {
  std::string seen;
  const CommandResult result = Run({.argv = {"sh", "-c", "cat; echo err >&2; exit 7"},
                                    .standard_input = "hello",
                                    .on_output = [&](int stream, absl::string_view b) {
                                      seen += std::to_string(stream) + ":" + std::string(b) + ";";
                                    }});
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.standard_output, "hello");
  EXPECT_EQ(result.standard_error, "err\n");
  EXPECT_THAT(seen, HasSubstr("1:hello;"));
  EXPECT_THAT(seen, HasSubstr("2:err\n;"));
}

TEST_F(ProcessTest, TheEnvironmentIsMinimalAndExplicit) {
  const CommandResult result = Run({.argv = {"env"}, .environment = {{"A", "b"}, {"HOME", "/h"}}});
  EXPECT_THAT((std::vector<std::string>(absl::StrSplit(result.standard_output, '\n', absl::SkipEmpty()))),
              testing::UnorderedElementsAre("A=b", "HOME=/h", "LANG=C.UTF-8", testing::StartsWith("PATH=")));
}

TEST_F(ProcessTest, NoDescriptorsLeakIntoTheCommand) {
  const CommandResult result = Run({.argv = {"sh", "-c", "ls /proc/$$/fd; true"}});
  EXPECT_EQ(result.standard_output, "0\n1\n2\n");
}

TEST_F(ProcessTest, StatusLinesComeFromDescriptorThree) {
  std::vector<std::string> lines;
  Run({.argv = {"sh", "-c", "printf 'a\\nb' >&3; printf 'c\\n' >&3"},
       .on_status_line = [&](absl::string_view l) { lines.emplace_back(l); }});
  EXPECT_THAT(lines, ElementsAre("a", "bc"));
}

TEST_F(ProcessTest, WhatCannotBeStartedSaysWhy) {
  const absl::Status missing = runner_.Run({.argv = {"no-such-program"}}, cancel_).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()), HasSubstr("no-such-program"));
  EXPECT_EQ(runner_.Run({.argv = {"/etc/passwd"}}, cancel_).status().code(), absl::StatusCode::kPermissionDenied);
  const absl::Status directory = runner_.Run({.argv = {"true"}, .directory = "/no/such"}, cancel_).status();
  EXPECT_EQ(directory.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(directory.message()), HasSubstr("/no/such"));
}

TEST_F(ProcessTest, OnlyTheLastOutputIsKept) {
  const CommandResult result = Run({.argv = {"sh", "-c", "seq 1 100000"}, .keep_output = 13});
  EXPECT_EQ(result.standard_output, "99999\n100000\n");
}

TEST_F(ProcessTest, BecomesAnotherUser) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  const CommandResult result = Run({.argv = {"id", "-u", "-r"}, .uid = 65534, .gid = 65534});
  EXPECT_EQ(result.standard_output, "65534\n");
  EXPECT_EQ(Run({.argv = {"id", "-G"}, .uid = 65534, .gid = 65534, .groups = {65534, 4}}).standard_output, "65534 4\n");
}

TEST_F(ProcessTest, SignalsAreTold) {
  const CommandResult result = Run({.argv = {"sh", "-c", "kill -9 $$"}});
  EXPECT_EQ(result.signal, SIGKILL);
  EXPECT_FALSE(result.ok());
}

// The shell says its own and its escaped child's number once both ignore TERM; then the token is set.
TEST_F(ProcessTest, CancelEndsTheWholeTreeAlsoWhatEscapedAndIgnoresTerm) {
  std::string text;
  const CommandResult result =
      Run({.argv = {"sh", "-c", "trap '' TERM; setsid sh -c 'trap \"\" TERM; echo $$; exec sleep 1000' & wait"},
           .on_output = [&](int, absl::string_view bytes) {
             text += std::string(bytes);
             if (text.find('\n') != std::string::npos) cancel_.Set(CancelToken::Why::kCancelled);
           }});
  EXPECT_TRUE(result.cancelled);
  EXPECT_EQ(result.signal, SIGKILL);
  EXPECT_FALSE(Alive(std::string(absl::string_view(text).substr(0, text.find('\n')))));
}

TEST_F(ProcessTest, WhatACommandLeavesBehindIsEnded) {
  const CommandResult result = Run({.argv = {"sh", "-c", "setsid sleep 1000 >/dev/null 2>&1 </dev/null & echo $!"}});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_FALSE(Alive(result.standard_output.substr(0, result.standard_output.find('\n'))));
}

TEST_F(ProcessTest, ACancelDoesNotEndWhatIsNotInterruptibleButForceDoes) {
  const CommandResult left =
      Run({.argv = {"sh", "-c", "echo go; read line < /dev/null; exit 3"},
           .interruptible = false,
           .on_output = [&](int, absl::string_view) { cancel_.Set(CancelToken::Why::kCancelled); }});
  EXPECT_EQ(left.exit_code, 3);
  EXPECT_FALSE(left.cancelled);
  const CommandResult forced =
      Run({.argv = {"sh", "-c", "echo go; exec sleep 1000"},
           .interruptible = false,
           .on_output = [&](int, absl::string_view) { cancel_.Set(CancelToken::Why::kForced); }});
  EXPECT_TRUE(forced.cancelled);
  EXPECT_EQ(forced.signal, SIGTERM);
}

TEST_F(ProcessTest, TimeOut) {
  const CommandResult result = Run(
      {.argv = {"sleep", "1000"}, .timeout_us = 300'000});  // long enough that it is a sleep, not a fork of the agent
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.signal, SIGTERM);
}

TEST_F(ProcessTest, ManyAtOnceDoNotHoldEachOthersStreams) {
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const std::string text(1000, static_cast<char>('a' + i));
      for (int n = 0; n < 5; ++n) {
        absl::StatusOr<CommandResult> result = runner_.Run({.argv = {"cat"}, .standard_input = text}, cancel_);
        if (result.ok() && result->ok() && result->standard_output == text) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 40);
}

// The pipe's write end is held by the grandchild alone: it closes when the tree of the dead agent has been ended.
TEST_F(ProcessTest, TheCommandEndsWhenTheAgentIsKilled) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t agent = fork();
  if (agent == 0) {
    close(ends[0]);
    TemporaryFolder folder;
    const std::string number = std::to_string(getpid());
    // The command keeps no descriptor of ours, so it opens the pipe by way of /proc.
    absl::StatusOr<CommandResult> result =
        runner_.Run({.argv = {"sh", "-c",
                              "exec 1>/proc/" + number + "/fd/" + std::to_string(ends[1]) + "; kill -9 " + number +
                                  "; exec sleep 1000"}},
                    cancel_);
    _exit(1);
  }
  close(ends[1]);
  char byte;
  EXPECT_EQ(read(ends[0], &byte, 1), 0);
  close(ends[0]);
  int status = 0;
  waitpid(agent, &status, 0);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

}  // namespace
}  // namespace pe::agent
