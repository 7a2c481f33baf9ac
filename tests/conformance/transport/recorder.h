// Recorder: an observer that keeps what it is told, and lets a test wait for it. Thread-safe.
#ifndef TESTS_CONFORMANCE_TRANSPORT_RECORDER_H_
#define TESTS_CONFORMANCE_TRANSPORT_RECORDER_H_

#include <functional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "server/transport/transport.h"

namespace pe {

class Recorder final : public ConnectionObserver {
 public:
  void OnOpen(const provision::agent::v1::Hello& hello, const std::string& host_key) override {
    MutexLock lock(&mu_);
    ++opens_;
    hello_ = hello;
    host_key_ = host_key;
    if (closes_ > 0) ++late_;
    changed_.SignalAll();
  }
  void OnFrame(provision::agent::v1::Frame frame) override {
    MutexLock lock(&mu_);
    if (closes_ > 0 || opens_ == 0) ++late_;
    frames_.push_back(std::move(frame));
    changed_.SignalAll();
  }
  void OnClosed(const CloseReason& reason) override {
    MutexLock lock(&mu_);
    ++closes_;
    reason_ = reason;
    changed_.SignalAll();
  }

  // False when it did not happen within a time that is far beyond what it takes.
  bool WaitOpen() {
    return Wait([this]() { return opens_ > 0 || closes_ > 0; }) && opens() == 1;
  }
  bool WaitClosed() {
    return Wait([this]() { return closes_ > 0; });
  }
  bool WaitFrames(size_t count) {
    return Wait([this, count]() { return frames_.size() >= count || closes_ > 0; }) && frames().size() >= count;
  }

  int opens() const {
    return Locked<int>([this]() { return opens_; });
  }
  int closes() const {
    return Locked<int>([this]() { return closes_; });
  }
  // Calls that came before OnOpen or after OnClosed.
  int late() const {
    return Locked<int>([this]() { return late_; });
  }
  CloseReason reason() const {
    return Locked<CloseReason>([this]() { return reason_; });
  }
  std::string host_key() const {
    return Locked<std::string>([this]() { return host_key_; });
  }
  provision::agent::v1::Hello hello() const {
    return Locked<provision::agent::v1::Hello>([this]() { return hello_; });
  }
  std::vector<provision::agent::v1::Frame> frames() const {
    return Locked<std::vector<provision::agent::v1::Frame>>([this]() { return frames_; });
  }

 private:
  static constexpr int64_t kFarBeyond = 60'000'000;

  bool Wait(const std::function<bool()>& condition) {
    MutexLock lock(&mu_);
    while (!condition()) {
      if (!changed_.WaitFor(&mu_, kFarBeyond)) return condition();
    }
    return true;
  }
  template <typename T>
  T Locked(const std::function<T()>& read) const {
    MutexLock lock(&mu_);
    return read();
  }

  mutable Mutex mu_;
  CondVar changed_;
  int opens_ = 0, closes_ = 0, late_ = 0;
  CloseReason reason_;
  std::string host_key_;
  provision::agent::v1::Hello hello_;
  std::vector<provision::agent::v1::Frame> frames_;
};

}  // namespace pe

#endif  // TESTS_CONFORMANCE_TRANSPORT_RECORDER_H_
