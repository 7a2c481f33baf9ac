#include "server/agent/steps/dpkg_version.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace pe::agent {
namespace {

// '~' sorts before the end, letters before all other characters.
int Order(absl::string_view s, size_t i) {
  if (i >= s.size() || absl::ascii_isdigit(s[i])) return 0;
  if (s[i] == '~') return -1;
  return absl::ascii_isalpha(s[i]) ? s[i] : s[i] + 256;
}

int ComparePart(absl::string_view a, absl::string_view b) {
  size_t i = 0, j = 0;
  const auto digit = [](absl::string_view s, size_t at) { return at < s.size() && absl::ascii_isdigit(s[at]); };
  while (i < a.size() || j < b.size()) {
    while ((i < a.size() && !digit(a, i)) || (j < b.size() && !digit(b, j))) {
      const int difference = Order(a, i) - Order(b, j);
      if (difference != 0) return difference;
      ++i, ++j;
    }
    while (i < a.size() && a[i] == '0') ++i;
    while (j < b.size() && b[j] == '0') ++j;
    int first = 0;
    for (; digit(a, i) && digit(b, j); ++i, ++j) {
      if (first == 0) first = a[i] - b[j];
    }
    if (digit(a, i)) return 1;
    if (digit(b, j)) return -1;
    if (first != 0) return first;
  }
  return 0;
}

struct Parts {
  absl::string_view epoch = "0", upstream, revision;
};

Parts Cut(absl::string_view version) {
  Parts parts;
  if (const size_t colon = version.find(':'); colon != absl::string_view::npos) {
    parts.epoch = version.substr(0, colon);
    version.remove_prefix(colon + 1);
  }
  const size_t dash = version.rfind('-');
  parts.upstream = version.substr(0, dash);
  if (dash != absl::string_view::npos) parts.revision = version.substr(dash + 1);
  return parts;
}

}  // namespace

int CompareVersions(absl::string_view a, absl::string_view b) {
  const Parts x = Cut(a), y = Cut(b);
  if (const int order = ComparePart(x.epoch, y.epoch); order != 0) return order;
  if (const int order = ComparePart(x.upstream, y.upstream); order != 0) return order;
  return ComparePart(x.revision, y.revision);
}

VersionWish ParseVersionWish(absl::string_view text) {
  using Relation = VersionWish::Relation;
  static constexpr std::pair<absl::string_view, Relation> kPrefixes[] = {
      {">=", Relation::kAtLeast}, {"<=", Relation::kAtMost}, {">>", Relation::kAbove}, {"<<", Relation::kBelow},
      {">", Relation::kAbove},    {"<", Relation::kBelow},   {"==", Relation::kExact}, {"=", Relation::kExact}};
  VersionWish wish;
  text = absl::StripAsciiWhitespace(text);
  if (text.empty() || text == "*") return wish;
  wish.relation = Relation::kExact;
  for (const auto& [prefix, relation] : kPrefixes) {
    if (!absl::ConsumePrefix(&text, prefix)) continue;
    wish.relation = relation;
    break;
  }
  wish.version = std::string(absl::StripAsciiWhitespace(text));
  return wish;
}

bool VersionWish::Accepts(absl::string_view candidate) const {
  if (relation == Relation::kAny) return true;
  const int order = CompareVersions(candidate, version);
  switch (relation) {
    case Relation::kExact:
      return order == 0;
    case Relation::kAtLeast:
      return order >= 0;
    case Relation::kAbove:
      return order > 0;
    case Relation::kAtMost:
      return order <= 0;
    case Relation::kBelow:
      return order < 0;
    case Relation::kAny:
      break;
  }
  return true;
}

}  // namespace pe::agent
