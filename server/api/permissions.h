// Who may call what. A method that is not in the table is refused, and a test walks every method of every descriptor.
// Pure; thread-safe.
#ifndef SERVER_API_PERMISSIONS_H_
#define SERVER_API_PERMISSIONS_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace pe {

enum class Access {
  kAnyone,  // says nothing about jobs or hosts
  kCaller,  // the owner through the unix socket, or the bearer of the token
};

struct Permission {
  const char* method;  // "/package.Service/Method", as HTTP/2 carries it
  Access access;
};

absl::Span<const Permission> Permissions();
// nullopt: refused.
std::optional<Access> AccessOf(absl::string_view method);

}  // namespace pe

#endif  // SERVER_API_PERMISSIONS_H_
