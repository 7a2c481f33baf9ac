#include "server/agent/steps/dpkg_status.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"

namespace pe::agent {
namespace {

constexpr char kStatusFile[] = "/var/lib/dpkg/status";
constexpr int64_t kMostBytes = 256LL * 1024 * 1024;
constexpr absl::string_view kHead = "Package: ";

// The value of "FIELD: value" at the beginning of a line of the stanza; empty when there is none.
absl::string_view Field(absl::string_view stanza, absl::string_view field) {
  for (size_t at = 0; at < stanza.size();) {
    const size_t end = std::min(stanza.find('\n', at), stanza.size());
    const absl::string_view line = stanza.substr(at, end - at);
    if (line.size() > field.size() && line[field.size()] == ':' && absl::StartsWith(line, field)) {
      return absl::StripAsciiWhitespace(line.substr(field.size() + 1));
    }
    at = end + 1;
  }
  return "";
}

// Calls `visit(name, stanza)` for each stanza.
template <typename Visit>
void EachStanza(absl::string_view text, const Visit& visit) {
  while (!text.empty()) {
    const size_t end = std::min(text.find("\n\n"), text.size());
    const absl::string_view stanza = text.substr(0, end);
    if (absl::StartsWith(stanza, kHead)) visit(stanza.substr(kHead.size(), stanza.find('\n') - kHead.size()), stanza);
    text.remove_prefix(std::min(end + 2, text.size()));
  }
}

InstalledPackage Interpret(absl::string_view stanza) {
  // "WANT EFLAG STATUS", for example "install ok installed" or "hold ok installed".
  const std::vector<absl::string_view> words = absl::StrSplit(Field(stanza, "Status"), ' ');
  InstalledPackage package;
  if (words.size() != 3) return package;
  package.held = words[0] == "hold";
  package.installed =
      words[1] == "ok" && (words[2] == "installed" || words[2] == "triggers-pending" || words[2] == "triggers-awaited");
  package.broken = !package.installed && words[2] != "not-installed" && words[2] != "config-files";
  if (package.installed || package.broken) package.version = std::string(Field(stanza, "Version"));
  return package;
}

}  // namespace

absl::StatusOr<DpkgStatus> DpkgStatus::Read(FileSystem& files) {
  absl::StatusOr<std::string> text = files.Read(kStatusFile, kMostBytes);
  if (absl::IsNotFound(text.status())) return DpkgStatus("");
  PE_RETURN_IF_ERROR(text.status());
  return DpkgStatus(*std::move(text));
}

std::map<std::string, InstalledPackage> DpkgStatus::Find(const std::vector<std::string>& names) const {
  absl::flat_hash_map<absl::string_view, std::vector<const std::string*>> wanted;  // by name without architecture
  for (const std::string& name : names) wanted[absl::string_view(name).substr(0, name.find(':'))].push_back(&name);
  std::map<std::string, InstalledPackage> found;
  EachStanza(text_, [&](absl::string_view name, absl::string_view stanza) {
    const auto at = wanted.find(name);
    if (at == wanted.end()) return;
    const InstalledPackage package = Interpret(stanza);
    for (const std::string* full : at->second) {
      const size_t colon = full->find(':');
      const absl::string_view arch = colon == std::string::npos ? "" : absl::string_view(*full).substr(colon + 1);
      if (!arch.empty() && arch != "any" && arch != Field(stanza, "Architecture")) continue;
      InstalledPackage& entry = found[*full];
      if (!entry.installed) entry = package;  // of several architectures, an installed one counts
    }
  });
  return found;
}

bool DpkgStatus::Provided(absl::string_view name) const {
  if (!absl::StrContains(text_, absl::StrCat(" ", name))) return false;
  bool provided = false;
  EachStanza(text_, [&](absl::string_view, absl::string_view stanza) {
    if (provided || !absl::StrContains(stanza, "\nProvides:") || !Interpret(stanza).installed) return;
    for (absl::string_view entry : absl::StrSplit(Field(stanza, "Provides"), ',')) {
      entry = absl::StripAsciiWhitespace(entry);
      provided |= entry.substr(0, entry.find(' ')) == name;
    }
  });
  return provided;
}

std::map<std::string, std::string> DpkgStatus::Installed() const {
  std::map<std::string, std::string> installed;
  EachStanza(text_, [&](absl::string_view name, absl::string_view stanza) {
    const InstalledPackage package = Interpret(stanza);
    if (package.installed) installed[absl::StrCat(name, ":", Field(stanza, "Architecture"))] = package.version;
  });
  return installed;
}

}  // namespace pe::agent
