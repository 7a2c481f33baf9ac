#include "server/engine/rollout.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "server/engine/errors.h"

namespace pe {
namespace {

using provision::v1::Job;
using provision::v1::Rollout;
using provision::v1::Share;

// Targets that a wave's share comes to; at least 1, at most `left`.
int SizeOf(const Share& share, int targets, int left) {
  const int64_t hundredths = int64_t{share.percent()} * targets;
  const int64_t size = share.has_count() ? share.count() : (hundredths + 99) / 100;
  return static_cast<int>(std::clamp<int64_t>(size, 1, left));
}

}  // namespace

std::vector<int> WaveSizes(const Rollout& rollout, int targets) {
  std::vector<int> sizes;
  int left = targets;
  const auto add = [&](int size) {
    sizes.push_back(size);
    left -= size;
  };
  if (rollout.has_canary() && left > 0) add(SizeOf(rollout.canary(), targets, left));
  const int last = rollout.waves_size() - 1;
  int wave = 0;
  while (left > 0) {
    add(last < 0 ? left : SizeOf(rollout.waves(std::min(wave, last)), targets, left));
    ++wave;
  }
  return sizes;
}

int FailureBudget(const Rollout& rollout, int targets) {
  const Share& budget = rollout.failure_budget();
  if (budget.has_count()) return budget.count();
  return static_cast<int>(int64_t{budget.percent()} * targets / 100);
}

absl::Status DivideIntoWaves(const Rollout& rollout, Job* job) {
  const std::vector<int> sizes = WaveSizes(rollout, job->targets_size());
  if (sizes.size() > kMaxWavesOfAJob) {
    return InvalidRequest({{"rollout.waves", absl::StrCat("make ", sizes.size(), " waves of ", job->targets_size(),
                                                          " targets; at most ", kMaxWavesOfAJob, " are possible")}});
  }
  *job->mutable_rollout() = rollout;
  int target = 0;
  for (int wave = 0; wave < static_cast<int>(sizes.size()); ++wave) {
    auto* out = job->add_waves();
    out->set_state(Job::PENDING);
    out->set_targets(sizes[wave]);
    out->set_canary(wave == 0 && rollout.has_canary());
    for (int i = 0; i < sizes[wave]; ++i) job->mutable_targets(target++)->set_wave(wave);
  }
  return absl::OkStatus();
}

}  // namespace pe
