// Programs as steps use them: one place where a failed start, a cancel, a timeout and a bad exit code become errors.
#ifndef SERVER_AGENT_STEPS_PROGRAM_H_
#define SERVER_AGENT_STEPS_PROGRAM_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/agent/steps/step.h"

namespace pe::agent {

// A look at the host that takes longer than this has gone wrong.
inline constexpr int64_t kObserveTimeoutUs = 30 * kMicrosPerSecond;

// The result, whatever the exit code. PROGRAM_NOT_FOUND, CANCELLED (code CANCELLED), DEADLINE_EXCEEDED (code
// TIMED_OUT), and KILLED when a signal ended it.
absl::StatusOr<CommandResult> RunProgram(const Command& command, StepContext& context);

// The same, and an exit code other than 0 is an error with `error_code`, the exit code and the end of what it said.
absl::StatusOr<CommandResult> RunOrFail(const Command& command, StepContext& context, absl::string_view error_code,
                                        absl::string_view hint = "");

// The same command, with its output passed to the reporter as it arrives.
Command Streamed(Command command, StepContext& context);

// The last `lines` lines of what a program said: standard error, or standard output when that is empty.
std::string LastWords(const CommandResult& result, int lines = 5);

// Waits `micros`, or until the token is set; then the error that the token stands for.
absl::Status Pause(int64_t micros, StepContext& context);
// OK, or the error that a set token stands for.
absl::Status NotCancelled(const StepContext& context);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_PROGRAM_H_
