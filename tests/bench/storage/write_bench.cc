// Durable writes: jobs and events a second, with a number of batches under way at any time.
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>

#include "base/mutex.h"
#include "base/random.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/bench/storage/workload.h"

namespace pe::bench {
namespace {

// Keeps `window` batches under way until `total` are answered.
class Window {
 public:
  explicit Window(int window) : free_(window), window_(window) {}
  void Enter() {
    MutexLock lock(&mu_);
    while (free_ == 0) changed_.Wait(&mu_);
    --free_;
  }
  void Leave(const absl::Status& status) {
    Require(status);
    MutexLock lock(&mu_);
    ++free_;
    changed_.Signal();
  }
  void WaitAll() {
    MutexLock lock(&mu_);
    while (free_ < window_) changed_.Wait(&mu_);
  }

 private:
  Mutex mu_;
  CondVar changed_;
  int free_ ABSL_GUARDED_BY(mu_);
  const int window_;
};

struct Fresh {
  std::unique_ptr<Store> store;
  Lease lease;
};

Fresh OpenFresh(const std::string& folder) {
  const std::string data = folder + "/data";
  std::filesystem::remove_all(data);
  SystemRandom random;
  absl::StatusOr<std::unique_ptr<Store>> store = OpenSqliteStore({.folder = data}, random);
  Require(store.status());
  absl::StatusOr<Lease> lease = (*store)->AcquireLease(1, 1);
  Require(lease.status());
  return {*std::move(store), *lease};
}

// Submits `batches` (made beforehand: the store is measured) and returns what was counted in a second.
WriteResult Measure(Store& store, std::vector<Batch> batches, int window, int64_t counted) {
  Window under_way(window);
  const double begin = Seconds();
  const double cpu = CpuSeconds();
  for (Batch& batch : batches) {
    under_way.Enter();
    store.Submit(std::move(batch), [&](const absl::Status& status, const Applied&) { under_way.Leave(status); });
  }
  under_way.WaitAll();
  const double seconds = Seconds() - begin;
  return {static_cast<double>(counted) / seconds, (CpuSeconds() - cpu) * 1e6 / static_cast<double>(counted)};
}

void Print(const char* what, int window, const WriteResult& ours, const WriteResult& raw) {
  std::printf("%-34s %8d %12.0f %9.1f %14.0f %9.1f %8.2f\n", what, window, ours.per_second, ours.cpu_micros_each,
              raw.per_second, raw.cpu_micros_each, ours.per_second / raw.per_second);
  std::fflush(stdout);
}

// The rows that one job becomes, as bytes: summary, spec, target, event, request.
std::vector<std::string> RowsOf(const CreateJob& create, const AppendEvents& append) {
  provision::v1::Job spec;
  *spec.mutable_spec() = create.job.spec();
  std::vector<std::string> rows = {append.summary.SerializeAsString(), spec.SerializeAsString(),
                                   create.targets[0].target.SerializeAsString(),
                                   create.request_id + create.request_digest};
  std::string events;
  for (const provision::v1::Event& event : append.events) events += event.SerializeAsString();
  rows.push_back(std::move(events));
  return rows;
}

void Jobs(const std::string& folder, int window) {
  const int total = window == 1 ? 1'000 : 10'000;
  Fresh fresh = OpenFresh(folder);
  std::vector<Batch> batches;
  std::vector<std::vector<std::string>> raw;
  for (int i = 0; i < total; ++i) {
    Batch& batch = batches.emplace_back(Batch{.epoch = fresh.lease.epoch});
    batch.jobs.push_back(MakeJob(i));
    batch.appends.push_back(MakeEvents(batch.jobs[0], 1, 1));
    std::vector<std::string> rows = RowsOf(batch.jobs[0], batch.appends[0]);
    // With `window` batches under way, about so many share a commit.
    if (i % window == 0) raw.emplace_back();
    raw.back().insert(raw.back().end(), rows.begin(), rows.end());
  }
  const WriteResult ours = Measure(*fresh.store, std::move(batches), window, total);
  Print("durable jobs (CreateJob + event 1)", window, ours, RawInserts(folder, raw, total));
}

// `jobs` running jobs send batches of `size` events each in turn.
void Events(const std::string& folder, const char* what, int jobs, int size, int window, int total) {
  Fresh fresh = OpenFresh(folder);
  std::vector<CreateJob> made;
  Batch first{.epoch = fresh.lease.epoch};
  for (int i = 0; i < jobs; ++i) {
    made.push_back(MakeJob(i));
    Batch batch{.epoch = fresh.lease.epoch};
    batch.jobs.push_back(made.back());
    fresh.store->Submit(std::move(batch), [](const absl::Status& status, const Applied&) { Require(status); });
  }
  fresh.store->Flush();
  std::vector<Batch> batches;
  std::vector<std::vector<std::string>> raw;
  std::vector<int64_t> next(jobs, 1);
  std::map<int, std::pair<AppendEvents, std::string>> folded;  // what one commit of the raw loop writes, by job
  for (int i = 0; i * size < total; ++i) {
    const int job = i % jobs;
    AppendEvents append = MakeEvents(made[job], next[job], size);
    next[job] += size;
    folded[job].first = append;
    for (const provision::v1::Event& event : append.events) folded[job].second += event.SerializeAsString();
    batches.push_back(Batch{.epoch = fresh.lease.epoch});
    batches.back().appends.push_back(std::move(append));
    if (i % window != window - 1 && (i + 1) * size < total) continue;
    raw.emplace_back();
    for (auto& [index, last] : folded) {
      raw.back().push_back(last.first.summary.SerializeAsString());
      raw.back().push_back(last.first.targets[0].target.SerializeAsString());
      raw.back().push_back(std::move(last.second));
    }
    folded.clear();
  }
  const int64_t counted = static_cast<int64_t>(batches.size()) * size;
  const WriteResult ours = Measure(*fresh.store, std::move(batches), window, counted);
  Print(what, window, ours, RawInserts(folder, raw, counted));
}

}  // namespace

void WriteBench(const std::string& folder) {
  std::printf("%-34s %8s %12s %9s %14s %9s %8s\n", "", "at once", "per second", "cpu us", "raw per second", "cpu us",
              "ratio");
  for (int window : {1, 16, 256, 1024}) Jobs(folder, window);
  Events(folder, "events, 1 job, 1 each", 1, 1, 256, 100'000);
  Events(folder, "events, 8 jobs, 1 each", 8, 1, 256, 100'000);
  Events(folder, "events, 100 jobs, 1 each", 100, 1, 1024, 100'000);
  Events(folder, "events, 1000 jobs, 1 each", 1'000, 1, 1024, 50'000);
  Events(folder, "events, 100 jobs, 8 each", 100, 8, 256, 200'000);
}

}  // namespace pe::bench
