// exec: a command, when no typed step does it. Observable only by its guards; a command that was begun and whose end
// is not known is never run again by itself.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/agent/steps/pattern.h"
#include "server/agent/steps/program.h"
#include "server/agent/steps/record.h"
#include "server/agent/steps/types.h"
#include "server/agent/system/accounts.h"

namespace pe::agent {
namespace {

using provision::v1::Exec;
using provision::v1::StepBody;
using Words = google::protobuf::RepeatedPtrField<std::string>;

bool Guarded(const Exec& exec) { return !exec.creates().empty() || exec.unless_size() > 0 || exec.only_if_size() > 0; }

absl::StatusOr<Command> Base(const Exec& exec, StepContext& context) {
  Command command;
  if (!exec.directory().empty()) command.directory = exec.directory();
  if (!context.traceparent.empty()) command.environment.emplace_back("TRACEPARENT", context.traceparent);
  for (const auto& variable : exec.environment()) command.environment.emplace_back(variable.name(), variable.value());
  if (exec.user().empty()) return command;
  Accounts accounts(context.files, context.processes);
  PE_ASSIGN_OR_RETURN(const std::optional<UserEntry> user, accounts.FindUser(exec.user()));
  if (!user) {
    return StepError(absl::StatusCode::kNotFound, "USER_NOT_FOUND",
                     absl::StrCat("user '", exec.user(), "' does not exist"),
                     "make it with a `user` step that this one comes after");
  }
  command.uid = user->uid;
  command.gid = user->gid;
  PE_ASSIGN_OR_RETURN(command.groups, accounts.GroupIdsOf(*user));
  command.environment.insert(command.environment.begin(),
                             {{"HOME", user->home}, {"USER", user->name}, {"LOGNAME", user->name}});
  return command;
}

absl::StatusOr<Command> Build(const Exec& exec, const Words& argv, StepContext& context) {
  PE_ASSIGN_OR_RETURN(Command command, Base(exec, context));
  command.argv.assign(argv.begin(), argv.end());
  return command;
}

// Whether a guard program ends with 0. One that does not exist yet says no: a step before may install it.
absl::StatusOr<bool> Passes(const Exec& exec, const Words& argv, StepContext& context) {
  PE_ASSIGN_OR_RETURN(Command command, Build(exec, argv, context));
  command.timeout_us = kObserveTimeoutUs;
  const absl::StatusOr<CommandResult> result = RunProgram(command, context);
  if (absl::IsNotFound(result.status())) return false;
  PE_RETURN_IF_ERROR(result.status());
  return result->ok();
}

bool Success(const Exec& exec, int exit_code) {
  if (exec.changed() == Exec::EXIT_CODE && exit_code == exec.changed_exit_code()) return true;
  if (exec.success_codes_size() == 0) return exit_code == 0;
  return std::count(exec.success_codes().begin(), exec.success_codes().end(), exit_code) > 0;
}

absl::StatusOr<bool> Changed(const Exec& exec, const CommandResult& result) {
  switch (exec.changed()) {
    case Exec::NEVER:
      return false;
    case Exec::EXIT_CODE:
      return result.exit_code == exec.changed_exit_code();
    case Exec::OUTPUT: {
      PE_ASSIGN_OR_RETURN(const Pattern pattern, Pattern::Compile(exec.changed_pattern()));
      return pattern.Matches(absl::StrCat(result.standard_output, "\n", result.standard_error));
    }
    default:
      return true;
  }
}

class ExecStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    const Exec& exec = body.exec();
    if (!Guarded(exec))
      return Observation{.unknown = true, .summary = "a command; what it would change is not known before it runs"};
    if (!exec.creates().empty()) {
      PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> info, context.files.Stat(exec.creates()));
      if (info) return Observation{.right = true, .summary = absl::StrCat(exec.creates(), " exists")};
    }
    absl::StatusOr<bool> unless = exec.unless_size() > 0 ? Passes(exec, exec.unless(), context) : false;
    if (DetailsOf(unless.status()).error_code == "USER_NOT_FOUND") unless = false;
    PE_RETURN_IF_ERROR(unless.status());
    if (*unless) return Observation{.right = true, .summary = absl::StrCat("`unless` ('", exec.unless(0), "') is met")};
    if (exec.only_if_size() > 0) {
      PE_ASSIGN_OR_RETURN(const bool only_if, Passes(exec, exec.only_if(), context));
      if (!only_if)
        return Observation{.right = true, .summary = absl::StrCat("`only_if` ('", exec.only_if(0), "') is not met")};
    }
    return Observation{.summary = "its guards say that it has to run"};
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation& observed,
                                StepContext& context) const override {
    const Exec& exec = body.exec();
    if (observed.right) return Applied{.changed = false, .message = observed.summary};
    PE_ASSIGN_OR_RETURN(Command command, Build(exec, exec.argv(), context));
    if (!exec.command().empty()) {
      if (!exec.shell()) {
        return StepError(absl::StatusCode::kInvalidArgument, "SHELL_NOT_ALLOWED", "`command` needs `shell: true`",
                         "or use `argv`");
      }
      command.argv = {"/bin/sh", "-c", exec.command()};
    }
    if (command.argv.empty()) {
      return StepError(absl::StatusCode::kInvalidArgument, "NO_COMMAND", "neither `argv` nor `command` is set",
                       "set one of them");
    }
    command.standard_input = exec.stdin();
    PE_RETURN_IF_ERROR(context.undo.Record(Serialize({{"exec", command.argv[0]}})));
    PE_ASSIGN_OR_RETURN(const CommandResult result, RunProgram(Streamed(std::move(command), context), context));
    if (!Success(exec, result.exit_code)) {
      const std::string words = LastWords(result);
      return StepError(
          absl::StatusCode::kFailedPrecondition, "COMMAND_FAILED",
          absl::StrCat("the command ended with exit code ", result.exit_code, words.empty() ? "" : ": ", words),
          "its output says why; codes other than 0 that mean success belong in `success_codes`", result.exit_code);
    }
    Applied applied{.message = absl::StrCat("ended with exit code ", result.exit_code), .exit_code = result.exit_code};
    PE_ASSIGN_OR_RETURN(applied.changed, Changed(exec, result));
    return applied;
  }

  absl::Status Undo(const StepBody& body, absl::string_view, StepContext& context) const override {
    const Exec& exec = body.exec();
    if (exec.undo_size() == 0) {
      return StepError(absl::StatusCode::kUnimplemented, "CANNOT_UNDO", "the command declares no `undo`",
                       "undo it by hand, and give the step an `undo` for the next time");
    }
    PE_ASSIGN_OR_RETURN(Command command, Build(exec, exec.undo(), context));
    return RunOrFail(Streamed(std::move(command), context), context, "UNDO_FAILED",
                     "look at the output of the undo command")
        .status();
  }

  // What `creates` names must be there afterwards and `unless` must be met; `only_if` alone promises nothing.
  bool ObservableAfter(const StepBody& body) const override {
    return !body.exec().creates().empty() || body.exec().unless_size() > 0;
  }
  bool Idempotent(const StepBody& body) const override { return Guarded(body.exec()); }
};

}  // namespace

const StepType& ExecType() {
  static const ExecStep type;
  return type;
}

}  // namespace pe::agent
