// step_events_bench [JOBS=20 [TARGETS=100]]: see README.md.
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "base/random.h"
#include "provision/v1/provision_service.pb.h"
#include "server/engine/engine.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/bench/engine/quick_hosts.h"
#include "tests/bench/storage/workload.h"

namespace pe::bench {
namespace {

using provision::v1::Job;
using provision::v1::ProvisionRequest;

constexpr size_t kRowsACommit = 256;

ProvisionRequest Request(int job, int targets) {
  ProvisionRequest request;
  request.set_request_id(absl::StrCat("bench-", job));
  request.mutable_spec()->set_name("thirty");
  for (int i = 0; i < kSteps; ++i) {
    auto* step = request.mutable_spec()->add_steps();
    step->set_id(absl::StrCat("step-", i));
    step->mutable_file()->set_path(absl::StrCat("/etc/service/part-", i, ".conf"));
    step->mutable_file()->set_content("listen = 127.0.0.1:8080\n");
  }
  for (int i = 0; i < targets; ++i)
    request.add_targets()->mutable_inline_()->set_address(absl::StrCat("ssh://host-", job, "-", i));
  return request;
}

// Counts what became durable, until all jobs have ended.
class Count final : public EventSubscriber {
 public:
  explicit Count(int jobs) : left_(jobs) {}
  void OnBatch(std::shared_ptr<const EventBatch> batch) override {
    MutexLock lock(&mu_);
    for (const auto& event : batch->events) {
      if (!event.has_step_state()) continue;
      ++events_;
      if (rows_.size() < kRowsACommit * 400) rows_.push_back(event.SerializeAsString());
    }
    if (batch->terminal && --left_ == 0) changed_.SignalAll();
  }
  void Wait() {
    MutexLock lock(&mu_);
    while (left_ > 0) changed_.Wait(&mu_);
  }
  int64_t events() {
    MutexLock lock(&mu_);
    return events_;
  }
  // The events' bytes, in groups as large as a busy commit's.
  std::vector<std::vector<std::string>> Groups() {
    MutexLock lock(&mu_);
    std::vector<std::vector<std::string>> groups;
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (i % kRowsACommit == 0) groups.emplace_back();
      groups.back().push_back(rows_[i]);
    }
    return groups;
  }

 private:
  Mutex mu_;
  CondVar changed_;
  int left_ ABSL_GUARDED_BY(mu_);
  int64_t events_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<std::string> rows_ ABSL_GUARDED_BY(mu_);
};

int Run(int jobs, int targets) {
  std::string folder = "/var/tmp/pe_bench.XXXXXX";  // a disk, not memory
  if (mkdtemp(folder.data()) == nullptr) return 1;
  SystemClock clock;
  SystemRandom random;
  EventHub hub;
  QuickHosts hosts;
  Count count(jobs);
  auto store = OpenSqliteStore({.folder = folder + "/data"}, random);
  Require(store.status());
  EngineOptions options;
  options.credentials["default"].name = "default";
  options.secret_key = std::string(32, 'k');
  options.max_connected_targets = jobs * targets;
  auto engine = StartEngine(
      {.store = store->get(), .clock = &clock, .random = &random, .hub = &hub, .transports = {{"ssh", &hosts}}},
      options);
  Require(engine.status());
  const double begin = Seconds();
  const double cpu = CpuSeconds();
  for (int i = 0; i < jobs; ++i) {
    (*engine)->Provision(Request(i, targets), "bench", [&](const absl::StatusOr<Job>& job) {
      Require(job.status());
      hub.Subscribe(JobId(job->name().substr(5)), &count);  // on the engine's thread, before anything else happens
    });
  }
  count.Wait();
  const double seconds = Seconds() - begin;
  const double cpu_each = (CpuSeconds() - cpu) * 1e6 / static_cast<double>(count.events());
  const auto groups = count.Groups();
  int64_t rows = 0;
  for (const auto& group : groups) rows += static_cast<int64_t>(group.size());
  const WriteResult raw = RawInserts(folder, groups, rows);
  const double rate = static_cast<double>(count.events()) / seconds;
  std::printf(
      "{\"bench\":\"step_events\",\"jobs\":%d,\"targets\":%d,\"events\":%lld,\"events_per_second\":%.0f,\"cpu_micros_"
      "each\":%.1f,\"raw_rows_per_second\":%.0f,\"ratio\":%.2f,\"goal_per_second\":20000}\n",
      jobs, jobs * targets, static_cast<long long>(count.events()), rate, cpu_each, raw.per_second,
      rate / raw.per_second);
  std::fflush(stdout);
  (*engine)->Drain();
  engine->reset();
  store->reset();
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace pe::bench

int main(int argc, char** argv) {
  const auto number = [&](int at, int otherwise) { return argc > at ? std::atoi(argv[at]) : otherwise; };
  return pe::bench::Run(number(1, 20), number(2, 100));
}
