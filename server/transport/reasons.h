// Every CloseReason a transport gives, one named function each: code, sentence, whether trying again may help.
// `target` is what a person calls the host ("ssh://web-1:2222"); `detail` is what the host or a program wrote: it is
// shortened and made printable here.
#ifndef SERVER_TRANSPORT_REASONS_H_
#define SERVER_TRANSPORT_REASONS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "server/transport/transport.h"

namespace pe::transport {

CloseReason Closed();
CloseReason HostKeyUnknown(absl::string_view target, absl::string_view offered);
CloseReason HostKeyChanged(absl::string_view target, absl::string_view pinned, absl::string_view offered);
CloseReason BadPinnedKey(absl::string_view target, absl::string_view pinned);
CloseReason NameNotFound(absl::string_view host, absl::string_view detail, bool retryable);
CloseReason ConnectRefused(absl::string_view target, absl::string_view detail);
CloseReason ConnectTimeout(absl::string_view target, int64_t timeout_us);
// The host ended the connection before the login: sshd's MaxStartups, a firewall, or no ssh server at all.
CloseReason HandshakeFailed(absl::string_view target, absl::string_view detail);
// A ProxyJump's host key: that one is the ssh_config's affair.
CloseReason HostOnTheWayUnknown(absl::string_view target, absl::string_view detail);
CloseReason NoCommonAlgorithms(absl::string_view target, absl::string_view detail);
CloseReason AuthenticationFailed(absl::string_view user, absl::string_view target, absl::string_view detail);
CloseReason LoginTimeout(absl::string_view user, absl::string_view target, int64_t timeout_us);
CloseReason UnusableKeyFile(absl::string_view file, absl::string_view detail);
CloseReason NoCredential(absl::string_view credential);
CloseReason BecomeFailed(absl::string_view user, absl::string_view detail);
CloseReason NotRoot(absl::string_view user, absl::string_view target);
CloseReason UnsupportedMachine(absl::string_view machine, absl::string_view directory);
CloseReason UnsupportedAddress(absl::string_view target, absl::string_view detail);
CloseReason PushFailed(absl::string_view target, absl::string_view detail);
CloseReason NoAgentBinary(absl::string_view detail);
CloseReason AgentFailed(absl::string_view target, absl::string_view detail);
CloseReason AgentSilent(absl::string_view target, int64_t timeout_us, absl::string_view detail);
CloseReason AgentProtocol(absl::string_view target, int theirs, int ours);
CloseReason ConnectionLost(absl::string_view target, absl::string_view detail);
CloseReason ProtocolError(absl::string_view target, absl::string_view detail);

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_REASONS_H_
