#include "client/cli/progress/report.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/text.h"
#include "client/cli/progress/words.h"

namespace pe::cli {
namespace {

using provision::v1::Job;
using provision::v1::StepStatus;
using provision::v1::Target;

constexpr size_t kReportedLines = 40;
constexpr int kReportedFailures = 10;

// The step whose failure ended the target; null when there is none.
const StepStatus* FirstBad(const Target& target) {
  for (const StepStatus& step : target.steps()) {
    if (IsBad(step.state())) return &step;
  }
  return nullptr;
}

std::string SummaryLine(const Job& job, const Target& target, WallMicros now) {
  std::string line = absl::StrCat(ShortName(target.resource()), " ", TargetWord(target.state(), job.mode()), ": ");
  const StepStatus* const bad = FirstBad(target);
  if (target.state() == Job::SUCCEEDED) {
    absl::StrAppend(&line, CountsText(target.counts(), job.mode()));
  } else if (bad != nullptr) {
    absl::StrAppend(&line, OneLine(bad->id()), ": ",
                    OneLine(bad->result().message().empty() ? bad->reason() : bad->result().message()), " (",
                    CountsText(target.counts(), job.mode()), ")");
  } else {
    absl::StrAppend(&line, target.reason().empty() ? "" : absl::StrCat(OneLine(target.reason()), "; "),
                    CountsText(target.counts(), job.mode()));
  }
  if (target.has_start_time() && target.has_end_time())
    absl::StrAppend(&line, " in ", DurationText(Elapsed(target, now)));
  return line + "\n";
}

std::vector<std::string> LastOutput(const StepStatus& step, const StepLog* log) {
  if (log != nullptr && log->count() > 0) return log->Tail(kReportedLines);
  if (step.result().output_tail().empty()) return {};
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(step.result().output_tail(), '\n')) lines.push_back(OneLine(line));
  if (lines.back().empty()) lines.pop_back();
  if (lines.size() > kReportedLines) lines.erase(lines.begin(), lines.end() - kReportedLines);
  return lines;
}

std::string StepReport(const Job& job, const Target& target, const StepStatus& step, const StepLog* log,
                       WallMicros now) {
  const auto& result = step.result();
  std::string out = absl::StrCat("\n", ShortName(target.resource()), " ", OneLine(step.id()), " ",
                                 StepWord(step.state(), job.mode()), " after ", DurationText(Elapsed(step, now)));
  if (step.attempt() > 1) absl::StrAppend(&out, ", attempt ", step.attempt());
  if (result.has_exit_code()) absl::StrAppend(&out, ", exit code ", result.exit_code());
  if (result.signal() != 0) absl::StrAppend(&out, ", signal ", result.signal());
  out += "\n";
  for (const std::string& line : LastOutput(step, log)) absl::StrAppend(&out, "  | ", line, "\n");
  const std::string message = OneLine(result.message().empty() ? step.reason() : result.message());
  if (!message.empty() || !result.error_code().empty()) {
    absl::StrAppend(&out, "  ", OneLine(result.error_code()),
                    result.error_code().empty() || message.empty() ? "" : ": ", message, "\n");
  }
  if (!result.hint().empty()) absl::StrAppend(&out, "  hint: ", OneLine(result.hint()), "\n");
  return out;
}

std::string NextCommands(const Job& job) {
  const std::string id = ShortName(job.name());
  std::string out = "\nnext:\n";
  if (job.mode() != Job::PLAN) absl::StrAppend(&out, "  pe retry ", id, "     run again what did not end well\n");
  absl::StrAppend(&out, "  pe status ", id, "    every step, with its reason\n");
  absl::StrAppend(&out, "  pe watch ", id, "     the whole log again\n");
  return out;
}

std::string Indented(absl::string_view text, absl::string_view indent) {
  std::string out;
  for (absl::string_view line : absl::StrSplit(text, '\n')) absl::StrAppend(&out, indent, Printable(line), "\n");
  if (!text.empty() && text.back() == '\n') out.resize(out.size() - indent.size() - 1);
  return out;
}

}  // namespace

std::string HostSummary(const Job& job, WallMicros now) {
  std::string out;
  for (const Target& target : job.targets()) out += SummaryLine(job, target, now);
  return out;
}

std::string FailureReport(const Job& job, const JobView* view, WallMicros now) {
  std::string out;
  int failures = 0;
  for (int t = 0; t < job.targets_size(); ++t) {
    const Target& target = job.targets(t);
    for (int s = 0; s < target.steps_size(); ++s) {
      const StepStatus& step = target.steps(s);
      if (!IsBad(step.state()) || ++failures > kReportedFailures) continue;
      out += StepReport(job, target, step, view == nullptr ? nullptr : view->log(t, s), now);
    }
    const std::string advice = IsTerminal(target.state()) ? AdviceFor(target) : "";
    if (!advice.empty()) absl::StrAppend(&out, "\n", ShortName(target.resource()), ": ", advice, "\n");
  }
  if (failures > kReportedFailures) absl::StrAppend(&out, "\n", failures - kReportedFailures, " more steps failed\n");
  const bool failed = IsTerminal(job.state()) && job.state() != Job::SUCCEEDED && job.state() != Job::CANCELLED;
  if (failed && out.empty() && !job.reason().empty())
    absl::StrAppend(&out, "\n", OneLine(job.name()), ": ", OneLine(job.reason()), "\n");
  if (failed) out += NextCommands(job);
  return out;
}

std::string PlanReport(const Job& job) {
  std::string out;
  for (const Target& target : job.targets()) {
    for (const StepStatus& step : target.steps()) {
      const bool changes = step.state() == StepStatus::CHANGED;
      if (!changes && step.state() != StepStatus::OUTCOME_UNKNOWN) continue;
      const std::string why = step.result().message().empty() ? step.plan_reason() : step.result().message();
      absl::StrAppend(&out, ShortName(target.resource()), " ", changes ? "~ " : "? ", OneLine(step.id()),
                      why.empty() ? "" : ": ", OneLine(why), "\n");
      if (!step.not_undoable().empty())
        absl::StrAppend(&out, "    cannot be undone: ", OneLine(step.not_undoable()), "\n");
      if (step.has_guard())
        absl::StrAppend(&out, "    guarded: the host undoes it unless the engine reaches it anew within ",
                        step.guard().seconds(), " s\n");
      if (!step.diff().empty()) out += Indented(step.diff(), "    ");
    }
  }
  return out;
}

}  // namespace pe::cli
