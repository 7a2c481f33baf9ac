#include "server/agent/steps/program.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"

namespace pe::agent {

absl::Status NotCancelled(const StepContext& context) {
  switch (context.cancel.why()) {
    case CancelToken::Why::kNone:
      return absl::OkStatus();
    case CancelToken::Why::kTimedOut:
      return StepError(absl::StatusCode::kDeadlineExceeded, "TIMED_OUT", "the step's timeout ran out",
                       "give the step a longer timeout, or look at what it waited for");
    case CancelToken::Why::kCancelled:
    case CancelToken::Why::kForced:
      return StepError(absl::StatusCode::kCancelled, "CANCELLED", "cancelled");
  }
  return absl::OkStatus();
}

absl::StatusOr<CommandResult> RunProgram(const Command& command, StepContext& context) {
  absl::StatusOr<CommandResult> result = context.processes.Run(command, context.cancel);
  const std::string& name = command.argv[0];
  if (absl::IsNotFound(result.status())) {
    return StepError(absl::StatusCode::kNotFound, "PROGRAM_NOT_FOUND",
                     absl::StrCat("the host has no program '", name, "'"),
                     "install the package that has it with a `package` step that this one comes after");
  }
  if (!result.ok()) return Annotate(result.status(), name);
  if (result->timed_out) {
    return StepError(absl::StatusCode::kDeadlineExceeded, "TIMED_OUT", absl::StrCat("'", name, "' did not end in time"),
                     "give the step a longer timeout, or look at what it waits for");
  }
  if (result->cancelled) PE_RETURN_IF_ERROR(NotCancelled(context));
  if (result->signal != 0) {
    return StepError(absl::StatusCode::kAborted, "KILLED",
                     absl::StrCat("'", name, "' was ended by signal ", result->signal, ": ", LastWords(*result)),
                     "the host's kernel log may say why (out of memory, for example)");
  }
  return result;
}

absl::StatusOr<CommandResult> RunOrFail(const Command& command, StepContext& context, absl::string_view error_code,
                                        absl::string_view hint) {
  PE_ASSIGN_OR_RETURN(CommandResult result, RunProgram(command, context));
  if (result.ok()) return result;
  const std::string words = LastWords(result);
  return StepError(absl::StatusCode::kFailedPrecondition, error_code,
                   absl::StrCat("'", command.argv[0], "' failed with exit code ", result.exit_code,
                                words.empty() ? "" : ": ", words),
                   hint, result.exit_code);
}

Command Streamed(Command command, StepContext& context) {
  command.on_output = [&context](int stream, absl::string_view bytes) { context.reporter.Output(stream, bytes); };
  return command;
}

std::string LastWords(const CommandResult& result, int lines) {
  const absl::string_view error = absl::StripAsciiWhitespace(result.standard_error);
  const absl::string_view text = error.empty() ? absl::StripAsciiWhitespace(result.standard_output) : error;
  const std::vector<absl::string_view> all = absl::StrSplit(text, '\n');
  const size_t from = all.size() > static_cast<size_t>(lines) ? all.size() - lines : 0;
  return absl::StrJoin(all.begin() + from, all.end(), "\n");
}

absl::Status Pause(int64_t micros, StepContext& context) {
  // The token has no waiters, so it is looked at a hundred times a second.
  const MonoMicros end = context.clock.Mono() + micros;
  while (true) {
    PE_RETURN_IF_ERROR(NotCancelled(context));
    const int64_t left = end - context.clock.Mono();
    if (left <= 0) return absl::OkStatus();
    std::this_thread::sleep_for(std::chrono::microseconds(std::min<int64_t>(left, 10 * kMicrosPerMilli)));
  }
}

}  // namespace pe::agent
