-- The replica, version 8: a pull writes little. The networks that a page shows for the first time are one entry of the journal; what
-- changes with every pull stands beside the networks, not in them; and the ids of networks are indexes that a first pull can build when
-- all are there.

PRAGMA user_version = 8;

DROP VIEW changes;
DROP VIEW conflicts;
DROP VIEW outbox;
DROP VIEW interfaces;
DROP VIEW networks;
DROP VIEW network_overlay;

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

-- How often the page was taken in: what it showed before it showed no longer.
ALTER TABLE page ADD COLUMN version INTEGER NOT NULL DEFAULT 0 CHECK (version >= 0);

-- Where the listing last showed a network: it still does where that is the page's version. Rows that go from one page to another, as all
-- do behind one that is gone, cost no more than these numbers.
CREATE TABLE sighting (
  network_key INTEGER PRIMARY KEY REFERENCES network (network_key) ON DELETE CASCADE,
  page INTEGER NOT NULL CHECK (page >= 1),
  version INTEGER NOT NULL CHECK (version >= 0)
) STRICT;
INSERT INTO sighting SELECT network_key, seen_page, 0 FROM network WHERE seen_page IS NOT NULL;

-- What is known of each network's list of interfaces.
CREATE TABLE interface_list (
  network_key INTEGER PRIMARY KEY REFERENCES network (network_key) ON DELETE CASCADE,
  as_of_us INTEGER, -- when it was last read to its end; NULL: never
  tried_at_us INTEGER, -- when it was last asked for and not read
  -- When it is to be read again, and how long that was after it was read.
  due_us INTEGER NOT NULL DEFAULT 0,
  pause_us INTEGER NOT NULL DEFAULT 0 CHECK (pause_us >= 0)
) STRICT;
INSERT INTO interface_list (network_key, as_of_us, tried_at_us)
SELECT network_key, interfaces_as_of_us, interfaces_tried_at_us FROM network
WHERE interfaces_as_of_us IS NOT NULL OR interfaces_tried_at_us IS NOT NULL;

-- Of a sweep that read interfaces: how old the oldest list was when it ended; 0: one was never read.
ALTER TABLE sweep ADD COLUMN lists_as_of_us INTEGER;

CREATE TABLE new_network (
  network_key INTEGER PRIMARY KEY, -- never changes, never leaves the replica
  local_id TEXT CHECK (length(local_id) = 36),
  remote_id TEXT CHECK (length(remote_id) = 36),
  -- The base: what the server answered, in its own strings.
  name TEXT,
  created_at TEXT,
  updated_at TEXT,
  updated_at_us INTEGER, -- NULL where the stamp cannot be ordered
  record_type TEXT,
  unknown_fields TEXT CHECK (unknown_fields GLOB '{*}'),
  read_at_us INTEGER, -- when it was last read by itself
  -- Our last write that the server acknowledged: when, and where in the order of requests.
  acknowledged_at_us INTEGER, -- server's clock
  acknowledgement INTEGER,
  -- A tombstone: ids still resolve, nothing lists it.
  gone_at_us INTEGER,
  gone_cause TEXT CHECK (gone_cause IN ('deleted_here', 'deleted_there', 'never_sent')),
  CHECK (local_id IS NOT NULL OR remote_id IS NOT NULL),
  CHECK ((gone_at_us IS NULL) = (gone_cause IS NULL)),
  CHECK ((acknowledged_at_us IS NULL) = (acknowledgement IS NULL))
) STRICT;
INSERT INTO new_network
SELECT
  network_key, local_id, remote_id, name, created_at, updated_at, updated_at_us, record_type, unknown_fields, read_at_us,
  acknowledged_at_us, acknowledgement, gone_at_us, gone_cause
FROM network;
DROP TABLE network;
ALTER TABLE new_network RENAME TO network;
CREATE UNIQUE INDEX network_by_local_id ON network (local_id) WHERE local_id IS NOT NULL;
CREATE UNIQUE INDEX network_by_remote_id ON network (remote_id) WHERE remote_id IS NOT NULL;
CREATE INDEX network_by_name ON network (name);
-- Those that are there are all but these.
CREATE INDEX network_gone ON network (gone_at_us) WHERE gone_at_us IS NOT NULL;

-- The base of every network that is not gone, with how many interfaces it has and when the server last said so.
CREATE VIEW network_base AS
SELECT
  network.network_key, network.remote_id AS id, network.local_id, network.name, network.created_at, network.updated_at,
  network.record_type,
  CASE WHEN interface_list.as_of_us IS NOT NULL
    THEN (SELECT count(*) FROM network_interface WHERE network_interface.network_key = network.network_key)
  END AS interfaces,
  max(coalesce(page.confirmed_at_us, network.read_at_us), coalesce(network.read_at_us, page.confirmed_at_us)) AS as_of_us
FROM network
LEFT JOIN interface_list ON interface_list.network_key = network.network_key
LEFT JOIN sighting ON sighting.network_key = network.network_key
LEFT JOIN page ON page.page_number = sighting.page AND page.version = sighting.version
WHERE network.gone_at_us IS NULL;

-- Those that nobody edits: they can be listed without looking for edits of each.
CREATE VIEW settled_network AS
SELECT base.*, 'synced' AS state
FROM network_base AS base
WHERE NOT EXISTS (SELECT 1 FROM operation WHERE operation.network_key = base.network_key)
  AND NOT EXISTS (SELECT 1 FROM dead_letter WHERE dead_letter.network_key = base.network_key);

-- All of them, base and intents together; `networks` without those whose deletion waits.
CREATE VIEW network_overlay AS
SELECT
  base.network_key, base.id, base.local_id,
  coalesce(latest.name, flying.name, base.name, CASE dead_letter.action WHEN 'create' THEN dead_letter.name END) AS name,
  CASE
    WHEN latest.action = 'delete' AND latest.state IN ('waiting', 'sending') THEN 'deleting'
    WHEN flying.state = 'in_doubt' THEN 'in_doubt'
    WHEN latest.state IN ('conflict', 'held') THEN latest.state
    WHEN flying.state IS NOT NULL THEN flying.state
    WHEN latest.state IS NOT NULL THEN latest.state
    WHEN dead_letter.edit IS NOT NULL THEN 'refused'
    ELSE 'synced'
  END AS state,
  base.created_at, base.updated_at, base.record_type, base.interfaces, base.as_of_us
FROM network_base AS base
LEFT JOIN operation AS latest
  ON latest.edit = (SELECT max(edit) FROM operation WHERE operation.network_key = base.network_key)
LEFT JOIN operation AS flying
  ON flying.network_key = base.network_key AND flying.state IN ('sending', 'in_doubt')
LEFT JOIN dead_letter ON dead_letter.network_key = base.network_key;

CREATE VIEW networks AS
SELECT
  id, local_id, name, state, created_at, updated_at, record_type, interfaces,
  strftime('%Y-%m-%dT%H:%M:%SZ', as_of_us / 1000000, 'unixepoch') AS as_of
FROM network_overlay
WHERE state <> 'deleting';

CREATE VIEW interfaces AS
SELECT
  network_interface.id,
  network.remote_id AS network_id,
  (SELECT name FROM network_overlay WHERE network_overlay.network_key = network.network_key) AS network_name,
  network_interface.name,
  network_interface.type,
  network_interface.status,
  network_interface.region_code,
  network_interface.region_name,
  network_interface.created_at,
  network_interface.updated_at,
  network_interface.record_type,
  strftime('%Y-%m-%dT%H:%M:%SZ', interface_list.as_of_us / 1000000, 'unixepoch') AS as_of
FROM network_interface
JOIN network ON network.network_key = network_interface.network_key
LEFT JOIN interface_list ON interface_list.network_key = network.network_key
WHERE network.gone_at_us IS NULL;

CREATE VIEW outbox AS
SELECT
  edit, action, network.remote_id AS id, network.local_id, queued.name, base_name, base_updated_at,
  strftime('%Y-%m-%dT%H:%M:%S', edited_at_us / 1000000, 'unixepoch') || printf('.%06dZ', edited_at_us % 1000000) AS edited_at,
  queued.state, attempts,
  strftime('%Y-%m-%dT%H:%M:%SZ', next_attempt_at_us / 1000000, 'unixepoch') AS next_attempt_at,
  error_status, error_code, error_title, error_detail, error_pointer
FROM (
  SELECT
    edit, network_key, action, name, base_name, base_updated_at, edited_at_us, state, attempts,
    CASE state
      WHEN 'waiting' THEN not_before_us
      WHEN 'in_doubt' THEN next_look_us - (SELECT coalesce(clock_offset_us, 0) FROM meta)
    END AS next_attempt_at_us,
    error_status, error_code, error_title, error_detail, error_pointer
  FROM operation
  UNION ALL
  SELECT
    edit, network_key, action, name, base_name, base_updated_at, edited_at_us, 'refused', attempts, NULL,
    error_status, error_code, error_title, error_detail, error_pointer
  FROM dead_letter
) AS queued
JOIN network ON network.network_key = queued.network_key
ORDER BY edit;

CREATE VIEW conflicts AS
SELECT
  operation.edit, network.remote_id AS id, network.local_id, conflict.kind, operation.base_name,
  operation.name AS mine,
  CASE WHEN conflict.kind <> 'deleted_there' THEN network.name END AS theirs,
  strftime('%Y-%m-%dT%H:%M:%S', edited_at_us / 1000000, 'unixepoch') || printf('.%06dZ', edited_at_us % 1000000) AS mine_at,
  CASE WHEN conflict.kind <> 'deleted_there' THEN network.updated_at END AS theirs_at
FROM conflict
JOIN operation ON operation.edit = conflict.edit
JOIN network ON network.network_key = operation.network_key
ORDER BY operation.edit;

CREATE VIEW changes AS
SELECT
  told.change,
  strftime('%Y-%m-%dT%H:%M:%S', at_us / 1000000, 'unixepoch') || printf('.%06dZ', at_us % 1000000) AS at,
  told.side, told.kind, network.remote_id AS id, network.local_id,
  told.before_name AS "before", told.after_name AS "after", told.evidence
FROM journal_change AS told
LEFT JOIN network ON network.network_key = told.network_key
ORDER BY told.entry, told.change;
