-- Environments: dev, prod and test from the beginning, and those that jobs of an earlier release name.
CREATE TABLE environments (
  id TEXT PRIMARY KEY,
  etag TEXT NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

-- `bytes` is a provision.v1.Environment; its texts here are ASCII and below 128 bytes, so a length is one character:
-- 1 (tag 0x0A) name, 2 (0x12) description, 6 (0x30) approval_required, 9 (0x4A) etag.
WITH first (id, description, approval) AS (VALUES
  ('dev', 'For trying things out; jobs that name no environment belong here.', ''),
  ('prod', 'What users depend on; jobs wait for an approval.', char(0x30, 1)),
  ('test', 'For changes before they go to prod.', ''))
INSERT INTO environments (id, etag, bytes)
  SELECT id, '1', CAST(char(0x0A, length(id) + 13) || 'environments/' || id ||
                       char(0x12, length(description)) || description || approval || char(0x4A, 1) || '1' AS BLOB)
  FROM first;
INSERT OR IGNORE INTO environments (id, etag, bytes)
  SELECT substr(environment, 14), '1',
         CAST(char(0x0A, length(environment)) || environment || char(0x4A, 1) || '1' AS BLOB)
  FROM (SELECT DISTINCT environment FROM jobs)
  WHERE environment GLOB 'environments/?*' AND length(environment) < 128;
