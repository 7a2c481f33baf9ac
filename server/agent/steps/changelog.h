// Debian changelogs, for the CVE ids of what an update fixes. Pure.
#ifndef SERVER_AGENT_STEPS_CHANGELOG_H_
#define SERVER_AGENT_STEPS_CHANGELOG_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"

namespace pe::agent {

// The CVE ids named in the entries that are newer than version `after` ("" takes all), upper case.
std::set<std::string> CvesSince(absl::string_view changelog, absl::string_view after);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_CHANGELOG_H_
