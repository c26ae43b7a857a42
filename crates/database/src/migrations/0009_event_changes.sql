-- What has ended or was acknowledged since a time, in its order: for listeners that come back. The ids
-- are there so that a page begins at one, and that nothing but the index is read.

CREATE INDEX events_ended ON events (org_id, end_at, id) WHERE end_at IS NOT NULL;
CREATE INDEX events_seen ON events (org_id, acknowledged_at, id) WHERE acknowledged_at IS NOT NULL;
