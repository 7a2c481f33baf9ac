#include <algorithm>

#include "base/status.h"
#include "storage/commit/event_chunk.h"
#include "storage/commit/read_limits.h"
#include "storage/sqlite/reads.h"
#include "storage/sqlite/sql.h"

namespace pe::reads {

absl::StatusOr<EventPage> ReadEvents(Connection& connection, const JobId& id, int64_t after_seq, int limit) {
  after_seq = std::max<int64_t>(after_seq, 0);
  EventPage page;
  int64_t key = 0;
  {
    Statement log = connection.Use(sql::kGetLog);
    PE_ASSIGN_OR_RETURN(const bool row, log.Bind(id.str()).Step());
    if (!row) return NoJob(id);
    key = log.Int(0);
    page.last_seq = log.Int(1);
    page.oldest_available = log.Int(2);
  }
  if (after_seq + 1 < page.oldest_available) return EventsGone(id, page.oldest_available);
  if (after_seq >= page.last_seq) return page;  // the usual poll of a watcher that has everything
  Statement read = connection.Use(sql::kReadEvents);
  read.Bind(key).Bind(after_seq);
  while (page.events.size() < PageLimit(limit)) {
    PE_ASSIGN_OR_RETURN(const bool row, read.Step());
    if (!row) break;
    PE_RETURN_IF_ERROR(ParseChunk(read.Bytes(1), read.Int(0), after_seq, PageLimit(limit), page.events));
  }
  return page;
}

}  // namespace pe::reads
