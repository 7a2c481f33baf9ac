#include "client/cli/progress/waves.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/cli/progress/words.h"

namespace pe::cli {
namespace {

std::string ShareText(const provision::v1::Share& share) {
  return share.has_percent() ? absl::StrCat(share.percent(), "%") : absl::StrCat(share.count());
}

}  // namespace

using provision::v1::Job;

int OpenWave(const Job& job) {
  for (int i = 0; i < job.waves_size(); ++i) {
    if (!IsTerminal(job.waves(i).state())) return i;
  }
  return -1;
}

std::string WaveName(const Job& job, int wave) {
  return absl::StrCat(job.waves(wave).canary() ? "canary, " : "", "wave ", wave + 1, " of ", job.waves_size());
}

std::string WaveLine(const Job& job, int wave) {
  const provision::v1::Wave& status = job.waves(wave);
  int ready = 0;
  for (const auto& target : job.targets()) ready += target.wave() == wave && target.state() == Job::SUCCEEDED;
  std::string line = absl::StrCat(WaveName(job, wave), ": ", ready, " of ", status.targets(),
                                  status.targets() == 1 ? " host " : " hosts ", TargetWord(Job::SUCCEEDED, job.mode()));
  if (!status.reason().empty()) absl::StrAppend(&line, ", ", OneLine(status.reason()));
  return line;
}

std::string RolloutLine(const provision::v1::Rollout& rollout) {
  std::vector<std::string> parts;
  if (rollout.has_canary()) parts.push_back(absl::StrCat("canary ", ShareText(rollout.canary())));
  if (rollout.waves_size() > 0) {
    std::vector<std::string> sizes;
    for (const auto& wave : rollout.waves()) sizes.push_back(ShareText(wave));
    parts.push_back(absl::StrCat("waves of ", absl::StrJoin(sizes, ", ")));
  }
  if (rollout.has_failure_budget())
    parts.push_back(absl::StrCat("up to ", ShareText(rollout.failure_budget()), " failures"));
  if (rollout.has_soak()) {
    const absl::Duration soak = absl::Seconds(rollout.soak().seconds()) + absl::Nanoseconds(rollout.soak().nanos());
    parts.push_back(absl::StrCat("soak ", absl::FormatDuration(soak)));
  }
  if (rollout.health_gate_size() > 0) {
    parts.push_back(absl::StrCat("health gate of ", rollout.health_gate_size(),
                                 rollout.health_gate_size() == 1 ? " probe" : " probes"));
  }
  if (rollout.pause_after_canary()) parts.push_back("pause after the canary");
  return parts.empty() ? "all at once" : absl::StrJoin(parts, ", ");
}

}  // namespace pe::cli
