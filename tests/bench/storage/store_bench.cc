// store_bench [FOLDER [JOBS [writes|reads]]]: see README.md. JOBS 0 leaves the reads out.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/bench/storage/workload.h"

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "store-bench";
  const int64_t jobs = argc > 2 ? std::atoll(argv[2]) : 1'000'000;
  const std::string part = argc > 3 ? argv[3] : "";
  std::filesystem::create_directories(folder);
  if (part != "reads") pe::bench::WriteBench(folder);
  if (part != "writes" && jobs > 0) pe::bench::ReadBench(folder, jobs);
  std::filesystem::remove_all(folder);
  return 0;
}
