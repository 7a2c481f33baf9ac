// Many watchers of one busy job: how long from the commit of an event until its reader has it.
// Usage: watch_bench [watchers=1000] [events a second=100] [seconds=10]
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "provision/v1/provision_service.grpc.pb.h"
#include "server/api/api_server.h"
#include "server/engine/proto_time.h"
#include "storage/memory/memory_store.h"
#include "tests/bench/api/child_process.h"
#include "tests/bench/api/latencies.h"
#include "tests/integration/api/fake_engine.h"

namespace pe {
namespace {

using provision::v1::ProvisionService;
using provision::v1::WatchResponse;

constexpr int kWatchersPerConnection = 50;

// The server: one job, whose events are committed one at a time at an even pace.
void Serve(ChildProcess::Link link, const std::string& socket, int rate, int seconds) {
  SystemClock clock;
  MemoryStore store;
  EventHub hub;
  FakeEngine engine(&store, &hub);
  auto api = ApiServer::Open({.unix_socket = socket});
  if (!api.ok() || !(*api)->Serve({&engine, &store, &hub, &clock}).ok()) std::abort();
  link.Say(engine.MakeJob("bench"));
  std::string line;
  if (!link.Hear(&line)) return;
  auto next = std::chrono::steady_clock::now();
  for (int i = 0; i < rate * seconds; ++i) {
    std::this_thread::sleep_until(next += std::chrono::microseconds(1'000'000 / rate));
    engine.Append("jobs/bench", 1, 200);
  }
  engine.End("jobs/bench");
  link.Hear(&line);
  (*api)->Shutdown(kMicrosPerSecond);
}

// One watch of the load, on gRPC's callback threads.
class Watcher final : public grpc::ClientReadReactor<WatchResponse> {
 public:
  Watcher(ProvisionService::Stub* stub, const std::string& name, Latencies* latencies, std::atomic<int>* joined,
          std::promise<bool> done)
      : latencies_(latencies), joined_(joined), done_(std::move(done)) {
    request_.set_name(name);
    request_.set_after_seq(0);
    stub->async()->Watch(&context_, &request_, this);
    StartRead(&response_);
    StartCall();
  }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    const int64_t now = NowMicros();
    right_ = right_ && response_.from_seq() == next_ && response_.events_size() == response_.through_seq() - next_ + 1;
    if (next_ == 1) ++*joined_;
    for (const auto& event : response_.events()) {
      if (event.has_time()) latencies_->Add(now - ToMicros(event.time()));
    }
    next_ = response_.through_seq() + 1;
    ++messages;
    StartRead(&response_);
  }
  void OnDone(const grpc::Status& status) override {
    std::promise<bool> done = std::move(done_);  // whoever waits destroys this watcher while set_value still runs
    done.set_value(status.ok() && right_);
  }

  int messages = 0;

 private:
  grpc::ClientContext context_;
  provision::v1::WatchRequest request_;
  WatchResponse response_;
  Latencies* const latencies_;
  std::atomic<int>* const joined_;
  std::promise<bool> done_;
  int64_t next_ = 1;
  bool right_ = true;
};

int Run(int watchers, int rate, int seconds) {
  std::string folder = "/tmp/pe_bench.XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return 1;
  const std::string socket = folder + "/s";
  int64_t messages = 0, bad = 0;
  Latencies latencies;
  {
    ChildProcess server([&](ChildProcess::Link link) { Serve(link, socket, rate, seconds); });
    std::string name;
    if (!server.link().Hear(&name)) return 1;
    std::vector<std::unique_ptr<ProvisionService::Stub>> stubs;
    for (int i = 0; i * kWatchersPerConnection < watchers; ++i) {
      grpc::ChannelArguments own;
      own.SetInt("pe.bench.channel", i);
      stubs.push_back(ProvisionService::NewStub(
          grpc::CreateCustomChannel("unix:" + socket, grpc::InsecureChannelCredentials(), own)));
    }
    std::atomic<int> joined{0};
    std::vector<std::unique_ptr<Watcher>> all;
    std::vector<std::future<bool>> ends;
    for (int i = 0; i < watchers; ++i) {
      std::promise<bool> done;
      ends.push_back(done.get_future());
      all.push_back(std::make_unique<Watcher>(stubs[i / kWatchersPerConnection].get(), name, &latencies, &joined,
                                              std::move(done)));
    }
    while (joined < watchers) std::this_thread::yield();
    server.link().Say("go");
    for (auto& end : ends) bad += end.get() ? 0 : 1;
    for (const auto& one : all) messages += one->messages;
    server.link().Say("end");
  }
  std::filesystem::remove_all(folder);
  std::printf(
      "{\"bench\":\"watch\",\"watchers\":%d,\"events_per_second\":%d,\"seconds\":%d,\"deliveries\":%zu,\"messages\":%"
      "lld,"
      "\"gaps_or_errors\":%lld,\"p50_ms\":%.1f,\"p99_ms\":%.1f,\"max_ms\":%.1f,\"goal_p99_ms\":50}\n",
      watchers, rate, seconds, latencies.count(), static_cast<long long>(messages), static_cast<long long>(bad),
      static_cast<double>(latencies.Percentile(0.5)) / 1000, static_cast<double>(latencies.Percentile(0.99)) / 1000,
      static_cast<double>(latencies.Percentile(1)) / 1000);
  return 0;
}

}  // namespace
}  // namespace pe

int main(int argc, char** argv) {
  const auto number = [&](int at, int otherwise) { return argc > at ? std::atoi(argv[at]) : otherwise; };
  return pe::Run(number(1, 1000), number(2, 100), number(3, 10));
}
