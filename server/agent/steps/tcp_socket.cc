#include "server/agent/steps/tcp_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "server/agent/steps/program.h"

namespace pe::agent {
namespace {

struct Address {
  sockaddr_storage storage = {};
  socklen_t size = 0;
};

std::optional<Address> ParseAddress(const std::string& text, int port) {
  Address address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  if (inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(static_cast<uint16_t>(port));
    address.size = sizeof *v4;
    return address;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(static_cast<uint16_t>(port));
    address.size = sizeof *v6;
    return address;
  }
  return std::nullopt;
}

absl::Status NoConnection(const std::string& where, absl::string_view why) {
  return StepError(absl::StatusCode::kUnavailable, "CONNECT_FAILED", absl::StrCat(where, ": ", why),
                   "see whether the service runs and listens there");
}

// Waits for `events`, in slices short enough to see a set token.
absl::Status Await(int fd, short events, MonoMicros deadline, StepContext& context) {
  while (true) {
    PE_RETURN_IF_ERROR(NotCancelled(context));
    const int64_t left = deadline - context.clock.Mono();
    if (left <= 0) return NoConnection("the connection", "no answer in time");
    pollfd wait = {.fd = fd, .events = events};
    if (poll(&wait, 1, static_cast<int>(std::clamp<int64_t>(left / kMicrosPerMilli, 1, 50))) > 0)
      return absl::OkStatus();
  }
}

absl::StatusOr<UniqueFd> ConnectTo(const std::string& text, int port, MonoMicros deadline, StepContext& context) {
  const std::string where = absl::StrCat(text, " port ", port);
  const std::optional<Address> address = ParseAddress(text, port);
  if (!address) return NoConnection(where, "not an address");
  UniqueFd fd(socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.ok()) return NoConnection(where, strerror(errno));
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address->storage), address->size) == 0) return fd;
  if (errno != EINPROGRESS) return NoConnection(where, strerror(errno));
  const absl::Status ready = Await(fd.get(), POLLOUT, deadline, context);
  if (absl::IsUnavailable(ready)) return NoConnection(where, "no answer in time");
  PE_RETURN_IF_ERROR(ready);
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
    return NoConnection(where, strerror(error));
  return fd;
}

// Addresses of a name in hosts(5).
std::vector<std::string> InHostsFile(const std::string& text, absl::string_view host) {
  std::vector<std::string> addresses;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = line.substr(0, line.find('#'));
    const std::vector<absl::string_view> words = absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    for (size_t i = 1; i < words.size(); ++i) {
      if (absl::AsciiStrToLower(words[i]) == absl::AsciiStrToLower(host)) addresses.emplace_back(words[0]);
    }
  }
  return addresses;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ResolveHost(const std::string& host, StepContext& context) {
  if (ParseAddress(host, 1)) return std::vector<std::string>{host};
  const absl::StatusOr<std::string> hosts = context.files.Read("/etc/hosts", 1 << 20);
  std::vector<std::string> addresses = hosts.ok() ? InHostsFile(*hosts, host) : std::vector<std::string>();
  if (addresses.empty() && host == "localhost") addresses = {"127.0.0.1", "::1"};
  if (!addresses.empty()) return addresses;
  const Command command{.argv = {"getent", "ahosts", "--", host}, .timeout_us = 10 * kMicrosPerSecond};
  PE_ASSIGN_OR_RETURN(const CommandResult result, RunProgram(command, context));
  for (const absl::string_view line : absl::StrSplit(result.standard_output, '\n', absl::SkipEmpty())) {
    std::string address(line.substr(0, line.find_first_of(" \t")));
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end())
      addresses.push_back(std::move(address));
  }
  if (!addresses.empty()) return addresses;
  return StepError(absl::StatusCode::kNotFound, "NAME_NOT_FOUND", absl::StrCat("the host cannot resolve '", host, "'"),
                   "check the name, and the host's /etc/hosts and resolver");
}

absl::StatusOr<TcpSocket> TcpSocket::Connect(const std::string& host, int port, MonoMicros deadline,
                                             StepContext& context) {
  PE_ASSIGN_OR_RETURN(const std::vector<std::string> addresses, ResolveHost(host, context));
  absl::Status last = NoConnection(host, "no address");
  for (const std::string& address : addresses) {
    absl::StatusOr<UniqueFd> fd = ConnectTo(address, port, deadline, context);
    if (fd.ok()) return TcpSocket(*std::move(fd));
    last = fd.status();
    if (!absl::IsUnavailable(last)) return last;
  }
  return last;
}

absl::Status TcpSocket::Send(absl::string_view bytes, MonoMicros deadline, StepContext& context) {
  while (!bytes.empty()) {
    const ssize_t n = send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n > 0) {
      bytes.remove_prefix(static_cast<size_t>(n));
    } else if (errno == EAGAIN || errno == EINTR) {
      PE_RETURN_IF_ERROR(Await(fd_.get(), POLLOUT, deadline, context));
    } else {
      return NoConnection("the connection", strerror(errno));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> TcpSocket::Receive(std::string* bytes, MonoMicros deadline, StepContext& context) {
  char buffer[16384];
  while (true) {
    PE_RETURN_IF_ERROR(Await(fd_.get(), POLLIN, deadline, context));
    const ssize_t n = recv(fd_.get(), buffer, sizeof buffer, 0);
    if (n > 0) bytes->append(buffer, static_cast<size_t>(n));
    if (n >= 0) return n > 0;
    if (errno != EAGAIN && errno != EINTR) return NoConnection("the connection", strerror(errno));
  }
}

}  // namespace pe::agent
