-- The replica, version 10: the networks that nobody edits are listed without looking for edits of each.

PRAGMA user_version = 10;

-- As `network_overlay` has them. What is sorted or counted here needs no more than the base.
CREATE VIEW settled_network AS
SELECT
  network.network_key, network.remote_id AS id, network.local_id, network.name, 'synced' AS state, network.created_at,
  network.updated_at, network.record_type,
  CASE WHEN interface_list.as_of_us IS NOT NULL
    THEN (SELECT count(*) FROM network_interface WHERE network_interface.network_key = network.network_key)
  END AS interfaces,
  max(coalesce(page.confirmed_at_us, network.read_at_us), coalesce(network.read_at_us, page.confirmed_at_us)) AS as_of_us
FROM network
LEFT JOIN interface_list ON interface_list.network_key = network.network_key
LEFT JOIN sighting ON sighting.network_key = network.network_key
LEFT JOIN page ON page.page_number = sighting.page AND page.version = sighting.version
WHERE network.gone_at_us IS NULL
  AND NOT EXISTS (SELECT 1 FROM operation WHERE operation.network_key = network.network_key)
  AND NOT EXISTS (SELECT 1 FROM dead_letter WHERE dead_letter.network_key = network.network_key);
