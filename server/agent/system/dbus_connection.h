// A connection to a D-Bus peer on a Unix socket, without a bus between. Thread-compatible.
#ifndef SERVER_AGENT_SYSTEM_DBUS_CONNECTION_H_
#define SERVER_AGENT_SYSTEM_DBUS_CONNECTION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/agent/system/dbus_message.h"
#include "server/agent/system/process.h"
#include "server/agent/system/unique_fd.h"

namespace pe::agent {

class DbusConnection {
 public:
  // `cancel` outlives it and ends every wait.
  static absl::StatusOr<DbusConnection> Open(const std::string& socket, const CancelToken& cancel);

  // Sends all calls at once and waits for all answers, which come in the order of the calls. An answer may be an error.
  absl::StatusOr<std::vector<DbusMessage>> Call(const std::vector<DbusCall>& calls);
  // The next signal of this name with `value` among its values, for as long as it takes. Signals that came before an
  // answer are not kept.
  absl::StatusOr<DbusMessage> AwaitSignal(absl::string_view member, absl::string_view value);

 private:
  DbusConnection(UniqueFd fd, const CancelToken& cancel) : fd_(std::move(fd)), cancel_(cancel) {}
  absl::Status Authenticate();
  absl::Status Send(absl::string_view bytes);
  absl::Status ReadMore(int most_ms);
  absl::StatusOr<DbusMessage> Next(int most_ms);

  UniqueFd fd_;
  const CancelToken& cancel_;
  std::string received_;
  uint32_t serial_ = 0;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_SYSTEM_DBUS_CONNECTION_H_
