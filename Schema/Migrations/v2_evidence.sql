-- The replica, version 2.

PRAGMA user_version = 2;

-- When an unanswered create was first looked for, on the server's clock: it had been sent by then, so from then on its settle
-- time counts.
ALTER TABLE operation ADD COLUMN first_look_us INTEGER;
