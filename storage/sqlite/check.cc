#include "storage/sqlite/check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/digest.h"
#include "base/status.h"
#include "base/text.h"
#include "provision/v1/job.pb.h"
#include "storage/commit/event_chunk.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/migrations.h"
#include "storage/sqlite/parse.h"
#include "storage/sqlite/sql.h"

namespace pe {
namespace {

constexpr size_t kMostProblems = 20;

// Rows that point at nothing. Each query gives their number.
struct Reference {
  const char* what;
  const char* sql;
};
constexpr Reference kReferences[] = {
    {"jobs without their spec", sql::kJobsWithoutSpec},  {"specs of no job", sql::kSpecsWithoutJob},
    {"targets of no job", sql::kTargetsWithoutJob},      {"resource links of no job", sql::kLinksWithoutJob},
    {"event chunks of no job", sql::kEventsWithoutJob},  {"private rows of no unfinished job", sql::kPrivateWithoutJob},
    {"request ids of no job", sql::kRequestsWithoutJob}, {"labels of no resource", sql::kLabelsWithoutResource}};

class Checker {
 public:
  Checker(Connection* connection, DatabaseReport* report) : connection_(connection), report_(report) {}

  // An error of SQLite ends a check and is a problem like others.
  void Run() {
    if (!Take(Identity())) return;
    Take(Pages());
    if (full()) return;
    Take(References());
    Take(Logs());
    Take(Counts());
  }

 private:
  bool full() const { return report_->problems.size() >= kMostProblems; }
  void Problem(const std::string& text) {
    if (!full()) report_->problems.push_back(Shorten(Printable(text), 300));
  }
  bool Take(const absl::Status& status) {
    if (!status.ok()) Problem(std::string(status.message()));
    return status.ok();
  }

  absl::Status Identity() {
    PE_ASSIGN_OR_RETURN(const int64_t id, connection_->QueryInt(sql::kGetApplicationId));
    if (id != sql::kApplicationId) return absl::DataLossError("it is not a database of provisiond");
    PE_ASSIGN_OR_RETURN(report_->schema, connection_->QueryInt(sql::kGetVersion));
    const int64_t known = static_cast<int64_t>(Migrations().size());
    if (report_->schema <= known && report_->schema >= 1) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat("its schema is ", report_->schema, ", and this release knows 1 to ", known,
                                            ": use the release that made it"));
  }

  absl::Status Pages() {
    Statement check = connection_->Use(sql::kIntegrityCheck);
    while (true) {
      PE_ASSIGN_OR_RETURN(const bool row, check.Step());
      if (!row) return absl::OkStatus();
      if (check.Bytes(0) != "ok") Problem(std::string(check.Bytes(0)));
    }
  }

  absl::Status References() {
    for (const Reference& reference : kReferences) {
      PE_ASSIGN_OR_RETURN(const int64_t rows, connection_->QueryInt(reference.sql));
      if (rows > 0) Problem(absl::StrCat(reference.what, ": ", rows));
    }
    return absl::OkStatus();
  }

  absl::Status Logs() {
    Statement jobs = connection_->Use(sql::kAllLogs);
    while (!full()) {
      PE_ASSIGN_OR_RETURN(const bool row, jobs.Step());
      if (!row) break;
      const std::string id(jobs.Bytes(1));
      provision::v1::Job summary;
      if (!MergeBytes(jobs.Bytes(4), summary).ok()) Problem(absl::StrCat("job ", id, ": its summary cannot be read"));
      const int64_t last = jobs.Int(2);
      if (summary.last_seq() != last && last > 0)
        Problem(absl::StrCat("job ", id, ": its summary is of event ", summary.last_seq(), ", its log ends at ", last));
      PE_RETURN_IF_ERROR(Log(id, jobs.Int(0), jobs.Int(3), last));
    }
    return absl::OkStatus();
  }

  absl::Status Log(const std::string& id, int64_t key, int64_t oldest, int64_t last) {
    int64_t next = oldest;
    Statement chunks = connection_->Use(sql::kAllChunks);
    chunks.Bind(key);
    while (true) {
      PE_ASSIGN_OR_RETURN(const bool row, chunks.Step());
      if (!row) break;
      std::vector<provision::v1::Event> events;
      const absl::Status parsed =
          ParseChunk(chunks.Bytes(2), chunks.Int(0), 0, static_cast<size_t>(kMaxChunkEvents) + 1, events);
      if (!parsed.ok()) Problem(absl::StrCat("job ", id, ": ", parsed.message()));
      if (chunks.Int(0) != next) {
        Problem(absl::StrCat("job ", id, ": event ", next, " is missing; ", chunks.Int(0), " follows"));
        next = chunks.Int(0);
      }
      for (const provision::v1::Event& event : events) {
        if (event.seq() == next++) continue;
        Problem(absl::StrCat("job ", id, ": event ", event.seq(), " is where ", next - 1, " should be"));
        break;
      }
      report_->events += static_cast<int64_t>(events.size());
      if (parsed.ok() && next != chunks.Int(1) + 1)
        Problem(absl::StrCat("job ", id, ": a chunk of events ends at ", next - 1, " and not at ", chunks.Int(1)));
      next = chunks.Int(1) + 1;
    }
    if (next != last + 1) Problem(absl::StrCat("job ", id, ": its log ends at ", next - 1, " and not at ", last));
    return absl::OkStatus();
  }

  absl::Status Counts() {
    PE_ASSIGN_OR_RETURN(report_->jobs, connection_->QueryInt(sql::kCountJobs));
    PE_ASSIGN_OR_RETURN(report_->unfinished, connection_->QueryInt(sql::kCountUnfinished));
    PE_ASSIGN_OR_RETURN(report_->trimmed, connection_->QueryInt(sql::kCountTrimmed));
    PE_ASSIGN_OR_RETURN(report_->resources, connection_->QueryInt(sql::kCountResources));
    return absl::OkStatus();
  }

  Connection* const connection_;
  DatabaseReport* const report_;
};

// As SQLite wants a file name inside a URI. immutable: no lock, no log, no shared memory beside the file.
std::string ImmutableUri(const std::string& file) {
  std::string uri = "file:";
  for (const char c : file) {
    if (c == '%' || c == '?' || c == '#')
      absl::StrAppend(&uri, absl::StrFormat("%%%02x", static_cast<unsigned char>(c)));
    else uri.push_back(c);
  }
  return uri + "?immutable=1";
}

// The first of the two bytes that say whether the file needs a log beside it.
bool NeedsLog(const std::string& file) {
  char header[20] = {};
  std::ifstream in(file, std::ios::binary);
  return in.read(header, sizeof header) && header[18] == 2;
}

absl::Status CompareDigest(const std::string& file, DatabaseReport* report) {
  std::ifstream in(DigestFileOf(file));
  std::string wanted;
  if (!(in >> wanted)) return absl::OkStatus();
  PE_ASSIGN_OR_RETURN(const std::string is, DigestOf(file));
  report->digest = true;
  if (is != wanted) report->problems.push_back(absl::StrCat("its content is not what ", DigestFileOf(file), " says"));
  return absl::OkStatus();
}

}  // namespace

std::string DigestFileOf(const std::string& file) { return file + ".sha256"; }

absl::StatusOr<std::string> DigestOf(const std::string& file) {
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", file));
  Sha256 digest;
  std::string buffer(1 << 20, '\0');
  ssize_t size = 0;
  while ((size = read(fd, buffer.data(), buffer.size())) > 0) digest.Update({buffer.data(), static_cast<size_t>(size)});
  const int error = errno;
  close(fd);
  if (size < 0) return absl::ErrnoToStatus(error, absl::StrCat("cannot read ", file));
  return digest.Hex();
}

absl::StatusOr<DatabaseReport> CheckDatabase(const std::string& file) {
  struct stat info;
  if (stat(file.c_str(), &info) != 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", file));
  DatabaseReport report;
  report.bytes = info.st_size;
  PE_RETURN_IF_ERROR(CompareDigest(file, &report));
  if (NeedsLog(file)) {
    report.problems.push_back(
        "it is a copy of a database in use and not a backup: what was in its log is missing; make one with `provisiond "
        "backup`");
    return report;
  }
  auto connection = Connection::Open(ImmutableUri(file), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, "");
  if (!connection.ok()) {
    report.problems.push_back(std::string(connection.status().message()));
    return report;
  }
  if (const absl::Status set = (*connection)->Execute(sql::kCheckPragmas); !set.ok()) {
    report.problems.push_back(std::string(set.message()));
    return report;
  }
  Checker(connection->get(), &report).Run();
  return report;
}

}  // namespace pe
