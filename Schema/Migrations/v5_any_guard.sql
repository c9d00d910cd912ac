-- The replica, version 5: which guards there are is for the rules to say, so a new one needs no new version.

PRAGMA user_version = 5;

DROP VIEW syncs;
ALTER TABLE sweep ADD COLUMN held_by TEXT CHECK (held_by <> '');
UPDATE sweep SET held_by = guard WHERE guard IS NOT NULL;
ALTER TABLE sweep DROP COLUMN guard;
ALTER TABLE sweep RENAME COLUMN held_by TO guard;
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
