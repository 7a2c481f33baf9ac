// ChildProcess: a program of the engine's machine whose standard input and output are one socket of ours. And Reaper,
// which sees children that are not needed any more to their end, so that none stays as a zombie.
// Thread rule: both belong to one EventLoop.
#ifndef SERVER_TRANSPORT_CHILD_PROCESS_H_
#define SERVER_TRANSPORT_CHILD_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "server/transport/event_loop.h"

namespace pe::transport {

struct ChildCommand {
  std::vector<std::string> argv;         // argv[0] is a path
  std::vector<std::string> environment;  // "NAME=VALUE"; the whole of it
};

// Started in a session of its own with default signals and no other descriptor than 0, 1 and 2.
struct ChildProcess {
  pid_t pid = -1;
  int pid_fd = -1;     // readable when it has ended
  int stream_fd = -1;  // its input and output; non-blocking
  int error_fd = -1;   // its standard error; non-blocking

  // Descriptors and process become the caller's: give them to a Reaper.
  static absl::StatusOr<ChildProcess> Start(const ChildCommand& command);
};

class Reaper {
 public:
  explicit Reaper(EventLoop* loop) : loop_(loop) {}
  // Waits a moment for those that are left, then kills them.
  // REQUIRES: the loop's thread, or that it has ended.
  ~Reaper();

  // Takes a child whose input was closed: it may end by itself, gets TERM after `patience_us` and KILL after twice
  // that.
  void Take(pid_t pid, int pid_fd, int64_t patience_us);

 private:
  struct Left {
    pid_t pid;
    EventLoop::TimerId timer;
  };
  void Urge(int pid_fd, int signal, int64_t patience_us);
  void Reap(int pid_fd);

  EventLoop* const loop_;
  absl::flat_hash_map<int, Left> left_;  // by pid_fd
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_CHILD_PROCESS_H_
