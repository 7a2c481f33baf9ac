#include "tests/unit/engine/fake_transport.h"

#include <algorithm>
#include <utility>

#include "provision/v1/job.pb.h"

namespace pe {

using provision::agent::v1::Frame;
using provision::agent::v1::Plan;
using provision::agent::v1::RunDone;
using provision::v1::StepStatus;

struct FakeTransport::Wire {
  std::string host;
  std::shared_ptr<ConnectionObserver> observer;
  std::deque<Frame> sent;
  std::string pinned;
  bool opened = false;
  bool close_asked = false;
  bool closed = false;
  std::string blob;
};

class FakeTransport::FakeConnection final : public Connection {
 public:
  explicit FakeConnection(std::shared_ptr<Wire> wire) : wire_(std::move(wire)) {}
  ~FakeConnection() override { Close(); }
  bool Send(const Frame& frame) override {
    if (wire_->closed || wire_->close_asked) return false;
    wire_->sent.push_back(frame);
    return true;
  }
  void Close() override { wire_->close_asked = true; }

 private:
  std::shared_ptr<Wire> wire_;
};

std::unique_ptr<Connection> FakeTransport::Connect(const ConnectRequest& request,
                                                   std::shared_ptr<ConnectionObserver> observer) {
  auto wire = std::make_shared<Wire>();
  wire->host = request.address.host;
  wire->observer = std::move(observer);
  wire->pinned = request.host_key;
  ++hosts_[wire->host].connects;
  wires_.push_back(wire);
  return std::make_unique<FakeConnection>(wire);
}

FakeTransport::~FakeTransport() {
  for (const auto& wire : wires_) wire->observer = nullptr;
}

// Lets go of the observer, as every transport does: it owns the connection.
void FakeTransport::End(Wire& wire, const CloseReason& reason) {
  wire.closed = true;
  std::exchange(wire.observer, nullptr)->OnClosed(reason);
}

bool FakeTransport::Pump() {
  bool any = false;
  for (const std::shared_ptr<Wire>& wire : std::vector<std::shared_ptr<Wire>>(wires_)) {
    FakeHost& host = hosts_[wire->host];
    if (!wire->opened && !wire->closed && !wire->close_asked) {
      any = wire->opened = true;
      CloseReason refuse = host.refuse;
      if (host.check_key && wire->pinned.empty()) refuse = {"HOST_KEY_UNKNOWN", "unknown", host.key, false};
      if (host.check_key && !wire->pinned.empty() && wire->pinned != host.key)
        refuse = {"HOST_KEY_CHANGED", "changed", host.key, false};
      if (!host.guards.empty() && !host.refuse_while_guarded.code.empty()) refuse = host.refuse_while_guarded;
      if (!refuse.code.empty()) {
        End(*wire, refuse);
        continue;
      }
      provision::agent::v1::Hello hello;
      hello.set_protocol(1);
      hello.set_engine_id(host.engine_id);
      hello.mutable_facts()->set_hostname(wire->host);
      hello.mutable_facts()->set_os_id("debian");
      hello.mutable_facts()->set_os_codename("bookworm");
      hello.mutable_facts()->set_package_manager("apt");
      hello.mutable_facts()->set_has_os(true);
      hello.mutable_facts()->add_capabilities(provision::v1::Facts::INIT);
      for (const auto& guard : host.guards) *hello.add_open_guards() = guard;
      for (const auto& [run, reports] : host.journal) hello.add_open_runs()->set_run(run);
      wire->observer->OnOpen(hello, host.key);
    }
    while (!wire->closed && !wire->sent.empty()) {
      any = true;
      const Frame frame = wire->sent.front();
      wire->sent.pop_front();
      Answer(*wire, frame);
    }
    if (wire->close_asked && !wire->closed) {
      any = true;
      End(*wire, {});
    }
  }
  wires_.erase(std::remove_if(wires_.begin(), wires_.end(), [](const auto& w) { return w->closed; }), wires_.end());
  return any;
}

void FakeTransport::Answer(Wire& wire, const Frame& frame) {
  FakeHost& host = hosts_[wire.host];
  switch (frame.kind_case()) {
    case Frame::kWelcome:
      host.engine_id = frame.welcome().engine_id();
      for (const auto& resume : frame.welcome().resume()) {
        for (const auto& report : std::vector<provision::agent::v1::Report>(host.journal[resume.run()])) {
          if (report.seq() <= resume.after_seq()) continue;
          Frame out;
          *out.mutable_report() = report;
          wire.observer->OnFrame(out);
        }
        if (host.journal[resume.run()].empty()) host.journal.erase(resume.run());
      }
      break;
    case Frame::kBlobPart:
      if (frame.blob_part().offset() == 0) wire.blob.clear();
      wire.blob += frame.blob_part().data();
      host.blobs[frame.blob_part().digest()] = wire.blob;
      break;
    case Frame::kSecrets:
      for (const std::string& value : frame.secrets().redact()) host.secrets_seen.push_back(value);
      break;
    case Frame::kRunPlan: {
      Plan plan;
      plan.ParseFromString(wire.blob);
      host.runs.push_back(frame.run_plan().run());
      host.journal[frame.run_plan().run()];
      if (host.hold || (host.hold_undo && frame.run_plan().run().ends_with("/undo"))) {
        held_[wire.host] = {frame.run_plan().run(), plan};
      } else {
        Execute(wire, frame.run_plan().run(), plan);
      }
      break;
    }
    case Frame::kCancelRun: {
      host.cancelled = true;
      const auto held = held_.find(wire.host);
      provision::agent::v1::Report done;
      done.set_step(-1);
      done.mutable_done()->set_outcome(RunDone::CANCELLED);
      if (held != held_.end()) Report(wire, held->second.first, done);
      held_.erase(wire.host);
      break;
    }
    case Frame::kPing: {
      ++host.pings;
      Frame pong;
      pong.mutable_pong()->set_nonce(frame.ping().nonce());
      if (!host.deaf) wire.observer->OnFrame(pong);
      break;
    }
    case Frame::kConfirmGuard:
      if (host.go_on == nullptr || frame.confirm_guard().nonce() != "nonce") break;
      host.guards.clear();
      std::exchange(host.go_on, nullptr)();
      break;
    case Frame::kForgetRun:
      host.journal.erase(frame.forget_run().run());
      break;
    default:
      break;
  }
}

void FakeTransport::Report(Wire& wire, const std::string& run, provision::agent::v1::Report report) {
  auto& journal = hosts_[wire.host].journal[run];
  report.set_run(run);
  report.set_seq(static_cast<int64_t>(journal.size()) + 1);
  journal.push_back(report);
  Frame frame;
  *frame.mutable_report() = report;
  if (!wire.closed) wire.observer->OnFrame(frame);
}

void FakeTransport::Execute(Wire& wire, const std::string& run, const Plan& plan, int from, bool failed) {
  FakeHost& host = hosts_[wire.host];
  for (int i = from; i < plan.steps_size(); ++i) {
    const auto& step = plan.steps(i);
    const auto say = [&](StepStatus::State state) {
      provision::agent::v1::Report report;
      report.set_step(step.index());
      report.set_attempt(1);
      report.mutable_step_state()->set_state(state);
      report.mutable_step_state()->set_undo_recorded(state == StepStatus::CHANGED && host.keeps_undo);
      if (state == StepStatus::FAILED) report.mutable_step_state()->set_message("it broke");
      Report(wire, run, report);
    };
    if (failed || step.handler()) {
      say(StepStatus::SKIPPED);
      continue;
    }
    ++host.executions[step.id()];
    say(StepStatus::RUNNING);
    failed = step.id() == host.fail_step;
    if (step.guard_us() > 0) {
      provision::agent::v1::Report waits;
      waits.set_step(step.index());
      waits.set_attempt(1);
      waits.mutable_step_state()->set_state(StepStatus::WAITING);
      waits.mutable_step_state()->set_guard_us(step.guard_us());
      host.guards.emplace_back().set_run(run);
      host.guards.back().set_step(step.index());
      host.guards.back().set_nonce("nonce");
      host.go_on = [this, name = wire.host, run, plan, i, failed, index = step.index()] {
        Wire* on = nullptr;
        for (const auto& other : wires_) {
          if (other->host == name && !other->closed) on = other.get();
        }
        provision::agent::v1::Report ended;
        ended.set_step(index);
        ended.set_attempt(1);
        ended.mutable_step_state()->set_state(StepStatus::CHANGED);
        Report(*on, run, ended);
        Execute(*on, run, plan, i + 1, failed);
      };
      return Report(wire, run, waits);
    }
    say(failed ? StepStatus::FAILED : StepStatus::CHANGED);
  }
  provision::agent::v1::Report done;
  done.set_step(-1);
  done.mutable_done()->set_outcome(failed ? RunDone::FAILED : RunDone::SUCCEEDED);
  Report(wire, run, done);
}

void FakeTransport::Cut(const std::string& name) {
  for (const auto& wire : wires_) {
    if (wire->host != name || wire->closed) continue;
    End(*wire, {"CONNECTION_LOST", "the connection was lost", "", true});
  }
}

void FakeTransport::Release(const std::string& name) {
  const auto held = held_.find(name);
  if (held == held_.end()) return;
  const auto [run, plan] = held->second;
  held_.erase(held);
  auto nobody = std::make_shared<Wire>();
  nobody->host = name;
  nobody->closed = true;
  for (const auto& wire : wires_) {
    if (wire->host == name && !wire->closed) return Execute(*wire, run, plan);
  }
  Execute(*nobody, run, plan);  // nobody listens: the journal keeps it
}

size_t FakeTransport::open() const { return wires_.size(); }

}  // namespace pe
