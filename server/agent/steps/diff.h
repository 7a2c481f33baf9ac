// Unified diff of two texts, bounded in time and size. Pure.
#ifndef SERVER_AGENT_STEPS_DIFF_H_
#define SERVER_AGENT_STEPS_DIFF_H_

#include <string>

#include "absl/strings/string_view.h"

namespace pe::agent {

// Texts above this are said to differ, without a diff: it is read by people.
inline constexpr size_t kMostDiffedBytes = 256 * 1024;

// "--- PATH\n+++ PATH\n@@ ..." with three lines of context; empty when the texts are equal. One sentence instead for
// binary or very large texts. A shortest script up to kMostEdits edits; above, the differing middle as one block.
std::string UnifiedDiff(absl::string_view path, absl::string_view before, absl::string_view after);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_DIFF_H_
