#include "server/api/watch_history.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/api/api_errors.h"
#include "server/api/limits.h"
#include "server/api/watch_message.h"
#include "server/engine/errors.h"
#include "server/engine/transitions.h"

namespace pe {
namespace {

absl::Status JobNotFound(const JobId& job) { return NoSuch("provision.dev/Job", absl::StrCat("jobs/", job.str())); }

absl::StatusOr<HistoryRead> ReadSnapshot(Store& store, const JobId& job) {
  auto snapshot = store.GetJob(job, JobDetail::kFull);
  if (absl::IsNotFound(snapshot.status())) return JobNotFound(job);
  PE_RETURN_IF_ERROR(snapshot.status());
  provision::v1::WatchResponse response;
  response.set_from_seq(1);
  response.set_through_seq(snapshot->last_seq());
  HistoryRead read{.at_end = true, .job_ended = IsTerminal(snapshot->state())};
  *response.mutable_snapshot() = *std::move(snapshot);
  read.messages.push_back(MakeMessage(response, read.job_ended));
  return read;
}

// The store says "too old" in words; the number comes from a read at the log's end.
absl::Status TooOld(Store& store, const JobId& job) {
  PE_ASSIGN_OR_RETURN(const provision::v1::Job summary, store.GetJob(job, JobDetail::kSummary));
  PE_ASSIGN_OR_RETURN(const EventPage page, store.ReadEvents(job, summary.last_seq(), 1));
  return CursorTooOld(page.oldest_available);
}

absl::Status CheckContiguous(const EventPage& page, int64_t after_seq) {
  int64_t expected = after_seq + 1;
  for (const provision::v1::Event& event : page.events) {
    if (event.seq() != expected) return LogHole(expected, event.seq());
    ++expected;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HistoryRead> ReadHistory(Store& store, const JobId& job, std::optional<int64_t> after_seq,
                                        const provision::v1::WatchFilter& filter) {
  if (!after_seq.has_value()) return ReadSnapshot(store, job);
  auto page = store.ReadEvents(job, *after_seq, kHistoryEvents);
  if (absl::IsNotFound(page.status())) return JobNotFound(job);
  if (absl::IsOutOfRange(page.status())) return TooOld(store, job);
  PE_RETURN_IF_ERROR(page.status());
  PE_RETURN_IF_ERROR(CheckContiguous(*page, *after_seq));
  if (*after_seq > page->last_seq) {
    return InvalidField(
        "after_seq", absl::InvalidArgumentError(absl::StrCat(*after_seq, " is beyond the log's end, ", page->last_seq,
                                                             "; give a through_seq that this job's watch has shown")));
  }
  const int64_t through = page->events.empty() ? *after_seq : page->events.back().seq();
  HistoryRead read{.at_end = through >= page->last_seq};
  read.messages = SplitEvents(std::move(page->events), *after_seq, filter);
  if (!read.at_end) return read;
  auto summary = store.GetJob(job, JobDetail::kSummary);
  PE_RETURN_IF_ERROR(summary.status());
  read.job_ended = IsTerminal(summary->state()) && summary->last_seq() <= through;
  return read;
}

}  // namespace pe
