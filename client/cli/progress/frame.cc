#include "client/cli/progress/frame.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/progress/columns.h"
#include "client/cli/progress/waves.h"
#include "client/cli/progress/words.h"

namespace pe::cli {
namespace {

using provision::v1::Job;
using provision::v1::StepStatus;
using provision::v1::Target;

constexpr int kBarColumns = 20;
// How much is shown of each active step's output and of how many hosts: the first that fits is taken.
struct Density {
  int tail;
  bool finished_hosts;
};
constexpr Density kDensities[] = {{6, true}, {3, true}, {1, true}, {1, false}, {0, false}};

enum class Mark { kDone, kActive, kWaiting, kPending, kFailed };

class Painter {
 public:
  explicit Painter(FrameStyle style) : style_(style) {}

  std::string Sign(Mark mark) const {
    switch (mark) {
      case Mark::kDone:
        return Coloured("32", style_.unicode ? "✓" : "+");
      case Mark::kActive:
        return Coloured("36", style_.unicode ? "▸" : ">");
      case Mark::kWaiting:
        return Coloured("33", style_.unicode ? "…" : "?");
      case Mark::kPending:
        return Coloured("2", style_.unicode ? "·" : ".");
      case Mark::kFailed:
        return Coloured("31", style_.unicode ? "✗" : "x");
    }
    return " ";
  }
  std::string Dim(const std::string& text) const { return Coloured("2", text); }
  std::string Bold(const std::string& text) const { return Coloured("1", text); }
  std::string Bar(int64_t current, int64_t total) const {
    const int full = static_cast<int>(std::clamp<int64_t>(current, 0, total) * kBarColumns / total);
    return absl::StrCat("[", std::string(full, '#'), std::string(kBarColumns - full, '.'), "]");
  }

 private:
  std::string Coloured(absl::string_view code, absl::string_view text) const {
    return style_.colour ? absl::StrCat("\x1b[", code, "m", text, "\x1b[0m") : std::string(text);
  }
  const FrameStyle style_;
};

bool IsActive(const StepStatus& step) {
  return step.state() == StepStatus::RUNNING || step.state() == StepStatus::RETRYING ||
         step.state() == StepStatus::WAITING;
}

Mark MarkOf(const Target& target) {
  if (target.state() == Job::SUCCEEDED) return Mark::kDone;
  if (IsTerminal(target.state())) return Mark::kFailed;
  if (target.state() == Job::PENDING || target.state() == Job::STATE_UNSPECIFIED) return Mark::kPending;
  return target.reason().empty() ? Mark::kActive : Mark::kWaiting;
}

class FrameMaker {
 public:
  FrameMaker(const JobView& view, WallMicros now, FrameStyle style)
      : view_(view), job_(view.job()), now_(now), paint_(style) {}

  std::vector<std::string> Make(Density density, size_t room) {
    lines_.assign(1, Header());
    if (const int wave = OpenWave(job_); wave >= 0 && !IsTerminal(job_.state())) lines_.push_back(WaveLine(job_, wave));
    std::vector<int> hidden;
    for (int t = 0; t < job_.targets_size(); ++t) {
      const Target& target = job_.targets(t);
      const Mark mark = MarkOf(target);
      const bool quiet = mark == Mark::kDone || mark == Mark::kPending;
      if ((quiet && !density.finished_hosts) || lines_.size() >= room) {
        hidden.push_back(t);
        continue;
      }
      Host(t, target, mark, density.tail);
    }
    if (!hidden.empty()) lines_.push_back(Hidden(hidden));
    return std::move(lines_);
  }

 private:
  std::string Header() const {
    std::string line = paint_.Bold(OneLine(job_.service()));
    if (!job_.version().empty()) absl::StrAppend(&line, " ", OneLine(job_.version()));
    absl::StrAppend(&line, "  ", OneLine(job_.name()), "  ", JobWord(job_.state()));
    if (job_.has_create_time())
      absl::StrAppend(&line, "  ", DurationText(std::max<int64_t>(0, now_ - ToMicros(job_.create_time()))));
    if (!job_.reason().empty() && !IsTerminal(job_.state())) absl::StrAppend(&line, "  ", OneLine(job_.reason()));
    return line;
  }

  void Host(int index, const Target& target, Mark mark, int tail) {
    const auto& counts = target.counts();
    std::string line = absl::StrCat(paint_.Sign(mark), " ", paint_.Bold(ShortName(target.resource())), "  ",
                                    TargetWord(target.state(), job_.mode()));
    if (counts.total() > 0 && !IsTerminal(target.state())) {
      absl::StrAppend(&line, " ", counts.total() - counts.pending() - counts.running(), "/", counts.total());
    }
    if (target.stages() > 1) absl::StrAppend(&line, ", stage ", target.stage() + 1, " of ", target.stages());
    if (IsTerminal(target.state())) absl::StrAppend(&line, ": ", CountsText(counts, job_.mode()));
    if (!target.reason().empty()) absl::StrAppend(&line, ": ", OneLine(target.reason()));
    if (target.has_start_time()) absl::StrAppend(&line, "  ", paint_.Dim(DurationText(Elapsed(target, now_))));
    lines_.push_back(std::move(line));
    if (IsTerminal(target.state())) return;
    const std::string advice = AdviceFor(target);
    if (!advice.empty()) lines_.push_back(absl::StrCat("    ", advice));
    for (int s = 0; s < target.steps_size(); ++s) {
      if (IsActive(target.steps(s))) Step(index, s, target.steps(s), tail);
    }
  }

  void Step(int target, int index, const StepStatus& step, int tail) {
    const Mark mark = step.state() == StepStatus::RUNNING ? Mark::kActive : Mark::kWaiting;
    std::string line = absl::StrCat("    ", paint_.Sign(mark), " ", OneLine(step.id()));
    if (!step.title().empty() && step.title() != step.id()) absl::StrAppend(&line, "  ", OneLine(step.title()));
    absl::StrAppend(&line, "  ", paint_.Dim(DurationText(Elapsed(step, now_))));
    if (step.attempt() > 1) absl::StrAppend(&line, "  attempt ", step.attempt());
    if (step.state() == StepStatus::RETRYING && step.has_next_attempt_time()) {
      const int64_t left = std::max<int64_t>(0, ToMicros(step.next_attempt_time()) - now_);
      absl::StrAppend(&line, "  again in ", DurationText(left));
    }
    if (!step.reason().empty()) absl::StrAppend(&line, "  ", OneLine(step.reason()));
    if (step.progress().total() > 0) {
      absl::StrAppend(
          &line, "  ", paint_.Bar(step.progress().current(), step.progress().total()), " ",
          absl::StrFormat("%d%%", std::clamp<int64_t>(step.progress().current(), 0, step.progress().total()) * 100 /
                                      step.progress().total()));
    }
    if (!step.progress().message().empty()) absl::StrAppend(&line, "  ", OneLine(step.progress().message()));
    lines_.push_back(std::move(line));
    const StepLog* const log = view_.log(target, index);
    if (log == nullptr || tail == 0) return;
    for (const std::string& output : log->Tail(tail)) lines_.push_back(paint_.Dim(absl::StrCat("        | ", output)));
  }

  std::string Hidden(const std::vector<int>& hidden) const {
    int done = 0, failed = 0, pending = 0;
    for (const int t : hidden) {
      const Mark mark = MarkOf(job_.targets(t));
      ++(mark == Mark::kDone ? done : mark == Mark::kFailed ? failed : pending);
    }
    std::string line = absl::StrCat(paint_.Sign(Mark::kPending), " and ", hidden.size(),
                                    hidden.size() == 1 ? " host" : " hosts", " more:");
    if (done > 0) absl::StrAppend(&line, " ", done, " ", TargetWord(Job::SUCCEEDED, job_.mode()));
    if (failed > 0) absl::StrAppend(&line, " ", failed, " failed");
    if (pending > 0) absl::StrAppend(&line, " ", pending, " to go");
    return line;
  }

  const JobView& view_;
  const Job& job_;
  const WallMicros now_;
  const Painter paint_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> Frame(const JobView& view, WallMicros now, ScreenSize size, FrameStyle style) {
  if (view.job().targets().empty()) return {};  // nothing is known but a name
  const size_t room = static_cast<size_t>(std::max(2, size.height - 1));
  FrameMaker maker(view, now, style);
  std::vector<std::string> lines;
  for (const Density& density : kDensities) {
    lines = maker.Make(density, room);
    if (lines.size() <= room) break;
  }
  if (lines.size() > room) {
    // The last line says how much is not shown; it stays.
    std::swap(lines[room - 1], lines.back());
    lines.resize(room);
  }
  for (std::string& line : lines) line = FitColumns(line, size.width);
  return lines;
}

}  // namespace pe::cli
