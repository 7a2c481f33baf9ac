#include "server/agent/worker.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "server/agent/identity.h"
#include "server/agent/places.h"
#include "server/agent/serve.h"
#include "server/agent/system/real_file_system.h"
#include "server/agent/worker_socket.h"

namespace pe::agent {
namespace {

// The cgroup of the transient unit, which systemd has delegated to us; empty when this is no such unit.
std::string DelegatedCgroup(FileSystem& files) {
  const absl::StatusOr<std::string> text = files.Read("/proc/self/cgroup", 64 * 1024);
  if (!text.ok()) return "";
  for (absl::string_view line : absl::StrSplit(*text, '\n')) {
    if (!absl::ConsumePrefix(&line, "0::") || !absl::EndsWith(line, "/pe-agent-worker.service")) continue;
    const std::string folder = absl::StrCat("/sys/fs/cgroup", line);
    if (access((folder + "/cgroup.kill").c_str(), W_OK) == 0) return folder;
  }
  return "";
}

int64_t IdleExit() {
  int64_t milliseconds = 0;
  const char* value = getenv("PE_AGENT_IDLE_MS");
  if (value != nullptr && absl::SimpleAtoi(value, &milliseconds) && milliseconds > 0)
    return milliseconds * kMicrosPerMilli;
  return kWorkerIdleExitUs;
}

absl::StatusOr<int> Work() {
  RealFileSystem files;
  const std::string folder = RunFolder();
  PE_RETURN_IF_ERROR(MakeSafeFolder(folder));
  const absl::StatusOr<UniqueFd> lock = Lock(folder + kWorkerLock, false);
  if (absl::IsUnavailable(lock.status())) return 0;  // somebody else was faster
  PE_RETURN_IF_ERROR(lock.status());
  PE_ASSIGN_OR_RETURN(const UniqueFd retire, ListenOn(folder + kRetireSocket));
  {
    // Not synced: the folder does not survive the host anyway.
    UniqueFd mark(open((folder + kWorkerMark).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
    const std::string text = BinaryMark();
    if (!mark.ok() || write(mark.get(), text.data(), text.size()) < 0)
      return absl::UnknownError(absl::StrCat(folder, kWorkerMark, ": cannot be written"));
  }
  PE_ASSIGN_OR_RETURN(const UniqueFd listener, ListenOn(folder + kWorkerSocket));  // last: now it is ready
  const int code =
      Serve({.cgroup = DelegatedCgroup(files),
             .loop = {.listener = listener.get(), .retire_listener = retire.get(), .idle_exit_us = IdleExit()}});
  unlink((folder + kWorkerSocket).c_str());
  unlink((folder + kRetireSocket).c_str());
  return code;
}

}  // namespace

int RunWorker() {
  umask(022);
  const absl::StatusOr<int> code = Work();
  if (code.ok()) return *code;
  fprintf(stderr, "pe-agent worker: %s\n", std::string(code.status().message()).c_str());
  return 1;
}

}  // namespace pe::agent
