#include "tests/simulation/sim_host.h"

#include "provision/v1/job.pb.h"

namespace pe::sim {

using provision::agent::v1::Frame;
using provision::agent::v1::RunDone;
using provision::v1::StepStatus;

provision::agent::v1::Hello SimHost::MakeHello() const {
  provision::agent::v1::Hello hello;
  hello.set_protocol(1);
  hello.set_engine_id(engine_id_);
  hello.set_epoch(epoch_);
  hello.set_boot_id(std::to_string(boot_));
  auto* facts = hello.mutable_facts();
  facts->set_hostname(name_);
  facts->set_os_id("debian");
  facts->set_os_codename("bookworm");
  facts->set_package_manager("apt");
  facts->set_has_os(true);
  for (const auto c : {provision::v1::Facts::INIT, provision::v1::Facts::KERNEL, provision::v1::Facts::NETWORK})
    facts->add_capabilities(c);
  for (const auto& [id, run] : runs_) {
    auto* open = hello.add_open_runs();
    open->set_run(id);
    open->set_epoch(run.epoch);
    open->set_last_seq(static_cast<int64_t>(run.reports.size()));
    open->set_done(run.ended);
  }
  return hello;
}

void SimHost::OnFrame(const Frame& frame, const void* wire, const Sender& send) {
  switch (frame.kind_case()) {
    case Frame::kWelcome: {
      if (frame.welcome().epoch() < epoch_) {
        Frame refused;
        refused.mutable_refused()->set_code("STALE_EPOCH");
        return send(refused);
      }
      epoch_ = frame.welcome().epoch();
      engine_id_ = frame.welcome().engine_id();
      send_ = send;
      wire_ = wire;
      for (const auto& resume : frame.welcome().resume()) {
        const auto run = runs_.find(resume.run());
        if (run == runs_.end()) continue;
        for (const auto& report : run->second.reports) {
          if (report.seq() <= resume.after_seq()) continue;
          Frame out;
          *out.mutable_report() = report;
          send(out);
        }
      }
      break;
    }
    case Frame::kBlobPart:
      if (frame.blob_part().offset() == 0) blob_.clear();
      blob_ += frame.blob_part().data();
      break;
    case Frame::kRunPlan:
      Start(frame.run_plan().run(), frame.run_plan());
      break;
    case Frame::kCancelRun:
      if (const auto run = runs_.find(frame.cancel_run().run()); run != runs_.end()) run->second.cancelled = true;
      break;
    case Frame::kForgetRun:
      if (const auto run = runs_.find(frame.forget_run().run()); run != runs_.end() && run->second.ended)
        runs_.erase(run);
      break;
    case Frame::kPing: {
      Frame pong;
      pong.mutable_pong()->set_nonce(frame.ping().nonce());
      send(pong);
      break;
    }
    default:
      break;
  }
}

void SimHost::Start(const std::string& id, const provision::agent::v1::RunPlan& request) {
  if (runs_.contains(id)) return;  // the same run again goes on
  Run& run = runs_[id];
  run.plan.ParseFromString(blob_);
  run.epoch = request.epoch();
  run.order = ++last_order_;
  clock_->At(static_cast<int64_t>(faults_->Draw(2000)), [this, id, boot = boot_] { Work(id, boot); });
}

void SimHost::StepState(const std::string& id, int state) {
  const Run& run = runs_[id];
  provision::agent::v1::Report report;
  report.set_step(run.plan.steps(static_cast<int>(run.position)).index());
  report.set_attempt(1);
  report.mutable_step_state()->set_state(state);
  Report(id, std::move(report));
}

// One move of the run: begin the step at `position`, or end it. A closure of an earlier boot does nothing.
void SimHost::Work(const std::string& id, uint64_t boot) {
  const auto found = runs_.find(id);
  if (boot != boot_ || found == runs_.end() || found->second.ended) return;
  Run& run = found->second;
  // One run at a time, in the order in which they came: a later one waits for the earlier one's end.
  for (const auto& [other, r] : runs_) {
    if (other != id && !r.ended && r.order < run.order) {
      clock_->At(50'000, [this, id, b = boot_] { Work(id, b); });
      return;
    }
    if (other != id && !r.ended && r.intent) overlapped_ = true;
  }
  const auto again = [&](int64_t pause) { clock_->At(pause, [this, id, b = boot_] { Work(id, b); }); };
  if (run.cancelled && !run.intent) return Finish(id, RunDone::CANCELLED);
  if (run.position == static_cast<size_t>(run.plan.steps_size())) return Finish(id, RunDone::SUCCEEDED);
  if (!run.intent) {
    run.intent = true;
    StepState(id, StepStatus::RUNNING);
    return again(static_cast<int64_t>(faults_->Draw(200'000)));
  }
  const bool there = run.done.contains(run.position);  // observed: after a reboot the effect may be there already
  if (!there || bug_ == SeededBug::kRunTwice) {
    ++effects_[id + " " + run.plan.steps(static_cast<int>(run.position)).id()];
    run.done.insert(run.position);
    if (faults_->Hit("reboot between effect and result", 40)) return Reboot();
  }
  StepState(id, StepStatus::CHANGED);
  run.intent = false;
  ++run.position;
  again(static_cast<int64_t>(faults_->Draw(5000)));
}

void SimHost::Finish(const std::string& id, RunDone::Outcome outcome) {
  Run& run = runs_[id];
  if (outcome == RunDone::CANCELLED) {
    for (; run.position < static_cast<size_t>(run.plan.steps_size()); ++run.position)
      StepState(id, StepStatus::CANCELLED);
  }
  run.ended = true;
  provision::agent::v1::Report done;
  done.set_step(-1);
  done.mutable_done()->set_outcome(outcome);
  Report(id, std::move(done));
}

void SimHost::Report(const std::string& id, provision::agent::v1::Report report) {
  Run& run = runs_[id];
  report.set_run(id);
  report.set_seq(static_cast<int64_t>(run.reports.size()) + 1);
  run.reports.push_back(report);
  if (!send_) return;
  Frame frame;
  *frame.mutable_report() = std::move(report);
  send_(frame);
}

void SimHost::Reboot() {
  ++boot_;
  send_ = nullptr;
  for (const auto& [id, run] : runs_) {
    if (!run.ended)
      clock_->At(1'000'000 + static_cast<int64_t>(faults_->Draw(3'000'000)),
                 [this, id = id, b = boot_] { Work(id, b); });
  }
}

}  // namespace pe::sim
