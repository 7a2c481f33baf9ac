// StepGraph: which of a spec's steps comes after which, by index. A step with `after` comes after those; one without
// comes after the step before it in the document, unless it is `parallel`. Pure; thread-safe.
#ifndef SERVER_ENGINE_STEP_GRAPH_H_
#define SERVER_ENGINE_STEP_GRAPH_H_

#include <vector>

#include "provision/v1/spec.pb.h"

namespace pe {

struct StepGraph {
  std::vector<std::vector<int>> after;  // sorted, each once; unknown ids are left out
  std::vector<int> order;  // every step after those it comes after; as in the document where there is a choice
  std::vector<int> cycle;  // empty, or steps of which each comes after the next, and the last after the first
};

StepGraph MakeStepGraph(const google::protobuf::RepeatedPtrField<provision::v1::Step>& steps);

}  // namespace pe

#endif  // SERVER_ENGINE_STEP_GRAPH_H_
