// The one place that knows every transport. Adding one: its folder, and a line in all.cc.
#ifndef SERVER_TRANSPORT_ALL_H_
#define SERVER_TRANSPORT_ALL_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/transport/options.h"
#include "server/transport/transport.h"

namespace pe {

// By the name that addresses use: "local", "openssh", "rootfs", "ssh". PE_AGENT_RUN and PE_AGENT_STATE of this
// process's environment are added to options.agent_environment. A transport's destructor closes its connections and
// returns when every observer has had its OnClosed; it is not called on an observer's thread.
absl::StatusOr<std::map<std::string, std::unique_ptr<Transport>>> MakeTransports(TransportOptions options);

}  // namespace pe

#endif  // SERVER_TRANSPORT_ALL_H_
