-- The replica, version 10: what the API was found to do where its documentation does not say.

PRAGMA user_version = 10;

-- Facts of one account, in words, as they were last found.
CREATE TABLE server_fact (
  base_url TEXT NOT NULL,
  topic TEXT NOT NULL,
  fact TEXT NOT NULL,
  as_of_us INTEGER NOT NULL,
  PRIMARY KEY (base_url, topic)
) STRICT, WITHOUT ROWID;

CREATE VIEW server AS
SELECT base_url, topic, fact, strftime('%Y-%m-%dT%H:%M:%SZ', as_of_us / 1000000, 'unixepoch') AS as_of
FROM server_fact
ORDER BY base_url, topic;
