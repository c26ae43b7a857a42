
-- The last columns of some are there so that what a filter refuses is not even looked up.
CREATE INDEX events_by_org ON events (org_id, id);
CREATE INDEX events_by_type ON events (org_id, event_type, severity, id);
CREATE INDEX events_by_camera ON events (org_id, camera_id, id, event_type, severity);
CREATE INDEX events_acknowledged ON events (org_id, id, camera_id, event_type, severity)
    WHERE acknowledged_at IS NOT NULL;
CREATE INDEX events_open ON events (open_on) WHERE open_on IS NOT NULL;
