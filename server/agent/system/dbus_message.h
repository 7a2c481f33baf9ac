// The little of D-Bus that asking systemd takes: calls with texts, a list of texts and flags, and reading the answers.
// Written here because libdbus needs libsystemd, of which Debian has no static library, and the agent has no room for
// either. After the D-Bus specification, "Message Protocol"; little-endian only, which is what the peer on the same
// host speaks.
#ifndef SERVER_AGENT_SYSTEM_DBUS_MESSAGE_H_
#define SERVER_AGENT_SYSTEM_DBUS_MESSAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace pe::agent {

struct DbusCall {
  std::string path, interface, member;
  std::vector<std::string> arguments;  // each of type s
  std::vector<std::string> list = {};  // one more argument of type as, when there is any
  std::vector<bool> flags = {};        // last, each of type b
};

std::string EncodeDbus(const DbusCall& call, uint32_t serial);

struct DbusMessage {
  enum Type : uint8_t { kCall = 1, kReturn = 2, kError = 3, kSignal = 4 };
  uint8_t type = 0;
  uint32_t reply_to = 0;  // serial of the call that it answers
  std::string member;     // of a signal: "JobRemoved"
  std::string error;      // "org.freedesktop.DBus.Error.FileNotFound"
  // The body's first values as text, as systemctl prints them, up to one whose type is not read.
  std::vector<std::string> values;

  std::string value() const { return values.empty() ? std::string() : values[0]; }
};

// How many bytes the message at the beginning of `bytes` has, as soon as that can be said. Zero: this is no message.
std::optional<size_t> DbusSize(absl::string_view bytes);

// REQUIRES: `bytes` is one whole message. Nothing when it is malformed. Values of the types s, o, b, u, t and ay, bare
// or in a variant, are read.
std::optional<DbusMessage> DecodeDbus(absl::string_view bytes);

}  // namespace pe::agent

#endif  // SERVER_AGENT_SYSTEM_DBUS_MESSAGE_H_
