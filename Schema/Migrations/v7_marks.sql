-- The replica, version 7: lists of interfaces that cannot be read keep no others from being read; what a lost log has taken shows;
-- the journal is not looked through after every cycle.

PRAGMA user_version = 7;

-- When its list of interfaces was last asked for and not read. Those that were asked for longest ago come first.
ALTER TABLE network ADD COLUMN interfaces_tried_at_us INTEGER;

-- Transactions that were on disk before anybody was told of them. A mark beside the file has the same number.
ALTER TABLE meta ADD COLUMN steps INTEGER NOT NULL DEFAULT 0 CHECK (steps >= 0);

-- When the journal was last looked through for what has served.
ALTER TABLE meta ADD COLUMN compacted_at_us INTEGER;
