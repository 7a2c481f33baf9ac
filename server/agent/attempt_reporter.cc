#include "server/agent/attempt_reporter.h"

#include <algorithm>

#include "base/text.h"
#include "server/agent/step_state.h"

namespace pe::agent {

using provision::agent::v1::Report;
using provision::agent::v1::StepReport;

AttemptReporter::AttemptReporter(RunLog& log, const Clock& clock, std::shared_ptr<const Redactor> redactor, int index,
                                 int attempt, std::function<void()> on_waiting_output)
    : log_(log),
      clock_(clock),
      redactor_(std::move(redactor)),
      index_(index),
      attempt_(attempt),
      on_waiting_output_(std::move(on_waiting_output)),
      output_(log, *redactor_, 1, index, attempt),
      error_(log, *redactor_, 2, index, attempt) {}

Report AttemptReporter::NewReport() const {
  Report report;
  report.set_step(index_);
  report.set_attempt(attempt_);
  return report;
}

// Redacted before it is cut: a value that is cut in two would not be found.
std::string AttemptReporter::CleanText(absl::string_view text, size_t longest) const {
  return Shorten(Printable(redactor_->Text(text)), longest);
}

void AttemptReporter::AddToTail(absl::string_view text) {
  tail_.append(text.data(), text.size());
  if (tail_.size() > 4 * kFailureTailBytes) tail_.erase(0, tail_.size() - kFailureTailBytes);
}

void AttemptReporter::Output(int stream, absl::string_view bytes) {
  bool wake;
  {
    MutexLock lock(&mu_);
    if (finished_) return;
    OutputGatherer& gatherer = stream == 2 ? error_ : output_;
    const MonoMicros before = gatherer.deadline();
    AddToTail(gatherer.Add(bytes, clock_.Mono()));
    wake = before == 0 && gatherer.deadline() != 0;
  }
  if (wake && on_waiting_output_) on_waiting_output_();
}

void AttemptReporter::Progress(int64_t current, int64_t total, absl::string_view unit, absl::string_view message) {
  const MonoMicros now = clock_.Mono();
  {
    MutexLock lock(&mu_);
    const bool last = total > 0 && current >= total;
    if (finished_ || (now < next_progress_ && !last)) return;
    next_progress_ = now + kProgressPauseUs;
  }
  Report report = NewReport();
  provision::agent::v1::ProgressReport& progress = *report.mutable_progress();
  progress.set_current(current);
  progress.set_total(total);
  progress.set_unit(CleanText(unit, 64));
  progress.set_message(CleanText(message, kLongestSentence));
  log_.Append(std::move(report));
}

void AttemptReporter::Waiting(absl::string_view reason) {
  const std::string clean = CleanText(reason, kLongestSentence);
  {
    MutexLock lock(&mu_);
    if (finished_ || clean == waiting_for_) return;
    waiting_for_ = clean;
  }
  Report report = NewReport();
  report.mutable_step_state()->set_state(clean.empty() ? kStepRunning : kStepWaiting);
  report.mutable_step_state()->set_reason(clean);
  log_.Append(std::move(report));
}

void AttemptReporter::Warn(absl::string_view code, absl::string_view message) {
  {
    MutexLock lock(&mu_);
    if (finished_ || ++warnings_ > kMostWarnings) return;
  }
  Report report = NewReport();
  report.mutable_warning()->set_code(CleanText(code, 64));
  report.mutable_warning()->set_message(CleanText(message, kLongestSentence));
  log_.Append(std::move(report));
}

void AttemptReporter::Diff(absl::string_view text) {
  if (text.empty()) return;
  std::string clean = Printable(redactor_->Text(text));
  Report report = NewReport();
  if (clean.size() > kLongestDiff) {
    clean.resize(clean.rfind('\n', kLongestDiff) + 1);  // whole lines; npos + 1 is 0: one line too long to show
    report.mutable_diff()->set_truncated(true);
  }
  report.mutable_diff()->set_text(std::move(clean));
  log_.Append(std::move(report));
}

MonoMicros AttemptReporter::FlushOutput(MonoMicros now) {
  MutexLock lock(&mu_);
  MonoMicros next = 0;
  for (OutputGatherer* gatherer : {&output_, &error_}) {
    gatherer->Flush(now);
    const MonoMicros deadline = gatherer->deadline();
    if (deadline != 0 && (next == 0 || deadline < next)) next = deadline;
  }
  return next;
}

void AttemptReporter::Finish() {
  MutexLock lock(&mu_);
  finished_ = true;
  AddToTail(output_.Finish());
  AddToTail(error_.Finish());
}

std::string AttemptReporter::OutputTail() const {
  MutexLock lock(&mu_);
  absl::string_view tail = tail_;
  if (tail.size() > kFailureTailBytes) {
    tail.remove_prefix(tail.size() - kFailureTailBytes);
    const size_t line = tail.find('\n');
    if (line != absl::string_view::npos && line + 1 < tail.size()) tail.remove_prefix(line + 1);
  }
  return Printable(tail);
}

void AttemptReporter::Clean(StepReport& report) const {
  report.set_reason(CleanText(report.reason(), kLongestSentence));
  report.set_message(CleanText(report.message(), kLongestSentence));
  report.set_hint(CleanText(report.hint(), kLongestSentence));
  google::protobuf::Map<std::string, std::string> values;
  for (const auto& [name, value] : report.values()) {
    if (values.size() < kMostValues) values[CleanText(name, 256)] = CleanText(value, kLongestValue);
  }
  report.mutable_values()->swap(values);
}

}  // namespace pe::agent
