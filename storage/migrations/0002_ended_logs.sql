-- Logs that retention may drop: one row for each job that has ended and still has events, in order of their end.
-- `ended` is the time of the commit that ended the job; of jobs from before this table, the time of this migration.
CREATE TABLE ended_logs (
  ended INTEGER NOT NULL,
  job INTEGER NOT NULL,
  bytes INTEGER NOT NULL,  -- of its events as they are stored
  PRIMARY KEY (ended, job)
) STRICT, WITHOUT ROWID;
INSERT INTO ended_logs (ended, job, bytes)
  SELECT CAST(strftime('%s', 'now') AS INTEGER) * 1000000, key,
         (SELECT coalesce(sum(length(bytes)), 0) FROM events WHERE job = key)
  FROM jobs WHERE terminal = 1;
