#include "server/config/readiness.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "server/config/data_files.h"

namespace pe {

absl::Status WriteReadyFile(const std::string& path, const ReadyAddresses& where) {
  const nlohmann::ordered_json ready = {
      {"socket", where.socket}, {"address", where.address}, {"http", where.http}, {"pid", getpid()}};
  return WritePrivateFile(
      path, absl::StrCat(ready.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace), "\n"));
}

void NotifySystemd(absl::string_view state) {
  const char* const where = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (where == nullptr || strlen(where) < 2 || strlen(where) >= sizeof(address.sun_path)) return;
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, where, strlen(where));
  if (where[0] == '@') address.sun_path[0] = '\0';
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const socklen_t size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + strlen(where));
  sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
  close(fd);
}

}  // namespace pe
