// JobView: a job as its events tell it, with the last output of the steps that run or failed.
// Tolerant: what it does not know it leaves alone, so that a newer engine's events do no harm.
// Pure; thread-compatible.
#ifndef CLIENT_CLI_PROGRESS_JOB_VIEW_H_
#define CLIENT_CLI_PROGRESS_JOB_VIEW_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/progress/step_log.h"
#include "provision/v1/event.pb.h"
#include "provision/v1/job.pb.h"

namespace pe::cli {

class JobView {
 public:
  // Begins with what is known of the job: the answer of Provision, or a watch's snapshot.
  explicit JobView(provision::v1::Job job) : job_(std::move(job)) {}
  void Reset(provision::v1::Job snapshot) { job_ = std::move(snapshot); }

  void Apply(const provision::v1::Event& event);

  const provision::v1::Job& job() const { return job_; }
  // The target or step that an event is about; null when the event is not, or knows more than the view.
  const provision::v1::Target* target(const provision::v1::Event& event) const;
  const provision::v1::StepStatus* step(const provision::v1::Event& event) const;
  // Output of a step; null when there was none, or when the step ended well before the last event.
  const StepLog* log(int target, int step) const;

 private:
  void ApplyToJob(const provision::v1::Event& event);
  void ApplyToTarget(const provision::v1::Event& event, provision::v1::Target* target);
  void ApplyToStep(const provision::v1::Event& event, provision::v1::Target* target, provision::v1::StepStatus* step);
  void ApplyStepState(const provision::v1::Event& event, provision::v1::Target* target,
                      provision::v1::StepStatus* step);

  provision::v1::Job job_;
  std::map<std::pair<int, int>, StepLog> logs_;
  std::vector<std::pair<int, int>> ended_well_;  // logs that the next event drops
};

}  // namespace pe::cli

#endif  // CLIENT_CLI_PROGRESS_JOB_VIEW_H_
