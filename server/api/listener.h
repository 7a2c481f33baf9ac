// Listener: a listening socket with an accept loop of its own. gRPC 1.51's loop goes deaf for ever once the process ran
// out of file descriptors; this one closes what is too much and goes on. Thread rule: thread-safe after Open.
#ifndef SERVER_API_LISTENER_H_
#define SERVER_API_LISTENER_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe {

class Listener {
 public:
  // Takes a connected, non-blocking socket; called on the accept thread.
  using Handler = std::function<void(int listener_fd, int fd)>;

  // A unix socket with mode 0600: nobody but this process' user and root can connect, and others are closed should they
  // come. A socket file that nobody listens on is replaced; FAILED_PRECONDITION when somebody does.
  static absl::StatusOr<std::unique_ptr<Listener>> OpenUnix(const std::string& path);
  // "127.0.0.1:PORT" or "[::1]:PORT", port 0 for a free one; other addresses are INVALID_ARGUMENT.
  static absl::StatusOr<std::unique_ptr<Listener>> OpenLoopback(const std::string& address);
  // Stops, and removes the socket file.
  ~Listener();

  // A connection whose descriptor is `ceiling` or above is closed at once.
  void Serve(int ceiling, Handler handler);
  void Stop();

  // The path, or "127.0.0.1:4711" with the true port.
  const std::string& address() const { return address_; }

 private:
  Listener(int fd, std::string address, bool is_unix);
  void Loop(int ceiling, const Handler& handler);
  bool Welcome(int fd) const;

  const int fd_;
  const int stop_fd_;
  const std::string address_;
  const bool is_unix_;
  std::thread thread_;
};

}  // namespace pe

#endif  // SERVER_API_LISTENER_H_
