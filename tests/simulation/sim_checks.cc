// What a seed came to: stored jobs against the hosts' witnesses.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/engine/fold.h"
#include "server/engine/transitions.h"
#include "tests/simulation/sim_requests.h"
#include "tests/simulation/sim_world.h"

namespace pe::sim {
namespace {

using provision::v1::Job;
using provision::v1::StepStatus;
using Hosts = std::map<std::string, std::unique_ptr<SimHost>>;
using Wrong = std::function<void(std::string)>;

// Contiguous, folds to what is stored, and tells no secret.
void CheckLog(Store& store, const JobId& id, const Job& stored, const Wrong& wrong) {
  Job folded;
  for (int64_t after = 0;;) {
    const auto page = store.ReadEvents(id, after, 1000);
    if (!page.ok() || page->events.empty()) break;
    for (const auto& event : page->events) {
      const absl::Status status = Fold(event, &folded);
      if (!status.ok()) return wrong(absl::StrCat("job ", id.str(), ": ", std::string(status.message())));
      if (folded.has_approval() && folded.approval().decision() != provision::v1::Approval::APPROVED &&
          folded.has_start_time())
        return wrong(absl::StrCat("job ", id.str(), " began and nobody has approved it"));
      if (absl::StrContains(event.SerializeAsString(), kSecretValue))
        wrong(absl::StrCat("job ", id.str(), ": event ", event.seq(), " tells a secret"));
    }
    after = page->events.back().seq();
  }
  if (folded.SerializeAsString() != stored.SerializeAsString() && folded.DebugString() != stored.DebugString())
    wrong(absl::StrCat("job ", id.str(), ": its log does not fold to its stored state"));
}

struct StepView {
  const Job& job;
  const provision::v1::Target& target;
  const StepStatus& step;
  const SimHost& host;
  std::string token;
  int index;
  bool fails;  // by its nature

  int effects() const {
    const auto found = host.effects.find(token);
    return found == host.effects.end() ? 0 : found->second;
  }
  std::string name() const {
    return absl::StrCat(job.name(), " step ", step.id(), " on ", host.name(), " (",
                        StepStatus::State_Name(step.state()), ", ", effects(), " effects): ");
  }
};

std::pair<std::string, int> UndoKey(const StepView& view) {
  for (int i = 0; i < view.job.targets_size(); ++i) {
    if (&view.job.targets(i) == &view.target)
      return {absl::StrCat(view.job.name().substr(5), "/", i, "/0"), view.index};
  }
  return {};
}

void CheckStep(const StepView& view, const Wrong& wrong) {
  const int effects = view.effects();
  // What the engine did not see any more may have gone on: a host that was lost is called UNREACHABLE for that. And a
  // power cut may take from the journal what may simply be run again (it is not synced); when the run is then stopped,
  // nobody looks again. Both are known limits (docs/RELIABILITY.md).
  const bool power_cut = view.host.boot() > 1 && view.host.disk().undo.contains(UndoKey(view));
  const bool lost = view.target.state() == Job::UNREACHABLE || power_cut;
  switch (view.step.state()) {
    case StepStatus::CHANGED:
    case StepStatus::UNCHANGED:
      if (effects != 1) wrong(view.name() + "a false success");
      break;
    case StepStatus::FAILED:
      if (view.step.result().error_code() == "NOT_CONFIRMED") {
        for (const auto& step : view.job.spec().steps()) {
          if (step.id() == view.step.id() && view.host.disk().files.contains(step.file().path()))
            wrong(view.name() + "it was not undone");
        }
        break;
      }
      [[fallthrough]];
    case StepStatus::SKIPPED:
    case StepStatus::CANCELLED:
      if (effects != 0 && !lost) wrong(view.name() + "it had an effect all the same");
      break;
    case StepStatus::OUTCOME_UNKNOWN:
      break;
    default:
      wrong(view.name() + "has not ended");
  }
  if (effects > 1) wrong(view.name() + "a double effect");
  if (view.step.state() == StepStatus::FAILED && !view.fails && view.step.result().error_code() != "SIM" &&
      view.step.result().error_code() != "JOURNAL" && view.step.result().error_code() != "NOT_CONFIRMED")
    wrong(view.name() + "a false failure: " + view.step.reason());
}

// A handler runs once when something that notifies it changed, and never otherwise.
void CheckHandler(const provision::v1::Target& target, const SimHost& host, const Job& job, const Wrong& wrong,
                  const std::string& token) {
  bool notified = false;
  for (const auto& step : target.steps()) {
    for (const auto& of_spec : job.spec().steps())
      notified |= of_spec.id() == step.id() && of_spec.notify_size() > 0 && step.state() == StepStatus::CHANGED;
  }
  const auto found = host.effects.find(token);
  const int effects = found == host.effects.end() ? 0 : found->second;
  if (target.state() == Job::SUCCEEDED && effects != (notified ? 1 : 0))
    wrong(absl::StrCat(job.name(), " on ", host.name(), ": its handler ran ", effects, " times"));
  // What was notified and did not run is owed.
  if (notified && effects == 0 && target.state() != Job::UNREACHABLE && target.pending_handlers_size() == 0)
    wrong(absl::StrCat(job.name(), " on ", host.name(), ": its handler did not run and is not owed"));
}

// An undo step that says so has restored everything and is not done twice.
void CheckUndone(const StepStatus& undo, const SimHost& host, const std::string& origin, const Wrong& wrong) {
  const std::string token = absl::StrCat(origin, "-", undo.id().substr(5));
  if (undo.state() != StepStatus::UNDONE && undo.state() != StepStatus::UNCHANGED) return;
  for (const char* folder : {"/", "/etc/ssh/", "/etc/ssh/cut-"}) {
    if (host.disk().files.contains(folder + token)) wrong(absl::StrCat(undo.id(), " of ", origin, " left its file"));
  }
  for (const auto& [key, kept] : host.disk().undo) {
    if (kept.body.file().content() == token && kept.undone != kept.records.size())
      wrong(absl::StrCat(undo.id(), " of ", origin, ": ", kept.undone, " of ", kept.records.size(), " are marked"));
  }
}

void CheckTarget(const Job& job, const provision::v1::Target& target, const std::string& origin, const SimHost& host,
                 const Wrong& wrong) {
  for (int i = 0; i < target.steps_size(); ++i) {
    const StepStatus& step = target.steps(i);
    if (absl::StartsWith(step.id(), "undo.")) {
      CheckUndone(step, host, origin, wrong);
      continue;
    }
    const bool flaky = step.result().error_code() == "COMMAND_FAILED";
    const StepView view{job, target, step, host, absl::StrCat(origin, "-", step.id()), i, flaky};
    CheckStep(view, wrong);
    const bool ended_well = step.state() == StepStatus::CHANGED || step.state() == StepStatus::UNCHANGED ||
                            (step.handler() && step.state() == StepStatus::SKIPPED);
    if (target.state() == Job::SUCCEEDED && !ended_well) wrong(view.name() + "in a target that succeeded");
  }
  if (job.spec().handlers_size() > 0 && job.mode() == Job::APPLY)
    CheckHandler(target, host, job, wrong, absl::StrCat(origin, "-h"));
  // Nothing but a step of its own may fail it: not what the engine and its own agent say to each other. A rollback
  // whose host stays away has failed.
  const bool away = target.state() == Job::ROLLBACK_FAILED && target.reason_code() == "UNREACHABLE_IN_ROLLBACK";
  if ((target.state() == Job::FAILED || target.state() == Job::ROLLBACK_FAILED) && !away &&
      target.reason_code() != "STEP_FAILED")
    wrong(absl::StrCat(job.name(), " on ", host.name(), ": ", target.reason_code(), " ", target.reason()));
}

}  // namespace

void CheckJob(Store& store, const JobId& id, const std::string& request_id, const Hosts& hosts, const Wrong& wrong) {
  const auto stored = store.GetJob(id, JobDetail::kFull);
  if (!stored.ok())
    return wrong(absl::StrCat("acknowledged job ", id.str(), " is lost: ", std::string(stored.status().message())));
  if (!IsTerminal(stored->state()))
    wrong(absl::StrCat("job ", id.str(), " never ended: ", Job::State_Name(stored->state()), " ", stored->reason()));
  CheckLog(store, id, *stored, wrong);
  std::string origin = request_id;
  if (stored->mode() == Job::ROLLBACK) {  // tokens are those of the job that it undoes
    origin.clear();
    const auto parent = store.GetJob(JobId(stored->parent().substr(5)), JobDetail::kFull);
    for (const auto& step : parent->spec().steps()) {
      if (origin.empty() && step.has_file()) origin = step.file().content().substr(0, step.file().content().find('-'));
    }
    if (origin.empty()) return;
  }
  for (const auto& target : stored->targets()) {
    const auto host = hosts.find(target.address().substr(target.address().find("@h") + 1, 2));
    CheckTarget(*stored, target, origin, *host->second, wrong);
  }
}

void CheckHost(const SimHost& host, const Wrong& wrong) {
  if (host.cut_off()) wrong(absl::StrCat(host.name(), " cannot be reached any more: what cut it off was not undone"));
  if (host.disk().guarded) wrong(absl::StrCat(host.name(), " still waits for a confirmation"));
  for (const auto& [token, times] : host.effects) {
    // What brings a restored file into effect may be done more often.
    if (times > 1 && !absl::StartsWith(token, "again "))
      wrong(absl::StrCat("effect '", token, "' on ", host.name(), " happened ", times, " times"));
  }
}

}  // namespace pe::sim
