#include "client/cli/progress/plain.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/text.h"
#include "client/cli/progress/waves.h"
#include "client/cli/progress/words.h"

namespace pe::cli {
namespace {

using provision::v1::Event;
using provision::v1::Job;
using provision::v1::StepStatus;
using provision::v1::Target;

std::string Sentence(absl::string_view text) { return text.empty() ? "" : absl::StrCat(": ", OneLine(text)); }

std::string StepLine(const StepStatus& step, Job::Mode mode, WallMicros now) {
  std::string line = StepWord(step.state(), mode);
  if (IsTerminal(step.state()) && step.state() != StepStatus::SKIPPED) {
    absl::StrAppend(&line, " in ", DurationText(Elapsed(step, now)));
  }
  if (step.attempt() > 1 || step.state() == StepStatus::RETRYING)
    absl::StrAppend(&line, " (attempt ", step.attempt(), ")");
  const bool ended = IsTerminal(step.state()) && !step.result().message().empty();
  absl::StrAppend(&line, Sentence(ended ? step.result().message() : step.reason()));
  return line;
}

}  // namespace

std::string PlainText::Opening(const Job& job) {
  if (opened_ || job.targets().empty()) return "";
  opened_ = true;
  std::string line = OneLine(job.name());
  absl::StrAppend(&line, ": ", OneLine(job.service()), job.version().empty() ? "" : " ", OneLine(job.version()));
  absl::StrAppend(&line, job.mode() == Job::PLAN ? ", plan only" : "", ", ", job.targets_size(),
                  job.targets_size() == 1 ? " host" : " hosts");
  if (!job.parent().empty())
    absl::StrAppend(&line, job.mode() == Job::ROLLBACK ? ", undoes " : ", retries ", OneLine(job.parent()));
  return line + "\n";
}

std::string PlainText::Apply(const google::protobuf::RepeatedPtrField<Event>& events, JobView* view) {
  std::set<std::pair<int, int>> ending;
  for (const Event& event : events) {
    if (event.has_step_state() && IsTerminal(event.step_state().state())) ending.insert({event.target(), event.step()});
  }
  std::string out;
  for (const Event& event : events) {
    const StepLog* const log = view->log(event.target(), event.step());
    const Said said{.ends_in_batch = ending.count({event.target(), event.step()}) > 0,
                    .lines_before = log == nullptr ? 0 : log->count()};
    view->Apply(event);
    out += Say(event, *view, said);
  }
  return out;
}

std::string PlainText::Say(const Event& event, const JobView& view, Said said) {
  if (event.target() >= 0) return event.step() >= 0 ? SayStep(event, view, said) : SayTarget(event, view);
  const std::string name = OneLine(view.job().name());
  switch (event.payload_case()) {
    case Event::kCreated:
      return Opening(view.job());
    case Event::kState:
      if (options_.brief) return "";
      return absl::StrCat(name, ": ", JobWord(event.state().state()), Sentence(event.state().reason()), "\n");
    case Event::kWarning:
      return absl::StrCat(name, ": warning", Sentence(event.warning().message()), "\n");
    case Event::kWave: {
      const int wave = event.wave().wave();
      if (options_.brief || wave < 0 || wave >= view.job().waves_size()) return "";
      return absl::StrCat(name, ": ", WaveLine(view.job(), wave), " (", JobWord(event.wave().state()), ")\n");
    }
    case Event::kPause:
      return absl::StrCat(name, ": ", event.pause().paused() ? "pause" : "resume", " was asked for",
                          event.pause().caller().empty() ? "" : absl::StrCat(" by ", OneLine(event.pause().caller())),
                          Sentence(event.pause().reason()), "\n");
    case Event::kCancelRequested:
      return absl::StrCat(name, ": cancel was asked for\n");
    default:
      return "";
  }
}

std::string PlainText::SayTarget(const Event& event, const JobView& view) const {
  const Target* const target = view.target(event);
  if (target == nullptr) return "";
  const std::string host = ShortName(target->resource());
  switch (event.payload_case()) {
    case Event::kState: {
      const std::string advice = AdviceFor(*target);
      if (options_.brief && advice.empty()) return "";
      std::string line = absl::StrCat(host, ": ", TargetWord(target->state(), view.job().mode()));
      if (!event.state().transport().empty()) absl::StrAppend(&line, " over ", OneLine(event.state().transport()));
      absl::StrAppend(&line, Sentence(target->reason()), "\n");
      if (!advice.empty()) absl::StrAppend(&line, host, ": ", advice, "\n");
      return line;
    }
    case Event::kPlanned: {
      if (options_.brief) return "";
      std::string stage;
      if (event.planned().stages() > 1)
        stage = absl::StrCat(", stage ", event.planned().stage() + 1, " of ", event.planned().stages());
      return absl::StrCat(host, ": ", Counted(event.planned().steps_size(), "step"), " planned", stage, "\n");
    }
    case Event::kWarning:
      return absl::StrCat(host, ": warning", Sentence(event.warning().message()), "\n");
    case Event::kHandlers:
      if (options_.brief || event.handlers().pending().empty()) return "";
      return absl::StrCat(host, ": handlers pending: ", OneLine(absl::StrJoin(event.handlers().pending(), ", ")), "\n");
    default:
      return "";
  }
}

std::string PlainText::SayStep(const Event& event, const JobView& view, Said said) const {
  const StepStatus* const step = view.step(event);
  if (step == nullptr) return "";
  const std::string prefix = absl::StrCat(ShortName(view.target(event)->resource()), " ", OneLine(step->id()));
  switch (event.payload_case()) {
    case Event::kStepState: {
      std::string out = NewOutput(event, view, prefix, said);
      const bool dull =
          step->state() == StepStatus::PENDING || (step->state() == StepStatus::RUNNING && said.ends_in_batch);
      const bool kept = step->state() == StepStatus::CHANGED || step->state() == StepStatus::UNDONE ||
                        step->state() == StepStatus::RETRYING || IsBad(step->state());
      if (dull || (options_.brief && !kept)) return out;
      return absl::StrCat(out, prefix, ": ", StepLine(*step, view.job().mode(), ToMicros(event.time())), "\n");
    }
    case Event::kOutput:
    case Event::kOutputElided:
      return NewOutput(event, view, prefix, said);
    case Event::kWarning:
      return absl::StrCat(prefix, ": warning", Sentence(event.warning().message()), "\n");
    default:
      return "";
  }
}

std::string PlainText::NewOutput(const Event& event, const JobView& view, const std::string& prefix, Said said) const {
  const StepLog* const log = view.log(event.target(), event.step());
  if (options_.brief || log == nullptr) return "";
  std::string out;
  for (const std::string& line : log->From(said.lines_before)) absl::StrAppend(&out, prefix, " | ", line, "\n");
  return out;
}

}  // namespace pe::cli
