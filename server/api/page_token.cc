#include "server/api/page_token.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "server/api/limits.h"

namespace pe {
namespace {

constexpr char kVersion = 1;
constexpr size_t kDigest = 8;

std::string Digest(absl::string_view bytes) { return absl::HexStringToBytes(Sha256Hex(bytes)).substr(0, kDigest); }

std::string Scope(absl::string_view list, absl::string_view filter) {
  return Digest(absl::StrCat(list, absl::string_view("\0", 1), filter));
}

}  // namespace

std::string MakePageToken(absl::string_view list, absl::string_view filter, absl::string_view cursor) {
  if (cursor.empty()) return "";
  std::string body = absl::StrCat(absl::string_view(&kVersion, 1), Scope(list, filter), cursor);
  body += Digest(body);
  return absl::WebSafeBase64Escape(body);
}

absl::StatusOr<std::string> ReadPageToken(absl::string_view list, absl::string_view filter, absl::string_view token) {
  if (token.empty()) return std::string();
  const absl::Status altered = absl::InvalidArgumentError(
      "not a token that this engine gave; use `next_page_token` of the page before as it is, or leave it out to begin "
      "again");
  std::string body;
  if (token.size() > kMaxPageTokenBytes || !absl::WebSafeBase64Unescape(token, &body)) return altered;
  if (absl::WebSafeBase64Escape(body) != token) return altered;  // one spelling only
  if (body.size() <= 1 + 2 * kDigest || body[0] != kVersion) return altered;
  const absl::string_view text(body);
  const absl::string_view covered = text.substr(0, text.size() - kDigest);
  if (Digest(covered) != text.substr(text.size() - kDigest)) return altered;
  if (covered.substr(1, kDigest) != Scope(list, filter)) {
    return absl::InvalidArgumentError(
        "the token was given for another list or filter; repeat the filter of the page before, or leave the token out");
  }
  return std::string(covered.substr(1 + kDigest));
}

}  // namespace pe
