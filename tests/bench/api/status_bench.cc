// Status calls of a database with ten jobs and of one with a million, in turn, each to a server of its own. Of the
// million both the ten newest are asked for, which are as warm in every cache as the ten, and any at all, which are
// not. Usage: status_bench [jobs=1000000] [calls=5000]
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "base/random.h"
#include "provision/v1/provision_service.grpc.pb.h"
#include "server/api/api_server.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/bench/api/child_process.h"
#include "tests/bench/api/latencies.h"
#include "tests/bench/storage/workload.h"
#include "tests/integration/api/fake_engine.h"

namespace pe {
namespace {

using provision::v1::Job;
using provision::v1::ProvisionService;

constexpr uint64_t kFew = 10;

void Serve(ChildProcess::Link link, const std::string& folder, int64_t jobs) {
  SystemClock clock;
  SystemRandom random;
  EventHub hub;
  {
    auto filled = OpenSqliteStore({.folder = folder + "/data"}, random);
    bench::Require(filled.status());
    bench::FillWithJobs(**filled, *(*filled)->AcquireLease(1, 1), jobs);
  }
  auto store = OpenSqliteStore({.folder = folder + "/data"}, random);
  bench::Require(store.status());
  FakeEngine engine(store->get(), &hub);
  auto api = ApiServer::Open({.unix_socket = folder + "/s"});
  bench::Require(api.status());
  bench::Require((*api)->Serve({&engine, store->get(), &hub, &clock}));
  link.Say("ready");
  std::string line;
  link.Hear(&line);
  _exit(0);  // nothing here is kept
}

class Caller {
 public:
  Caller(const std::string& folder, int64_t jobs)
      : jobs_(static_cast<uint64_t>(jobs)),
        stub_(ProvisionService::NewStub(
            grpc::CreateChannel("unix:" + folder + "/s", grpc::InsecureChannelCredentials()))) {}

  // One of the newest `among` jobs.
  void Call(uint64_t any, uint64_t among, Latencies* latencies) {
    provision::v1::StatusRequest request;
    request.set_name("jobs/" + bench::JobName(static_cast<int64_t>(jobs_ - 1 - any % among)));
    grpc::ClientContext context;
    Job job;
    const int64_t begin = NowMicros();
    const grpc::Status status = stub_->Status(&context, request, &job);
    latencies->Add(NowMicros() - begin);
    if (status.ok() && job.name() == request.name()) return;
    std::fprintf(stderr, "%s: %s\n", request.name().c_str(), status.error_message().c_str());
    std::exit(1);
  }

 private:
  const uint64_t jobs_;
  const std::unique_ptr<ProvisionService::Stub> stub_;
};

int Run(int64_t jobs, int calls) {
  std::string folder = "/var/tmp/pe_bench.XXXXXX";  // a disk, not memory
  if (mkdtemp(folder.data()) == nullptr) return 1;
  const std::string few_folder = folder + "/few", many_folder = folder + "/many";
  Latencies few, newest, any;
  std::filesystem::create_directories(few_folder);
  std::filesystem::create_directories(many_folder);
  {
    // Children first: nothing of gRPC may run before a fork.
    ChildProcess few_server([&](ChildProcess::Link link) { Serve(link, few_folder, int64_t{kFew}); });
    ChildProcess many_server([&](ChildProcess::Link link) { Serve(link, many_folder, jobs); });
    std::string line;
    if (!few_server.link().Hear(&line) || !many_server.link().Hear(&line)) return 1;
    Caller few_caller(few_folder, int64_t{kFew}), many_caller(many_folder, jobs);
    SeededRandom random(7);
    const auto round = [&](Latencies* of_few, Latencies* of_newest, Latencies* of_any) {
      few_caller.Call(random.Next(), kFew, of_few);
      many_caller.Call(random.Next(), kFew, of_newest);
      many_caller.Call(random.Next(), static_cast<uint64_t>(jobs), of_any);
    };
    Latencies warm_up;
    for (int i = 0; i < calls / 10; ++i) round(&warm_up, &warm_up, &warm_up);
    for (int i = 0; i < calls; ++i) round(&few, &newest, &any);
  }
  std::filesystem::remove_all(folder);
  const auto p50 = [](const Latencies& all) { return static_cast<double>(all.Percentile(0.5)); };
  std::printf(
      "{\"bench\":\"status\",\"jobs\":%lld,\"calls\":%d,\"few_us\":%.0f,\"newest_us\":%.0f,\"any_us\":%.0f,\"newest_"
      "ratio\":%.2f,\"any_ratio\":%.2f,\"goal_ratio\":1.1}\n",
      static_cast<long long>(jobs), calls, p50(few), p50(newest), p50(any), p50(newest) / p50(few),
      p50(any) / p50(few));
  return 0;
}

}  // namespace
}  // namespace pe

int main(int argc, char** argv) {
  const auto number = [&](int at, int otherwise) { return argc > at ? std::atoi(argv[at]) : otherwise; };
  return pe::Run(number(1, 1'000'000), number(2, 5'000));
}
