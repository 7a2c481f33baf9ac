// What the benchmark writes: jobs of one target with 30 steps, as the engine makes them.
#ifndef TESTS_BENCH_STORAGE_WORKLOAD_H_
#define TESTS_BENCH_STORAGE_WORKLOAD_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "storage/store.h"

namespace pe::bench {

inline constexpr int kSteps = 30;

std::string JobName(int64_t number);  // the id
CreateJob MakeJob(int64_t number);
// The next `count` events of a job: a step started, a step ended, with the target's whole row.
AppendEvents MakeEvents(const CreateJob& job, int64_t first_seq, int count, bool terminal = false);

// `jobs` jobs of 20 events; all but the newest 10,000 (or a half) have ended.
void FillWithJobs(Store& store, const Lease& lease, int64_t jobs);

inline double Seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
// CPU of the whole process, in seconds.
double CpuSeconds();

// Ends the program with the text when `status` is an error.
void Require(const absl::Status& status);

// One kind of writing, as the store and as the raw loop do it.
struct WriteResult {
  double per_second = 0;
  double cpu_micros_each = 0;
};
// The same bytes as rows of plain tables: each element one transaction's rows (a "commit group"), at most one fsync
// each.
WriteResult RawInserts(const std::string& folder, const std::vector<std::vector<std::string>>& groups, int64_t counted);

void WriteBench(const std::string& folder);
void ReadBench(const std::string& folder, int64_t jobs);

}  // namespace pe::bench

#endif  // TESTS_BENCH_STORAGE_WORKLOAD_H_
