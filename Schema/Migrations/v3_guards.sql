-- The replica, version 3: a sweep says which guard held its removals, and how often the server went back.

PRAGMA user_version = 3;

ALTER TABLE sweep ADD COLUMN guard TEXT CHECK (
  guard IN ('other_account', 'empty_listing', 'no_overlap', 'too_many', 'all_changed', 'server_went_back')
);
-- Networks that it listed with an older updated_at than the one that was known.
ALTER TABLE sweep ADD COLUMN went_back INTEGER NOT NULL DEFAULT 0;

DROP VIEW syncs;
CREATE VIEW syncs AS
SELECT
  sweep AS sync,
  strftime('%Y-%m-%dT%H:%M:%SZ', started_at_us / 1000000, 'unixepoch') AS started_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', ended_at_us / 1000000, 'unixepoch') AS ended_at,
  networks, interfaces, new, changed, gone, held, requests, bytes,
  (ended_at_us - started_at_us) / 1000000.0 AS duration_s,
  complete,
  outcome,
  guard,
  went_back
FROM sweep
ORDER BY sweep;
