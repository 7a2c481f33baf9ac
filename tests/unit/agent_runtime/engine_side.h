// The engine's side of a session, in one process with it: an agent with real threads, journal and fake steps, and the
// frames it sends. A new Life is what comes after the agent was killed: only its folder stays.
#ifndef TESTS_UNIT_AGENT_RUNTIME_ENGINE_SIDE_H_
#define TESTS_UNIT_AGENT_RUNTIME_ENGINE_SIDE_H_

#include <gtest/gtest.h>
#include <poll.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/frame.h"
#include "server/agent/agent.h"
#include "server/agent/disk_run_store.h"
#include "server/agent/session.h"
#include "server/agent/system/real_file_system.h"
#include "server/agent/system/real_process_runner.h"
#include "server/agent/waker.h"
#include "tests/unit/agent_runtime/fake_steps.h"

namespace pe::agent {

namespace v1 = provision::agent::v1;

class Life {
 public:
  explicit Life(const std::string& state, UndoLimits undo_limits = {})
      : undo_limits_(undo_limits), store_(files_, state) {
    std::vector<std::string> warnings;
    EXPECT_TRUE(agent_->Load(&warnings).ok());
    EXPECT_TRUE(warnings.empty()) << warnings[0];
  }
  ~Life() { agent_->Abandon(); }

  Agent& agent() { return *agent_; }
  const Waker& waker() { return waker_; }
  DiskRunStore& store() { return store_; }

 private:
  const UndoLimits undo_limits_;
  SystemClock clock_;
  Waker waker_;
  RealFileSystem files_;
  RealProcessRunner processes_{clock_, {}};
  BlobStore blobs_;
  DiskRunStore store_;
  std::unique_ptr<Agent> agent_;
  ThreadExecutor executor_{
      {.files = files_, .processes = processes_, .clock = clock_, .blobs = blobs_, .find_type = FakeSteps::Find}};
  const bool made_ = [this] {
    agent_ = std::make_unique<Agent>(Agent::Options{.digest = "d",
                                                    .version = "v",
                                                    .gather_facts = [] { return provision::v1::Facts(); },
                                                    .host = {.executor = executor_,
                                                             .store = store_,
                                                             .clock = clock_,
                                                             .find_type = FakeSteps::Find,
                                                             .wake = [this] { waker_.Wake(); }},
                                                    .blobs = blobs_,
                                                    .undo_limits = undo_limits_});
    return true;
  }();
};

// One connection. Turns the agent's loop while it waits.
class EngineSide {
 public:
  explicit EngineSide(Life& life) : life_(life), session_(std::make_unique<Session>(life.agent())) {
    hello_ = Next([](const v1::Frame& f) { return f.has_hello(); }).hello();
  }

  const v1::Hello& hello() const { return hello_; }
  Session& session() { return *session_; }

  void Send(const v1::Frame& frame) {
    std::string bytes;
    AppendFrame(frame.SerializeAsString(), bytes);
    EXPECT_TRUE(session_->OnBytes(bytes).ok());
  }
  void Welcome(int64_t epoch = 1, const std::string& engine = "engine1", const std::vector<v1::Resume>& resumes = {}) {
    v1::Frame frame;
    frame.mutable_welcome()->set_engine_id(engine);
    frame.mutable_welcome()->set_epoch(epoch);
    for (const v1::Resume& resume : resumes) *frame.mutable_welcome()->add_resume() = resume;
    Send(frame);
  }
  static v1::Resume After(const std::string& run, int64_t seq) {
    v1::Resume resume;
    resume.set_run(run);
    resume.set_after_seq(seq);
    return resume;
  }
  void SendPlan(const v1::Plan& plan, int64_t epoch = 1, size_t piece = 7) {
    const std::string bytes = plan.SerializeAsString();
    v1::Frame frame;
    for (size_t at = 0; at < bytes.size(); at += piece) {
      frame.mutable_blob_part()->set_digest(Sha256Hex(bytes));
      frame.mutable_blob_part()->set_offset(static_cast<int64_t>(at));
      frame.mutable_blob_part()->set_size(static_cast<int64_t>(bytes.size()));
      frame.mutable_blob_part()->set_data(bytes.substr(at, piece));
      Send(frame);
    }
    frame.mutable_run_plan()->set_run(plan.run());
    frame.mutable_run_plan()->set_plan_digest(Sha256Hex(bytes));
    frame.mutable_run_plan()->set_epoch(epoch);
    Send(frame);
  }
  // Frames up to and with the first that `wanted` likes; they are kept in frames().
  v1::Frame Next(const std::function<bool(const v1::Frame&)>& wanted) {
    for (int i = 0; i < 10'000; ++i) {
      while (!decoded_.empty()) {
        v1::Frame frame = std::move(decoded_.front());
        decoded_.erase(decoded_.begin());
        frames_.push_back(frame);
        if (wanted(frame)) return frame;
      }
      Turn();
    }
    ADD_FAILURE() << "the frame that was waited for did not come";
    return {};
  }
  v1::RunDone Done() {
    return Next([](const v1::Frame& f) { return f.report().has_done(); }).report().done();
  }
  const std::vector<v1::Frame>& frames() const { return frames_; }
  std::vector<v1::Report> reports() const {
    std::vector<v1::Report> out;
    for (const v1::Frame& frame : frames_) {
      if (frame.has_report()) out.push_back(frame.report());
    }
    return out;
  }
  // Last state of each step, in order of the steps.
  std::map<int, int> states() const {
    std::map<int, int> out;
    for (const v1::Report& report : reports()) {
      if (report.has_step_state()) out[report.step()] = report.step_state().state();
    }
    return out;
  }

 private:
  void Turn() {
    life_.agent().Tick();
    session_->Pump();
    decoder_.Append(session_->out());
    session_->out().clear();
    absl::string_view message;
    while (decoder_.Next(&message).value())
      EXPECT_TRUE(decoded_.emplace_back().ParseFromArray(message.data(), static_cast<int>(message.size())));
    if (!decoded_.empty()) return;
    pollfd fd = {life_.waker().fd(), POLLIN, 0};
    poll(&fd, 1, 10);  // timers need a look now and then
    life_.waker().Take();
  }

  Life& life_;
  std::unique_ptr<Session> session_;
  FrameDecoder decoder_;
  std::vector<v1::Frame> decoded_;
  std::vector<v1::Frame> frames_;
  v1::Hello hello_;
};

}  // namespace pe::agent

#endif  // TESTS_UNIT_AGENT_RUNTIME_ENGINE_SIDE_H_
