#include "server/engine/stage_edges.h"

#include <map>
#include <set>

#include "absl/strings/str_cat.h"

namespace pe {
namespace {

// Two for_each of some hundred elements, one after the other, stay below it. An event that holds a plan, too.
constexpr size_t kMaxEdges = 100'000;

class Connector {
 public:
  Connector(const Outline& outline, int first_index, std::vector<StageEntry>* entries)
      : outline_(outline),
        first_index_(first_index),
        entries_(*entries),
        positions_(entries->size(), -1),
        effective_(entries->size()) {}

  absl::Status Connect() {
    SetPositions();
    for (size_t i = 0; i < entries_.size(); ++i) {
      ConnectAfter(static_cast<int>(i));
      ConnectNotify(&entries_[i]);
      if (edges_ > kMaxEdges) {
        return absl::ResourceExhaustedError(
            absl::StrCat("'", entries_[i].planned.status.id(), "' brings the plan to more than ", kMaxEdges,
                         " dependencies: every element of a for_each comes after every element of the one before; "
                         "put a step between them, or make the lists shorter"));
      }
    }
    return absl::OkStatus();
  }

 private:
  void SetPositions() {
    int sent = 0;
    for (size_t i = 0; i < entries_.size(); ++i) {
      StageEntry& entry = entries_[i];
      const int index = static_cast<int>(i);
      if (entry.sent()) {
        entry.planned.step.set_index(first_index_ + index);
        positions_[i] = sent++;
      }
      if (entry.node < 0) handlers_[entry.planned.status.id()] = index;
      else of_node_[entry.node].push_back(index);
    }
  }

  // Entries are in an order in which what comes before is before.
  void ConnectAfter(int index) {
    StageEntry& entry = entries_[index];
    std::set<int> after;
    for (const int earlier : entry.node < 0 ? std::vector<int>() : outline_.nodes[entry.node].after) {
      const auto found = of_node_.find(earlier);
      if (found == of_node_.end()) continue;
      for (const int other : found->second) {
        entry.planned.status.add_after(first_index_ + other);
        after.insert(effective_[other].begin(), effective_[other].end());
        edges_ += 1 + effective_[other].size();
        if (edges_ > kMaxEdges) return;
      }
    }
    if (entry.sent()) {
      for (const int position : after) entry.planned.step.add_after(position);
      effective_[index] = {positions_[index]};
    } else {
      effective_[index] = std::move(after);  // what comes after a skipped step comes after what that came after
    }
  }

  void ConnectNotify(StageEntry* entry) {
    std::set<int> notify;
    for (const std::string& id : entry->notify) {
      const auto found = handlers_.find(id);
      if (found != handlers_.end() && positions_[found->second] >= 0) notify.insert(positions_[found->second]);
    }
    for (const int position : notify) entry->planned.step.add_notify(position);
    edges_ += notify.size();
  }

  const Outline& outline_;
  const int first_index_;
  std::vector<StageEntry>& entries_;
  std::vector<int> positions_;            // of each entry in what is sent; -1: it is not
  std::vector<std::set<int>> effective_;  // positions that "after this entry" means
  std::map<std::string, int> handlers_;
  std::map<int, std::vector<int>> of_node_;
  size_t edges_ = 0;
};

}  // namespace

absl::Status ConnectEntries(const Outline& outline, int first_index, std::vector<StageEntry>* entries) {
  return Connector(outline, first_index, entries).Connect();
}

}  // namespace pe
