#include "server/agent/steps/dpkg_lock.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "server/agent/steps/program.h"

namespace pe::agent {
namespace {

constexpr const char* kLocks[] = {"/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock",
                                  "/var/cache/apt/archives/lock"};
constexpr int64_t kLookEveryUs = 200 * kMicrosPerMilli;

// "dpkg lock held by apt-get (pid 812)"; empty when all are free.
std::string Holder(FileSystem& files) {
  for (const char* lock : kLocks) {
    const int pid = files.LockHolder(lock);
    if (pid == 0) continue;
    const absl::StatusOr<std::string> name = files.Read(absl::StrCat("/proc/", pid, "/comm"), 256);
    return absl::StrCat("dpkg lock held by ", name.ok() ? absl::StripAsciiWhitespace(*name) : "a program", " (pid ",
                        pid, ")");
  }
  return "";
}

}  // namespace

absl::Status AwaitDpkgLock(StepContext& context) {
  std::string said;
  while (true) {
    const std::string reason = Holder(context.files);
    if (reason != said) context.reporter.Waiting(reason);
    said = reason;
    if (reason.empty()) return absl::OkStatus();
    const absl::Status paused = Pause(kLookEveryUs, context);
    if (!paused.ok()) return Annotate(paused, reason);
  }
}

}  // namespace pe::agent
