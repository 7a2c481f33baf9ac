#include "client/cpp/sequence_checker.h"

#include "absl/strings/str_cat.h"

namespace provision::client {
namespace {

absl::Status Broken(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("the engine broke its promise of a stream without gaps: ", what,
                                          "; please report this with the engine's log"));
}

}  // namespace

absl::Status SequenceChecker::Accept(const provision::v1::WatchResponse& batch) {
  if (!through_.has_value()) {
    if (!batch.has_snapshot()) return Broken("the first batch has no snapshot");
  } else if (batch.from_seq() != *through_ + 1) {
    return Broken(absl::StrCat("sequence ", *through_ + 1, " was due and a batch from ", batch.from_seq(), " came"));
  }
  if (batch.through_seq() < batch.from_seq() - 1) {
    return Broken(absl::StrCat("a batch goes from ", batch.from_seq(), " to ", batch.through_seq()));
  }
  int64_t last = batch.from_seq() - 1;
  for (const provision::v1::Event& event : batch.events()) {
    if (event.seq() <= last || event.seq() > batch.through_seq()) {
      return Broken(absl::StrCat("event ", event.seq(), " is in a batch from ", last + 1, " to ", batch.through_seq()));
    }
    if (!filtered_ && event.seq() != last + 1) {
      return Broken(absl::StrCat("event ", last + 1, " was due and event ", event.seq(), " came"));
    }
    last = event.seq();
  }
  // Without a filter a range is all there, except that a snapshot stands for what it covers.
  if (!filtered_ && !batch.has_snapshot() && last != batch.through_seq()) {
    return Broken(absl::StrCat("a batch through ", batch.through_seq(), " ends with event ", last));
  }
  through_ = batch.through_seq();
  return absl::OkStatus();
}

}  // namespace provision::client
