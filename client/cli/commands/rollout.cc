#include "client/cli/commands/rollout.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "base/text.h"
#include "client/cli/spec_file/document.h"
#include "client/cli/spec_file/message_reader.h"
#include "client/cli/spec_file/yaml_tree.h"

namespace pe::cli {
namespace {

using provision::v1::Rollout;
using provision::v1::Share;

// "3" or "25%". Ranges are the engine's to judge.
absl::Status ReadShare(absl::string_view flag, absl::string_view text, Share* share) {
  absl::string_view number = text;
  const bool percent = absl::ConsumeSuffix(&number, "%");
  int32_t value = 0;
  if (!absl::SimpleAtoi(number, &value))
    return absl::InvalidArgumentError(
        absl::StrCat(flag, " ", Printable(text), " is neither a number of hosts nor a part of all, such as 25%"));
  if (percent) share->set_percent(value);
  else share->set_count(value);
  return absl::OkStatus();
}

absl::Status ReadFile(const std::string& path, Rollout* rollout) {
  PE_ASSIGN_OR_RETURN(const Document document, ReadDocument(path));
  std::vector<Problem> problems;
  FieldPositions positions;
  YamlTree tree;
  if (tree.Parse(document.text, &problems)) ReadMessage(tree.root(), rollout, &problems, &positions);
  std::string text = FormatProblems(document, problems, false);
  if (text.empty()) return absl::OkStatus();
  text.pop_back();
  return absl::InvalidArgumentError(text);
}

}  // namespace

absl::StatusOr<std::optional<Rollout>> ReadRollout(const RolloutOptions& options) {
  Rollout rollout;
  if (!options.file.empty()) PE_RETURN_IF_ERROR(ReadFile(options.file, &rollout));
  if (!options.canary.empty()) PE_RETURN_IF_ERROR(ReadShare("--canary", options.canary, rollout.mutable_canary()));
  if (!options.waves.empty()) rollout.clear_waves();
  for (const std::string& wave : options.waves) PE_RETURN_IF_ERROR(ReadShare("--wave", wave, rollout.add_waves()));
  if (!options.failure_budget.empty())
    PE_RETURN_IF_ERROR(ReadShare("--failure-budget", options.failure_budget, rollout.mutable_failure_budget()));
  if (!options.soak.empty()) {
    absl::Duration soak;
    if (!absl::ParseDuration(options.soak, &soak) || soak < absl::ZeroDuration() || soak > absl::Hours(24 * 366))
      return absl::InvalidArgumentError(
          absl::StrCat("--soak ", Printable(options.soak), " is not a time such as 90s, 30m or 2h"));
    rollout.mutable_soak()->set_seconds(absl::ToInt64Seconds(soak));
    rollout.mutable_soak()->set_nanos(
        static_cast<int32_t>((soak - absl::Seconds(rollout.soak().seconds())) / absl::Nanoseconds(1)));
  }
  if (options.pause_after_canary) rollout.set_pause_after_canary(true);
  if (options.file.empty() && rollout.ByteSizeLong() == 0) return std::nullopt;
  return rollout;
}

}  // namespace pe::cli
