// PlainText: a job's progress as lines, for logs and pipes. One line for each change of state, one for each line of
// output. Pure; thread-compatible.
#ifndef CLIENT_CLI_PROGRESS_PLAIN_H_
#define CLIENT_CLI_PROGRESS_PLAIN_H_

#include <cstdint>
#include <string>

#include "client/cli/progress/job_view.h"
#include "provision/v1/event.pb.h"

namespace pe::cli {

struct PlainOptions {
  // Only what stays interesting above a live display: steps that changed or did not end well, warnings, new reasons for
  // waiting that a person must act on.
  bool brief = false;
};

class PlainText {
 public:
  explicit PlainText(PlainOptions options) : options_(options) {}

  // The line that opens the display; empty when it was said before or when nothing is known of the job but its name.
  std::string Opening(const provision::v1::Job& job);

  // Applies the events of one batch to `view` and returns what is to be said about them, lines with their ends. A step
  // that begins and ends within the batch is said once.
  std::string Apply(const google::protobuf::RepeatedPtrField<provision::v1::Event>& events, JobView* view);

 private:
  // `lines_before`: of the step's output, before the event was applied.
  struct Said {
    bool ends_in_batch = false;
    int64_t lines_before = 0;
  };
  std::string Say(const provision::v1::Event& event, const JobView& view, Said said);
  std::string SayTarget(const provision::v1::Event& event, const JobView& view) const;
  std::string SayStep(const provision::v1::Event& event, const JobView& view, Said said) const;
  std::string NewOutput(const provision::v1::Event& event, const JobView& view, const std::string& prefix,
                        Said said) const;

  const PlainOptions options_;
  bool opened_ = false;
};

}  // namespace pe::cli

#endif  // CLIENT_CLI_PROGRESS_PLAIN_H_
