// World: where a case runs (a temporary root, or this very host) and all that a step is given.
#ifndef TESTS_CONFORMANCE_STEPS_WORLD_H_
#define TESTS_CONFORMANCE_STEPS_WORLD_H_

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "base/mutex.h"
#include "server/agent/steps/step.h"
#include "server/agent/system/real_file_system.h"
#include "server/agent/system/real_process_runner.h"

namespace pe::agent {

// Keeps what steps record, in memory.
class MemoryUndo final : public UndoStore {
 public:
  absl::Status Record(absl::string_view record) override {
    records.emplace_back(record);
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> KeepContent(absl::string_view content) override {
    const std::string digest = Sha256Hex(content);
    contents[digest] = std::string(content);
    return digest;
  }
  absl::StatusOr<std::string> GetContent(const std::string& digest) override {
    const auto at = contents.find(digest);
    if (at == contents.end()) return absl::NotFoundError("no such content: " + digest);
    return at->second;
  }
  std::vector<std::string> records;  // oldest first
  std::map<std::string, std::string> contents;
};

class MemoryBlobs final : public BlobSource {
 public:
  absl::StatusOr<std::string> Read(const std::string& digest) override {
    const auto at = blobs.find(digest);
    if (at == blobs.end()) return absl::NotFoundError("no such blob: " + digest);
    return at->second;
  }
  std::map<std::string, std::string> blobs;
};

class Reports final : public StepReporter {
 public:
  void Output(int, absl::string_view bytes) override { Add(&output, bytes); }
  void Progress(int64_t current, int64_t total, absl::string_view, absl::string_view message) override {
    MutexLock lock(&mu_);
    progress.push_back(std::to_string(current) + "/" + std::to_string(total) + " " + std::string(message));
  }
  void Waiting(absl::string_view reason) override {
    MutexLock lock(&mu_);
    waits.emplace_back(reason);
  }
  void Warn(absl::string_view code, absl::string_view) override {
    MutexLock lock(&mu_);
    warnings.emplace_back(code);
  }
  std::string output;
  std::vector<std::string> progress, waits, warnings;

 private:
  void Add(std::string* to, absl::string_view bytes) {
    MutexLock lock(&mu_);
    to->append(bytes.data(), bytes.size());
  }
  Mutex mu_;
};

class World {
 public:
  // `root` empty: this host.
  explicit World(const std::string& root) : root(root), files(root), processes(clock, {}), host(root.empty()) {}

  StepContext Context(bool observe_only = false) {
    return {.files = files,
            .processes = processes,
            .clock = clock,
            .reporter = reports,
            .undo = undo,
            .blobs = blobs,
            .cancel = cancel,
            .units = host ? &units : nullptr,
            .has_init = host,
            .observe_only = observe_only};
  }
  // Set-up and tampering; each fails the test when it fails.
  void Write(const std::string& path, const std::string& content, uint32_t mode = 0644);
  void MakeFolder(const std::string& path, uint32_t mode = 0755);
  std::string Run(std::vector<std::string> argv);     // standard output; must succeed
  std::string Output(std::vector<std::string> argv);  // standard output, whatever the exit code

  // Everything at and below the paths: path to PathState's text.
  std::map<std::string, std::string> Snapshot(const std::vector<std::string>& paths);

  const std::string root;
  SystemClock clock;
  RealFileSystem files;
  RealProcessRunner processes;
  const bool host;
  SystemdUnitSource units;
  Reports reports;
  MemoryUndo undo;
  MemoryBlobs blobs;
  CancelToken cancel;
};

}  // namespace pe::agent

#endif  // TESTS_CONFORMANCE_STEPS_WORLD_H_
