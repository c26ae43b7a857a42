-- Deletions of footage that somebody asked for: kept until they are done, over restarts too, and the
-- last of each camera after that.

CREATE TABLE purges (
    id {id} PRIMARY KEY NOT NULL,
    org_id {id} NOT NULL,
    camera_id {id} NOT NULL REFERENCES cameras (id) ON DELETE CASCADE,
    -- Without a foreign key: it is the one that goes.
    segment_id {id},
    from_at BIGINT,
    to_at BIGINT,
    requested_at BIGINT NOT NULL,
    requested_by TEXT NOT NULL,
    found_segments BIGINT NOT NULL,
    found_bytes BIGINT NOT NULL,
    segments BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX purges_by_camera ON purges (camera_id, id);
CREATE INDEX purges_running ON purges (id) WHERE finished_at IS NULL;
