// AttemptReporter: where one attempt of a step reports to. Values of secrets are removed, texts made printable and
// bounded before anything reaches the run's log. Thread-safe.
#ifndef SERVER_AGENT_ATTEMPT_REPORTER_H_
#define SERVER_AGENT_ATTEMPT_REPORTER_H_

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/redactor.h"
#include "server/agent/output_gatherer.h"
#include "server/agent/run_log.h"
#include "server/agent/steps/step.h"

namespace pe::agent {

inline constexpr size_t kLongestSentence = 4 * 1024;
inline constexpr size_t kLongestDiff = 64 * 1024;
inline constexpr size_t kLongestValue = 16 * 1024;
inline constexpr size_t kMostValues = 32;
inline constexpr int kMostWarnings = 100;                           // of one attempt
inline constexpr int64_t kProgressPauseUs = 100 * kMicrosPerMilli;  // between two progress reports

class AttemptReporter final : public StepReporter {
 public:
  // `log` and `clock` outlive it. `on_waiting_output` is called when FlushOutput gets something to do later.
  AttemptReporter(RunLog& log, const Clock& clock, std::shared_ptr<const Redactor> redactor, int index, int attempt,
                  std::function<void()> on_waiting_output);

  void Output(int stream, absl::string_view bytes) override;
  void Progress(int64_t current, int64_t total, absl::string_view unit, absl::string_view message) override;
  void Waiting(absl::string_view reason) override;
  void Warn(absl::string_view code, absl::string_view message) override;

  void Diff(absl::string_view text);
  // Sends output that has waited long enough; when the next one has, 0 for none.
  MonoMicros FlushOutput(MonoMicros now);
  // Sends the rest of the output. Nothing is reported afterwards.
  void Finish();
  // The last lines of both streams, as they were sent.
  std::string OutputTail() const;
  // Redacts, makes printable and bounds every text of a report.
  void Clean(provision::agent::v1::StepReport& report) const;

 private:
  std::string CleanText(absl::string_view text, size_t longest) const;
  provision::agent::v1::Report NewReport() const;
  void AddToTail(absl::string_view text) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  RunLog& log_;
  const Clock& clock_;
  const std::shared_ptr<const Redactor> redactor_;
  const int index_;
  const int attempt_;
  const std::function<void()> on_waiting_output_;
  mutable Mutex mu_;
  OutputGatherer output_ ABSL_GUARDED_BY(mu_);
  OutputGatherer error_ ABSL_GUARDED_BY(mu_);
  std::string tail_ ABSL_GUARDED_BY(mu_);
  std::string waiting_for_ ABSL_GUARDED_BY(mu_);
  MonoMicros next_progress_ ABSL_GUARDED_BY(mu_) = 0;
  int warnings_ ABSL_GUARDED_BY(mu_) = 0;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_ATTEMPT_REPORTER_H_
