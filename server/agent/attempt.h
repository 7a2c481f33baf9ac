// One attempt of one step: observe, and where the host is not right yet: journal the intent, apply, observe again.
#ifndef SERVER_AGENT_ATTEMPT_H_
#define SERVER_AGENT_ATTEMPT_H_

#include <memory>
#include <string>
#include <vector>

#include "server/agent/attempt_reporter.h"
#include "server/agent/boot_guard.h"
#include "server/agent/journal.h"
#include "server/agent/runner.h"
#include "server/agent/steps/step.h"

namespace pe::agent {

// What steps work with. Everything outlives the attempts.
struct StepHost {
  FileSystem& files;
  ProcessRunner& processes;
  const Clock& clock;
  BlobSource& blobs;
  UnitSource* units = nullptr;  // as in StepContext
  std::string boot;             // which boot of the host this is
  bool has_init = true;
  const StepType* (*find_type)(const provision::v1::StepBody& body) = nullptr;  // FindStepType
};

// One guarded step of a run that was not confirmed.
struct Restore {
  std::string id;
  std::unique_ptr<UndoSource> source;
  provision::v1::StepBody body;
  bool again = false;  // a handler, or a restart: done again once everything is restored, so that that is what is live
};

// Made by its Run, worked on by one executor thread; `cancel` and `reporter` are also used by others meanwhile.
struct Attempt {
  int position = 0;
  int attempt = 1;
  bool interrupted = false;  // an earlier life of the agent had begun to apply the step
  std::string begun_in;      // in which boot of the host, then
  bool observe_only = false;
  bool secret = false;
  std::string traceparent;
  bool notifies = false;  // handlers hang on whether it changes something
  bool guarded = false;   // what it changes is undone unless it is confirmed
  provision::v1::StepBody body;
  std::unique_ptr<AttemptReporter> reporter;
  std::unique_ptr<UndoStore> undo;
  std::unique_ptr<UndoSource> undoes;  // set: undo this, instead of bringing `body` about
  std::vector<Restore> restores;       // set: undo these in turn, then apply again what they say
  std::string unconfirmed;             // with `restores`: why
  BootGuard* boot_guard = nullptr;     // optional, of a guarded one
  Journal* journal = nullptr;          // null when observe_only
  CancelToken cancel;
};

// What a step sees of its host, of this attempt.
StepContext ContextOf(const Attempt& attempt, UndoStore& undo, const CancelToken& cancel, const StepHost& host);

// Blocks until the attempt has ended. Texts of the result are cleaned.
AttemptEnd RunAttempt(Attempt& attempt, const StepHost& host);

}  // namespace pe::agent

#endif  // SERVER_AGENT_ATTEMPT_H_
