#include "server/agent/steps/pattern.h"

#include "absl/strings/str_cat.h"
#include "server/agent/steps/step.h"

namespace pe::agent {
namespace {

constexpr size_t kGroups = 10;

void AppendReplacement(const char* base, const regmatch_t* groups, absl::string_view replacement, std::string* out) {
  for (size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] != '\\' || i + 1 == replacement.size()) {
      *out += replacement[i];
      continue;
    }
    const char next = replacement[++i];
    if (next < '0' || next > '9') {
      *out += next;
    } else if (const regmatch_t& group = groups[next - '0']; group.rm_so >= 0) {
      out->append(base + group.rm_so, static_cast<size_t>(group.rm_eo - group.rm_so));
    }
  }
}

}  // namespace

absl::StatusOr<Pattern> Pattern::Compile(const std::string& expression) {
  auto regex = std::make_unique<regex_t>();
  if (const int error = regcomp(regex.get(), expression.c_str(), REG_EXTENDED | REG_NEWLINE); error != 0) {
    char reason[128];
    regerror(error, regex.get(), reason, sizeof reason);
    return StepError(absl::StatusCode::kInvalidArgument, "BAD_PATTERN",
                     absl::StrCat("pattern '", expression, "': ", reason), "write a POSIX extended regular expression");
  }
  return Pattern(regex.release());
}

bool Pattern::Matches(absl::string_view text) const {
  regmatch_t range[1] = {{0, static_cast<regoff_t>(text.size())}};
  return regexec(regex_.get(), text.data(), 1, range, REG_STARTEND) == 0;
}

std::string Pattern::Replace(const std::string& text, absl::string_view replacement) const {
  std::string out;
  regoff_t at = 0;
  regoff_t last_end = -1;  // of the match before
  const regoff_t end = static_cast<regoff_t>(text.size());
  while (at <= end) {
    regmatch_t groups[kGroups];
    groups[0] = {at, end};
    const bool line_start = at == 0 || text[at - 1] == '\n';
    if (regexec(regex_.get(), text.data(), kGroups, groups, REG_STARTEND | (line_start ? 0 : REG_NOTBOL)) != 0) break;
    out.append(text, at, groups[0].rm_so - at);
    const bool empty = groups[0].rm_eo == groups[0].rm_so;
    // As sed has it: no empty match right behind another match.
    if (!empty || groups[0].rm_so != last_end) AppendReplacement(text.data(), groups, replacement, &out);
    at = last_end = groups[0].rm_eo;
    if (!empty) continue;
    if (at < end) out += text[at];  // step over one character, or an empty match would be found for ever
    ++at;
  }
  if (at < end) out.append(text, at, std::string::npos);
  return out;
}

}  // namespace pe::agent
