// Rollout arithmetic: how a job's targets are divided into waves and how many of them may fail. Pure; thread-safe.
#ifndef SERVER_ENGINE_ROLLOUT_H_
#define SERVER_ENGINE_ROLLOUT_H_

#include <vector>

#include "absl/status/status.h"
#include "provision/v1/job.pb.h"
#include "provision/v1/rollout.pb.h"

namespace pe {

// Waves stand in the summary of a job, which is written with every event.
inline constexpr int kMaxWavesOfAJob = 1000;

// Reason codes of waves and of the targets that wait for them.
inline constexpr char kLaterWave[] = "LATER_WAVE";          // its wave has not begun
inline constexpr char kWaveSoak[] = "WAVE_SOAK";            // the wave is left alone; of a target: waits for the gate
inline constexpr char kHealthGate[] = "HEALTH_GATE";        // every target of the wave is asked whether it is well
inline constexpr char kTargetsFailed[] = "TARGETS_FAILED";  // some of the wave's targets failed
inline constexpr char kBudgetSpent[] = "FAILURE_BUDGET_SPENT";  // more failed than may: nothing further begins
inline constexpr char kJobPaused[] = "PAUSED";                  // held until Resume

// Sizes of the waves of so many targets, in order: the canary, then `waves` with the last one repeated until none is
// left. Each is at least 1; their sum is `targets`. Percentages are of all targets, rounded up. REQUIRES: a valid
// rollout, targets >= 0.
std::vector<int> WaveSizes(const provision::v1::Rollout& rollout, int targets);

// How many of so many targets may fail without the job being given up; percentages are rounded down.
int FailureBudget(const provision::v1::Rollout& rollout, int targets);

// Sets Job.rollout, Job.waves and Target.wave; targets keep their order. INVALID_ARGUMENT with a violation when that
// makes more than kMaxWavesOfAJob waves. REQUIRES: a valid rollout; the job has its targets.
absl::Status DivideIntoWaves(const provision::v1::Rollout& rollout, provision::v1::Job* job);

}  // namespace pe

#endif  // SERVER_ENGINE_ROLLOUT_H_
