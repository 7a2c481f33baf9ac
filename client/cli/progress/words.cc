#include "client/cli/progress/words.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/text.h"

namespace pe::cli {
namespace {

using provision::v1::Job;
using provision::v1::StepStatus;

std::string Lower(absl::string_view name) { return absl::StrReplaceAll(absl::AsciiStrToLower(name), {{"_", " "}}); }

// The "SHA256:..." inside a sentence; empty when there is none.
std::string FingerprintIn(absl::string_view text) {
  const size_t begin = text.find("SHA256:");
  if (begin == absl::string_view::npos) return "";
  const auto is_part = [](char c) { return absl::ascii_isalnum(c) || c == '+' || c == '/' || c == '=' || c == ':'; };
  size_t end = begin;
  while (end < text.size() && is_part(text[end])) ++end;
  return std::string(text.substr(begin, end - begin));
}

}  // namespace

std::string DurationText(int64_t micros) {
  const double seconds = static_cast<double>(micros) / kMicrosPerSecond;
  if (seconds < 0.995) return absl::StrFormat("%.2f s", seconds);
  if (seconds < 59.95) return absl::StrFormat("%.1f s", seconds);
  const int64_t whole = (micros + kMicrosPerSecond / 2) / kMicrosPerSecond;
  if (whole < 3600) return absl::StrFormat("%d min %d s", whole / 60, whole % 60);
  if (whole >= 48 * 3600) return absl::StrFormat("%d days", whole / (24 * 3600));
  return absl::StrFormat("%d h %d min", whole / 3600, whole / 60 % 60);
}

WallMicros ToMicros(const google::protobuf::Timestamp& time) {
  return time.seconds() * kMicrosPerSecond + time.nanos() / 1000;
}

std::string OneLine(absl::string_view text) { return absl::StrReplaceAll(Printable(text), {{"\n", " "}, {"\t", " "}}); }

std::string ShortName(absl::string_view name) {
  const size_t slash = name.find('/');
  return OneLine(slash == absl::string_view::npos ? name : name.substr(slash + 1));
}

std::string TargetWord(Job::State state, Job::Mode mode) {
  if (state == Job::SUCCEEDED) return mode == Job::PLAN ? "planned" : "ready";
  return JobWord(state);
}

std::string JobWord(Job::State state) { return Lower(Job::State_Name(state)); }

std::string ModeWord(Job::Mode mode) { return Lower(Job::Mode_Name(mode)); }

std::string StepWord(StepStatus::State state, Job::Mode mode) {
  if (state == StepStatus::CHANGED && mode == Job::PLAN) return "would change";
  return Lower(StepStatus::State_Name(state));
}

bool IsTerminal(Job::State state) { return state >= Job::SUCCEEDED; }

bool IsTerminal(StepStatus::State state) { return state >= StepStatus::UNCHANGED; }

bool IsBad(StepStatus::State state) { return state == StepStatus::FAILED || state == StepStatus::OUTCOME_UNKNOWN; }

std::string CountsText(const provision::v1::StepCounts& counts, Job::Mode mode) {
  std::vector<std::string> parts;
  const auto part = [&](int32_t number, absl::string_view word) {
    if (number > 0) parts.push_back(absl::StrCat(number, " ", word));
  };
  part(counts.unchanged(), "unchanged");
  part(counts.changed(), mode == Job::PLAN ? "to change" : "changed");
  part(counts.skipped(), "skipped");
  part(counts.failed(), "failed");
  part(counts.cancelled(), "cancelled");
  part(counts.undone(), "undone");
  part(counts.running(), "running");
  part(counts.pending(), "pending");
  return parts.empty() ? "no steps" : absl::StrJoin(parts, ", ");
}

std::string AdviceFor(const provision::v1::Target& target) {
  const std::string name = ShortName(target.resource());
  if (target.reason_code() == "HOST_KEY_UNKNOWN") {
    constexpr absl::string_view kCompare = "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub";
    if (absl::StrContains(target.reason(), "pe resource trust")) return absl::StrCat("on the host: ", kCompare);
    const std::string key = FingerprintIn(target.reason());
    if (key.empty()) return absl::StrCat("see the key with: pe resource get ", name);
    return absl::StrCat("compare ", key, " with the host's own (", kCompare, " there), then: pe resource trust ", name,
                        " ", key);
  }
  if (target.reason_code() == "HOST_KEY_CHANGED") {
    return absl::StrCat("if the host was really reinstalled: pe resource trust ", name, " SHA256:... with the new key");
  }
  return "";
}

}  // namespace pe::cli
