#include "tests/integration/agent/agent_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "server/agent/system/temporary.h"

namespace pe::agent {
namespace {

constexpr int kHungMs = 60'000;

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

}  // namespace

AgentProcess::AgentProcess(const std::vector<std::string>& argv,
                           const std::map<std::string, std::string>& environment) {
  signal(SIGPIPE, SIG_IGN);
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) abort();
  const std::vector<char*> pointers = Pointers(argv);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    execv(pointers[0], pointers.data());
    _exit(127);
  }
  in_.Reset(in[1]);
  out_.Reset(out[0]);
  close(in[0]);
  close(out[1]);
}

AgentProcess::~AgentProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
}

void AgentProcess::Kill(int signal) {
  kill(pid_, signal);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void AgentProcess::Send(const v1::Frame& frame) {
  std::string bytes;
  AppendFrame(frame.SerializeAsString(), bytes);
  EXPECT_TRUE(WriteAll(in_.get(), bytes, "the agent's standard input").ok());
}

bool AgentProcess::ReadMore() {
  pollfd fd = {out_.get(), POLLIN, 0};
  if (poll(&fd, 1, kHungMs) != 1) return false;
  char buffer[65536];
  const ssize_t n = read(out_.get(), buffer, sizeof buffer);
  if (n <= 0) return false;
  decoder_.Append(absl::string_view(buffer, static_cast<size_t>(n)));
  return true;
}

v1::Frame AgentProcess::Next(const std::function<bool(const v1::Frame&)>& wanted) {
  while (true) {
    absl::string_view message;
    const absl::StatusOr<bool> whole = decoder_.Next(&message);
    if (!whole.ok() || (!*whole && !ReadMore())) {
      ADD_FAILURE() << "the frame that was waited for did not come; " << frames_.size() << " others did";
      return {};
    }
    if (!*whole) continue;
    v1::Frame& frame = frames_.emplace_back();
    EXPECT_TRUE(frame.ParseFromArray(message.data(), static_cast<int>(message.size())));
    if (wanted(frame)) return frame;
  }
}

v1::Hello AgentProcess::Hello() {
  return Next([](const v1::Frame& f) { return f.has_hello(); }).hello();
}

void AgentProcess::Welcome(int64_t epoch, const std::string& run, int64_t after_seq) {
  v1::Frame frame;
  frame.mutable_welcome()->set_engine_id("engine1");
  frame.mutable_welcome()->set_epoch(epoch);
  if (!run.empty()) {
    auto& resume = *frame.mutable_welcome()->add_resume();
    resume.set_run(run);
    resume.set_after_seq(after_seq);
  }
  Send(frame);
}

void AgentProcess::RunPlan(const v1::Plan& plan, int64_t epoch) {
  const std::string bytes = plan.SerializeAsString();
  v1::Frame frame;
  frame.mutable_blob_part()->set_digest(Sha256Hex(bytes));
  frame.mutable_blob_part()->set_size(static_cast<int64_t>(bytes.size()));
  frame.mutable_blob_part()->set_data(bytes);
  Send(frame);
  frame.mutable_run_plan()->set_run(plan.run());
  frame.mutable_run_plan()->set_plan_digest(Sha256Hex(bytes));
  frame.mutable_run_plan()->set_epoch(epoch);
  Send(frame);
}

v1::RunDone AgentProcess::Done() {
  return Next([](const v1::Frame& f) { return f.report().has_done(); }).report().done();
}

int AgentProcess::Finish() {
  in_.Reset();
  return AwaitEnd();
}

int AgentProcess::AwaitEnd() {
  while (ReadMore()) {
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::vector<v1::Report> AgentProcess::reports() const {
  std::vector<v1::Report> out;
  for (const v1::Frame& frame : frames_) {
    if (frame.has_report()) out.push_back(frame.report());
  }
  return out;
}

std::map<int, int> AgentProcess::states() const {
  std::map<int, int> out;
  for (const v1::Report& report : reports()) {
    if (report.has_step_state()) out[report.step()] = report.step_state().state();
  }
  return out;
}

std::string OutputOf(const std::vector<std::string>& argv) {
  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) abort();
  const std::vector<char*> pointers = Pointers(argv);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(out[1], 1);
    execv(pointers[0], pointers.data());
    _exit(127);
  }
  close(out[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n; (n = read(out[0], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<size_t>(n));
  close(out[0]);
  waitpid(pid, nullptr, 0);
  return text;
}

}  // namespace pe::agent
