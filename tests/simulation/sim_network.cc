#include "tests/simulation/sim_network.h"

#include <algorithm>
#include <utility>

namespace pe::sim {

using provision::agent::v1::Frame;

struct SimNetwork::Wire {
  std::string host;
  std::shared_ptr<ConnectionObserver> observer;
  uint64_t boot = 0;                          // of the host, when the agent said Hello
  bool dead = false;                          // nothing passes any more
  bool closed = false;                        // the engine was told
  MonoMicros engine_last = 0, host_last = 0;  // arrival of the last frame each way: order is kept
};

class SimNetwork::End final : public Connection {
 public:
  End(SimNetwork* network, std::shared_ptr<Wire> wire) : network_(network), wire_(std::move(wire)) {}
  ~End() override { Close(); }
  bool Send(const Frame& frame) override {
    if (wire_->closed) return false;
    network_->ToHost(wire_, frame);
    return true;
  }
  void Close() override {
    network_->clock_->At(0, [network = network_, wire = wire_] { network->Close(wire, {}); });
  }

 private:
  SimNetwork* const network_;
  const std::shared_ptr<Wire> wire_;
};

SimHost& SimNetwork::host(const std::string& name) {
  auto& host = hosts_[name];
  if (host == nullptr) host = std::make_unique<SimHost>(name, clock_, faults_, bug_);
  return *host;
}

std::unique_ptr<Connection> SimNetwork::Connect(const ConnectRequest& request,
                                                std::shared_ptr<ConnectionObserver> observer) {
  auto wire = std::make_shared<Wire>();
  wire->host = request.address.host;
  wire->observer = std::move(observer);
  wires_.push_back(wire);
  clock_->At(Delay(), [this, wire] {
    if (wire->closed) return;
    if (faults_->Hit("connection refused", 12)) return Close(wire, {"CONNECT_REFUSED", "connection refused", "", true});
    wire->boot = host(wire->host).boot();
    wire->observer->OnOpen(host(wire->host).MakeHello(), "");
  });
  return std::make_unique<End>(this, wire);
}

void SimNetwork::ToHost(const std::shared_ptr<Wire>& wire, const Frame& frame) {
  wire->host_last = std::max(wire->host_last + 1, clock_->Mono() + Delay());
  clock_->At(wire->host_last - clock_->Mono(), [this, wire, frame] {
    if (wire->dead) return;
    const bool rebooted = host(wire->host).boot() != wire->boot;  // the new system knows nothing of this connection
    if (rebooted || faults_->Hit("cut towards the host", 60)) {
      wire->dead = true;
      host(wire->host).Disconnected(wire.get());
      return clock_->At(Delay(), [this, wire] {
        Close(wire, {"CONNECTION_LOST", "the connection was lost", "", true});
      });
    }
    host(wire->host).OnFrame(frame, wire.get(), [this, wire](const Frame& out) { ToEngine(wire, out); });
  });
}

void SimNetwork::ToEngine(const std::shared_ptr<Wire>& wire, const Frame& frame) {
  if (wire->dead) return;
  wire->engine_last = std::max(wire->engine_last + 1, clock_->Mono() + Delay());
  const int copies = faults_->Hit("report delivered twice", 25) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    clock_->At(wire->engine_last - clock_->Mono(), [this, wire, frame] {
      if (wire->dead || wire->closed) return;
      if (faults_->Hit("cut towards the engine", 60)) {
        wire->dead = true;
        host(wire->host).Disconnected(wire.get());
        return Close(wire, {"CONNECTION_LOST", "the connection was lost", "", true});
      }
      // Silence: nothing passes and nobody is told; only the engine's own watch over its links can see it.
      if (faults_->Hit("half-open", 400)) {
        wire->dead = true;
        return;
      }
      wire->observer->OnFrame(frame);
    });
  }
}

void SimNetwork::Close(const std::shared_ptr<Wire>& wire, const CloseReason& reason) {
  if (wire->closed) return;
  wire->closed = wire->dead = true;
  std::exchange(wire->observer, nullptr)->OnClosed(reason);  // which owns the connection, and so this wire
}

void SimNetwork::EngineDied() {
  for (const auto& weak : wires_) {
    const auto wire = weak.lock();
    if (wire == nullptr) continue;
    wire->closed = wire->dead = true;
    wire->observer = nullptr;
  }
  wires_.clear();
}

}  // namespace pe::sim
