// The half of listener.h that makes sockets.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/api/listener.h"
#include "server/api/loopback.h"

namespace pe {
namespace {

constexpr int kBacklog = 1024;  // a burst of clients after a restart

absl::Status Failed(absl::string_view what, absl::string_view where) {
  const int error = errno;
  return absl::ErrnoToStatus(error, absl::StrCat("cannot ", what, " ", where, ": ", strerror(error)));
}

absl::StatusOr<sockaddr_un> UnixAddress(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(absl::StrCat("the socket path ", path, " is longer than ",
                                                   sizeof(address.sun_path) - 1, " bytes; choose a shorter one"));
  }
  memcpy(address.sun_path, path.data(), path.size());
  return address;
}

// Removes a socket file that a dead process left.
absl::Status ClearStale(const std::string& path, const sockaddr_un& address) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return absl::OkStatus();
  if (!S_ISSOCK(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " exists and is not a socket; move it away or choose another path"));
  }
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const bool alive =
      connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 || errno == EAGAIN;
  close(probe);
  if (alive) {
    return absl::FailedPreconditionError(
        absl::StrCat("another process listens on ", path, "; stop it, or choose another socket with --socket"));
  }
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return Failed("remove the stale socket", path);
  return absl::OkStatus();
}

socklen_t Fill(const LoopbackAddress& where, sockaddr_storage* out) {
  if (where.v6) {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(out);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(static_cast<uint16_t>(where.port));
    v6->sin6_addr = in6addr_loopback;
    return sizeof(*v6);
  }
  auto* v4 = reinterpret_cast<sockaddr_in*>(out);
  v4->sin_family = AF_INET;
  v4->sin_port = htons(static_cast<uint16_t>(where.port));
  inet_pton(AF_INET, where.host.c_str(), &v4->sin_addr);  // was parsed before
  return sizeof(*v4);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Listener>> Listener::OpenUnix(const std::string& path) {
  PE_ASSIGN_OR_RETURN(const sockaddr_un address, UnixAddress(path));
  PE_RETURN_IF_ERROR(ClearStale(path, address));
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return Failed("make a socket for", path);
  // Nobody can connect before listen(), and by then the mode is right.
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 || chmod(path.c_str(), 0600) != 0 ||
      listen(fd, kBacklog) != 0) {
    const absl::Status failed = Failed("listen on", path);
    close(fd);
    return failed;
  }
  return std::unique_ptr<Listener>(new Listener(fd, path, true));
}

absl::StatusOr<std::unique_ptr<Listener>> Listener::OpenLoopback(const std::string& text) {
  PE_ASSIGN_OR_RETURN(const LoopbackAddress where, ParseLoopback(text));
  sockaddr_storage address{};
  const socklen_t address_size = Fill(where, &address);
  const int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return Failed("make a socket for", text);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));  // accepted sockets inherit it
  socklen_t size = sizeof(address);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), address_size) != 0 || listen(fd, kBacklog) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    const absl::Status failed = Failed("listen on", text);
    close(fd);
    return failed;
  }
  const int port = ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port);  // at the same place in both families
  const std::string host = where.v6 ? "[::1]" : where.host;
  return std::unique_ptr<Listener>(new Listener(fd, absl::StrCat(host, ":", port), false));
}

}  // namespace pe
