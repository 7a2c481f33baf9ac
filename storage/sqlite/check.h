// Looks at a whole database file that nobody uses: a backup, above all.
#ifndef STORAGE_SQLITE_CHECK_H_
#define STORAGE_SQLITE_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace pe {

// What a file holds, and what is wrong with it.
struct DatabaseReport {
  int64_t bytes = 0;
  int64_t schema = 0;
  int64_t jobs = 0;
  int64_t unfinished = 0;
  int64_t resources = 0;
  int64_t events = 0;
  int64_t trimmed = 0;                // jobs of which retention has dropped events
  bool digest = false;                // FILE.sha256 is there and was compared
  std::vector<std::string> problems;  // none: it is sound; at most 20 are listed
};

// Every page (SQLite's integrity_check), every reference between tables, every job's log (contiguous sequences that end
// where its summary says, events that can be read), and the digest when FILE.sha256 lies beside it: without that, bits
// that changed inside of texts are not found. Changes nothing, makes no file. NOT_FOUND when there is no such file.
absl::StatusOr<DatabaseReport> CheckDatabase(const std::string& file);

// "FILE.sha256", as `sha256sum -c` reads it.
std::string DigestFileOf(const std::string& file);
// The digest of a file's content, in hex.
absl::StatusOr<std::string> DigestOf(const std::string& file);

}  // namespace pe

#endif  // STORAGE_SQLITE_CHECK_H_
