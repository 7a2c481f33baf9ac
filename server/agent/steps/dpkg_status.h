// What dpkg knows of packages, read from /var/lib/dpkg/status without running a program: one pass over the file that
// looks only at the stanzas of wanted names (about 0.2 ms for 500 packages), so nothing is cached between steps.
#ifndef SERVER_AGENT_STEPS_DPKG_STATUS_H_
#define SERVER_AGENT_STEPS_DPKG_STATUS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/agent/system/file_system.h"

namespace pe::agent {

struct InstalledPackage {
  bool installed = false;  // "ok installed": unpacked and configured
  bool broken = false;     // half-installed, half-configured, unpacked or triggers pending in error
  bool held = false;
  std::string version;  // of an installed or broken one
};

class DpkgStatus {
 public:
  // No file is no packages. FAILED_PRECONDITION when it is larger than 256 MiB.
  static absl::StatusOr<DpkgStatus> Read(FileSystem& files);
  explicit DpkgStatus(std::string text) : text_(std::move(text)) {}

  // State of each name ("libc6" or "libc6:i386"); names that dpkg does not know are missing from the result.
  std::map<std::string, InstalledPackage> Find(const std::vector<std::string>& names) const;
  // Whether some installed package provides the (virtual) name.
  bool Provided(absl::string_view name) const;
  // Every installed package: "NAME:ARCHITECTURE" (also "NAME:all") to version.
  std::map<std::string, std::string> Installed() const;

 private:
  std::string text_;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_DPKG_STATUS_H_
