#include "server/engine/step_graph.h"

#include <algorithm>
#include <functional>
#include <queue>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace pe {
namespace {

using Steps = google::protobuf::RepeatedPtrField<provision::v1::Step>;

void FindEdges(const Steps& steps, StepGraph* graph) {
  absl::flat_hash_map<absl::string_view, int> by_id;
  for (int i = 0; i < steps.size(); ++i) by_id.emplace(steps[i].id(), i);
  graph->after.resize(steps.size());
  for (int i = 0; i < steps.size(); ++i) {
    std::vector<int>& after = graph->after[i];
    for (const std::string& id : steps[i].after()) {
      const auto found = by_id.find(id);
      if (found != by_id.end()) after.push_back(found->second);
    }
    if (steps[i].after().empty() && !steps[i].parallel() && i > 0) after.push_back(i - 1);
    std::sort(after.begin(), after.end());
    after.erase(std::unique(after.begin(), after.end()), after.end());
  }
}

// Kahn's algorithm; of the steps that may come next, the first in the document does.
void FindOrder(StepGraph* graph) {
  const int size = static_cast<int>(graph->after.size());
  std::vector<std::vector<int>> before(size);
  std::vector<int> open(size);
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (int i = 0; i < size; ++i) {
    open[i] = static_cast<int>(graph->after[i].size());
    if (open[i] == 0) ready.push(i);
    for (const int earlier : graph->after[i]) before[earlier].push_back(i);
  }
  while (!ready.empty()) {
    const int next = ready.top();
    ready.pop();
    graph->order.push_back(next);
    for (const int later : before[next]) {
      if (--open[later] == 0) ready.push(later);
    }
  }
}

// Every step that is not in the order comes after another one that is not: following them leads into a cycle.
void FindCycle(StepGraph* graph) {
  std::vector<bool> ordered(graph->after.size());
  for (const int i : graph->order) ordered[i] = true;
  std::vector<int> seen_at(graph->after.size(), -1);
  std::vector<int> path;
  int at = static_cast<int>(std::find(ordered.begin(), ordered.end(), false) - ordered.begin());
  while (seen_at[at] < 0) {
    seen_at[at] = static_cast<int>(path.size());
    path.push_back(at);
    at =
        *std::find_if(graph->after[at].begin(), graph->after[at].end(), [&](int earlier) { return !ordered[earlier]; });
  }
  graph->cycle.assign(path.begin() + seen_at[at], path.end());
}

}  // namespace

StepGraph MakeStepGraph(const Steps& steps) {
  StepGraph graph;
  FindEdges(steps, &graph);
  FindOrder(&graph);
  if (graph.order.size() < graph.after.size()) FindCycle(&graph);
  return graph;
}

}  // namespace pe
