// LoginGate: bounds how many connections are between connect and login, to one address and in all. An sshd drops
// unauthenticated connections beyond MaxStartups (10 by default) at random; a bastion sees all of a fleet's at once.
// Thread rule: thread-safe.
#ifndef SERVER_TRANSPORT_LOGIN_GATE_H_
#define SERVER_TRANSPORT_LOGIN_GATE_H_

#include <list>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "base/mutex.h"

namespace pe::transport {

class LoginGate {
 public:
  // A place; given back when it is destroyed. The gate outlives its slots.
  class Slot {
   public:
    Slot(LoginGate* gate, std::string address) : gate_(gate), address_(std::move(address)) {}
    ~Slot() { gate_->Leave(address_); }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

   private:
    LoginGate* const gate_;
    const std::string address_;
  };
  using Granted = absl::AnyInvocable<void(std::unique_ptr<Slot>)>;

  LoginGate(int per_address, int in_all) : per_address_(per_address), in_all_(in_all) {}

  // Calls `granted` when there is a place: now, or later from whatever thread gives one back. First come, first served
  // among those that fit. Who does not want it any more drops the slot.
  void Enter(std::string address, Granted granted);
  // Forgets everybody who waits; their `granted` is destroyed, not called.
  void DropWaiting();

 private:
  struct Waiter {
    std::string address;
    Granted granted;
  };

  void Leave(const std::string& address);
  bool Fits(const std::string& address) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Take(const std::string& address) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const int per_address_;
  const int in_all_;
  mutable Mutex mu_;
  int inside_ ABSL_GUARDED_BY(mu_) = 0;
  absl::flat_hash_map<std::string, int> by_address_ ABSL_GUARDED_BY(mu_);
  std::list<Waiter> waiting_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_LOGIN_GATE_H_
