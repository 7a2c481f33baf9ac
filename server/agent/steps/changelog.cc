#include "server/agent/steps/changelog.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "server/agent/steps/dpkg_version.h"

namespace pe::agent {
namespace {

void AppendCves(absl::string_view line, std::set<std::string>* cves) {
  for (size_t at = line.find("CVE-"); at != absl::string_view::npos; at = line.find("CVE-", at + 4)) {
    size_t end = at + 4;
    while (end < line.size() && (absl::ascii_isdigit(line[end]) || (line[end] == '-' && end == at + 8))) ++end;
    if (end > at + 9) cves->insert(std::string(line.substr(at, end - at)));
  }
}

}  // namespace

std::set<std::string> CvesSince(absl::string_view changelog, absl::string_view after) {
  std::set<std::string> cves;
  for (const absl::string_view line : absl::StrSplit(changelog, '\n')) {
    // An entry begins "source (version) suite; urgency=...", newest first.
    const size_t open = line.find(" (");
    const size_t close = line.find(") ", open);
    if (!line.empty() && absl::ascii_isalnum(line[0]) && open != absl::string_view::npos &&
        close != absl::string_view::npos) {
      const absl::string_view version = line.substr(open + 2, close - open - 2);
      if (!after.empty() && CompareVersions(version, after) <= 0) break;
      continue;
    }
    AppendCves(line, &cves);
  }
  return cves;
}

}  // namespace pe::agent
