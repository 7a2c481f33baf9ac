// AgentFiles: the agent binaries on the engine's machine, read and digested once until they change.
// Thread rule: thread-safe.
#ifndef SERVER_TRANSPORT_AGENT_FILES_H_
#define SERVER_TRANSPORT_AGENT_FILES_H_

#include <sys/stat.h>

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"

namespace pe::transport {

struct AgentBinary {
  std::string digest;  // SHA-256, 64 hex digits
  std::string bytes;
};

// "amd64" for "x86_64", "arm64" for "aarch64", else empty.
std::string ArchitectureOf(absl::string_view machine);
// Of the machine this runs on.
std::string OwnArchitecture();

class AgentFiles {
 public:
  explicit AgentFiles(std::string directory) : directory_(std::move(directory)) {}

  const std::string& directory() const { return directory_; }
  std::string PathFor(absl::string_view architecture) const;
  // NOT_FOUND when there is none for it.
  absl::StatusOr<std::shared_ptr<const AgentBinary>> Get(const std::string& architecture);
  // `digest` is one of our binaries'.
  bool IsOurs(absl::string_view digest);

 private:
  struct Entry {
    struct stat identity;
    std::shared_ptr<const AgentBinary> binary;
  };
  const std::string directory_;
  Mutex mu_;
  std::map<std::string, Entry> entries_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_AGENT_FILES_H_
