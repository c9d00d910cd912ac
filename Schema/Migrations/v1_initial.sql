-- The replica, version 1.
--
-- Tables hold what netsync keeps; views are what people and programs query. Times ending in _us are microseconds since
-- 1970 on this host's clock, unless said otherwise. A network's base is the last server document that was accepted; the
-- outbox holds the intents; what is read is both together, computed by the views and never stored.

PRAGMA application_id = 0x4E53594E; -- "NSYN"
PRAGMA user_version = 1;

-- One row, about the replica as a whole.
CREATE TABLE meta (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  -- The account is known by its base URL and by what it lists.
  base_url TEXT,
  -- Orders requests and acknowledgements: a request remembers the count at its start, an acknowledgement raises it.
  acknowledgements INTEGER NOT NULL DEFAULT 0 CHECK (acknowledgements >= 0),
  -- Server time minus host time, and how far off that may be.
  clock_offset_us INTEGER,
  clock_uncertainty_us INTEGER CHECK (clock_uncertainty_us >= 0),
  -- The server asked for silence until then.
  quiet_until_us INTEGER,
  CHECK ((clock_offset_us IS NULL) = (clock_uncertainty_us IS NULL))
) STRICT;
INSERT INTO meta (only_row) VALUES (1);

-- One row per walk through the listing of networks, and of interfaces behind it.
CREATE TABLE sweep (
  sweep INTEGER PRIMARY KEY AUTOINCREMENT,
  started_at_us INTEGER NOT NULL,
  ended_at_us INTEGER, -- NULL: running, or its process died
  outcome TEXT CHECK (outcome IN ('ok', 'partial', 'held', 'offline', 'error')),
  -- Every page was asked for, answered and applied in this walk.
  complete INTEGER NOT NULL DEFAULT 0 CHECK (complete IN (0, 1)),
  networks_only INTEGER NOT NULL CHECK (networks_only IN (0, 1)),
  networks INTEGER NOT NULL DEFAULT 0,
  interfaces INTEGER NOT NULL DEFAULT 0,
  new INTEGER NOT NULL DEFAULT 0,
  changed INTEGER NOT NULL DEFAULT 0,
  gone INTEGER NOT NULL DEFAULT 0,
  held INTEGER NOT NULL DEFAULT 0,
  requests INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  CHECK ((ended_at_us IS NULL) = (outcome IS NULL))
) STRICT;

-- One row per page of the listing. A page that comes again byte for byte costs this row and none of its networks'.
CREATE TABLE page (
  page_number INTEGER PRIMARY KEY CHECK (page_number >= 1),
  -- Of the body as it came; NULL where the rows no longer say what the body said.
  fingerprint BLOB,
  -- What the body held, for when it comes again.
  row_count INTEGER NOT NULL CHECK (row_count >= 0),
  total_pages INTEGER,
  total_results INTEGER,
  confirmed_sweep INTEGER NOT NULL REFERENCES sweep (sweep),
  confirmed_at_us INTEGER NOT NULL
) STRICT;

CREATE TABLE network (
  network_key INTEGER PRIMARY KEY, -- never changes, never leaves the replica
  local_id TEXT UNIQUE CHECK (length(local_id) = 36),
  remote_id TEXT UNIQUE CHECK (length(remote_id) = 36),
  -- The base: what the server answered, in its own strings.
  name TEXT,
  created_at TEXT,
  updated_at TEXT,
  updated_at_us INTEGER, -- NULL where the stamp cannot be ordered
  record_type TEXT,
  unknown_fields TEXT CHECK (unknown_fields GLOB '{*}'),
  -- The page of the listing that it was last seen on, and when it was last read by itself.
  seen_page INTEGER REFERENCES page (page_number) ON DELETE SET NULL,
  read_at_us INTEGER,
  -- When its interfaces were last walked; NULL: never.
  interfaces_as_of_us INTEGER,
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
CREATE INDEX network_by_name ON network (name);
CREATE INDEX network_by_page ON network (seen_page) WHERE seen_page IS NOT NULL;

CREATE TABLE network_interface (
  network_key INTEGER NOT NULL REFERENCES network (network_key) ON DELETE CASCADE,
  id TEXT NOT NULL,
  name TEXT,
  type TEXT,
  status TEXT,
  region_code TEXT,
  region_name TEXT,
  created_at TEXT,
  updated_at TEXT,
  record_type TEXT,
  unknown_fields TEXT CHECK (unknown_fields GLOB '{*}'),
  PRIMARY KEY (network_key, id)
) STRICT, WITHOUT ROWID;

-- The outbox: edits that the server has not settled. An edit's number is never used again.
CREATE TABLE operation (
  edit INTEGER PRIMARY KEY AUTOINCREMENT,
  network_key INTEGER NOT NULL REFERENCES network (network_key),
  action TEXT NOT NULL CHECK (action IN ('create', 'rename', 'delete')),
  name TEXT,
  base_name TEXT,
  base_updated_at TEXT,
  sent_name TEXT, -- of a rename that was sent and not answered: the server may have it by now
  edited_at_us INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'in_doubt', 'conflict', 'held')),
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  not_before_us INTEGER,
  -- A create writes these before it is sent: the earliest server time at which it can have been applied, and the ids
  -- that carried its name already.
  armed_at_us INTEGER, -- server's clock
  armed_known TEXT CHECK (armed_known LIKE '[%]'),
  looks INTEGER NOT NULL DEFAULT 0 CHECK (looks >= 0),
  next_look_us INTEGER, -- server's clock
  candidates TEXT CHECK (candidates LIKE '[%]'),
  error_status INTEGER,
  error_code TEXT,
  error_title TEXT,
  error_detail TEXT,
  error_pointer TEXT,
  CHECK ((action = 'delete') = (name IS NULL)),
  CHECK ((armed_at_us IS NULL) = (armed_known IS NULL)),
  CHECK (state <> 'sending' OR action <> 'create' OR armed_at_us IS NOT NULL),
  CHECK (state <> 'in_doubt' OR (action = 'create' AND armed_at_us IS NOT NULL AND next_look_us IS NOT NULL))
) STRICT;
CREATE INDEX operation_by_network ON operation (network_key, edit);
-- One lane per network: at most one operation on its way, and at most one behind it.
CREATE UNIQUE INDEX operation_in_flight ON operation (network_key) WHERE state IN ('sending', 'in_doubt');
CREATE UNIQUE INDEX operation_queued ON operation (network_key) WHERE state IN ('waiting', 'conflict', 'held');

CREATE TABLE conflict (
  edit INTEGER PRIMARY KEY REFERENCES operation (edit) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('both_changed', 'deleted_there', 'deleted_here')),
  found_at_us INTEGER NOT NULL
) STRICT;

-- Edits that the server refused for good, with its own words. They keep their number.
CREATE TABLE dead_letter (
  edit INTEGER PRIMARY KEY,
  network_key INTEGER NOT NULL UNIQUE REFERENCES network (network_key),
  action TEXT NOT NULL CHECK (action IN ('create', 'rename', 'delete')),
  name TEXT,
  base_name TEXT,
  base_updated_at TEXT,
  edited_at_us INTEGER NOT NULL,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  refused_at_us INTEGER NOT NULL,
  error_status INTEGER,
  error_code TEXT,
  error_title TEXT,
  error_detail TEXT,
  error_pointer TEXT,
  CHECK ((action = 'delete') = (name IS NULL))
) STRICT;

-- What happened to networks, here and there: only ever added to.
CREATE TABLE journal (
  change INTEGER PRIMARY KEY AUTOINCREMENT,
  at_us INTEGER NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  kind TEXT NOT NULL CHECK (kind <> ''),
  network_key INTEGER NOT NULL,
  edit INTEGER,
  before_name TEXT,
  after_name TEXT,
  evidence TEXT NOT NULL CHECK (evidence GLOB '{*}')
) STRICT;
CREATE INDEX journal_by_network ON journal (network_key, change);

-- Every network that is not gone, base and intents together; `networks` without those whose deletion waits.
CREATE VIEW network_overlay AS
SELECT
  network.network_key,
  network.remote_id AS id,
  network.local_id,
  coalesce(
    latest.name, flying.name, network.name, CASE dead_letter.action WHEN 'create' THEN dead_letter.name END
  ) AS name,
  CASE
    WHEN latest.action = 'delete' AND latest.state IN ('waiting', 'sending') THEN 'deleting'
    WHEN flying.state = 'in_doubt' THEN 'in_doubt'
    WHEN latest.state IN ('conflict', 'held') THEN latest.state
    WHEN flying.state IS NOT NULL THEN flying.state
    WHEN latest.state IS NOT NULL THEN latest.state
    WHEN dead_letter.edit IS NOT NULL THEN 'refused'
    ELSE 'synced'
  END AS state,
  network.created_at,
  network.updated_at,
  network.record_type,
  CASE WHEN network.interfaces_as_of_us IS NOT NULL
    THEN (SELECT count(*) FROM network_interface WHERE network_interface.network_key = network.network_key)
  END AS interfaces,
  max(coalesce(page.confirmed_at_us, network.read_at_us), coalesce(network.read_at_us, page.confirmed_at_us)) AS as_of_us
FROM network
LEFT JOIN operation AS latest
  ON latest.edit = (SELECT max(edit) FROM operation WHERE operation.network_key = network.network_key)
LEFT JOIN operation AS flying
  ON flying.network_key = network.network_key AND flying.state IN ('sending', 'in_doubt')
LEFT JOIN dead_letter ON dead_letter.network_key = network.network_key
LEFT JOIN page ON page.page_number = network.seen_page
WHERE network.gone_at_us IS NULL;

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
  strftime('%Y-%m-%dT%H:%M:%SZ', network.interfaces_as_of_us / 1000000, 'unixepoch') AS as_of
FROM network_interface
JOIN network ON network.network_key = network_interface.network_key
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

CREATE VIEW syncs AS
SELECT
  sweep AS sync,
  strftime('%Y-%m-%dT%H:%M:%SZ', started_at_us / 1000000, 'unixepoch') AS started_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', ended_at_us / 1000000, 'unixepoch') AS ended_at,
  networks, interfaces, new, changed, gone, held, requests, bytes,
  (ended_at_us - started_at_us) / 1000000.0 AS duration_s,
  complete,
  outcome
FROM sweep
ORDER BY sweep;

CREATE VIEW changes AS
SELECT
  journal.change,
  strftime('%Y-%m-%dT%H:%M:%S', at_us / 1000000, 'unixepoch') || printf('.%06dZ', at_us % 1000000) AS at,
  journal.side, journal.kind, network.remote_id AS id, network.local_id,
  journal.before_name AS "before", journal.after_name AS "after", journal.evidence
FROM journal
LEFT JOIN network ON network.network_key = journal.network_key
ORDER BY journal.change;
