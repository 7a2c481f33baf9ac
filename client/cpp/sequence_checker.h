// SequenceChecker: proves that a watch has no hole and no duplicate, from the ranges of its batches.
// Pure; thread-compatible.
#ifndef CLIENT_CPP_SEQUENCE_CHECKER_H_
#define CLIENT_CPP_SEQUENCE_CHECKER_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "provision/v1/provision_service.pb.h"

namespace provision::client {

class SequenceChecker {
 public:
  // `after_seq`: what the caller already has; unset when the watch begins with a snapshot.
  // `filtered`: events may be missing inside a range, because they were not asked for.
  SequenceChecker(std::optional<int64_t> after_seq, bool filtered) : through_(after_seq), filtered_(filtered) {}

  // OK when `batch` follows on what came before; DATA_LOSS naming both sequences when it does not. A bad batch
  // changes nothing.
  absl::Status Accept(const provision::v1::WatchResponse& batch);

  // The last sequence covered; what to resume after. Unset before the first batch of a watch with a snapshot.
  std::optional<int64_t> through_seq() const { return through_; }

 private:
  std::optional<int64_t> through_;
  bool filtered_;
};

}  // namespace provision::client

#endif  // CLIENT_CPP_SEQUENCE_CHECKER_H_
