// pe logs: what steps have written, and nothing else, on stdout.
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "client/cli/commands/commands.h"
#include "client/cli/exit_code.h"
#include "client/cli/output/message_text.h"
#include "client/cli/progress/step_log.h"
#include "client/cli/progress/words.h"
#include "client/cpp/error.h"

namespace pe::cli {
namespace {

using provision::client::Connection;
using provision::v1::Event;
using provision::v1::Job;

class Logs {
 public:
  Logs(Context* context, Connection* engine, const LogsOptions& options, std::string name)
      : context_(context), engine_(engine), options_(options), name_(std::move(name)) {}

  // To the last event there is, or with --follow to the job's end.
  absl::Status Run() {
    PE_RETURN_IF_ERROR(Look());
    PE_RETURN_IF_ERROR(CheckFilters());
    absl::Status status = Read(0);
    if (!absl::IsOutOfRange(status)) return status;
    const std::string oldest = provision::client::DetailsOf(status).metadata["oldest_available_seq"];
    int64_t from = 0;
    if (!absl::SimpleAtoi(oldest, &from)) return status;
    context_->Err(absl::StrCat("pe: what was written before event ", from, " is no longer kept\n"));
    return Read(from - 1);
  }

 private:
  // The job as it stands: names of hosts and steps, and what its last event is.
  absl::Status Look() {
    provision::v1::StatusRequest request;
    request.set_name(name_);
    request.set_view(provision::v1::FULL);
    PE_ASSIGN_OR_RETURN(job_, engine_->Status(request));
    return absl::OkStatus();
  }

  absl::Status CheckFilters() const {
    bool target = options_.target.empty(), step = options_.step.empty() || options_.follow;
    for (const auto& t : job_.targets()) {
      target = target || ShortName(t.resource()) == options_.target;
      for (const auto& s : t.steps()) step = step || s.id() == options_.step;
    }
    if (!target) return absl::NotFoundError(absl::StrCat(name_, " has no target ", options_.target));
    if (!step)
      return absl::NotFoundError(absl::StrCat(name_, " has no step ", options_.step, "; pe status shows them"));
    return absl::OkStatus();
  }

  absl::Status Read(int64_t after) {
    const auto watcher = engine_->Watch({.name = name_, .after_seq = after});
    const int64_t last = job_.last_seq();
    while (options_.follow || watcher->through_seq().value_or(after) < last) {
      PE_ASSIGN_OR_RETURN(const auto batch, watcher->Next());
      if (!batch.has_value()) break;
      for (const Event& event : batch->events()) PE_RETURN_IF_ERROR(Take(event));
    }
    for (auto& [key, open] : open_) Print(key, &open, true);
    return absl::OkStatus();
  }

  absl::Status Take(const Event& event) {
    const bool ends = event.has_step_state() && IsTerminal(event.step_state().state());
    if (!event.has_output() && !event.has_output_elided() && !ends) return absl::OkStatus();
    const Key key = {event.target(), event.step()};
    if (!IsKnown(key)) PE_RETURN_IF_ERROR(Look());  // a stage that was planned meanwhile
    if (!IsKnown(key) || !IsWanted(key)) return absl::OkStatus();
    if (context_->options().output == "json") {
      if (!ends) context_->Out(JsonLine(event) + "\n");
      return absl::OkStatus();
    }
    Open& open = open_[key];
    if (event.has_output()) open.log.Add(event.output());
    if (event.has_output_elided())
      open.log.AddLine(absl::StrCat("(", event.output_elided().bytes(), " bytes were left out)"));
    Print(key, &open, ends);
    if (ends) open_.erase(key);
    return absl::OkStatus();
  }

  using Key = std::pair<int, int>;  // target, step
  struct Open {
    StepLog log;
    int64_t printed = 0;
  };

  bool IsKnown(Key key) const {
    return key.first >= 0 && key.first < job_.targets_size() && key.second >= 0 &&
           key.second < job_.targets(key.first).steps_size();
  }
  bool IsWanted(Key key) const {
    const auto& target = job_.targets(key.first);
    return (options_.target.empty() || ShortName(target.resource()) == options_.target) &&
           (options_.step.empty() || target.steps(key.second).id() == options_.step);
  }

  // One host and one step need no prefix: what is left is as the step wrote it.
  std::string Prefix(Key key) const {
    const auto& target = job_.targets(key.first);
    const std::string host = job_.targets_size() > 1 && options_.target.empty() ? ShortName(target.resource()) : "";
    const std::string step = options_.step.empty() ? OneLine(target.steps(key.second).id()) : "";
    if (options_.no_prefix || (host.empty() && step.empty())) return "";
    return absl::StrCat(host, host.empty() || step.empty() ? "" : " ", step, " | ");
  }

  void Print(Key key, Open* open, bool finish) {
    if (finish) open->log.Finish();
    const std::string prefix = Prefix(key);
    std::string out;
    for (const std::string& line : open->log.From(open->printed)) absl::StrAppend(&out, prefix, line, "\n");
    open->printed = open->log.count();
    context_->Out(out);
  }

  Context* const context_;
  Connection* const engine_;
  const LogsOptions& options_;
  const std::string name_;
  Job job_;
  std::map<Key, Open> open_;
};

}  // namespace

int ShowLogs(Context* context, const LogsOptions& options) {
  const auto name = ResolveJob(context, options.job);
  if (!name.ok()) return context->Fail(name.status());
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  const absl::Status status = Logs(context, *engine, options, *name).Run();
  return status.ok() ? kExitOk : context->Fail(status);
}

}  // namespace pe::cli
