// PathChange: the one way in which steps replace what is at a path. It is written down (with a backup) before it is
// made, and undone by compare-and-swap. Every step type that touches files goes through here.
#ifndef SERVER_AGENT_STEPS_PATH_CHANGE_H_
#define SERVER_AGENT_STEPS_PATH_CHANGE_H_

#include <string>

#include "server/agent/steps/path_state.h"
#include "server/agent/steps/record.h"
#include "server/agent/steps/step.h"

namespace pe::agent {

// Makes `path` what `wanted` says. `content` is a file's new content; null keeps the one that is there (`wanted.digest`
// is ignored). `check` as in FileSystem::WriteAtomic, may be null. Returns whether anything had to be done. Between
// absent and any kind, between file and link, and attributes of file and directory; nothing else.
absl::StatusOr<bool> ChangePath(const std::string& path, PathState wanted, const std::string* content,
                                FileSystem::Check* check, StepContext& context);

// The record that ChangePath made of a path. False for records of other kinds.
bool IsPathRecord(const Record& record);

// Goes back to what the record says was there. Nothing to do when it is there already; FAILED_PRECONDITION with
// UNDO_CONFLICT when the path no longer is what ChangePath left.
absl::Status UndoPath(const Record& record, StepContext& context);

// For step types whose records are all of paths.
absl::Status UndoPathText(absl::string_view record, StepContext& context);

// FAILED_PRECONDITION with code UNDO_CONFLICT: `what` "has changed since this step".
absl::Status UndoConflict(absl::string_view what);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_PATH_CHANGE_H_
