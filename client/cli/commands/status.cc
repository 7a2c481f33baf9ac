#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands/commands.h"
#include "client/cli/exit_code.h"
#include "client/cli/output/table.h"
#include "client/cli/progress/report.h"
#include "client/cli/progress/waves.h"
#include "client/cli/progress/words.h"

namespace pe::cli {
namespace {

using provision::v1::Job;
using provision::v1::StepStatus;

std::string Line(absl::string_view label, absl::string_view value) {
  if (value.empty()) return "";
  return absl::StrCat(label, std::string(std::max<size_t>(1, 13 - label.size()), ' '), value, "\n");
}

std::string StepReason(const StepStatus& step) {
  if (!step.result().message().empty()) return OneLine(step.result().message());
  return OneLine(step.reason().empty() ? step.plan_reason() : step.reason());
}

std::string JobText(const Job& job, WallMicros now) {
  std::string state = JobWord(job.state());
  if (!job.reason().empty()) absl::StrAppend(&state, ": ", OneLine(job.reason()));
  std::string out = Line("job", OneLine(job.name()));
  out += Line("service", absl::StrCat(OneLine(job.service()), " ", OneLine(job.version())));
  out += Line("state", state);
  out += Line("mode", ModeWord(job.mode()));
  out += Line("environment", ShortName(job.environment()));
  out += Line(job.mode() == Job::ROLLBACK ? "undoes" : "retries", OneLine(job.parent()));
  if (job.has_create_time()) {
    const WallMicros end = job.has_end_time() ? ToMicros(job.end_time()) : now;
    out +=
        Line("accepted", absl::StrCat(DurationText(std::max<int64_t>(0, now - ToMicros(job.create_time()))), " ago"));
    out += Line(job.has_end_time() ? "took" : "running for",
                DurationText(std::max<int64_t>(0, end - ToMicros(job.create_time()))));
  }
  out += Line("trace", OneLine(job.traceparent()));
  out += Line("steps", CountsText(job.counts(), job.mode()));
  if (job.has_undo_until()) {
    out += Line("undo", absl::StrCat("kept for ", DurationText(std::max<int64_t>(0, ToMicros(job.undo_until()) - now)),
                                     " at most: pe rollback ", OneLine(job.name())));
  }
  for (int i = 0; i < job.waves_size(); ++i)
    out += Line(i == 0 ? "waves" : "", absl::StrCat(WaveLine(job, i), " (", JobWord(job.waves(i).state()), ")"));
  for (const auto& target : job.targets()) {
    absl::StrAppend(&out, "\n", ShortName(target.resource()), "  ", TargetWord(target.state(), job.mode()), "  ",
                    OneLine(target.address()), "\n");
    if (!target.reason().empty()) absl::StrAppend(&out, "  ", OneLine(target.reason()), "\n");
    if (const std::string advice = AdviceFor(target); !advice.empty()) absl::StrAppend(&out, "  ", advice, "\n");
    if (!target.pending_handlers().empty()) {
      absl::StrAppend(&out, "  handlers ", job.has_end_time() ? "that did not run: " : "pending: ",
                      OneLine(absl::StrJoin(target.pending_handlers(), ", ")), "\n");
    }
    if (target.steps().empty()) continue;
    Table table({"  STEP", "KIND", "STATE", "TIME", "REASON"});
    for (const StepStatus& step : target.steps()) {
      table.Add({absl::StrCat("  ", OneLine(step.id())), OneLine(step.kind()), StepWord(step.state(), job.mode()),
                 step.has_start_time() ? DurationText(Elapsed(step, now)) : "-", StepReason(step)});
    }
    out += table.Text();
  }
  return out;
}

}  // namespace

int Status(Context* context, const std::string& job) {
  const auto name = ResolveJob(context, job);
  if (!name.ok()) return context->Fail(name.status());
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  provision::v1::StatusRequest request;
  request.set_name(*name);
  request.set_view(provision::v1::FULL);
  const auto answer = (*engine)->Status(request);
  if (!answer.ok()) return context->Fail(answer.status());
  const WallMicros now = SystemClock().Wall();
  context->Emit(*answer, answer->name(), [&] { return JobText(*answer, now) + FailureReport(*answer, nullptr, now); });
  return kExitOk;
}

}  // namespace pe::cli
