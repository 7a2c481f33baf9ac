// How the waves of a job are said to a person. Pure; thread-safe.
#ifndef CLIENT_CLI_PROGRESS_WAVES_H_
#define CLIENT_CLI_PROGRESS_WAVES_H_

#include <string>

#include "provision/v1/job.pb.h"

namespace pe::cli {

// The first wave that has not ended; -1 when all have, or there are none.
int OpenWave(const provision::v1::Job& job);
// "wave 2 of 4", "canary, wave 1 of 4". REQUIRES: 0 <= wave < job.waves_size().
std::string WaveName(const provision::v1::Job& job, int wave);
// "wave 2 of 4: 3 of 10 hosts ready, soaks until 10:02:03 UTC". REQUIRES: as above.
std::string WaveLine(const provision::v1::Job& job, int wave);

// "canary 1, waves of 10, 25%, up to 2 failures, soak 60s, health gate of 1 probe"; "all at once" for an empty one.
std::string RolloutLine(const provision::v1::Rollout& rollout);

}  // namespace pe::cli

#endif  // CLIENT_CLI_PROGRESS_WAVES_H_
