-- The replica, version 8: the networks that a page of the listing showed for the first time are one entry of the journal.

PRAGMA user_version = 8;

-- How many networks an entry tells of, and where there are several, what each was called: a JSON array. The entry then has the number of
-- the last of these changes and the key of the first of these networks; both rise by one from each to the next.
ALTER TABLE journal ADD COLUMN networks INTEGER NOT NULL DEFAULT 1 CHECK (networks >= 1);
ALTER TABLE journal ADD COLUMN names TEXT CHECK (names LIKE '[%]' AND networks > 1 OR names IS NULL AND networks = 1);
CREATE INDEX journal_arrivals ON journal (network_key) WHERE names IS NOT NULL;

-- Every change by itself, and the entry that tells of it.
CREATE VIEW journal_change AS
SELECT
  journal.change - journal.networks + 1 + coalesce(arrival.key, 0) AS change,
  journal.change AS entry,
  journal.at_us, journal.side, journal.kind,
  journal.network_key + coalesce(arrival.key, 0) AS network_key,
  journal.edit, journal.before_name, coalesce(journal.after_name, arrival.value) AS after_name, journal.evidence
FROM journal LEFT JOIN json_each(journal.names) AS arrival;

DROP VIEW changes;
CREATE VIEW changes AS
SELECT
  told.change,
  strftime('%Y-%m-%dT%H:%M:%S', at_us / 1000000, 'unixepoch') || printf('.%06dZ', at_us % 1000000) AS at,
  told.side, told.kind, network.remote_id AS id, network.local_id,
  told.before_name AS "before", told.after_name AS "after", told.evidence
FROM journal_change AS told
LEFT JOIN network ON network.network_key = told.network_key
ORDER BY told.entry, told.change;
