// What limits Provision, without anything of ours in between: gRPC that answers at once, SQLite that takes rows, and a
// server that does both, which is what the same machine could do at most if checking and planning cost nothing.
#ifndef TESTS_BENCH_API_RAW_SERVERS_H_
#define TESTS_BENCH_API_RAW_SERVERS_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/bench/api/child_process.h"

struct sqlite3;
struct sqlite3_stmt;

namespace pe::bench {

// Rows in commits, each commit as durable as the engine's. Thread-compatible; aborts on errors.
class RawTable {
 public:
  explicit RawTable(const std::string& file);
  ~RawTable();
  void Commit(const std::vector<std::string>& rows);

 private:
  void Run(const char* sql);
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  int64_t next_ = 0;
};

// Serve Provision on `socket` until the parent lets go: every call is answered with `response`, a serialized Job; with
// a `database`, once its bytes are in a commit with whatever else has come meanwhile.
[[noreturn]] void ServeRaw(ChildProcess::Link link, const std::string& socket, const std::string& response,
                           const std::string& database = "");

}  // namespace pe::bench

#endif  // TESTS_BENCH_API_RAW_SERVERS_H_
