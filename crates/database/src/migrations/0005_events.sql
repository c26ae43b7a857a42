-- Events. Their ids sort by their starts, so the order of the list is that of the id, a page begins
-- at an id, and months are ranges of ids.

CREATE TABLE events (
    id {id} NOT NULL,
    org_id {id} NOT NULL,
    -- Without a foreign key: what happened stays when the camera goes.
    camera_id {id},
    event_type TEXT NOT NULL,
    -- 1 info, 2 warning, 3 critical.
    severity SMALLINT NOT NULL,
    start_at BIGINT NOT NULL,
    end_at BIGINT,
    -- The node on which it lasts: it ends there, or when that node starts again.
    open_on TEXT,
    -- A JSON object.
    metadata TEXT NOT NULL,
    acknowledged_at BIGINT,
    acknowledged_by {id},
    PRIMARY KEY (id)
) {by_id};

-- How many there are, so that nobody has to count millions: those of a camera by days, and, where the
-- camera's id is all zeros, those of the whole organization by hours; and, where from_at is the least
-- number there is, all of them.
CREATE TABLE event_counts (
    org_id {id} NOT NULL,
    camera_id {id} NOT NULL,
    from_at BIGINT NOT NULL,
    event_type TEXT NOT NULL,
    severity SMALLINT NOT NULL,
    events BIGINT NOT NULL,
    acknowledged BIGINT NOT NULL,
    PRIMARY KEY (org_id, camera_id, from_at, event_type, severity)
) {counts};
CREATE INDEX event_counts_by_time ON event_counts (from_at);
