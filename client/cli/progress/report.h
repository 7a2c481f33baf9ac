// What is said when a job has ended, or when one is looked at: a line for each host, and what failed with its log.
// Pure; thread-safe.
#ifndef CLIENT_CLI_PROGRESS_REPORT_H_
#define CLIENT_CLI_PROGRESS_REPORT_H_

#include <string>

#include "base/clock.h"
#include "client/cli/progress/job_view.h"

namespace pe::cli {

// "web-1 ready: 12 unchanged, 3 changed in 2.1 s": one line a host.
std::string HostSummary(const provision::v1::Job& job, WallMicros now);

// Every step that did not end well, with its last output, message, exit code and hint, and then the next commands.
// Empty when there is nothing to say. `view` adds output to what the results have; it may be null.
std::string FailureReport(const provision::v1::Job& job, const JobView* view, WallMicros now);

// With mode PLAN: every step that would change, with its reason and its diff.
std::string PlanReport(const provision::v1::Job& job);

}  // namespace pe::cli

#endif  // CLIENT_CLI_PROGRESS_REPORT_H_
