#include "server/agent/system/command_pipes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/status.h"
#include "server/agent/system/errno_status.h"
#include "server/agent/system/temporary.h"

namespace pe::agent {
namespace {

constexpr int kFirstChildFd = 16;

absl::Status Raise(UniqueFd& fd) {
  UniqueFd raised(fcntl(fd.get(), F_DUPFD_CLOEXEC, kFirstChildFd));
  if (!raised.ok()) return ErrnoStatus(errno, "a descriptor for a command");
  fd = std::move(raised);
  return absl::OkStatus();
}

// `child` is the end for the supervisor or its command, `mine` the agent's.
absl::Status OpenPipe(bool to_child, UniqueFd& child, UniqueFd& mine) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "a pipe for a command");
  child.Reset(ends[to_child ? 0 : 1]);
  mine.Reset(ends[to_child ? 1 : 0]);
  fcntl(mine.get(), F_SETFL, fcntl(mine.get(), F_GETFL) | O_NONBLOCK);
  return Raise(child);
}

// Standard input comes from memory: no pipe that both sides could wait on, and no file on disk.
absl::Status OpenInput(const std::string& content, UniqueFd& child) {
  if (content.empty()) {
    child.Reset(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!child.ok()) return ErrnoStatus(errno, "/dev/null");
    return Raise(child);
  }
  child.Reset(memfd_create("stdin", MFD_CLOEXEC));
  if (!child.ok()) return ErrnoStatus(errno, "memory for a command's standard input");
  PE_RETURN_IF_ERROR(WriteAll(child.get(), content, "memory for a command's standard input"));
  lseek(child.get(), 0, SEEK_SET);
  return Raise(child);
}

}  // namespace

absl::Status OpenPipes(const Command& command, CommandPipes& pipes) {
  PE_RETURN_IF_ERROR(OpenInput(command.standard_input, pipes.input_child));
  PE_RETURN_IF_ERROR(OpenPipe(false, pipes.output_child, pipes.output));
  PE_RETURN_IF_ERROR(OpenPipe(false, pipes.error_child, pipes.error));
  if (command.on_status_line) PE_RETURN_IF_ERROR(OpenPipe(false, pipes.status_child, pipes.status));
  PE_RETURN_IF_ERROR(OpenPipe(true, pipes.control_child, pipes.control));
  return OpenPipe(false, pipes.result_child, pipes.result);
}

bool ReadAvailable(int fd, std::string& out) {
  char buffer[16384];
  while (true) {
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n > 0) {
      out.append(buffer, static_cast<size_t>(n));
      // One buffer at a time is fair to the other streams; poll comes back for the rest.
      return true;
    }
    if (n < 0 && errno == EINTR) continue;
    return n < 0 && errno == EAGAIN;
  }
}

}  // namespace pe::agent
