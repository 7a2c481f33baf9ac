// os-release(5): shell-like assignments, without a shell.
#ifndef SERVER_AGENT_FACTS_OS_RELEASE_H_
#define SERVER_AGENT_FACTS_OS_RELEASE_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"

namespace pe::agent {

// Names and values, quotes and backslashes taken away. Lines that are no assignment are left out.
std::map<std::string, std::string> ParseOsRelease(absl::string_view text);

}  // namespace pe::agent

#endif  // SERVER_AGENT_FACTS_OS_RELEASE_H_
