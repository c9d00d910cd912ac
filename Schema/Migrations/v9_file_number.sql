-- The replica, version 9: a file is told from the copy that takes its place, whose write-ahead log it must not be given.

PRAGMA user_version = 9;

-- Given by chance, and to each backup anew. A mark beside the file has the same number.
ALTER TABLE meta ADD COLUMN file_number INTEGER;
UPDATE meta SET file_number = abs(random() / 2);
