// A reference to a secret inside a text: "\x1eNAME\x1f". Neither character may come in with a request or a host's
// facts, so that nobody can make a reference but the planner.
#ifndef SERVER_ENGINE_SECRET_REFERENCE_H_
#define SERVER_ENGINE_SECRET_REFERENCE_H_

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace pe {

inline constexpr char kSecretBegin = '\x1e';
inline constexpr char kSecretEnd = '\x1f';

inline std::string SecretReference(absl::string_view name) {
  return absl::StrCat(absl::string_view(&kSecretBegin, 1), name, absl::string_view(&kSecretEnd, 1));
}

inline bool HasReferenceCharacter(absl::string_view text) {
  return absl::StrContains(text, kSecretBegin) || absl::StrContains(text, kSecretEnd);
}

}  // namespace pe

#endif  // SERVER_ENGINE_SECRET_REFERENCE_H_
