#include "server/transport/login_gate.h"

#include <utility>

namespace pe::transport {

bool LoginGate::Fits(const std::string& address) const {
  const auto found = by_address_.find(address);
  return inside_ < in_all_ && (found == by_address_.end() || found->second < per_address_);
}

void LoginGate::Take(const std::string& address) {
  ++inside_;
  ++by_address_[address];
}

void LoginGate::Enter(std::string address, Granted granted) {
  {
    MutexLock lock(&mu_);
    if (!Fits(address)) {
      waiting_.push_back({std::move(address), std::move(granted)});
      return;
    }
    Take(address);
  }
  granted(std::make_unique<Slot>(this, std::move(address)));
}

void LoginGate::DropWaiting() {
  std::list<Waiter> dropped;  // destroyed without the lock: what it holds may come back here
  {
    MutexLock lock(&mu_);
    dropped.swap(waiting_);
  }
}

void LoginGate::Leave(const std::string& address) {
  std::list<Waiter> next;
  {
    MutexLock lock(&mu_);
    --inside_;
    if (--by_address_[address] == 0) by_address_.erase(address);
    for (auto it = waiting_.begin(); it != waiting_.end(); ++it) {
      if (!Fits(it->address)) continue;
      Take(it->address);
      next.splice(next.begin(), waiting_, it);
      break;  // one place was given back
    }
  }
  for (Waiter& waiter : next) waiter.granted(std::make_unique<Slot>(this, std::move(waiter.address)));
}

}  // namespace pe::transport
