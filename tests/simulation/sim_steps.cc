#include "tests/simulation/sim_steps.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace pe::sim {
namespace {

using agent::Applied;
using agent::Observation;
using agent::StepContext;
using provision::v1::StepBody;

StepWorld& World(StepContext& context) { return static_cast<StepWorld&>(context.processes); }

constexpr char kAbsent[] = "absent";

class SimFile final : public agent::StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    const auto& files = World(context).disk().files;
    const auto found = files.find(body.file().path());
    const bool right = found != files.end() && found->second == body.file().content();
    return Observation{.right = right, .summary = right ? "it is there" : "it is not there"};
  }
  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation&, StepContext& context) const override {
    StepWorld& world = World(context);
    const auto found = world.disk().files.find(body.file().path());
    const std::string before = found == world.disk().files.end() ? kAbsent : absl::StrCat("was:", found->second);
    PE_RETURN_IF_ERROR(context.undo.Record(before));
    PE_RETURN_IF_ERROR(world.Before(context.cancel));
    world.disk().files[body.file().path()] = body.file().content();
    PE_RETURN_IF_ERROR(world.Effect(body.file().content()));
    return Applied{.message = "written"};
  }
  absl::Status Undo(const StepBody& body, absl::string_view record, StepContext& context) const override {
    StepWorld& world = World(context);
    auto& files = world.disk().files;
    const std::string& path = body.file().path();
    PE_RETURN_IF_ERROR(world.Before(context.cancel));
    const bool there = files.contains(path);
    if (record == kAbsent && !there) return absl::OkStatus();  // never applied, or restored by an earlier life
    const absl::string_view was = record.substr(record == kAbsent ? 0 : 4);
    if (record != kAbsent && there && files[path] == was) return absl::OkStatus();
    if (!there || files[path] != body.file().content())
      return agent::StepError(absl::StatusCode::kFailedPrecondition, "UNDO_CONFLICT", "it was changed since");
    if (record == kAbsent) {
      files.erase(path);
    } else {
      files[path] = std::string(was);
    }
    return world.Effect(absl::StrCat("undo ", path));
  }
};

class SimExec final : public agent::StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody&, StepContext&) const override {
    return Observation{.unknown = true, .summary = "a command"};
  }
  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation&, StepContext& context) const override {
    StepWorld& world = World(context);
    const auto& argv = body.exec().argv();
    PE_RETURN_IF_ERROR(world.Before(context.cancel));
    if (argv.size() > 2) context.reporter.Output(1, absl::StrCat("it is ", argv[2], "\n"));
    if (argv[0] == "/w/fail" || (argv[0] == "/w/flaky" && world.faults().Draw(2) == 0))
      return agent::StepError(absl::StatusCode::kInternal, "COMMAND_FAILED", "exit code 1", "", 1);
    PE_RETURN_IF_ERROR(world.Effect(context.again ? absl::StrCat("again ", argv[1]) : argv[1]));
    return Applied{.message = "done", .exit_code = 0};
  }
  absl::Status Undo(const StepBody&, absl::string_view, StepContext&) const override {
    return absl::UnimplementedError("a command is not undone");
  }
  bool ObservableAfter(const StepBody&) const override { return false; }
  bool Idempotent(const StepBody&) const override { return false; }
};

// A host is well unless it is asked for what never is, or by chance.
class SimProbe final : public agent::StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody&, StepContext&) const override {
    return Observation{.unknown = true, .summary = "a condition"};
  }
  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation&, StepContext& context) const override {
    StepWorld& world = World(context);
    PE_RETURN_IF_ERROR(world.Before(context.cancel));
    if (body.probe().file().path() == "/w/ill" || world.faults().Draw(8) == 0)
      return agent::StepError(absl::StatusCode::kInternal, "NOT_WELL", "it is not well");
    return Applied{.message = "it is well"};
  }
  absl::Status Undo(const StepBody&, absl::string_view, StepContext&) const override {
    return absl::UnimplementedError("a condition is not undone");
  }
};

}  // namespace

const agent::StepType* FindSimStep(const StepBody& body) {
  static const SimFile file;
  static const SimExec exec;
  static const SimProbe probe;
  if (body.has_file()) return &file;
  if (body.has_probe()) return &probe;
  return body.has_exec() ? &exec : nullptr;
}

}  // namespace pe::sim
