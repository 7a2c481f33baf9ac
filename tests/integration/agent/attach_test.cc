// attach, worker and serve, as the engine uses them.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/agent/step_state.h"
#include "tests/integration/agent/agent_process.h"
#include "tests/integration/agent/plans.h"
#include "tests/unit/agent_runtime/temporary_folder.h"

namespace pe::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr char kRun[] = "job/0/0";

class AttachTest : public testing::Test {
 protected:
  AttachTest() { environment_ = {{"PE_AGENT_RUN", run_}, {"PE_AGENT_STATE", folder_.path() + "/state"}}; }
  ~AttachTest() override {
    if (const int worker = WorkerPid(); worker > 0) kill(worker, SIGTERM);
    AwaitNoWorker();
  }
  AgentProcess Start(const std::string& command) { return AgentProcess({PE_AGENT_BINARY, command}, environment_); }

  // The worker holds worker.lock: a wait for the lock is a wait for its end.
  void AwaitNoWorker() {
    const int fd = open((run_ + "/worker.lock").c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    EXPECT_EQ(flock(fd, LOCK_EX), 0);
    close(fd);
  }
  // Who holds worker.lock; 0: nobody.
  int WorkerPid() {
    struct stat st;
    if (stat((run_ + "/worker.lock").c_str(), &st) != 0) return 0;
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
      int pid = 0;
      if (line.find(absl::StrCat(":", st.st_ino, " ")) == std::string::npos || line.find("FLOCK") == std::string::npos)
        continue;
      const size_t write = line.find("WRITE ");
      if (write != std::string::npos && sscanf(line.c_str() + write + 6, "%d", &pid) == 1) return pid;
    }
    return 0;
  }

  TemporaryFolder folder_;
  std::string run_ = folder_.path() + "/run";
  std::map<std::string, std::string> environment_;
};

TEST_F(AttachTest, HelloSaysWhatAndWhere) {
  AgentProcess agent = Start("attach");
  const v1::Hello hello = agent.Hello();
  EXPECT_EQ(hello.protocol(), 1);
  EXPECT_EQ(OutputOf({PE_AGENT_BINARY, "version"}),
            absl::StrCat("pe-agent ", hello.version(), " ", hello.digest(), "\n"));
  EXPECT_EQ(hello.digest().size(), 64u);
  EXPECT_EQ(hello.boot_id().size(), 36u);
  EXPECT_FALSE(hello.facts().os_id().empty());
  EXPECT_GT(hello.facts().memory_bytes(), 1 << 20);
  EXPECT_TRUE(hello.facts().architecture() == "amd64" || hello.facts().architecture() == "arm64");
  struct stat st;
  ASSERT_EQ(stat((run_ + "/worker.sock").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
}

TEST_F(AttachTest, RunsAPlanAndRunsItAgainUnchanged) {
  const std::string path = folder_.path() + "/made/file";
  AgentProcess agent = Start("attach");
  agent.Hello();
  agent.Welcome(1);
  agent.RunPlan(
      RealPlan(kRun).Directory(folder_.path() + "/made").File(path, "hello\n").Exec({"sh", "-c", "echo out"}).plan(),
      1);
  EXPECT_EQ(agent.Done().outcome(), v1::RunDone::SUCCEEDED);
  EXPECT_THAT(agent.states(), ElementsAre(Pair(0, kStepChanged), Pair(1, kStepChanged), Pair(2, kStepChanged)));
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "hello\n");
  agent.RunPlan(RealPlan("job2/0/0").Directory(folder_.path() + "/made").File(path, "hello\n").plan(), 1);
  agent.Done();
  EXPECT_EQ(agent.states()[0], kStepUnchanged);
  EXPECT_EQ(agent.states()[1], kStepUnchanged);
}

TEST_F(AttachTest, TheRunGoesOnWithoutItsConnectionAndReportsGoOnInTheNext) {
  const std::string gate = folder_.path() + "/gate";
  ASSERT_EQ(mkfifo(gate.c_str(), 0600), 0);
  int64_t stored = 0;
  int worker = 0;
  {
    AgentProcess agent = Start("attach");
    agent.Hello();
    agent.Welcome(1);
    agent.RunPlan(RealPlan(kRun)
                      .Exec({"sh", "-c", "echo started; read line < " + gate + "; echo $line"})
                      .File(folder_.path() + "/f", "x")
                      .plan(),
                  1);
    stored = agent.Next([](const v1::Frame& f) { return f.report().has_output(); }).report().seq();
    worker = WorkerPid();
    EXPECT_GT(worker, 0);
    agent.Kill(SIGKILL);
  }
  std::ofstream(gate) << "opened\n";  // blocks until the step reads it
  AgentProcess again = Start("attach");
  EXPECT_EQ(WorkerPid(), worker);
  const v1::Hello hello = again.Hello();
  ASSERT_EQ(hello.open_runs_size(), 1);
  EXPECT_EQ(hello.engine_id(), "engine1");
  again.Welcome(2, kRun, stored);
  EXPECT_EQ(again.Done().outcome(), v1::RunDone::SUCCEEDED);
  std::string output;
  for (const v1::Report& report : again.reports()) {
    EXPECT_EQ(report.seq(), ++stored);
    output += report.output().data();
  }
  EXPECT_EQ(output, "opened\n");
  EXPECT_THAT(again.states(), ElementsAre(Pair(0, kStepChanged), Pair(1, kStepChanged)));
}

TEST_F(AttachTest, AKilledWorkerLeavesNoCommandAndSaysThatItDoesNotKnow) {
  const std::string gate = folder_.path() + "/gate";
  const std::string mark = folder_.path() + "/mark";
  ASSERT_EQ(mkfifo(gate.c_str(), 0600), 0);
  ASSERT_EQ(mkfifo(mark.c_str(), 0600), 0);
  AgentProcess agent = Start("attach");
  agent.Hello();
  agent.Welcome(1);
  agent.RunPlan(RealPlan(kRun)
                    .Directory(folder_.path() + "/d")
                    .Exec({"sh", "-c", "exec 5>" + mark + "; echo started; read line < " + gate})
                    .plan(),
                1);
  const int held = open(mark.c_str(), O_RDONLY);  // returns when the step has opened it
  const int64_t stored = agent.Next([](const v1::Frame& f) { return f.report().has_output(); }).report().seq();
  ASSERT_EQ(kill(WorkerPid(), SIGKILL), 0);
  char byte;
  EXPECT_EQ(read(held, &byte, 1), 0) << "the command has ended with its agent";
  close(held);
  EXPECT_EQ(agent.AwaitEnd(), 1);

  AgentProcess again = Start("attach");
  ASSERT_EQ(again.Hello().open_runs_size(), 1);
  again.Welcome(1, kRun, stored);
  EXPECT_EQ(again.Done().outcome(), v1::RunDone::FAILED);
  EXPECT_EQ(again.states()[1], kStepOutcomeUnknown);
}

TEST_F(AttachTest, AnIdleWorkerEndsAndTheNextAttachStartsAnother) {
  environment_["PE_AGENT_IDLE_MS"] = "1";
  {
    AgentProcess agent = Start("attach");
    agent.Hello();
    EXPECT_EQ(agent.Finish(), 0);
  }
  AwaitNoWorker();
  EXPECT_EQ(Start("attach").Hello().protocol(), 1);
}

TEST_F(AttachTest, AnotherBuildTakesOverAnIdleWorker) {
  Start("attach").Hello();
  const int before = WorkerPid();
  std::ofstream(run_ + "/worker.mark") << "another build";
  // Until it has seen that nobody is connected any more, it is not idle and is used as it is.
  int now = before;
  for (int i = 0; i < 1000 && now == before; ++i) {
    Start("attach").Hello();
    now = WorkerPid();
  }
  EXPECT_NE(now, before);
}

TEST_F(AttachTest, AnotherBuildUsesAWorkerThatIsBusy) {
  const std::string gate = folder_.path() + "/gate";
  ASSERT_EQ(mkfifo(gate.c_str(), 0600), 0);
  AgentProcess agent = Start("attach");
  agent.Hello();
  agent.Welcome(1);
  agent.RunPlan(RealPlan(kRun).Exec({"sh", "-c", "read line < " + gate}).plan(), 1);
  agent.Next([](const v1::Frame& f) { return f.has_report(); });
  const int before = WorkerPid();
  std::ofstream(run_ + "/worker.mark") << "another build";
  Start("attach").Hello();
  EXPECT_EQ(WorkerPid(), before);
  std::ofstream(gate) << "\n";
  agent.Done();
}

TEST_F(AttachTest, AFolderThatOthersMayEnterIsRefused) {
  ASSERT_EQ(mkdir(run_.c_str(), 0755), 0);
  AgentProcess agent = Start("attach");
  EXPECT_EQ(agent.Finish(), 1);
  EXPECT_EQ(access((run_ + "/worker.sock").c_str(), F_OK), -1);
}

TEST_F(AttachTest, ServeEndsWithItsStreams) {
  AgentProcess agent = Start("serve");
  agent.Hello();
  agent.Welcome(1);
  agent.RunPlan(RealPlan(kRun).Exec({"sleep", "1000"}).plan(), 1);
  agent.Next([](const v1::Frame& f) { return f.has_report(); });
  EXPECT_EQ(agent.Finish(), 0);
}

TEST_F(AttachTest, WrongCommandLinesAreRefused) { EXPECT_EQ(Start("no-such-command").Finish(), 64); }

}  // namespace
}  // namespace pe::agent
