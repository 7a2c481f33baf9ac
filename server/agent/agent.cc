#include "server/agent/agent.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/mutant.h"
#include "base/status.h"
#include "server/agent/plan_check.h"

namespace pe::agent {
namespace {

using provision::agent::v1::Hello;
using provision::agent::v1::Plan;
using provision::agent::v1::Resume;

constexpr char kCodeUrl[] = "pe/refusal";
constexpr size_t kMostEarlySecrets = 16;
constexpr int kMostStages = 10000;  // as many as steps of a job

// The runs of one job on this host up to `run`, whose id is "JOB/TARGET/STAGE".
std::vector<std::string> UpToStage(const std::string& run) {
  std::vector<std::string> out = {run};
  const size_t slash = run.rfind('/');
  int stage = 0;
  if (slash == std::string::npos || !absl::SimpleAtoi(run.substr(slash + 1), &stage)) return out;
  for (int i = 0; i < std::min(stage, kMostStages); ++i) out.push_back(absl::StrCat(run.substr(0, slash + 1), i));
  return out;
}

}  // namespace

absl::Status Refusal(absl::string_view code, absl::string_view message) {
  absl::Status status = absl::FailedPreconditionError(message);
  status.SetPayload(kCodeUrl, absl::Cord(code));
  return status;
}

std::string RefusalCode(const absl::Status& status) {
  const auto code = status.GetPayload(kCodeUrl);
  return code ? std::string(*code) : "BAD_PLAN";
}

absl::Status Agent::Load(std::vector<std::string>* warnings) {
  PE_ASSIGN_OR_RETURN(owner_, options_.host.store.LoadOwner());
  PE_ASSIGN_OR_RETURN(std::vector<StoredRun> stored, options_.host.store.LoadRuns());
  for (StoredRun& run : stored) {
    const std::string id = run.run;
    absl::StatusOr<std::unique_ptr<Run>> recovered = Run::Recover(std::move(run), options_.host);
    if (recovered.ok()) {
      runs_[id] = *std::move(recovered);
    } else {
      warnings->push_back(std::string(recovered.status().message()));
    }
  }
  return absl::OkStatus();
}

Hello Agent::MakeHello() const {
  Hello hello;
  hello.set_protocol(1);
  hello.set_digest(options_.digest);
  hello.set_version(options_.version);
  hello.set_engine_id(owner_.engine_id);
  hello.set_epoch(owner_.epoch);
  *hello.mutable_facts() = options_.gather_facts();
  hello.set_boot_id(hello.facts().boot_id());
  for (const auto& [id, run] : runs_) {
    auto& open = *hello.add_open_runs();
    open.set_run(id);
    open.set_epoch(run->epoch());
    open.set_last_seq(run->last_seq());
    open.set_acked_seq(run->recovered() ? 0 : run->log().acked_seq());
    open.set_done(run->done());
    run->AddOpenGuards(hello);
  }
  return hello;
}

absl::Status Agent::CheckEpoch(int64_t epoch) const {
  if (epoch >= owner_.epoch || PE_MUTANT(ignore_epoch)) return absl::OkStatus();
  return Refusal("STALE_EPOCH", absl::StrCat("epoch ", epoch, " is over: epoch ", owner_.epoch, " of engine ",
                                             owner_.engine_id, " has been here"));
}

absl::Status Agent::Welcome(const provision::agent::v1::Welcome& welcome) {
  if (welcome.engine_id().empty() || welcome.engine_id().find_first_of(" \n") != std::string::npos) {
    return Refusal("BAD_PLAN", "the engine gave no usable id");
  }
  if (welcome.engine_id() == owner_.engine_id) {
    PE_RETURN_IF_ERROR(CheckEpoch(welcome.epoch()));
  } else {
    for (const auto& [id, run] : runs_) {
      if (run->done()) continue;
      return Refusal("OTHER_ENGINE", absl::StrCat("engine ", owner_.engine_id, " has run ", id,
                                                  " open on this host; let it end or cancel it there first"));
    }
    // What the other one has seen the end of, or never will: it is over.
    for (const auto& [id, run] : runs_) PE_RETURN_IF_ERROR(options_.host.store.Forget(id));
    runs_.clear();
  }
  if (welcome.engine_id() != owner_.engine_id || welcome.epoch() != owner_.epoch) {
    const Owner owner = {welcome.engine_id(), welcome.epoch()};
    PE_RETURN_IF_ERROR(options_.host.store.SaveOwner(owner));
    owner_ = owner;
  }
  for (const Resume& resume : welcome.resume()) {
    Run* const run = FindRun(resume.run());
    if (run != nullptr) run->Continue(resume, welcome.epoch(), options_.host.clock.Mono());
    if (run != nullptr && !run->recovered()) run->log().Ack(resume.after_seq());
  }
  return absl::OkStatus();
}

absl::Status Agent::RunPlan(const provision::agent::v1::RunPlan& request, const Resume& resume) {
  PE_RETURN_IF_ERROR(CheckEpoch(request.epoch()));
  if (Run* const run = FindRun(request.run()); run != nullptr) {
    if (run->plan_digest() != request.plan_digest()) {
      return Refusal("BAD_PLAN", "this run was begun with another plan; a changed plan is a new run");
    }
    run->Continue(resume, request.epoch(), options_.host.clock.Mono());
    return absl::OkStatus();
  }
  if (runs_.size() >= kMostRuns) PE_RETURN_IF_ERROR(ForgetSettled());
  if (runs_.size() >= kMostRuns)
    return Refusal("BUSY", absl::StrCat("the host has ", runs_.size(), " runs that no engine has forgotten"));
  PE_ASSIGN_OR_RETURN(std::string bytes, options_.blobs.Read(request.plan_digest()));
  Plan plan;
  if (!plan.ParseFromString(bytes))
    return Refusal("BAD_PLAN", "the plan cannot be read: engine and agent do not speak the same protocol");
  if (plan.run() != request.run()) return Refusal("BAD_PLAN", absl::StrCat("the plan is of run ", plan.run()));
  PE_RETURN_IF_ERROR(CheckPlan(plan));
  std::unique_ptr<Run> run = Run::New(std::move(plan), std::move(bytes), request.epoch(), resume, options_.host);
  const MonoMicros now = options_.host.clock.Mono();
  if (const auto secrets = early_secrets_.find(request.run()); secrets != early_secrets_.end()) {
    run->SetSecrets(secrets->second, now);
    early_secrets_.erase(secrets);
  }
  Run& started = *(runs_[request.run()] = std::move(run));
  options_.blobs.Drop(request.plan_digest());
  started.Start(now);
  return absl::OkStatus();
}

// Runs whose every report is stored by their engine, which could not say so before its connection was lost.
absl::Status Agent::ForgetSettled() {
  std::vector<std::string> settled;
  for (const auto& [id, run] : runs_) {
    if (run->settled()) settled.push_back(id);
  }
  for (const std::string& id : settled) PE_RETURN_IF_ERROR(ForgetRun(id));
  return absl::OkStatus();
}

absl::Status Agent::CancelRun(const provision::agent::v1::CancelRun& request) {
  PE_RETURN_IF_ERROR(CheckEpoch(request.epoch()));
  Run* const run = FindRun(request.run());
  if (run == nullptr) return Refusal("UNKNOWN_RUN", "the host has no such run");
  run->Continue(Resume(), request.epoch(), options_.host.clock.Mono());
  run->Cancel(request.force(), options_.host.clock.Mono());
  return absl::OkStatus();
}

absl::Status Agent::ForgetRun(const std::string& id) {
  const Run* const run = FindRun(id);
  if (run == nullptr || PE_MUTANT(forget_terminal_ack)) return absl::OkStatus();
  if (run->guards() || (!run->done() && !run->recovered()))
    return Refusal("BUSY", "the run is still under way; cancel it first");
  PE_RETURN_IF_ERROR(options_.host.store.Forget(id));
  const std::unique_ptr<Run> gone = std::move(runs_[id]);
  runs_.erase(id);
  DropBlobs(gone->plan());
  // The job may be still under way and may go back to what its earlier stages have kept.
  std::vector<std::string> spared = UpToStage(id);
  for (const auto& [other, run] : runs_) absl::c_move(UpToStage(other), std::back_inserter(spared));
  // What cannot be dropped now is dropped when the next run is forgotten.
  options_.host.store.PruneUndo(id, spared, options_.host.clock.Wall(), options_.undo_limits).IgnoreError();
  return absl::OkStatus();
}

void Agent::ConfirmGuard(const provision::agent::v1::ConfirmGuard& confirm) {
  if (Run* const run = FindRun(confirm.run()); run != nullptr) run->Confirm(confirm, options_.host.clock.Mono());
}

void Agent::SetSecrets(const provision::agent::v1::Secrets& secrets) {
  if (Run* const run = FindRun(secrets.run()); run != nullptr) {
    if (!run->recovered()) run->SetSecrets(secrets, options_.host.clock.Mono());
  } else if (early_secrets_.size() < kMostEarlySecrets) {
    early_secrets_[secrets.run()] = secrets;
  }
}

void Agent::Ack(const provision::agent::v1::Ack& ack) {
  Run* const run = FindRun(ack.run());
  if (run != nullptr && !run->recovered()) run->log().Ack(ack.seq());
}

Run* Agent::FindRun(const std::string& run) {
  const auto found = runs_.find(run);
  return found == runs_.end() ? nullptr : found->second.get();
}

MonoMicros Agent::Tick() {
  MonoMicros next = 0;
  for (auto& [id, run] : runs_) {
    const MonoMicros at = run->Tick(options_.host.clock.Mono());
    if (at != 0 && (next == 0 || at < next)) next = at;
  }
  const bool guards = std::any_of(runs_.begin(), runs_.end(), [](const auto& run) { return run.second->guards(); });
  if (!guards && options_.host.boot_guard != nullptr) options_.host.boot_guard->Disarm();
  return next;
}

bool Agent::busy() const {
  for (const auto& [id, run] : runs_) {
    if (run->guards() || (!run->recovered() && !run->settled())) return true;
  }
  return false;
}

void Agent::DropBlobs(const Plan& plan) {
  std::set<std::string> wanted;
  for (const auto& [id, run] : runs_) {
    for (const auto& step : run->plan().steps()) wanted.insert(step.blobs().begin(), step.blobs().end());
  }
  for (const auto& step : plan.steps()) {
    for (const std::string& digest : step.blobs()) {
      if (wanted.count(digest) == 0) options_.blobs.Drop(digest);
    }
  }
}

void Agent::Abandon() {
  for (auto& [id, run] : runs_) run->Abandon();
}

}  // namespace pe::agent
