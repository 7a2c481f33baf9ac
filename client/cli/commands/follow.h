// Follow: shows a job until it ends or the user leaves, then says how it ended.
// Thread rule: the main thread; once in a process.
#ifndef CLIENT_CLI_COMMANDS_FOLLOW_H_
#define CLIENT_CLI_COMMANDS_FOLLOW_H_

#include <cstdint>
#include <optional>
#include <string>

#include "client/cli/commands/context.h"
#include "client/cli/commands/interrupt.h"
#include "client/cli/progress/job_view.h"

namespace pe::cli {

struct FollowOptions {
  int64_t after_seq = 0;  // show what comes after it
  bool from_there =
      false;  // read only what comes after it: `job` is then as of now, and only its end is taken from events
  bool detailed_exitcode = false;
};

// A job that a call has just made: shows its failure, its name (`detach`), or the job until it ends. The exit code.
int FollowNew(Context* context, absl::StatusOr<provision::v1::Job> job, bool detach, FollowOptions options = {});

// Returns the exit code. Ctrl-C detaches: the job goes on, and the way back is said.
int Follow(Context* context, Interrupt* interrupt, provision::v1::Job job, FollowOptions options);

}  // namespace pe::cli

#endif  // CLIENT_CLI_COMMANDS_FOLLOW_H_
