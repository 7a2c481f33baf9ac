#include "client/cli/progress/waves.h"

#include "absl/strings/str_cat.h"
#include "client/cli/progress/words.h"

namespace pe::cli {

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

}  // namespace pe::cli
