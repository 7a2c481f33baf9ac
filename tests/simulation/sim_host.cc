#include "tests/simulation/sim_host.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/simulation/sim_requests.h"

namespace pe::sim {

SimHost::~SimHost() = default;

provision::v1::Facts SimHost::MakeFacts() const {
  provision::v1::Facts facts;
  facts.set_hostname(name_);
  facts.set_boot_id(absl::StrCat("boot-", boot_));
  facts.set_os_id("debian");
  facts.set_os_codename("bookworm");
  facts.set_package_manager("apt");
  facts.set_has_os(true);
  for (const auto c : {provision::v1::Facts::INIT, provision::v1::Facts::KERNEL, provision::v1::Facts::NETWORK})
    facts.add_capabilities(c);
  return facts;
}

SimWorker& SimHost::Worker() {
  if (worker_ == nullptr || worker_->dead()) worker_ = SimWorker::Start(*this, env_);
  return *worker_;
}

void SimHost::KillWorker() {
  if (worker_ != nullptr) worker_->Die();
}

void SimHost::Reboot() {
  ++boot_;
  KillWorker();
  disk_.PowerCut(env_.faults);
}

bool SimHost::cut_off() const {
  return std::any_of(disk_.files.begin(), disk_.files.end(), [](const auto& file) { return CutsOff(file.first); });
}

void SimHost::OnWorkerGone(const SimWorker* worker) {
  if (worker_.get() == worker) worker_ = nullptr;
  ComeBack();
}

void SimHost::ComeBack() {
  if (!disk_.guarded) return;
  env_.clock.At(kMicrosPerSecond + env_.Within(20 * kMicrosPerSecond), [weak = std::weak_ptr(alive_), this] {
    if (!weak.expired() && disk_.guarded) Worker().Look();
  });
}

}  // namespace pe::sim
