#include "storage/sqlite/drop_events.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/status.h"
#include "storage/commit/read_limits.h"
#include "storage/sqlite/sql.h"

namespace pe {
namespace {

struct EndedLog {
  int64_t ended;
  int64_t job;
  int64_t bytes;
};

struct Chunk {
  int64_t rowid;
  int64_t first_seq;
  int64_t last_seq;
  int64_t bytes;
};

absl::StatusOr<std::optional<EndedLog>> First(Connection& connection, WallMicros ended_before) {
  Statement find = connection.Use(sql::kFirstEndedLog);
  PE_ASSIGN_OR_RETURN(const bool row, find.Bind(ended_before).Step());
  if (!row) return std::optional<EndedLog>();
  return std::make_optional(EndedLog{find.Int(0), find.Int(1), find.Int(2)});
}

// Read whole before the first is deleted: a scan over what it deletes has no defined order.
absl::StatusOr<std::vector<Chunk>> OldestChunks(Connection& connection, int64_t job, int64_t limit) {
  std::vector<Chunk> chunks;
  Statement read = connection.Use(sql::kOldestChunks);
  read.Bind(job).Bind(limit);
  while (true) {
    PE_ASSIGN_OR_RETURN(const bool row, read.Step());
    if (!row) return chunks;
    chunks.push_back({read.Int(0), read.Int(1), read.Int(2), read.Int(3)});
  }
}

// The log's row goes with its last chunk. `oldest_seq` 0: nothing was dropped, for there was nothing.
absl::Status Note(Connection& connection, const EndedLog& log, bool empty, int64_t oldest_seq) {
  if (oldest_seq > 0) PE_RETURN_IF_ERROR(connection.Use(sql::kSetOldest).Bind(oldest_seq).Bind(log.job).Run());
  if (empty) return connection.Use(sql::kDeleteEndedLog).Bind(log.ended).Bind(log.job).Run();
  return connection.Use(sql::kSetEndedLog).Bind(log.bytes).Bind(log.ended).Bind(log.job).Run();
}

}  // namespace

absl::StatusOr<DroppedEvents> DropEvents(Connection& connection, WallMicros ended_before, int64_t enough_bytes) {
  const int64_t enough = std::min(enough_bytes, kMaxDropBytes);
  DroppedEvents out;
  int64_t left = kMaxDropChunks;
  while (out.bytes < enough && left > 0) {
    PE_ASSIGN_OR_RETURN(std::optional<EndedLog> log, First(connection, ended_before));
    if (!log.has_value()) return out;
    PE_ASSIGN_OR_RETURN(const std::vector<Chunk> chunks, OldestChunks(connection, log->job, left + 1));
    size_t dropped = 0;
    for (; dropped < chunks.size() && out.bytes < enough && left > 0; ++dropped, --left) {
      const Chunk& chunk = chunks[dropped];
      PE_RETURN_IF_ERROR(connection.Use(sql::kDeleteChunk).Bind(chunk.rowid).Run());
      out.events += chunk.last_seq - chunk.first_seq + 1;
      out.bytes += chunk.bytes;
      log->bytes -= chunk.bytes;
    }
    const bool empty = dropped == chunks.size();
    PE_RETURN_IF_ERROR(Note(connection, *log, empty, dropped == 0 ? 0 : chunks[dropped - 1].last_seq + 1));
  }
  PE_ASSIGN_OR_RETURN(const std::optional<EndedLog> next, First(connection, ended_before));
  out.more = next.has_value();
  return out;
}

}  // namespace pe
