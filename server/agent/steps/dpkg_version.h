// Debian version numbers, compared as dpkg does (deb-version(7)). Pure.
#ifndef SERVER_AGENT_STEPS_DPKG_VERSION_H_
#define SERVER_AGENT_STEPS_DPKG_VERSION_H_

#include <string>

#include "absl/strings/string_view.h"

namespace pe::agent {

// Below, at or above 0 as `a` is older than, equal to or newer than `b`.
int CompareVersions(absl::string_view a, absl::string_view b);

// What a step asks of a version: "" (any), "1.2-1" or "=1.2-1" (exact), ">=3.0", ">3", "<=1", "<2".
struct VersionWish {
  enum class Relation { kAny, kExact, kAtLeast, kAbove, kAtMost, kBelow };
  Relation relation = Relation::kAny;
  std::string version;
  bool Accepts(absl::string_view candidate) const;
};
VersionWish ParseVersionWish(absl::string_view text);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_DPKG_VERSION_H_
