// An attempt to undo what a step of an earlier run has kept: newest record first, each marked when it is undone, so
// that an interrupted attempt goes on where it was.
#ifndef SERVER_AGENT_UNDO_ATTEMPT_H_
#define SERVER_AGENT_UNDO_ATTEMPT_H_

#include "server/agent/attempt.h"

namespace pe::agent {

// Blocks until it has ended. UNDONE; UNCHANGED when nothing is left to undo; FAILED with UNDO_CONFLICT when somebody
// else has changed it since, and it is left alone. REQUIRES: attempt.undoes.
AttemptEnd RunUndo(Attempt& attempt, const StepHost& host);

// Undoes all restores of a step that was not confirmed, then applies again what they say. Always FAILED: NOT_CONFIRMED
// when everything is as it was before, NOT_RESTORED with what is not. Goes on where an interrupted one was.
AttemptEnd RunRestore(Attempt& attempt, const StepHost& host);

}  // namespace pe::agent

#endif  // SERVER_AGENT_UNDO_ATTEMPT_H_
