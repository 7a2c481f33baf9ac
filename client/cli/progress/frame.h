// Frame: what a terminal shows of a running job: its hosts, their active steps with elapsed time and last lines of
// output, finished steps as numbers. Never taller than the terminal: what does not fit is said as a number of hosts.
// Pure; thread-safe.
#ifndef CLIENT_CLI_PROGRESS_FRAME_H_
#define CLIENT_CLI_PROGRESS_FRAME_H_

#include <string>
#include <vector>

#include "base/clock.h"
#include "client/cli/progress/job_view.h"
#include "client/cli/progress/screen.h"

namespace pe::cli {

struct FrameStyle {
  bool unicode = false;  // marks beyond ASCII
  bool colour = false;
};

// At most size.height - 1 lines, each at most size.width columns wide.
std::vector<std::string> Frame(const JobView& view, WallMicros now, ScreenSize size, FrameStyle style);

}  // namespace pe::cli

#endif  // CLIENT_CLI_PROGRESS_FRAME_H_
