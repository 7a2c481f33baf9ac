// What a seed came to: stored jobs against the hosts' witnesses.
#include <set>

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
using Met = std::function<void(const char*)>;

// Of a rollout, by its log alone: no target begins before every earlier wave has ended and soaked, none when more have
// failed than may, none while the job is held.
class WaveCheck {
 public:
  WaveCheck(const Job& job, const Met& met, const Wrong& wrong) : job_(job), met_(met), wrong_(wrong) {}

  void Take(const provision::v1::Event& event) {
    if (event.has_pause()) {
      held_ = event.pause().paused();
      if (held_ && event.pause().caller().empty()) met_("paused after the canary");
    }
    if (event.has_wave() && event.wave().reason_code() == "WAVE_SOAK") met_("wave soaked");
    if (event.target() < 0 || event.step() >= 0 || !event.has_state()) return;
    const Job::State state = event.state().state();
    if (state == Job::PLANNING && begun_.insert(event.target()).second) Begins(event.target());
    if (!IsTerminal(state)) return;
    ended_.insert(event.target());
    if (event.state().reason_code() == "FAILURE_BUDGET_SPENT") return met_("failure budget spent");
    failed_ += state != Job::SUCCEEDED && state != Job::CANCELLED && state != Job::TIMED_OUT;
  }

 private:
  void Begins(int target) {
    const std::string name = absl::StrCat(job_.name(), ": target ", target, " began ");
    if (held_) wrong_(name + "while the job was held");
    if (!job_.has_rollout()) return;
    if (job_.mode() != Job::PLAN && failed_ > job_.rollout().failure_budget().count())
      wrong_(name + "with the failure budget spent");
    for (int other = 0; other < job_.targets_size(); ++other) {
      if (job_.targets(other).wave() >= job_.targets(target).wave()) continue;
      met_("wave after wave");
      if (!ended_.contains(other)) wrong_(absl::StrCat(name, "before target ", other, " of an earlier wave ended"));
    }
  }

  const Job& job_;
  const Met& met_;
  const Wrong& wrong_;
  std::set<int> begun_, ended_;
  int failed_ = 0;
  bool held_ = false;
};

// Contiguous, folds to what is stored, tells no secret, and keeps to the waves.
void CheckLog(Store& store, const JobId& id, const Job& stored, const Met& met, const Wrong& wrong) {
  Job folded;
  WaveCheck waves(stored, met, wrong);
  for (int64_t after = 0;;) {
    const auto page = store.ReadEvents(id, after, 1000);
    if (!page.ok() || page->events.empty()) break;
    for (const auto& event : page->events) {
      const absl::Status status = Fold(event, &folded);
      if (!status.ok()) return wrong(absl::StrCat("job ", id.str(), ": ", std::string(status.message())));
      waves.Take(event);
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
  bool fails;   // by its nature
  bool again;   // a handler that a later job has run for this one
  bool undone;  // it ran, and what it was for was undone by the host; it may have run again since

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
      if (effects != 1 && !view.undone) wrong(view.name() + "a false success");
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
      if (effects != 0 && !lost && !view.again) wrong(view.name() + "it had an effect all the same");
      break;
    case StepStatus::OUTCOME_UNKNOWN:
      break;
    default:
      wrong(view.name() + "has not ended");
  }
  if (effects > 1 && !view.undone) wrong(view.name() + "a double effect");
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

// What a job's handler tells the witness.
std::string HandlerToken(Store& store, const std::string& job) {
  const auto of = store.GetJob(JobId(job.substr(5)), JobDetail::kFull);
  return of.ok() && of->spec().handlers_size() > 0 ? of->spec().handlers(0).exec().argv(1) : "";
}

void CheckTarget(Store& store, const Later& later, const Job& job, const provision::v1::Target& target,
                 const std::string& origin, const SimHost& host, const Met& met, const Wrong& wrong) {
  for (int i = 0; i < target.steps_size(); ++i) {
    const StepStatus& step = target.steps(i);
    if (absl::StartsWith(step.id(), "undo.")) {
      CheckUndone(step, host, origin, wrong);
      continue;
    }
    const bool flaky = step.result().error_code() == "COMMAND_FAILED";
    if (step.section() == "health") {  // it changes nothing
      if (step.state() == StepStatus::FAILED) met("health gate failed");
      if (target.state() == Job::SUCCEEDED && step.state() == StepStatus::FAILED)
        wrong(absl::StrCat(job.name(), " on ", host.name(), " succeeded and is not well"));
      continue;
    }
    const bool owed = !step.inherited_from().empty();
    const std::string token = owed ? HandlerToken(store, step.inherited_from()) : absl::StrCat(origin, "-", step.id());
    if (owed && step.state() == StepStatus::SKIPPED) continue;  // CheckOwed says whether it may be
    const std::string& owner = owed ? step.inherited_from() : job.name();
    const StepView view{job,
                        target,
                        step,
                        host,
                        token,
                        i,
                        flaky,
                        later.ran.contains({owner, target.resource()}),
                        later.undone.contains(token) || host.effects.contains("again " + token)};
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

// Also those whose names did not reach their callers.
std::vector<Job> AllJobs(Store& store) {
  std::vector<Job> out;
  const auto page = store.ListJobs({}, "", 1000);
  for (const Job& summary : page.ok() ? page->items : std::vector<Job>()) {
    auto job = store.GetJob(JobId(summary.name().substr(5)), JobDetail::kFull);
    if (job.ok()) out.push_back(*std::move(job));
  }
  return out;
}

bool Notified(const Job& job, const provision::v1::Target& target) {
  for (const auto& step : target.steps()) {
    for (const auto& of_spec : job.spec().steps()) {
      if (of_spec.id() == step.id() && of_spec.notify_size() > 0 && step.state() == StepStatus::CHANGED) return true;
    }
  }
  return false;
}

}  // namespace

void CheckOwed(Store& store, const std::map<std::string, JobId>& jobs, const Hosts& hosts,
               const std::function<void(const char*)>& met, const Wrong& wrong) {
  std::set<std::string> undone;  // what is undone, in part or whole, owes nothing that could be told from outside
  for (const Job& job : AllJobs(store)) {
    if (job.mode() == Job::ROLLBACK) undone.insert(job.parent());
  }
  for (const auto& [request, id] : jobs) {
    const auto job = store.GetJob(id, JobDetail::kFull);
    if (!job.ok() || job->mode() != Job::APPLY) continue;
    for (const auto& target : job->targets()) {
      for (const auto& step : target.steps()) {
        if (step.inherited_from().empty()) continue;
        met(step.state() == StepStatus::CHANGED ? "an owed handler run by a later job" : "an owed handler not run");
      }
      const bool rolled_back = target.state() == Job::ROLLED_BACK || target.state() == Job::ROLLBACK_FAILED;
      if (!Notified(*job, target) || rolled_back || undone.contains(job->name())) continue;
      const auto host = hosts.find(target.address().substr(target.address().find("@h") + 1, 2));
      const auto effects = host->second->effects.find(absl::StrCat(request, "-h"));
      if (effects != host->second->effects.end()) continue;
      const auto resource = store.GetResource(ResourceId(target.resource().substr(10)));
      bool excused = false;
      for (const auto& pending : resource->pending_handlers())
        excused = excused || (pending.job() == job->name() && pending.outcome_unknown());
      if (!excused) wrong(absl::StrCat(job->name(), " on ", host->first, ": its handler never ran, nobody owes it"));
    }
  }
}

// What a step tells the witness.
std::string StepToken(const Job& job, const std::string& id) {
  for (const auto* steps : {&job.spec().steps(), &job.spec().handlers()}) {
    for (const auto& step : *steps) {
      if (step.id() == id) return step.has_file() ? step.file().content() : step.exec().argv(1);
    }
  }
  return "";
}

bool NotConfirmed(const StepStatus& step) { return step.result().error_code() == "NOT_CONFIRMED"; }

Later RunLater(Store& store) {
  Later out;
  for (const Job& job : AllJobs(store)) {
    if (job.mode() == Job::PLAN) continue;
    for (const auto& target : job.targets()) {
      // It was restored with its neighbour, and then perhaps done again: a power cut had taken its end.
      const bool restored = std::any_of(target.steps().begin(), target.steps().end(), NotConfirmed);
      for (const auto& step : target.steps()) {
        if (restored && step.has_guard()) out.undone.insert(StepToken(job, step.id()));
        // One whose end the job did not see may have come to that, too.
        const bool unseen = step.state() == StepStatus::OUTCOME_UNKNOWN || target.state() == Job::UNREACHABLE;
        const bool undone = NotConfirmed(step) || (unseen && step.has_guard());
        if (undone && step.handler()) out.undone.insert(HandlerToken(store, job.name()));
        if (step.inherited_from().empty()) continue;
        if (undone) out.undone.insert(HandlerToken(store, step.inherited_from()));
        if (step.state() == StepStatus::CHANGED || step.state() == StepStatus::OUTCOME_UNKNOWN || undone ||
            target.state() == Job::UNREACHABLE)
          out.ran.insert({step.inherited_from(), target.resource()});
      }
    }
  }
  return out;
}

// It changes nothing, and it ends well wherever it reaches its hosts.
void CheckPlan(const Job& job, const std::string& request_id, const Hosts& hosts, const Met& met, const Wrong& wrong) {
  if (job.state() == Job::SUCCEEDED) met("a plan");
  const std::string prefix = request_id + "-";
  for (const auto& [name, host] : hosts) {
    for (const auto& [token, times] : host->effects) {
      if (absl::StartsWith(token, prefix))
        wrong(absl::StrCat(job.name(), " is a plan and had effect ", token, " on ", name));
    }
  }
  for (const auto& target : job.targets()) {
    if (target.state() == Job::FAILED) wrong(absl::StrCat(job.name(), " is a plan and failed: ", target.reason()));
    if (target.pending_handlers_size() > 0) wrong(job.name() + " is a plan and owes a handler");
  }
}

void CheckJob(Store& store, const JobId& id, const std::string& request_id, const Hosts& hosts, const Later& later,
              const Met& met, const Wrong& wrong) {
  const auto stored = store.GetJob(id, JobDetail::kFull);
  if (!stored.ok())
    return wrong(absl::StrCat("acknowledged job ", id.str(), " is lost: ", std::string(stored.status().message())));
  if (!IsTerminal(stored->state()))
    wrong(absl::StrCat("job ", id.str(), " never ended: ", Job::State_Name(stored->state()), " ", stored->reason()));
  CheckLog(store, id, *stored, met, wrong);
  if (stored->mode() == Job::PLAN) return CheckPlan(*stored, request_id, hosts, met, wrong);
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
    CheckTarget(store, later, *stored, target, origin, *host->second, met, wrong);
  }
}

void CheckHost(const SimHost& host, const Later& later, const Wrong& wrong) {
  if (host.cut_off()) wrong(absl::StrCat(host.name(), " cannot be reached any more: what cut it off was not undone"));
  if (host.disk().guarded) wrong(absl::StrCat(host.name(), " still waits for a confirmation"));
  for (const auto& [token, times] : host.effects) {
    // What brings a restored file into effect may be done more often.
    if (times > 1 && !absl::StartsWith(token, "again ") && !later.undone.contains(token) &&
        !host.effects.contains("again " + token))
      wrong(absl::StrCat("effect '", token, "' on ", host.name(), " happened ", times, " times"));
  }
}

}  // namespace pe::sim
