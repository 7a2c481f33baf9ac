-- Jobs, their events and the inventory. Protobuf values are BLOBs; a column beside them is there for a query.

-- One row: whose database this is. engine_id '' is replaced when the database is opened.
CREATE TABLE engine (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  engine_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  max_admission INTEGER NOT NULL
) STRICT;
INSERT INTO engine (one, engine_id, epoch, max_admission) VALUES (1, '', 0, 0);

-- `key` grows in order of creation and is what pages continue from. Every index ends in it by itself.
CREATE TABLE jobs (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  state INTEGER NOT NULL,
  terminal INTEGER NOT NULL,
  environment TEXT NOT NULL,
  service TEXT NOT NULL,
  last_seq INTEGER NOT NULL,
  oldest_seq INTEGER NOT NULL DEFAULT 1,  -- above 1 where retention removed events
  summary BLOB NOT NULL                   -- Job without targets, spec and variables
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state);
CREATE INDEX jobs_by_environment ON jobs (environment);
CREATE INDEX jobs_by_service ON jobs (service);
CREATE INDEX jobs_unfinished ON jobs (terminal) WHERE terminal = 0;

-- Written once: Job with spec and variables only.
CREATE TABLE specs (
  job INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT;

-- `head` is a Target without steps, `steps` one with nothing else: what reads only the first never touches the second.
CREATE TABLE targets (
  job INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  head BLOB NOT NULL,
  steps BLOB NOT NULL,
  PRIMARY KEY (job, idx)
) STRICT;

CREATE TABLE job_resources (
  resource TEXT NOT NULL,
  job INTEGER NOT NULL,
  PRIMARY KEY (resource, job)
) STRICT, WITHOUT ROWID;

-- Chunks of consecutive events, each event after its length. A table with rowid: chunks are written at its end.
CREATE TABLE events (
  job INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  UNIQUE (job, last_seq)
) STRICT;

-- Of unfinished jobs only.
CREATE TABLE private_rows (
  job INTEGER NOT NULL,
  key TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (job, key)
) STRICT;

CREATE TABLE requests (
  id TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  job INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- `address` is NULL where there is none.
CREATE TABLE resources (
  id TEXT PRIMARY KEY,
  address TEXT UNIQUE,
  etag TEXT NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE labels (
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  resource TEXT NOT NULL,
  PRIMARY KEY (key, value, resource)
) STRICT, WITHOUT ROWID;
CREATE INDEX labels_by_resource ON labels (resource);
