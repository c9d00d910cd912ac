-- The replica, version 7: lists of interfaces that cannot be read keep no others from being read.

PRAGMA user_version = 7;

-- When its list of interfaces was last asked for and not read. Those that were asked for longest ago come first.
ALTER TABLE network ADD COLUMN interfaces_tried_at_us INTEGER;
