// Display: shows a job while it runs, in one of three ways. Driven by the loop in follow.cc.
// Thread rule: the main thread.
#ifndef CLIENT_CLI_COMMANDS_DISPLAY_H_
#define CLIENT_CLI_COMMANDS_DISPLAY_H_

#include <memory>
#include <string>

#include "base/clock.h"
#include "client/cli/commands/context.h"
#include "client/cli/progress/job_view.h"

namespace pe::cli {

class Display {
 public:
  virtual ~Display() = default;
  virtual void Begin(const JobView& view) = 0;
  // Applies a batch to `view` and shows it.
  virtual void Batch(const provision::v1::WatchResponse& batch, JobView* view) = 0;
  // A line that is not of the job: a cut stream, for example.
  virtual void Notice(absl::string_view line) = 0;
  // Draws what only time changes. Called every tick_ms while the job runs; never when that is 0.
  virtual void Tick(const JobView&, WallMicros) {}
  virtual int tick_ms() const { return 0; }
  // Nothing more will come: leaves the terminal as it should be.
  virtual void End() {}
};

// By --progress: "auto" is a terminal's when stderr is one. `context` and `clock` outlive the display.
std::unique_ptr<Display> MakeDisplay(const Context* context, const Clock* clock);

}  // namespace pe::cli

#endif  // CLIENT_CLI_COMMANDS_DISPLAY_H_
