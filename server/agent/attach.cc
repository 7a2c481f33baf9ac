#include "server/agent/attach.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status.h"
#include "server/agent/identity.h"
#include "server/agent/places.h"
#include "server/agent/system/real_file_system.h"
#include "server/agent/system/temporary.h"
#include "server/agent/worker.h"
#include "server/agent/worker_socket.h"

namespace pe::agent {
namespace {

constexpr int64_t kStartTimeoutUs = 15 * kMicrosPerSecond;
constexpr int64_t kBetweenLooksNs = 500'000;
constexpr int kMostTries = 5;

// A worker of another build ends when it has nothing to do; when it has, it is used as it is: the engine sees its
// version in Hello.
void RetireOtherBuild(const std::string& folder) {
  RealFileSystem files;
  const absl::StatusOr<std::string> mark = files.Read(folder + kWorkerMark, 4096);
  if (!mark.ok() || *mark == BinaryMark()) return;
  const absl::StatusOr<UniqueFd> fd = ConnectTo(folder + kRetireSocket);
  if (!fd.ok()) return;
  char answer;
  while (read(fd->get(), &answer, 1) > 0 && answer == 'Y') {  // then the end of file: it is gone
  }
}

absl::StatusOr<UniqueFd> StartAndConnect(const std::string& folder) {
  PE_ASSIGN_OR_RETURN(const UniqueFd lock, Lock(folder + kStartLock, true));
  absl::StatusOr<UniqueFd> fd = ConnectTo(folder + kWorkerSocket);  // another attach may have started it meanwhile
  if (!absl::IsNotFound(fd.status())) return fd;
  PE_RETURN_IF_ERROR(StartWorker());
  const SystemClock clock;
  for (const MonoMicros end = clock.Mono() + kStartTimeoutUs; clock.Mono() < end;) {
    fd = ConnectTo(folder + kWorkerSocket);
    if (!absl::IsNotFound(fd.status())) return fd;
    const timespec pause = {0, kBetweenLooksNs};
    nanosleep(&pause, nullptr);
  }
  return absl::DeadlineExceededError(
      "the worker does not come up; see `journalctl -u pe-agent-worker`, or run `pe-agent worker` by hand");
}

absl::StatusOr<UniqueFd> Connect() {
  const std::string folder = RunFolder();
  PE_RETURN_IF_ERROR(MakeSafeFolder(folder));
  RetireOtherBuild(folder);
  absl::StatusOr<UniqueFd> fd = ConnectTo(folder + kWorkerSocket);
  return absl::IsNotFound(fd.status()) ? StartAndConnect(folder) : std::move(fd);
}

// One read and the writes it takes. False at the end of either side.
bool Carry(int from, int to) {
  char buffer[64 * 1024];
  const ssize_t n = read(from, buffer, sizeof buffer);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  return n > 0 && WriteAll(to, absl::string_view(buffer, static_cast<size_t>(n)), "").ok();
}

enum class End { kInput, kWorkerBeforeHello, kWorker };

End Splice(int worker) {
  bool heard = false;
  while (true) {
    pollfd fds[] = {{worker, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}, {STDOUT_FILENO, 0, 0}};
    if (poll(fds, 3, -1) < 0) continue;
    if (fds[0].revents != 0) {
      if (!Carry(worker, STDOUT_FILENO)) return heard ? End::kWorker : End::kWorkerBeforeHello;
      heard = true;
    }
    if (fds[1].revents != 0 && !Carry(STDIN_FILENO, worker)) return End::kInput;
    if ((fds[2].revents & (POLLERR | POLLHUP)) != 0) return End::kInput;  // nobody reads us any more
  }
}

}  // namespace

int RunAttach() {
  for (int i = 0; i < kMostTries; ++i) {
    const absl::StatusOr<UniqueFd> worker = Connect();
    if (!worker.ok()) {
      fprintf(stderr, "pe-agent attach: %s\n", std::string(worker.status().message()).c_str());
      return 1;
    }
    switch (Splice(worker->get())) {
      case End::kInput:
        return 0;
      case End::kWorker:
        fprintf(stderr, "pe-agent attach: the worker has closed the connection\n");
        return 1;
      case End::kWorkerBeforeHello:
        break;  // it was about to end, idle, as we came; nothing was carried yet
    }
  }
  fprintf(stderr,
          "pe-agent attach: the worker closes every connection; too many are open, or it dies: see `journalctl -u "
          "pe-agent-worker`\n");
  return 1;
}

}  // namespace pe::agent
