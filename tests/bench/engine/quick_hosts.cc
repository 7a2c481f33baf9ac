#include "tests/bench/engine/quick_hosts.h"

#include <string>
#include <utility>

#include "provision/v1/job.pb.h"

namespace pe::bench {

using provision::agent::v1::Frame;
using provision::agent::v1::Plan;
using provision::v1::StepStatus;

constexpr int64_t kWindow = 64;    // reports that are not acknowledged
constexpr int kReportsATurn = 16;  // then other hosts have theirs

// One host with its one connection. Frames come on the engine's thread, turns on that of the hosts.
class QuickHosts::Host {
 public:
  explicit Host(std::shared_ptr<ConnectionObserver> observer) : observer_(std::move(observer)) {}

  // True when there is something to do now.
  bool OnFrame(const Frame& frame) {
    MutexLock lock(&mu_);
    if (frame.has_blob_part()) blob_ += frame.blob_part().data();
    if (frame.has_run_plan()) running_ = plan_.ParseFromString(blob_);
    if (frame.has_ack()) acked_ = frame.ack().seq();
    if (frame.has_ping()) pings_.push_back(frame.ping().nonce());
    return true;
  }
  void Close() {
    MutexLock lock(&mu_);
    closing_ = true;
  }

  // Does a piece of what there is; true when there is more.
  bool Turn() {
    std::deque<Frame> frames;
    bool open = false, close = false, more = false;
    {
      MutexLock lock(&mu_);
      if (closed_) return false;
      open = !std::exchange(opened_, true);
      close = closed_ = closing_;
      while (!pings_.empty()) {
        frames.emplace_back().mutable_pong()->set_nonce(pings_.front());
        pings_.pop_front();
      }
      for (int i = 0; i < kReportsATurn && MayReport(); ++i) frames.push_back(NextReport());
      more = MayReport();
    }
    if (open) observer_->OnOpen(Hello(), "");
    for (Frame& frame : frames) observer_->OnFrame(std::move(frame));
    if (close) observer_->OnClosed({});
    return more && !close;
  }

 private:
  static provision::agent::v1::Hello Hello() {
    provision::agent::v1::Hello hello;
    hello.set_protocol(1);
    hello.mutable_facts()->set_has_os(true);
    hello.mutable_facts()->set_os_id("debian");
    return hello;
  }
  bool MayReport() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return running_ && !closing_ && seq_ < 2 * plan_.steps_size() + 1 && seq_ - acked_ < kWindow;
  }
  Frame NextReport() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    Frame frame;
    auto& report = *frame.mutable_report();
    const int step = static_cast<int>(seq_ / 2);
    const bool begins = seq_ % 2 == 0;
    report.set_run(plan_.run());
    report.set_seq(++seq_);
    report.set_attempt(1);
    if (step == plan_.steps_size()) {
      report.set_step(-1);
      report.mutable_done()->set_outcome(provision::agent::v1::RunDone::SUCCEEDED);
      return frame;
    }
    report.set_step(plan_.steps(step).index());
    report.mutable_step_state()->set_state(begins ? StepStatus::RUNNING : StepStatus::UNCHANGED);
    if (!begins) report.mutable_step_state()->set_message("/etc/service/part.conf is as it should be");
    return frame;
  }

  const std::shared_ptr<ConnectionObserver> observer_;
  Mutex mu_;
  std::string blob_ ABSL_GUARDED_BY(mu_);
  Plan plan_ ABSL_GUARDED_BY(mu_);
  std::deque<int64_t> pings_ ABSL_GUARDED_BY(mu_);
  int64_t seq_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t acked_ ABSL_GUARDED_BY(mu_) = 0;
  bool opened_ ABSL_GUARDED_BY(mu_) = false;
  bool running_ ABSL_GUARDED_BY(mu_) = false;
  bool closing_ ABSL_GUARDED_BY(mu_) = false;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
};

class QuickHosts::Line final : public Connection {
 public:
  Line(QuickHosts* hosts, std::shared_ptr<Host> host) : hosts_(hosts), host_(std::move(host)) {}
  ~Line() override { Line::Close(); }
  bool Send(const Frame& frame) override {
    if (host_->OnFrame(frame)) hosts_->Wake(host_);
    return true;
  }
  void Close() override {
    host_->Close();
    hosts_->Wake(host_);
  }

 private:
  QuickHosts* const hosts_;
  const std::shared_ptr<Host> host_;
};

QuickHosts::QuickHosts() : thread_([this] { Loop(); }) {}

QuickHosts::~QuickHosts() {
  {
    MutexLock lock(&mu_);
    ending_ = true;
    changed_.SignalAll();
  }
  thread_.join();
}

std::unique_ptr<Connection> QuickHosts::Connect(const ConnectRequest&, std::shared_ptr<ConnectionObserver> observer) {
  auto host = std::make_shared<Host>(std::move(observer));
  Wake(host);
  return std::make_unique<Line>(this, std::move(host));
}

void QuickHosts::Wake(std::shared_ptr<Host> host) {
  MutexLock lock(&mu_);
  ready_.push_back(std::move(host));
  changed_.Signal();
}

void QuickHosts::Loop() {
  while (true) {
    std::shared_ptr<Host> host;
    {
      MutexLock lock(&mu_);
      while (ready_.empty() && !ending_) changed_.Wait(&mu_);
      if (ready_.empty()) return;
      host = std::move(ready_.front());
      ready_.pop_front();
    }
    if (host->Turn()) Wake(std::move(host));
  }
}

}  // namespace pe::bench
