// How states, times and names are said to a person; the same words in every display.
// Pure; thread-safe.
#ifndef CLIENT_CLI_PROGRESS_WORDS_H_
#define CLIENT_CLI_PROGRESS_WORDS_H_

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "provision/v1/job.pb.h"

namespace pe::cli {

// "0.04 s", "2.1 s", "3 min 20 s", "2 h 5 min".
std::string DurationText(int64_t micros);

WallMicros ToMicros(const google::protobuf::Timestamp& time);
// From `begin` to `end`, or to `now` while there is no end; 0 while there is no begin. Never negative: clocks differ.
template <typename Timed>
int64_t Elapsed(const Timed& timed, WallMicros now) {
  if (!timed.has_start_time()) return 0;
  const int64_t micros = (timed.has_end_time() ? ToMicros(timed.end_time()) : now) - ToMicros(timed.start_time());
  return micros > 0 ? micros : 0;
}

// Escaped, tabs and newlines as blanks: what a stranger wrote, fit for one line.
std::string OneLine(absl::string_view text);

// "web-1" of "resources/web-1"; "0abc" of "jobs/0abc". Escaped.
std::string ShortName(absl::string_view name);

// "ready", "running", "unreachable" ...: a target's or job's state. A succeeded target is "ready", in a plan "planned".
std::string TargetWord(provision::v1::Job::State state, provision::v1::Job::Mode mode);
std::string JobWord(provision::v1::Job::State state);
// "apply", "plan", "rollback".
std::string ModeWord(provision::v1::Job::Mode mode);
// "changed", in a plan "would change"; "outcome unknown" ...
std::string StepWord(provision::v1::StepStatus::State state, provision::v1::Job::Mode mode);

bool IsTerminal(provision::v1::Job::State state);
bool IsTerminal(provision::v1::StepStatus::State state);
// Ended, and not as it was wanted.
bool IsBad(provision::v1::StepStatus::State state);

// "12 unchanged, 3 changed, 1 failed"; "no steps" when there are none.
std::string CountsText(const provision::v1::StepCounts& counts, provision::v1::Job::Mode mode);

// What a person can do about a target's reason for waiting or failing; empty when there is nothing to say.
std::string AdviceFor(const provision::v1::Target& target);

}  // namespace pe::cli

#endif  // CLIENT_CLI_PROGRESS_WORDS_H_
