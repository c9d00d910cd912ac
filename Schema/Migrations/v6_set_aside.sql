-- The replica, version 6: records that cannot be understood are set aside, and told.

PRAGMA user_version = 6;

-- Those of each page as it last came, and those of each network's interfaces as they were last read. What they are is not known,
-- so nothing that is missing from a listing with such a record is taken for gone.
CREATE TABLE set_aside (
  network_key INTEGER NOT NULL, -- whose interfaces; 0: the listing of networks
  page INTEGER NOT NULL CHECK (page >= 1),
  position INTEGER NOT NULL CHECK (position >= 1), -- on the page
  fault TEXT NOT NULL CHECK (fault <> ''),
  PRIMARY KEY (network_key, page, position)
) STRICT, WITHOUT ROWID;

-- A sweep has asked for everything, whatever it found. One that was cut short is taken up by the next.
ALTER TABLE sweep ADD COLUMN finished INTEGER NOT NULL DEFAULT 0 CHECK (finished IN (0, 1));
UPDATE sweep SET finished = complete;
