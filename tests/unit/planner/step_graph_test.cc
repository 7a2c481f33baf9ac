#include "server/engine/step_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/planner/fixtures.h"

namespace pe {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

StepGraph Graph(const std::string& steps) { return MakeStepGraph(Spec(steps).steps()); }

TEST(StepGraph, StepsFollowTheDocument) {
  const StepGraph graph = Graph("steps {id: 'a'} steps {id: 'b'} steps {id: 'c'}");
  EXPECT_THAT(graph.after, ElementsAre(IsEmpty(), ElementsAre(0), ElementsAre(1)));
  EXPECT_THAT(graph.order, ElementsAre(0, 1, 2));
  EXPECT_THAT(graph.cycle, IsEmpty());
}

TEST(StepGraph, AfterAndParallelReplaceTheStepBefore) {
  const StepGraph graph =
      Graph("steps {id: 'a'} steps {id: 'b' parallel: true} steps {id: 'c' after: ['b', 'a', 'b']} steps {id: 'd'}");
  EXPECT_THAT(graph.after, ElementsAre(IsEmpty(), IsEmpty(), ElementsAre(0, 1), ElementsAre(2)));
}

TEST(StepGraph, ALaterStepMayComeFirst) {
  const StepGraph graph =
      Graph("steps {id: 'a' after: 'c'} steps {id: 'b' parallel: true} steps {id: 'c' parallel: true}");
  EXPECT_THAT(graph.order, ElementsAre(1, 2, 0));
}

TEST(StepGraph, CyclesAreFound) {
  EXPECT_THAT(Graph("steps {id: 'a' after: 'a'}").cycle, ElementsAre(0));
  EXPECT_THAT(Graph("steps {id: 'x'} steps {id: 'a' after: 'c'} steps {id: 'b'} steps {id: 'c'}").cycle,
              ElementsAre(1, 3, 2));
  EXPECT_THAT(Graph("steps {id: 'a' after: 'b'} steps {id: 'b' after: 'c'} steps {id: 'c' after: 'b'}").cycle,
              ElementsAre(1, 2));
}

TEST(StepGraph, UnknownIdsAreLeftOut) { EXPECT_THAT(Graph("steps {id: 'a' after: 'nope'}").order, ElementsAre(0)); }

}  // namespace
}  // namespace pe
