// What reads cost at ten jobs and at many.
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <functional>

#include "absl/strings/str_cat.h"
#include "base/random.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/bench/storage/workload.h"

namespace pe::bench {
namespace {

// Microseconds of one read: on the clock, and of this thread's CPU. The second does not depend on what else runs.
struct Cost {
  std::string name;
  double wall = 0;
  double cpu = 0;
};

double ThreadCpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

Cost MeasureOne(const char* name, const std::function<absl::Status(uint64_t)>& read) {
  SeededRandom random(7);
  constexpr int kReads = 2'000;
  for (int i = 0; i < 200; ++i) Require(read(random.Next()));
  const double begin = Seconds();
  const double cpu = ThreadCpuSeconds();
  for (int i = 0; i < kReads; ++i) Require(read(random.Next()));
  return {name, (Seconds() - begin) * 1e6 / kReads, (ThreadCpuSeconds() - cpu) * 1e6 / kReads};
}

using Costs = std::vector<Cost>;

Costs MeasureReads(Store& store, int64_t jobs) {
  Costs costs;
  auto measure = [&](const char* name, const std::function<absl::Status(uint64_t)>& read) {
    costs.push_back(MeasureOne(name, read));
  };
  auto any = [&](uint64_t r) { return JobId(JobName(static_cast<int64_t>(r % static_cast<uint64_t>(jobs)))); };
  auto list = [&](JobFilter filter) {
    return [&, filter](uint64_t) { return store.ListJobs(filter, "", 5).status(); };
  };
  measure("GetJob kTargets, newest ten", [&](uint64_t r) {
    return store.GetJob(JobId(JobName(jobs - 1 - static_cast<int64_t>(r % 10))), JobDetail::kTargets).status();
  });
  measure("GetJob kTargets, any", [&](uint64_t r) { return store.GetJob(any(r), JobDetail::kTargets).status(); });
  measure("GetJob kFull, any", [&](uint64_t r) { return store.GetJob(any(r), JobDetail::kFull).status(); });
  measure("ReadEvents (20), any", [&](uint64_t r) { return store.ReadEvents(any(r), 0, 1'000).status(); });
  measure("ListJobs (5)", list({}));
  measure("ListJobs, state RUNNING", list({.state = provision::v1::Job::RUNNING}));
  measure("ListJobs, state SUCCEEDED", list({.state = provision::v1::Job::SUCCEEDED}));
  measure("ListJobs, environment", list({.environment = "environments/dev"}));
  measure("ListJobs, service", list({.service = "service-3"}));
  measure("ListJobs, resource", list({.resource = "resources/host-3"}));
  measure("ListJobs, from the middle",
          [&](uint64_t) { return store.ListJobs({}, absl::StrCat(jobs / 2 + 3), 3).status(); });
  return costs;
}

Costs At(const std::string& folder, int64_t jobs) {
  const std::string data = absl::StrCat(folder, "/data-", jobs);
  SystemRandom random;
  {
    std::filesystem::remove_all(data);
    absl::StatusOr<std::unique_ptr<Store>> store = OpenSqliteStore({.folder = data}, random);
    Require(store.status());
    const double begin = Seconds();
    FillWithJobs(**store, *(*store)->AcquireLease(1, 1), jobs);
    if (jobs > 10) std::printf("\n%ld jobs made in %.1f s\n", static_cast<long>(jobs), Seconds() - begin);
  }
  const double begin = Seconds();
  const double cpu = ThreadCpuSeconds();
  absl::StatusOr<std::unique_ptr<Store>> store = OpenSqliteStore({.folder = data}, random);
  Require(store.status());
  size_t unfinished = 0;
  std::string after;
  do {
    absl::StatusOr<Page<UnfinishedJob>> page = (*store)->ListUnfinished(after, 1'000);
    Require(page.status());
    unfinished += page->items.size();
    after = page->next;
  } while (!after.empty());
  if (jobs > 10) {
    std::printf("opened, and %zu unfinished jobs loaded, in %.2f s (%.2f s of CPU)\n", unfinished, Seconds() - begin,
                ThreadCpuSeconds() - cpu);
  }
  Costs costs = MeasureReads(**store, jobs);
  store->reset();
  std::filesystem::remove_all(data);
  return costs;
}

}  // namespace

void ReadBench(const std::string& folder, int64_t jobs) {
  const Costs few = At(folder, 10);
  const Costs many = At(folder, jobs);
  std::printf("\n%-34s %25s %25s %8s\n", "", "10 jobs", absl::StrCat(jobs, " jobs").c_str(), "");
  std::printf("%-34s %12s %12s %12s %12s %8s\n", "microseconds each", "cpu", "clock", "cpu", "clock", "cpu ratio");
  for (size_t i = 0; i < few.size(); ++i) {
    std::printf("%-34s %12.1f %12.1f %12.1f %12.1f %8.2f\n", few[i].name.c_str(), few[i].cpu, few[i].wall, many[i].cpu,
                many[i].wall, many[i].cpu / few[i].cpu);
  }
}

}  // namespace pe::bench
