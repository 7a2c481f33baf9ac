// Events as they are stored: chunks of consecutive events, each event preceded by its length as a varint. One chunk is
// one row, so that thousands of events are few rows. Pure.
#ifndef STORAGE_COMMIT_EVENT_CHUNK_H_
#define STORAGE_COMMIT_EVENT_CHUNK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "provision/v1/event.pb.h"

namespace pe {

// A reader parses a whole chunk to get one event of it, and a page is 1,000 events.
inline constexpr int64_t kMaxChunkEvents = 512;
inline constexpr size_t kMaxChunkBytes = 256 * 1024;

struct EventChunk {
  int64_t first_seq = 0;
  int64_t last_seq = 0;
  std::string bytes;
};

// Adds `event` to the last chunk, or to a new one when that is full. REQUIRES: its sequence follows the last chunk's.
void AppendEvent(const provision::v1::Event& event, std::vector<EventChunk>& chunks);

// Adds the chunk's events with a sequence above `after_seq` to `out` until it holds `limit`. DATA_LOSS when the bytes
// are not a chunk.
absl::Status ParseChunk(absl::string_view bytes, int64_t first_seq, int64_t after_seq, size_t limit,
                        std::vector<provision::v1::Event>& out);

}  // namespace pe

#endif  // STORAGE_COMMIT_EVENT_CHUNK_H_
