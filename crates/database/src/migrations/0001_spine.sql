-- The spine: cameras, segments, gaps, uploads.
-- Words in braces are types that differ between the databases: see dialect.
-- Times are microseconds since the epoch; ids are UUIDv7.

CREATE TABLE organizations (
    id {id} PRIMARY KEY NOT NULL,
    name TEXT NOT NULL
);
INSERT INTO organizations (id, name) VALUES ({default_organization}, 'Default');

CREATE TABLE nodes (
    id TEXT PRIMARY KEY NOT NULL,
    started_at BIGINT NOT NULL
);

CREATE TABLE cameras (
    id {id} PRIMARY KEY NOT NULL,
    org_id {id} NOT NULL REFERENCES organizations (id),
    camera_key TEXT NOT NULL,
    name TEXT NOT NULL,
    main_url TEXT NOT NULL,
    sub_url TEXT,
    username TEXT,
    password TEXT,
    transport TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    mode TEXT NOT NULL,
    manual BOOLEAN,
    audio TEXT NOT NULL,
    segment_secs BIGINT NOT NULL,
    retention_secs BIGINT,
    retention_bytes BIGINT,
    managed_by TEXT NOT NULL,
    recording_since BIGINT,
    UNIQUE (org_id, camera_key)
);

CREATE TABLE segments (
    id {id} PRIMARY KEY NOT NULL,
    org_id {id} NOT NULL,
    camera_id {id} NOT NULL REFERENCES cameras (id),
    stream TEXT NOT NULL,
    recording_id {id} NOT NULL,
    object_key TEXT NOT NULL,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    media_start BIGINT NOT NULL,
    media_duration BIGINT NOT NULL,
    timescale INTEGER NOT NULL,
    bytes BIGINT NOT NULL,
    init_offset INTEGER NOT NULL,
    init_len INTEGER NOT NULL,
    init_hash BIGINT NOT NULL,
    frames INTEGER NOT NULL,
    codecs TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    blake3 {bytes},
    state TEXT NOT NULL,
    is_local BOOLEAN NOT NULL,
    is_remote BOOLEAN NOT NULL,
    uploaded_at BIGINT,
    node TEXT NOT NULL
) {updated_in_place};

-- No index holds what SegmentProgress changes, so that PostgreSQL updates in place (HOT).
CREATE INDEX segments_by_camera ON segments (camera_id, stream, start_at);
CREATE INDEX segments_by_start ON segments (org_id, start_at);
CREATE INDEX segments_open ON segments (node) WHERE state = 'open';
CREATE INDEX segments_deleting ON segments (id) WHERE state = 'deleting';
CREATE INDEX segments_local ON segments (node, is_remote, start_at) WHERE is_local AND state = 'finished';
CREATE INDEX segments_local_copies ON segments (node, uploaded_at) WHERE is_local AND is_remote AND state = 'finished';

CREATE TABLE segment_indexes (
    segment_id {id} PRIMARY KEY NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
    entries {bytes} NOT NULL
);

CREATE TABLE gaps (
    id {id} PRIMARY KEY NOT NULL,
    org_id {id} NOT NULL,
    camera_id {id} NOT NULL REFERENCES cameras (id),
    stream TEXT NOT NULL,
    start_at BIGINT NOT NULL,
    end_at BIGINT,
    cause TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX gaps_by_camera ON gaps (camera_id, stream, start_at);
CREATE INDEX gaps_open ON gaps (camera_id, stream) WHERE end_at IS NULL;

CREATE TABLE uploads (
    segment_id {id} PRIMARY KEY NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
    node TEXT NOT NULL,
    next_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    last_error TEXT NOT NULL,
    segment_end BIGINT NOT NULL,
    bytes BIGINT NOT NULL
);
CREATE INDEX uploads_due ON uploads (node, next_at);

-- What each camera's finished segments take, kept up by triggers (see dialect), because summing
-- them up costs O(retention).
CREATE TABLE camera_usage (
    camera_id {id} PRIMARY KEY NOT NULL REFERENCES cameras (id) ON DELETE CASCADE,
    segments BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    local_bytes BIGINT NOT NULL,
    remote_bytes BIGINT NOT NULL
);
