#include "tests/simulation/sim_wire.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/frame.h"

namespace pe::sim {
namespace {

using provision::agent::v1::Frame;

const CloseReason kLost = {"CONNECTION_LOST", "the connection was lost", "", true};

class End final : public Connection {
 public:
  End(SimEnv& env, std::shared_ptr<SimWire> wire) : env_(env), wire_(std::move(wire)) {}
  ~End() override { Close(); }
  bool Send(const Frame& frame) override {
    if (wire_->closed()) return false;
    wire_->ToHost(frame);
    return true;
  }
  void Close() override {
    env_.clock.At(0, [wire = wire_] { wire->Close({}); });
  }

 private:
  SimEnv& env_;
  const std::shared_ptr<SimWire> wire_;
};

void Tell(const SimEnv& env, const SimHost& host, const char* way, const Frame& frame) {
  if (!Faults::Told()) return;
  Frame shown = frame;
  if (shown.has_hello()) shown.mutable_hello()->clear_facts();
  if (shown.has_blob_part()) shown.mutable_blob_part()->clear_data();
  std::printf("  %.6f %s %s %s\n", static_cast<double>(env.clock.Mono()) / 1e6, way, host.name().c_str(),
              shown.ShortDebugString().c_str());
}

}  // namespace

int64_t SimWire::Delay() {
  if (env_.faults.Hit("frame delayed", 80)) return env_.Within(8 * kMicrosPerSecond);
  return 100 + env_.Within(20'000);
}

void SimWire::Open() {
  env_.clock.At(Delay(), [self = shared_from_this()] {
    if (self->closed_) return;
    if (self->env_.faults.Hit("connection refused", 12))
      return self->Close({"CONNECT_REFUSED", "connection refused", "", true});
    if (self->host_.partitioned() || self->host_.cut_off()) {
      return self->env_.clock.At(5 * kMicrosPerSecond, [self] {
        self->Close({"CONNECT_TIMEOUT", "no answer", "", true});
      });
    }
    SimWorker& worker = self->host_.Worker();
    self->worker_ = worker.weak_from_this();
    worker.Accept(self);
  });
}

void SimWire::ToHost(const Frame& frame) {
  if (frame.has_run_plan()) env_.on_run(frame.run_plan().run());
  host_last_ = std::max(host_last_ + 1, env_.clock.Mono() + Delay());
  env_.clock.At(host_last_ - env_.clock.Mono(), [self = shared_from_this(), frame] { self->Arrive(frame); });
}

void SimWire::Arrive(const Frame& frame) {
  if (dead_) return;
  if (host_.partitioned()) return FallSilent();
  const auto worker = worker_.lock();
  if (worker == nullptr || worker->dead() || env_.faults.Hit("cut towards the host", 60)) return Break();
  std::string bytes;
  AppendFrame(frame.SerializeAsString(), bytes);
  if (env_.faults.Hit("frame to the host delivered twice", 60)) AppendFrame(frame.SerializeAsString(), bytes);
  env_.faults.Trace("to host", frame.kind_case());
  Tell(env_, host_, "->", frame);
  const int64_t epoch = host_.disk().owner.epoch;
  const bool stale = frame.has_run_plan() && frame.run_plan().epoch() < epoch && !worker->Knows(frame.run_plan().run());
  const size_t half = env_.faults.Draw(bytes.size() + 1);
  worker->Receive(this, absl::string_view(bytes).substr(0, half));
  if (!dead_) worker->Receive(this, absl::string_view(bytes).substr(half));
  if (stale && worker->Knows(frame.run_plan().run())) env_.wrong("a lower epoch has begun a run");
  if (host_.disk().owner.epoch < epoch) env_.wrong("a lower epoch has taken over a host");
}

void SimWire::ToEngine(Frame frame) {
  if (dead_) return;
  env_.faults.Trace("from host", frame.report().seq() * 100 + frame.kind_case());
  Tell(env_, host_, "<-", frame);
  const bool report = frame.has_report();
  if (frame.report().step_state().guard_us() > 0) env_.on_guard(host_.name());
  const MonoMicros before = engine_last_;
  engine_last_ = std::max(engine_last_ + 1, env_.clock.Mono() + Delay());
  MonoMicros at = engine_last_;
  if (report && before > env_.clock.Mono() + 1 && env_.faults.Hit("reports in another order", 40)) at = before - 1;
  const int copies = report && env_.faults.Hit("report delivered twice", 25) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    env_.clock.At(at - env_.clock.Mono(), [self = shared_from_this(), frame] { self->Deliver(frame); });
  }
}

void SimWire::Deliver(const Frame& frame) {
  if (dead_ || closed_) return;
  if (host_.partitioned() || env_.faults.Hit("half-open", 400)) return FallSilent();
  if (env_.faults.Hit("cut towards the engine", 60)) {
    HostSideGone();
    return Close(kLost);
  }
  if (opened_ && env_.faults.Hit("frame lost", 120)) {  // and the connection with it, but what is under way still comes
    env_.clock.At(Delay(), [self = shared_from_this()] { self->Break(); });
    return;
  }
  if (!frame.has_hello()) return observer_->OnFrame(frame);
  opened_ = true;
  observer_->OnOpen(frame.hello(), "");
}

void SimWire::FallSilent() {
  HostSideGone();
  if (opened_) return;
  env_.clock.At(10 * kMicrosPerSecond, [self = shared_from_this()] {
    self->Close({"CONNECT_TIMEOUT", "no answer", "", true});
  });
}

void SimWire::HostSideGone() {
  dead_ = true;
  if (const auto worker = worker_.lock(); worker != nullptr && !worker->dead()) worker->Drop(this);
}

void SimWire::Break() {
  if (std::exchange(dead_, true)) return;
  env_.clock.At(Delay(), [self = shared_from_this()] {
    self->HostSideGone();
    self->Close(kLost);
  });
}

void SimWire::Close(const CloseReason& reason) {
  if (std::exchange(closed_, true)) return;
  HostSideGone();
  std::exchange(observer_, nullptr)->OnClosed(reason);  // which owns the connection, and so this wire
}

void SimWire::EngineDied() {
  closed_ = true;
  observer_ = nullptr;
  HostSideGone();
}

std::unique_ptr<Connection> SimNetwork::Connect(const ConnectRequest& request,
                                                std::shared_ptr<ConnectionObserver> observer) {
  auto wire = std::make_shared<SimWire>(env_, host_of_(request.address.host), std::move(observer));
  wires_.push_back(wire);
  wire->Open();
  return std::make_unique<End>(env_, wire);
}

void SimNetwork::EngineDied() {
  for (const auto& weak : std::exchange(wires_, {})) {
    if (const auto wire = weak.lock()) wire->EngineDied();
  }
}

}  // namespace pe::sim
