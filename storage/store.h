// Store: where jobs, events, resources and environments live. The contract that every backend passes
// (tests/conformance/storage).
//
// Writes. `Submit` takes a Batch, which is applied whole or not at all, in order of submission, by one writer. Many
// batches may share one commit. The callback runs on the store's own thread, after the commit is durable (OK) or
// refused. A callback must be short, may Submit, and must not wait for a write (Flush, leases).
//   OK                   durable; a crash after this point keeps it.
//   ALREADY_EXISTS       a request id exists with another body, or a job id, a resource id or its address, or an
//                        environment id exists.
//                        Nothing applied.
//   ABORTED              an etag or an expected sequence does not hold, or the job has ended. Nothing applied.
//   NOT_FOUND            a job to append to, or a resource or an environment to update or delete, does not exist.
//                        Nothing applied.
//   INVALID_ARGUMENT     the batch contradicts itself (a summary that is not the state after its events). Nothing
//                        applied.
//   FAILED_PRECONDITION  the lease is not held any more (another engine has a higher epoch). Nothing applied, ever
//                        again.
//   RESOURCE_EXHAUSTED   no space, or too many batches wait. Nothing applied; may be retried.
//   DATA_LOSS            the database is damaged; the text says how to repair it. Nothing is read or written any more.
//   UNAVAILABLE          the commit's outcome is not known (I/O error). The store reopens and verifies: the caller
//                        must read what is stored before it goes on.
// Duplicates. A CreateJob whose request id exists with the same body digest is not applied, nor is anything else of
// its batch; the callback gets OK and `Applied::existing_job`. AppendEvents carries its first sequence: a chunk that
// does not continue the stored log is ABORTED.
//
// Reads. Synchronous, from any thread, each over one snapshot; none sees what is not durable. They cost the same at ten
// jobs and at a million.
//
// Retention. DropEvents takes the oldest events of jobs that have ended, in bounded pieces between other writes. What a
// job is (summary, spec, targets, request id) stays; the oldest available sequence of its log rises, and reading before
// it is OUT_OF_RANGE. A job that has not ended loses nothing.
//
// Environments. A new store has those of FirstEnvironments() (storage/commit/first_environments.h).
//
// Leases. An engine owns the store while it holds a lease: AcquireLease gives a fencing epoch that rises with every
// acquisition; every Batch carries it. On SQLite and in memory a lease is held until it is released or the process
// ends; on SQLite the database is locked (flock) from opening it, so that a second process is refused there already. A
// backend that is shared by several machines expires it.
//
// Thread rule: thread-safe. Time comes with the calls; a store reads no clock.
#ifndef STORAGE_STORE_H_
#define STORAGE_STORE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/id.h"
#include "provision/v1/environment.pb.h"
#include "provision/v1/event.pb.h"
#include "provision/v1/job.pb.h"
#include "provision/v1/resource.pb.h"

namespace pe {

// "environments/ID": the last part of an environment's name.
using EnvironmentId = Id<struct EnvironmentTag>;

// An engine's right to write. `epoch` fences agents and batches.
struct Lease {
  std::string engine_id;  // stable for the life of the database; a restore makes a new one
  int64_t epoch = 0;
};

// One target's folded state, stored apart from its job, so that an event rewrites one row and not ten thousand.
struct TargetRow {
  int32_t index = 0;
  provision::v1::Target target;
};

// Everything private that an engine needs to go on with a job after a restart and that no caller may see.
// Sealed secrets, the effective variables, plans sent to agents, acknowledged report sequences.
struct PrivateRow {
  std::string key;    // for example "secrets", "plan/0/1", "run/0"
  std::string value;  // opaque; empty deletes the row
};

struct CreateJob {
  provision::v1::Job job;  // `name` set; its `targets` are not looked at
  std::vector<TargetRow> targets;
  std::string request_id;      // empty: none
  std::string request_digest;  // of the whole request, for the same-body rule
};

// Appends events to a job's log and stores the state folded from it.
struct AppendEvents {
  JobId job;
  std::vector<provision::v1::Event> events;  // contiguous sequences; may be empty when only private rows change
  // The state after the last event, `last_seq` its sequence. Its targets, spec and variables are not looked at. Without
  // events neither it nor `targets` is: what is folded changes with events only.
  provision::v1::Job summary;
  std::vector<TargetRow> targets;  // those that changed
  std::vector<PrivateRow> private_rows;
  bool terminal = false;  // the last event ended the job; its private rows are deleted
};

struct PutResource {
  provision::v1::Resource resource;
  enum class Expect { kNew, kExists, kAny } expect = Expect::kAny;
  std::string expected_etag;  // empty: any
};

struct DeleteResource {
  ResourceId id;
};

struct PutEnvironment {
  provision::v1::Environment environment;
  PutResource::Expect expect = PutResource::Expect::kAny;
  std::string expected_etag;  // empty: any
};

struct DeleteEnvironment {
  EnvironmentId id;
};

struct Batch {
  int64_t epoch = 0;
  WallMicros now = 0;
  std::vector<CreateJob> jobs;
  std::vector<AppendEvents> appends;
  std::vector<PutResource> resources;
  std::vector<DeleteResource> deleted_resources;
  std::vector<PutEnvironment> environments;
  std::vector<DeleteEnvironment> deleted_environments;
};

// What became of a Batch, beside its status.
struct Applied {
  // For a repeated request id with the same body: the job that exists. Batches with a request id hold one job.
  std::optional<JobId> existing_job;
};
using SubmitCallback = std::function<void(const absl::Status&, const Applied&)>;

struct JobFilter {
  std::optional<provision::v1::Job::State> state;
  std::string environment;  // "environments/..."; empty: any
  std::string service;      // empty: any
  std::string resource;     // "resources/..."; empty: any
};

// A page of a keyset scan. `next` is the last key, to be given as `after`; empty at the end. Limits are 1 to 1,000
// (others are brought into that range). A page may be shorter than its limit, even empty, before the end: one read
// looks at no more than 10,000 rows, however rare a combination of filters is.
template <typename T>
struct Page {
  std::vector<T> items;
  std::string next;
};

// kTargets adds targets without steps, kFull spec, variables and steps.
enum class JobDetail { kSummary, kTargets, kFull };

// A part of a job's log.
struct EventPage {
  std::vector<provision::v1::Event> events;
  int64_t oldest_available = 1;  // 1 unless retention removed something
  int64_t last_seq = 0;          // of the whole log
};

// What one call of DropEvents did.
struct DroppedEvents {
  int64_t events = 0;
  int64_t bytes = 0;
  bool more = false;  // the same call again would drop more
};

// A job that has not ended, with all that the engine needs to go on.
struct UnfinishedJob {
  provision::v1::Job job;  // kFull
  std::vector<PrivateRow> private_rows;
};

class Store {
 public:
  virtual ~Store() = default;

  // ---- Leases
  // Fails with FAILED_PRECONDITION naming the holder when an engine has it.
  virtual absl::StatusOr<Lease> AcquireLease(WallMicros now, int64_t duration_micros) = 0;
  // Extends it; FAILED_PRECONDITION when it was lost.
  virtual absl::Status RenewLease(const Lease& lease, WallMicros now, int64_t duration_micros) = 0;
  // After all that was submitted before it. FAILED_PRECONDITION when it was lost.
  virtual absl::Status ReleaseLease(const Lease& lease) = 0;

  // ---- Writes
  virtual void Submit(Batch batch, SubmitCallback done) = 0;

  // ---- Reads
  // NOT_FOUND when there is none.
  virtual absl::StatusOr<provision::v1::Job> GetJob(const JobId& id, JobDetail detail) = 0;
  // Newest first; items in detail kSummary. `after` is a previous page's `next`; INVALID_ARGUMENT when it is not one.
  virtual absl::StatusOr<Page<provision::v1::Job>> ListJobs(const JobFilter& filter, const std::string& after,
                                                            int limit) = 0;
  // Events with a sequence above `after_seq`, at most `limit` and never more than 1,000; none beyond the end.
  // OUT_OF_RANGE when `after_seq` + 1 is older than what is kept; the message names the oldest available sequence.
  virtual absl::StatusOr<EventPage> ReadEvents(const JobId& id, int64_t after_seq, int limit) = 0;
  // The job of a request id: nullopt when there is none. The digest is of the stored request.
  struct RequestRecord {
    JobId job;
    std::string digest;
  };
  virtual absl::StatusOr<std::optional<RequestRecord>> FindRequest(const std::string& request_id) = 0;
  // Unfinished jobs in order of creation, a page at a time (`after`: the last job id of the page before, which may have
  // ended meanwhile; INVALID_ARGUMENT when there is no such job).
  virtual absl::StatusOr<Page<UnfinishedJob>> ListUnfinished(const std::string& after, int limit) = 0;
  // One private row of an unfinished job; NOT_FOUND when there is none.
  virtual absl::StatusOr<std::string> GetPrivate(const JobId& id, const std::string& key) = 0;
  // Largest admission number given; 0 when none was.
  virtual absl::StatusOr<int64_t> MaxAdmission() = 0;

  virtual absl::StatusOr<provision::v1::Resource> GetResource(const ResourceId& id) = 0;
  // By name. `labels`: all must match.
  virtual absl::StatusOr<Page<provision::v1::Resource>> ListResources(
      const std::vector<std::pair<std::string, std::string>>& labels, const std::string& after, int limit) = 0;
  // The resource with this address, when one is registered.
  virtual absl::StatusOr<std::optional<provision::v1::Resource>> FindResourceByAddress(const std::string& address) = 0;

  virtual absl::StatusOr<provision::v1::Environment> GetEnvironment(const EnvironmentId& id) = 0;
  // By name.
  virtual absl::StatusOr<Page<provision::v1::Environment>> ListEnvironments(const std::string& after, int limit) = 0;

  // ---- Retention
  // Bytes of the events of all jobs that have ended: what DropEvents could give back. Looks at one small row a job.
  virtual absl::StatusOr<int64_t> EndedEventBytes() = 0;
  // Drops the oldest events of jobs whose end was stored before `ended_before` (Batch::now), the job that ended first
  // first, until `enough_bytes` are dropped or a bounded piece is done. Waits for what was submitted before it; errors
  // as of a Batch.
  virtual absl::StatusOr<DroppedEvents> DropEvents(const Lease& lease, WallMicros ended_before,
                                                   int64_t enough_bytes) = 0;

  // ---- Upkeep
  // Writes a consistent copy to `path` while work goes on; ALREADY_EXISTS when there is such a file. Opened, the copy
  // is another engine's: it has a new engine id. UNIMPLEMENTED in memory.
  virtual absl::Status Backup(const std::string& path) = 0;
  // After a write that failed: whether it is worth trying again. Writes something that changes nothing, durably.
  // RESOURCE_EXHAUSTED while there is no space; other errors as of a Batch.
  virtual absl::Status CheckWritable(const Lease& lease) = 0;
  // Waits until everything submitted so far has been answered. For shutdown and tests.
  virtual void Flush() = 0;
};

}  // namespace pe

#endif  // STORAGE_STORE_H_
