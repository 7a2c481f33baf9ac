// The gateway beside direct gRPC: the same unary call by both in turn; events to many readers of server-sent events;
// the memory that such a reader costs while nothing comes. Engine's API and gateway are one process, as in provisiond.
// Usage: gateway_bench [readers=1000] [events a second=20] [seconds=10] [rounds=5]
#include <grpcpp/grpcpp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "provision/v1/provision_service.grpc.pb.h"
#include "server/api/api_server.h"
#include "server/gateway/gateway.h"
#include "storage/memory/memory_store.h"
#include "tests/bench/api/child_process.h"
#include "tests/bench/api/latencies.h"
#include "tests/bench/api/sse_readers.h"
#include "tests/integration/api/fake_engine.h"

namespace pe {
namespace {

using provision::v1::ProvisionService;

constexpr char kToken[] = "bench-token-bench-token-bench-token-12";
constexpr int kInFlight = 32;
constexpr std::chrono::seconds kRound{1};

int64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t pages = 0;
  statm >> pages >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

void Publish(FakeEngine* engine, int rate, int seconds) {
  auto next = std::chrono::steady_clock::now();
  for (int i = 0; i < rate * seconds; ++i) {
    std::this_thread::sleep_until(next += std::chrono::microseconds(1'000'000 / rate));
    engine->Append("jobs/bench", 1, 200);
  }
}

// The server. Lines it takes: "memory" (answers with its resident bytes), "publish" (answers when all are committed).
void Serve(ChildProcess::Link link, int rate, int seconds) {
  SystemClock clock;
  MemoryStore store;
  EventHub hub;
  FakeEngine engine(&store, &hub);
  auto api = ApiServer::Open({.tcp = "127.0.0.1:0", .token = kToken});
  if (!api.ok() || !(*api)->Serve({&engine, &store, &hub, &clock}).ok()) std::abort();
  gateway::GatewayOptions options;
  options.listen = "127.0.0.1:0";
  options.connect = [&api] { return (*api)->InProcessChannel(); };
  auto http = gateway::Gateway::Start(std::move(options));
  if (!http.ok()) std::abort();
  link.Say(absl::StrCat(engine.MakeJob("bench"), " ", (*api)->tcp_address(), " ", (*http)->address()));
  std::string line;
  while (link.Hear(&line)) {
    if (line == "publish") Publish(&engine, rate, seconds);
    link.Say(absl::StrCat(ResidentBytes()));
  }
  _exit(0);  // nothing here is kept
}

// Calls a second of `call`, made by kInFlight threads that have a caller each.
int64_t PerSecond(const std::function<std::function<bool()>()>& new_caller, std::atomic<int64_t>* failures) {
  std::atomic<int64_t> calls = 0;
  std::atomic<bool> end = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < kInFlight; ++i) {
    threads.emplace_back([&, call = new_caller()] {
      while (!end) call() ? ++calls : ++*failures;
    });
  }
  std::this_thread::sleep_for(kRound);
  const int64_t made = calls;
  end = true;
  for (std::thread& thread : threads) thread.join();
  return made / kRound.count();
}

std::function<bool()> GrpcCaller(const std::shared_ptr<ProvisionService::Stub>& stub, const std::string& job) {
  return [stub, job] {
    provision::v1::StatusRequest request;
    request.set_name(job);
    grpc::ClientContext context;
    context.AddMetadata("authorization", absl::StrCat("Bearer ", kToken));
    provision::v1::Job answer;
    return stub->Status(&context, request, &answer).ok() && answer.name() == job;
  };
}

std::function<bool()> HttpCaller(const std::string& gateway, const std::string& job) {
  const std::shared_ptr<int> fd(new int(bench::ConnectTo(gateway)), [](const int* owned) {
    close(*owned);
    delete owned;
  });
  return
      [fd, request = bench::GetRequest("/v1/" + job, kToken), name = "\"" + job + "\"", got = std::string()]() mutable {
        if (send(*fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
          return false;
        got.clear();
        for (size_t wanted = 0; wanted == 0 || got.size() < wanted;) {
          char piece[8192];
          const ssize_t size = recv(*fd, piece, sizeof piece, 0);
          if (size <= 0) return false;
          got.append(piece, static_cast<size_t>(size));
          const size_t body = got.find("\r\n\r\n");
          const size_t length = got.find("Content-Length: ");
          if (wanted == 0 && body != std::string::npos) {
            if (length == std::string::npos) return false;
            wanted = body + 4 + std::strtoul(got.c_str() + length + 16, nullptr, 10);
          }
        }
        return absl::StartsWith(got, "HTTP/1.1 200 ") && absl::StrContains(got, name);
      };
}

struct Unary {
  int64_t grpc = 0, http = 0;
  double ratio() const { return static_cast<double>(http) / static_cast<double>(std::max<int64_t>(grpc, 1)); }
};

// Rounds in turn; the one with the middle ratio, for a ratio is disturbed both ways.
Unary MeasureUnary(const std::string& engine, const std::string& gateway, const std::string& job, int rounds,
                   std::atomic<int64_t>* failures) {
  std::vector<std::shared_ptr<ProvisionService::Stub>> stubs;
  for (int i = 0; i < 4; ++i) {  // connections, so that none of them is what is measured
    grpc::ChannelArguments own;
    own.SetInt("pe.bench.channel", i);
    stubs.push_back(
        ProvisionService::NewStub(grpc::CreateCustomChannel(engine, grpc::InsecureChannelCredentials(), own)));
  }
  size_t next = 0;
  std::vector<Unary> all(static_cast<size_t>(rounds));
  for (Unary& one : all) {
    one.grpc = PerSecond([&] { return GrpcCaller(stubs[next++ % stubs.size()], job); }, failures);
    one.http = PerSecond([&] { return HttpCaller(gateway, job); }, failures);
  }
  std::sort(all.begin(), all.end(), [](const Unary& a, const Unary& b) { return a.ratio() < b.ratio(); });
  return all[all.size() / 2];
}

int64_t Ask(const ChildProcess& server, const char* what) {
  server.link().Say(what);
  std::string line;
  int64_t value = 0;
  if (!server.link().Hear(&line) || !absl::SimpleAtoi(line, &value)) std::abort();
  return value;
}

int Run(int readers, int rate, int seconds, int rounds) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);  // the gateway takes a quarter of them for connections
  const ChildProcess server([&](ChildProcess::Link link) { Serve(link, rate, seconds); });
  std::string line;
  if (!server.link().Hear(&line)) return 1;
  const std::vector<std::string> where = absl::StrSplit(line, ' ');
  std::atomic<int64_t> failures = 0;
  const Unary unary = MeasureUnary(where[1], where[2], where[0], rounds, &failures);

  const int64_t before = Ask(server, "memory");
  bench::SseReaders all(where[2], kToken, where[0], readers);
  all.ReadUntil(1, nullptr);
  const int64_t idle = Ask(server, "memory");
  Latencies latencies;
  std::thread publish([&] { Ask(server, "publish"); });
  all.ReadUntil(1 + int64_t{rate} * seconds, &latencies);
  publish.join();
  const auto ms = [&](double share) { return static_cast<double>(latencies.Percentile(share)) / 1000; };
  std::printf(
      "{\"bench\":\"gateway\",\"in_flight\":%d,\"grpc_per_second\":%lld,\"http_per_second\":%lld,\"ratio\":%.2f,"
      "\"goal_ratio\":0.4,\"failures\":%lld,\"readers\":%d,\"events_per_second\":%d,\"deliveries\":%zu,\"messages\":%"
      "lld,\"gaps_or_errors\":%lld,\"p50_ms\":%.1f,\"p99_ms\":%.1f,\"max_ms\":%.1f,\"goal_p99_ms\":100,"
      "\"idle_stream_kb\":%.1f,\"goal_idle_stream_kb\":40}\n",
      kInFlight, static_cast<long long>(unary.grpc), static_cast<long long>(unary.http), unary.ratio(),
      static_cast<long long>(failures), readers, rate, latencies.count(), static_cast<long long>(all.messages()),
      static_cast<long long>(all.bad()), ms(0.5), ms(0.99), ms(1),
      static_cast<double>(idle - before) / 1024 / std::max(readers, 1));
  return 0;
}

}  // namespace
}  // namespace pe

int main(int argc, char** argv) {
  const auto number = [&](int at, int otherwise) { return argc > at ? std::atoi(argv[at]) : otherwise; };
  return pe::Run(number(1, 1000), number(2, 20), number(3, 10), number(4, 5));
}
