// Every SQL statement of the SQLite store but the migrations. `inline constexpr char[]`: one address in the whole
// program, by which prepared statements are found again. Parameters are bound in order.
#ifndef STORAGE_SQLITE_SQL_H_
#define STORAGE_SQLITE_SQL_H_

namespace pe::sql {

// ---- Connections
// "PEst" in ASCII: tells our databases from others.
inline constexpr int kApplicationId = 0x50457374;
inline constexpr char kSetApplicationId[] = "PRAGMA application_id = 1346728820";
inline constexpr char kGetApplicationId[] = "PRAGMA application_id";
inline constexpr char kGetVersion[] = "PRAGMA user_version";
inline constexpr char kCountTables[] = "SELECT count(*) FROM sqlite_schema";
inline constexpr char kWriterPragmas[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA wal_autocheckpoint = 0;"  // the writer checkpoints by itself and sees the errors
    "PRAGMA secure_delete = FAST;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -16000;"
    "PRAGMA journal_size_limit = 67108864;";
inline constexpr char kReaderPragmas[] =
    "PRAGMA query_only = ON;"
    "PRAGMA wal_autocheckpoint = 0;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -4000;";
inline constexpr char kGetJournalMode[] = "PRAGMA journal_mode";
inline constexpr char kBegin[] = "BEGIN";
inline constexpr char kBeginImmediate[] = "BEGIN IMMEDIATE";
inline constexpr char kCommit[] = "COMMIT";
inline constexpr char kRollback[] = "ROLLBACK";
// A copy is one file, and it is another database than the one it was made of.
inline constexpr char kDetachCopy[] =
    "PRAGMA journal_mode = DELETE;"
    "UPDATE engine SET engine_id = '';";

// ---- The engine's row
inline constexpr char kGetEngine[] = "SELECT engine_id, epoch FROM engine";
inline constexpr char kSetEngineId[] = "UPDATE engine SET engine_id = ?";
// A change that leaves nothing: a row that is set to what it is already would not be written at all.
inline constexpr char kProbeInsert[] = "INSERT INTO private_rows (job, key, value) VALUES (-1, 'probe', x'00')";
inline constexpr char kProbeDelete[] = "DELETE FROM private_rows WHERE job = -1";
inline constexpr char kSetEpoch[] = "UPDATE engine SET epoch = ?";
inline constexpr char kGetMaxAdmission[] = "SELECT max_admission FROM engine";
inline constexpr char kRaiseMaxAdmission[] = "UPDATE engine SET max_admission = ?1 WHERE max_admission < ?1";

// ---- What a batch is checked against
inline constexpr char kFindJob[] = "SELECT key, last_seq, state, terminal FROM jobs WHERE id = ?";
inline constexpr char kFindRequest[] =
    "SELECT jobs.id, requests.digest FROM requests JOIN jobs ON jobs.key = requests.job WHERE requests.id = ?";
inline constexpr char kFindResource[] = "SELECT etag, address FROM resources WHERE id = ?";
inline constexpr char kFindAddress[] = "SELECT id FROM resources WHERE address = ?";
inline constexpr char kFindEnvironment[] = "SELECT etag FROM environments WHERE id = ?";
inline constexpr char kMaxJobKey[] = "SELECT coalesce(max(key), 0) FROM jobs";

// ---- Writes
inline constexpr char kInsertJob[] =
    "INSERT INTO jobs (key, id, state, terminal, environment, service, last_seq, summary) VALUES (?, ?, ?, ?, ?, ?, ?, "
    "?)";
inline constexpr char kUpdateSummary[] = "UPDATE jobs SET last_seq = ?, summary = ? WHERE key = ?";
// Apart from the summary: naming an indexed column rewrites its index, changed or not.
inline constexpr char kUpdateState[] = "UPDATE jobs SET state = ? WHERE key = ?";
inline constexpr char kSetTerminal[] = "UPDATE jobs SET terminal = 1 WHERE key = ?";
inline constexpr char kInsertSpec[] = "INSERT INTO specs (job, bytes) VALUES (?, ?)";
inline constexpr char kPutTarget[] =
    "INSERT INTO targets (job, idx, head, steps) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (job, idx) DO UPDATE SET head = excluded.head, steps = excluded.steps";
inline constexpr char kInsertJobResource[] = "INSERT OR IGNORE INTO job_resources (resource, job) VALUES (?, ?)";
inline constexpr char kInsertEvents[] = "INSERT INTO events (job, first_seq, last_seq, bytes) VALUES (?, ?, ?, ?)";
inline constexpr char kPutPrivate[] =
    "INSERT INTO private_rows (job, key, value) VALUES (?, ?, ?) ON CONFLICT (job, key) DO UPDATE SET value = "
    "excluded.value";
inline constexpr char kDeletePrivate[] = "DELETE FROM private_rows WHERE job = ? AND key = ?";
inline constexpr char kDeleteAllPrivate[] = "DELETE FROM private_rows WHERE job = ?";
inline constexpr char kInsertRequest[] = "INSERT INTO requests (id, digest, job) VALUES (?, ?, ?)";
inline constexpr char kDeleteResource[] = "DELETE FROM resources WHERE id = ?";
inline constexpr char kDeleteLabels[] = "DELETE FROM labels WHERE resource = ?";
inline constexpr char kInsertResource[] = "INSERT INTO resources (id, address, etag, bytes) VALUES (?, ?, ?, ?)";
inline constexpr char kInsertLabel[] = "INSERT INTO labels (key, value, resource) VALUES (?, ?, ?)";

inline constexpr char kPutEnvironment[] =
    "INSERT INTO environments (id, etag, bytes) VALUES (?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET etag = excluded.etag, bytes = excluded.bytes";
inline constexpr char kDeleteEnvironment[] = "DELETE FROM environments WHERE id = ?";

// ---- Retention
inline constexpr char kInsertEndedLog[] =
    "INSERT INTO ended_logs (ended, job, bytes)"
    " SELECT ?1, ?2, coalesce(sum(length(bytes)), 0) FROM events WHERE job = ?2";
inline constexpr char kEndedEventBytes[] = "SELECT coalesce(sum(bytes), 0) FROM ended_logs";
inline constexpr char kFirstEndedLog[] =
    "SELECT ended, job, bytes FROM ended_logs WHERE ended < ? ORDER BY ended, job LIMIT 1";
inline constexpr char kOldestChunks[] =
    "SELECT rowid, first_seq, last_seq, length(bytes) FROM events WHERE job = ? ORDER BY last_seq LIMIT ?";
inline constexpr char kDeleteChunk[] = "DELETE FROM events WHERE rowid = ?";
inline constexpr char kSetOldest[] = "UPDATE jobs SET oldest_seq = ? WHERE key = ?";
inline constexpr char kSetEndedLog[] = "UPDATE ended_logs SET bytes = ? WHERE ended = ? AND job = ?";
inline constexpr char kDeleteEndedLog[] = "DELETE FROM ended_logs WHERE ended = ? AND job = ?";

// ---- Checking a whole file
inline constexpr char kCheckPragmas[] =
    "PRAGMA query_only = ON;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -16000;";
inline constexpr char kIntegrityCheck[] = "PRAGMA integrity_check(20)";
inline constexpr char kQuickCheck[] = "PRAGMA quick_check(1)";
inline constexpr char kJobsWithoutSpec[] = "SELECT count(*) FROM jobs WHERE key NOT IN (SELECT job FROM specs)";
inline constexpr char kSpecsWithoutJob[] = "SELECT count(*) FROM specs WHERE job NOT IN (SELECT key FROM jobs)";
inline constexpr char kTargetsWithoutJob[] = "SELECT count(*) FROM targets WHERE job NOT IN (SELECT key FROM jobs)";
inline constexpr char kLinksWithoutJob[] = "SELECT count(*) FROM job_resources WHERE job NOT IN (SELECT key FROM jobs)";
inline constexpr char kEventsWithoutJob[] = "SELECT count(*) FROM events WHERE job NOT IN (SELECT key FROM jobs)";
inline constexpr char kPrivateWithoutJob[] =
    "SELECT count(*) FROM private_rows WHERE job NOT IN (SELECT key FROM jobs WHERE terminal = 0)";
inline constexpr char kRequestsWithoutJob[] = "SELECT count(*) FROM requests WHERE job NOT IN (SELECT key FROM jobs)";
inline constexpr char kLabelsWithoutResource[] =
    "SELECT count(*) FROM labels WHERE resource NOT IN (SELECT id FROM resources)";
inline constexpr char kAllLogs[] = "SELECT key, id, last_seq, oldest_seq, summary FROM jobs ORDER BY key";
inline constexpr char kAllChunks[] = "SELECT first_seq, last_seq, bytes FROM events WHERE job = ? ORDER BY last_seq";
inline constexpr char kCountJobs[] = "SELECT count(*) FROM jobs";
inline constexpr char kCountUnfinished[] = "SELECT count(*) FROM jobs WHERE terminal = 0";
inline constexpr char kCountTrimmed[] = "SELECT count(*) FROM jobs WHERE oldest_seq > 1";
inline constexpr char kCountResources[] = "SELECT count(*) FROM resources";

// ---- Reads: one job
inline constexpr char kGetJob[] = "SELECT key, summary FROM jobs WHERE id = ?";
inline constexpr char kGetSpec[] = "SELECT bytes FROM specs WHERE job = ?";
inline constexpr char kGetTargetHeads[] = "SELECT head FROM targets WHERE job = ? ORDER BY idx";
inline constexpr char kGetTargets[] = "SELECT head, steps FROM targets WHERE job = ? ORDER BY idx";
inline constexpr char kGetPrivate[] =
    "SELECT value FROM private_rows WHERE job = (SELECT key FROM jobs WHERE id = ?) AND key = ?";
inline constexpr char kGetAllPrivate[] = "SELECT key, value FROM private_rows WHERE job = ? ORDER BY key";

// ---- Reads: lists of jobs. One statement for each filter that may lead; parameters: the leading value, the key before
// which the page begins. The reader compares the other filters by itself.
inline constexpr char kListJobs[] =
    "SELECT key, state, environment, service, summary FROM jobs WHERE key < ? ORDER BY key DESC";
inline constexpr char kListByState[] =
    "SELECT key, state, environment, service, summary FROM jobs INDEXED BY jobs_by_state"
    " WHERE state = ? AND key < ? ORDER BY key DESC";
inline constexpr char kListByEnvironment[] =
    "SELECT key, state, environment, service, summary FROM jobs INDEXED BY jobs_by_environment"
    " WHERE environment = ? AND key < ? ORDER BY key DESC";
inline constexpr char kListByService[] =
    "SELECT key, state, environment, service, summary FROM jobs INDEXED BY jobs_by_service"
    " WHERE service = ? AND key < ? ORDER BY key DESC";
inline constexpr char kListByResource[] =
    "SELECT jobs.key, state, environment, service, summary FROM job_resources CROSS JOIN jobs ON jobs.key = "
    "job_resources.job"
    " WHERE resource = ? AND job < ? ORDER BY job DESC";
inline constexpr char kListUnfinished[] =
    "SELECT key, id, summary FROM jobs INDEXED BY jobs_unfinished WHERE terminal = 0 AND key > ? ORDER BY key LIMIT ?";
inline constexpr char kGetKey[] = "SELECT key FROM jobs WHERE id = ?";

// ---- Reads: events
inline constexpr char kGetLog[] = "SELECT key, last_seq, oldest_seq FROM jobs WHERE id = ?";
inline constexpr char kReadEvents[] =
    "SELECT first_seq, bytes FROM events WHERE job = ? AND last_seq > ? ORDER BY last_seq";

// ---- Reads: resources
inline constexpr char kGetResource[] = "SELECT bytes FROM resources WHERE id = ?";
inline constexpr char kGetResourceByAddress[] = "SELECT bytes FROM resources WHERE address = ?";
inline constexpr char kListResources[] = "SELECT id, bytes FROM resources WHERE id > ? ORDER BY id";
inline constexpr char kListByLabel[] =
    "SELECT resources.id, resources.bytes FROM labels CROSS JOIN resources ON resources.id = labels.resource"
    " WHERE labels.key = ? AND labels.value = ? AND labels.resource > ? ORDER BY labels.resource";
inline constexpr char kHasLabel[] = "SELECT 1 FROM labels WHERE key = ? AND value = ? AND resource = ?";

// ---- Reads: environments
inline constexpr char kGetEnvironment[] = "SELECT bytes FROM environments WHERE id = ?";
inline constexpr char kListEnvironments[] = "SELECT id, bytes FROM environments WHERE id > ? ORDER BY id";

}  // namespace pe::sql

#endif  // STORAGE_SQLITE_SQL_H_
