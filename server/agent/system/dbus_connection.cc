#include "server/agent/system/dbus_connection.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <limits>

#include "absl/algorithm/container.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/agent/system/errno_status.h"

namespace pe::agent {
namespace {

constexpr int kLookAtTokenMs = 25;
constexpr int kMostWaitMs = 60'000;  // a reload of many units may keep systemd busy
constexpr size_t kLongestGreeting = 4096;

absl::Status Malformed() { return absl::UnavailableError("systemd's answer is not understood"); }

}  // namespace

absl::StatusOr<DbusConnection> DbusConnection::Open(const std::string& socket, const CancelToken& cancel) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.size() >= sizeof(address.sun_path)) return absl::InvalidArgumentError(socket);
  memcpy(address.sun_path, socket.c_str(), socket.size() + 1);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.ok() || connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    return ErrnoStatus(errno, socket);
  DbusConnection connection(std::move(fd), cancel);
  PE_RETURN_IF_ERROR(connection.Authenticate());
  return connection;
}

// The peer knows who we are by the socket's credentials.
absl::Status DbusConnection::Authenticate() {
  PE_RETURN_IF_ERROR(Send(absl::StrCat(absl::string_view("\0", 1), "AUTH EXTERNAL ",
                                       absl::BytesToHexString(absl::StrCat(geteuid())), "\r\nBEGIN\r\n")));
  size_t end = 0;
  while ((end = received_.find("\r\n")) == std::string::npos) {
    if (received_.size() > kLongestGreeting) return Malformed();
    PE_RETURN_IF_ERROR(ReadMore(kMostWaitMs));
  }
  if (!absl::StartsWith(received_, "OK ")) return absl::PermissionDeniedError("systemd does not take our word");
  received_.erase(0, end + 2);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<DbusMessage>> DbusConnection::Call(const std::vector<DbusCall>& calls) {
  std::string bytes;
  const uint32_t first = serial_ + 1;
  for (const DbusCall& call : calls) bytes += EncodeDbus(call, ++serial_);
  PE_RETURN_IF_ERROR(Send(bytes));
  std::vector<DbusMessage> answers(calls.size());
  for (size_t missing = calls.size(); missing > 0;) {
    PE_ASSIGN_OR_RETURN(DbusMessage message, Next(kMostWaitMs));
    if (message.type != DbusMessage::kReturn && message.type != DbusMessage::kError) continue;  // a signal
    if (message.reply_to < first || message.reply_to > serial_) return Malformed();
    DbusMessage& answer = answers[message.reply_to - first];
    if (answer.type != 0) return Malformed();
    answer = std::move(message);
    --missing;
  }
  return answers;
}

absl::StatusOr<DbusMessage> DbusConnection::AwaitSignal(absl::string_view member, absl::string_view value) {
  while (true) {
    PE_ASSIGN_OR_RETURN(DbusMessage message, Next(std::numeric_limits<int>::max()));
    if (message.type == DbusMessage::kSignal && message.member == member &&
        absl::c_linear_search(message.values, value))
      return message;
  }
}

absl::Status DbusConnection::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return ErrnoStatus(errno, "systemd's socket");
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return absl::OkStatus();
}

absl::Status DbusConnection::ReadMore(int most_ms) {
  for (int64_t waited = 0; waited < most_ms; waited += kLookAtTokenMs) {
    if (cancel_.set()) return absl::CancelledError("cancelled");
    pollfd polled{fd_.get(), POLLIN, 0};
    const int ready = poll(&polled, 1, kLookAtTokenMs);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    char buffer[16384];
    const ssize_t got = recv(fd_.get(), buffer, sizeof(buffer), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus(errno, "systemd's socket");
    if (got == 0) return absl::UnavailableError("systemd closed the connection");
    received_.append(buffer, static_cast<size_t>(got));
    return absl::OkStatus();
  }
  return absl::DeadlineExceededError("systemd does not answer");
}

absl::StatusOr<DbusMessage> DbusConnection::Next(int most_ms) {
  std::optional<size_t> size;
  while (!(size = DbusSize(received_)) || received_.size() < *size) {
    if (size == 0u) return Malformed();
    PE_RETURN_IF_ERROR(ReadMore(most_ms));
  }
  if (*size == 0) return Malformed();
  const std::optional<DbusMessage> message = DecodeDbus(absl::string_view(received_).substr(0, *size));
  received_.erase(0, *size);
  if (!message) return Malformed();
  return *message;
}

}  // namespace pe::agent
