// Records of a run's journal as bytes. A record is
//   u32 length of the body | u32 CRC-32 of the body | body
// and the body is u8 kind | i32 position | i32 attempt | i64 epoch | i64 seq | payload; numbers little-endian.
// A journal that was cut anywhere (a torn tail) reads as its whole records before the cut.
#ifndef SERVER_AGENT_JOURNAL_FORMAT_H_
#define SERVER_AGENT_JOURNAL_FORMAT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace pe::agent {

struct JournalRecord {
  enum class Kind : uint8_t {
    kRun = 1,     // first record; payload: run id, seq: before the run's first report
    kIntent = 2,  // a step is about to be applied; payload: in which boot of the host
    kResult = 3,  // a step ended; payload: serialised StepReport, seq: of its report
    kCancel = 4,  // the run was cancelled; payload: "force" or empty
    kDone = 5,    // the run ended; payload: serialised RunDone, seq: of its report
    kPlan = 6,    // second record; payload: serialised Plan
    kGuard = 7,   // a guarded step waits to be confirmed; payload: "MONOTONIC-DEADLINE BOOT" (journal.h)
  };
  Kind kind = Kind::kRun;
  int32_t position = -1;
  int32_t attempt = 0;
  int64_t epoch = 0;
  int64_t seq = 0;
  std::string payload;

  friend bool operator==(const JournalRecord&, const JournalRecord&) = default;
};

std::string EncodeRecord(const JournalRecord& record);

struct JournalContent {
  std::vector<JournalRecord> records;
  size_t valid_bytes = 0;  // where the first record that is torn or damaged begins; the end when none is
};
JournalContent DecodeJournal(absl::string_view bytes);

// CRC-32 (IEEE, reflected), as zlib's.
uint32_t Crc32(absl::string_view bytes);

}  // namespace pe::agent

#endif  // SERVER_AGENT_JOURNAL_FORMAT_H_
