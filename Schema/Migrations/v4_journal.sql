-- The replica, version 4: the entries of the journal can be found by their age, which is what bounds it.

PRAGMA user_version = 4;

CREATE INDEX journal_by_time ON journal (at_us);
