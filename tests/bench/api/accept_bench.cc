// Provision calls accepted durably, beside what limits them: raw unary gRPC calls of equal sizes, and raw SQLite
// inserts of equal sizes in commits of as many rows as calls are in flight, and beside a server that does no more than
// both. All in one run, one after the other.
// Usage: accept_bench [seconds=5] [in flight=64]
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "provision/v1/provision_service.grpc.pb.h"
#include "server/api/api_server.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/bench/api/child_process.h"
#include "tests/bench/api/latencies.h"
#include "tests/bench/api/raw_servers.h"

namespace pe {
namespace {

using provision::v1::Job;
using provision::v1::ProvisionRequest;
using provision::v1::ProvisionService;

constexpr int kConnections = 4;

ProvisionRequest Request() {
  ProvisionRequest request;
  request.mutable_spec()->set_name("hello-web");
  request.mutable_spec()->set_version("1.2.0");
  for (int i = 0; i < 10; ++i) {
    auto* step = request.mutable_spec()->add_steps();
    step->set_id("step-" + std::to_string(i));
    step->mutable_file()->set_path("/etc/hello/" + std::to_string(i));
    step->mutable_file()->set_content(std::string(100, 'x'));
  }
  request.add_targets()->mutable_inline_()->set_address("local://localhost");
  return request;
}

// A transport to hosts that never answer, so that accepting is all that is measured.
class SilentTransport final : public Transport {
 public:
  class Silence final : public Connection {
   public:
    explicit Silence(std::shared_ptr<ConnectionObserver> observer) : observer_(std::move(observer)) {}
    bool Send(const provision::agent::v1::Frame&) override { return true; }
    void Close() override {
      if (auto observer = std::move(observer_)) std::thread([observer] { observer->OnClosed({}); }).detach();
    }

   private:
    std::shared_ptr<ConnectionObserver> observer_;
  };
  std::unique_ptr<Connection> Connect(const ConnectRequest&, std::shared_ptr<ConnectionObserver> observer) override {
    return std::make_unique<Silence>(std::move(observer));
  }
};

void ServeEngine(ChildProcess::Link link, const std::string& folder) {
  SystemClock clock;
  SystemRandom random;
  EventHub hub;
  SilentTransport transport;
  auto store = OpenSqliteStore({.folder = folder + "/data"}, random);
  if (!store.ok()) std::abort();
  EngineParts parts{
      .store = store->get(), .clock = &clock, .random = &random, .hub = &hub, .transports = {{"local", &transport}}};
  EngineOptions options;
  options.credentials["default"].name = "default";
  options.secret_key = std::string(32, 'k');
  options.max_unfinished_jobs = 100'000'000;
  auto engine = StartEngine(parts, options);
  auto api = ApiServer::Open({.unix_socket = folder + "/s"});
  if (!engine.ok() || !api.ok() || !(*api)->Serve({engine->get(), store->get(), &hub, &clock}).ok()) std::abort();
  link.Say("ready");
  std::string line;
  link.Hear(&line);
  _exit(0);  // nothing here is kept
}

struct Load {
  double calls_per_second = 0;
  Latencies latencies;
  std::atomic<int64_t> failures{0};
  Job last;  // an answer, for its size
};

// Keeps `in_flight` calls under way for `seconds`; each is followed by the next on the same connection.
class Loader {
 public:
  Loader(const std::string& socket, int seconds, int in_flight, bool distinct, Load* load)
      : end_(NowMicros() + seconds * kMicrosPerSecond), distinct_(distinct), load_(load), running_(in_flight) {
    for (int i = 0; i < kConnections; ++i) {
      grpc::ChannelArguments own;
      own.SetInt("pe.bench.channel", i);
      stubs_.push_back(ProvisionService::NewStub(
          grpc::CreateCustomChannel("unix:" + socket, grpc::InsecureChannelCredentials(), own)));
    }
  }
  void Run() {
    const int64_t begin = NowMicros();
    for (int i = 0, n = running_; i < n; ++i) Next(i % kConnections);
    all_done_.get_future().wait();
    const double seconds = static_cast<double>(NowMicros() - begin) / kMicrosPerSecond;
    load_->calls_per_second = static_cast<double>(load_->latencies.count()) / seconds;
  }

 private:
  struct Call {
    grpc::ClientContext context;
    ProvisionRequest request = Request();
    Job response;
    int64_t begin = NowMicros();
  };
  void Next(int connection) {
    auto call = std::make_shared<Call>();
    if (distinct_) call->request.set_request_id("bench-" + std::to_string(next_id_++));
    stubs_[connection]->async()->Provision(
        &call->context, &call->request, &call->response, [this, call, connection](const grpc::Status& status) mutable {
          if (status.ok()) {
            load_->latencies.Add(NowMicros() - call->begin);
          } else if (load_->failures++ == 0) {
            std::fprintf(stderr, "first failure: %s\n", status.error_message().c_str());
          }
          if (NowMicros() < end_) return Next(connection);
          if (--running_ > 0) return;
          load_->last = std::move(call->response);
          // It holds the channel, whose end joins gRPC's thread: this one.
          call.reset();
          std::promise<void> done =
              std::move(all_done_);  // whoever waits destroys this loader while set_value still runs
          done.set_value();
        });
  }

  const int64_t end_;
  const bool distinct_;
  Load* const load_;
  std::vector<std::unique_ptr<ProvisionService::Stub>> stubs_;
  std::atomic<int> running_;
  std::atomic<int64_t> next_id_{0};
  std::promise<void> all_done_;
};

// Rows a second, `group` of them in a commit.
double RawInserts(const std::string& file, const std::string& row, int seconds, int group) {
  bench::RawTable table(file);
  const std::vector<std::string> rows(static_cast<size_t>(group), row);
  const int64_t begin = NowMicros(), end = begin + seconds * kMicrosPerSecond;
  int64_t count = 0;
  for (; NowMicros() < end; count += group) table.Commit(rows);
  return static_cast<double>(count) * kMicrosPerSecond / static_cast<double>(NowMicros() - begin);
}

int Run(int seconds, int in_flight) {
  std::string folder = "/var/tmp/pe_bench.XXXXXX";  // a disk, not memory
  if (mkdtemp(folder.data()) == nullptr) return 1;
  // Children first: nothing of gRPC may run before a fork.
  const std::string response(Request().ByteSizeLong() + 200, 'r');
  std::filesystem::create_directories(folder + "/raw");
  std::filesystem::create_directories(folder + "/both");
  std::filesystem::create_directories(folder + "/engine");
  Job shape;
  shape.set_reason(response);  // a Job of about the answer's size
  const std::string answer = shape.SerializeAsString();
  Load engine, raw, both;
  double inserts = 0;
  {
    ChildProcess raw_server([&](ChildProcess::Link link) { bench::ServeRaw(link, folder + "/raw/s", answer); });
    ChildProcess both_server(
        [&](ChildProcess::Link link) { bench::ServeRaw(link, folder + "/both/s", answer, folder + "/both/raw.db"); });
    ChildProcess engine_server([&](ChildProcess::Link link) { ServeEngine(link, folder + "/engine"); });
    std::string line;
    for (ChildProcess* server : {&raw_server, &both_server, &engine_server}) {
      if (!server->link().Hear(&line)) return 1;
    }
    Loader(folder + "/raw/s", seconds, in_flight, false, &raw).Run();
    Loader(folder + "/both/s", seconds, in_flight, false, &both).Run();
    Loader(folder + "/engine/s", seconds, in_flight, true, &engine).Run();
    inserts = RawInserts(folder + "/raw.db", Request().SerializeAsString(), seconds, in_flight);
  }
  std::filesystem::remove_all(folder);
  const double limit = std::min(raw.calls_per_second, inserts);
  std::printf(
      "{\"bench\":\"accept\",\"in_flight\":%d,\"seconds\":%d,\"request_bytes\":%zu,\"answer_bytes\":%zu,\"provision_"
      "per_second\":%.0f,"
      "\"raw_grpc_per_second\":%.0f,\"raw_sqlite_rows_per_second\":%.0f,\"raw_both_per_second\":%.0f,\"ratio_to_"
      "slower\":%.2f,\"ratio_to_both\":%.2f,\"goal_ratio\":0.5,"
      "\"failures\":%lld,\"p50_ms\":%.1f,\"p99_ms\":%.1f}\n",
      in_flight, seconds, Request().ByteSizeLong(), engine.last.ByteSizeLong(), engine.calls_per_second,
      raw.calls_per_second, inserts, both.calls_per_second, engine.calls_per_second / limit,
      engine.calls_per_second / both.calls_per_second, static_cast<long long>(engine.failures),
      static_cast<double>(engine.latencies.Percentile(0.5)) / 1000,
      static_cast<double>(engine.latencies.Percentile(0.99)) / 1000);
  return 0;
}

}  // namespace
}  // namespace pe

int main(int argc, char** argv) {
  const auto number = [&](int at, int otherwise) { return argc > at ? std::atoi(argv[at]) : otherwise; };
  return pe::Run(number(1, 5), number(2, 64));
}
