#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/conformance/steps/step_case.h"

namespace pe::agent {
namespace {

using State = std::map<std::string, std::string>;

// What a look may not change: a folder of the case's own, or the parts of a host that a careless look would touch.
std::vector<std::string> WidePaths(const World& world) {
  if (!world.host) return {"/"};
  return {"/etc", "/root", "/var/lib/dpkg", "/var/lib/apt", "/var/cache/apt", "/conformance"};
}

State Whole(const StepCase& step_case, World& world) {
  State state = world.Snapshot(world.host ? step_case.watched : std::vector<std::string>{"/"});
  state["state of the case"] = step_case.state(world);
  return state;
}

absl::Status UndoAll(const StepType& type, const provision::v1::StepBody& body, const std::vector<std::string>& records,
                     World& world) {
  StepContext context = world.Context();
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    const absl::Status status = type.Undo(body, *record, context);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

class StepConformance : public ::testing::TestWithParam<StepCase> {
 protected:
  void SetUp() override {
    if (const char* wanted = getenv("PE_CONFORMANCE_HOST"); wanted != nullptr && std::string(wanted) == "1") {
      world_ = std::make_unique<World>("");
      world_->Output({"rm", "-rf", "/conformance"});
      world_->MakeFolder("/conformance");
    } else {
      if (GetParam().host) GTEST_SKIP() << "needs a throw-away host";
      char folder[] = "/tmp/step-conformance.XXXXXX";
      folder_ = mkdtemp(folder);
      world_ = std::make_unique<World>(folder_);
      world_->MakeFolder("/conformance");
    }
    GetParam().set_up(*world_);
    body_ = GetParam().body(*world_);
    type_ = FindStepType(body_);
    ASSERT_NE(type_, nullptr);
  }

  void TearDown() override {
    if (!folder_.empty()) RealFileSystem().RemoveAll(folder_).IgnoreError();
  }

  Observation Observe(bool plan = false) {
    StepContext context = world_->Context(plan);
    const absl::StatusOr<Observation> seen = type_->Observe(body_, context);
    EXPECT_TRUE(seen.ok()) << seen.status();
    return seen.value_or(Observation());
  }

  absl::StatusOr<Applied> Apply() {
    const Observation seen = Observe();
    StepContext context = world_->Context();
    return type_->Apply(body_, seen, context);
  }

  std::unique_ptr<World> world_;
  std::string folder_;
  provision::v1::StepBody body_;
  const StepType* type_ = nullptr;
};

TEST_P(StepConformance, LookingChangesNothing) {
  const State before = world_->Snapshot(WidePaths(*world_));
  const Observation seen = Observe(/*plan=*/true);
  EXPECT_FALSE(seen.summary.empty());
  EXPECT_EQ(seen.unknown, GetParam().unknown);
  if (GetParam().changes) {
    EXPECT_FALSE(seen.right) << seen.summary;
  }
  EXPECT_EQ(world_->Snapshot(WidePaths(*world_)), before);
  EXPECT_TRUE(world_->undo.records.empty());
}

TEST_P(StepConformance, ApplyMakesItRightAndASecondApplyChangesNothing) {
  const absl::StatusOr<Applied> applied = Apply();
  ASSERT_TRUE(applied.ok()) << applied.status() << "\n" << world_->reports.output;
  EXPECT_EQ(applied->changed, GetParam().changes);
  EXPECT_FALSE(applied->message.empty());
  if (type_->ObservableAfter(body_)) {
    const Observation after = Observe();
    EXPECT_TRUE(after.right) << after.summary << "\n" << after.diff;
  }
  if (!GetParam().repeats) {
    const size_t records = world_->undo.records.size();
    const State before = Whole(GetParam(), *world_);
    const absl::StatusOr<Applied> again = Apply();
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_FALSE(again->changed) << again->message;
    EXPECT_EQ(world_->undo.records.size(), records);
    EXPECT_EQ(Whole(GetParam(), *world_), before);
  }
  UndoAll(*type_, body_, world_->undo.records, *world_).IgnoreError();  // a host is used by the next case too
}

TEST_P(StepConformance, UndoRestoresThePriorState) {
  const State before = Whole(GetParam(), *world_);
  ASSERT_TRUE(Apply().ok());
  const absl::Status undone = UndoAll(*type_, body_, world_->undo.records, *world_);
  if (!GetParam().undoable) {
    EXPECT_EQ(undone.code(), absl::StatusCode::kUnimplemented) << undone;
    EXPECT_FALSE(DetailsOf(undone).hint.empty());
    return;
  }
  ASSERT_TRUE(undone.ok()) << undone;
  EXPECT_EQ(Whole(GetParam(), *world_), before);
  const absl::Status again = UndoAll(*type_, body_, world_->undo.records, *world_);
  EXPECT_TRUE(again.ok()) << "a second undo: " << again;
  EXPECT_EQ(Whole(GetParam(), *world_), before);
}

TEST_P(StepConformance, UndoAfterSomebodyElsesChangeIsAConflict) {
  if (!GetParam().tamper) GTEST_SKIP() << "nothing that somebody else could change";
  ASSERT_TRUE(Apply().ok());
  const size_t first = world_->undo.records.size();
  GetParam().tamper(*world_);
  const State tampered = Whole(GetParam(), *world_);
  // Newest first; what is not tampered with may be undone before the conflict shows.
  const absl::Status undone = UndoAll(*type_, body_, world_->undo.records, *world_);
  EXPECT_EQ(undone.code(), absl::StatusCode::kFailedPrecondition) << undone;
  EXPECT_EQ(DetailsOf(undone).error_code, "UNDO_CONFLICT") << undone;
  EXPECT_EQ(world_->undo.records.size(), first);
  EXPECT_EQ(Whole(GetParam(), *world_), tampered);
}

std::vector<StepCase> AllCases() {
  std::vector<StepCase> all;
  for (std::vector<StepCase> some :
       {FileCases(), EditCases(), CommandCases(), AccountCases(), PackageCases(), UnitCases()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

// Every kind of the API has a case; a new type without one fails here.
TEST(StepConformanceTable, EveryKindHasACase) {
  std::map<int, int> cases;
  char folder[] = "/tmp/step-conformance.XXXXXX";
  World world(mkdtemp(folder));
  for (const StepCase& step_case : AllCases()) ++cases[step_case.body(world).kind_case()];
  rmdir(folder);
  using provision::v1::StepBody;
  for (int kind = StepBody::kOsImage; kind <= StepBody::kMonitoring; ++kind) {
    if (kind == StepBody::kMonitoring) continue;  // lowered by the planner
    if (kind == StepBody::kOsImage) continue;     // os_image_test.cc: it fills a root of its own
    EXPECT_GT(cases[kind], 0) << "kind " << kind;
  }
}

INSTANTIATE_TEST_SUITE_P(Steps, StepConformance, ::testing::ValuesIn(AllCases()),
                         [](const ::testing::TestParamInfo<StepCase>& info) { return info.param.name; });

}  // namespace
}  // namespace pe::agent
