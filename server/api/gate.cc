#include "server/api/gate.h"

#include <sodium.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/digest.h"
#include "base/status.h"
#include "server/api/api_errors.h"
#include "server/api/permissions.h"
#include "server/engine/errors.h"

namespace pe {
namespace {

constexpr absl::string_view kScheme = "bearer ";

}  // namespace

Gate::Gate(absl::string_view token, std::string owner)
    : token_digest_(token.empty() ? "" : Sha256Hex(token)), owner_(std::move(owner)) {}

absl::StatusOr<std::string> Gate::Admit(const grpc::ServerContextBase& context, absl::string_view method) const {
  const auto access = AccessOf(method);
  if (!access.has_value()) return NotPermitted(method);
  // The peer comes from the connection itself ("unix:", "ipv4:127.0.0.1:4711"), not from anything that the caller
  // sends.
  const std::string peer = context.peer();
  if (absl::StartsWith(peer, "unix:")) return owner_;
  if (*access == Access::kAnyone) return std::string("anyone");
  PE_RETURN_IF_ERROR(CheckToken(context));
  return std::string("token");
}

absl::Status Gate::CheckToken(const grpc::ServerContextBase& context) const {
  const auto found = context.client_metadata().find("authorization");
  if (found == context.client_metadata().end()) return BadToken(/*missing=*/true);
  const absl::string_view value(found->second.data(), found->second.size());
  if (!absl::StartsWithIgnoreCase(value, kScheme)) return BadToken(/*missing=*/true);
  const std::string digest = Sha256Hex(absl::StripAsciiWhitespace(value.substr(kScheme.size())));
  const bool right =
      digest.size() == token_digest_.size() && sodium_memcmp(digest.data(), token_digest_.data(), digest.size()) == 0;
  return right ? absl::OkStatus() : BadToken(/*missing=*/false);
}

}  // namespace pe
