#include "server/gateway/url.h"

#include <google/protobuf/stubs/common.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "base/text.h"

namespace pe::gateway {

bool IsText(absl::string_view text) {
  // The check that protobuf itself makes of string fields.
  return text.find('\0') == absl::string_view::npos &&
         google::protobuf::internal::IsStructurallyValidUTF8(text.data(), static_cast<int>(text.size()));
}

absl::StatusOr<std::string> PercentDecode(absl::string_view text, Decode how) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && how == Decode::kPlusIsSpace) {
      out.push_back(' ');
    } else if (text[i] != '%') {
      out.push_back(text[i]);
    } else {
      const absl::string_view digits = text.substr(i + 1, 2);
      if (digits.size() < 2 || !absl::ascii_isxdigit(digits[0]) || !absl::ascii_isxdigit(digits[1])) {
        return absl::InvalidArgumentError(
            absl::StrCat("`", Printable(Shorten(text, 100)), "`: `%` must be followed by two hexadecimal digits"));
      }
      const std::string byte = absl::HexStringToBytes(digits);
      if (byte == "/" && how == Decode::kKeepSlash) out += "%2F";
      else out += byte;
      i += 2;
    }
  }
  if (!IsText(out)) {
    return absl::InvalidArgumentError(absl::StrCat("`", Printable(Shorten(text, 100)), "` is not UTF-8 text"));
  }
  return out;
}

Target SplitTarget(absl::string_view target) {
  const size_t mark = target.find('?');
  if (mark == absl::string_view::npos) return {target, ""};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

std::vector<absl::string_view> SplitPath(absl::string_view path) {
  if (path.empty() || path[0] != '/') return {};
  return absl::StrSplit(path.substr(1), '/');
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ParseQuery(absl::string_view query) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const absl::string_view part : absl::StrSplit(query, '&', absl::SkipEmpty())) {
    const size_t equals = part.find('=');
    PE_ASSIGN_OR_RETURN(std::string name, PercentDecode(part.substr(0, equals), Decode::kPlusIsSpace));
    const absl::string_view raw = equals == absl::string_view::npos ? "" : part.substr(equals + 1);
    PE_ASSIGN_OR_RETURN(std::string value, PercentDecode(raw, Decode::kPlusIsSpace));
    out.emplace_back(std::move(name), std::move(value));
  }
  return out;
}

}  // namespace pe::gateway
