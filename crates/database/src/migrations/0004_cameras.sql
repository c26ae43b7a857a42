-- Cameras as the API manages them: groups, tags, descriptions, versions, settings of the device.
-- What is empty here in rows from before is filled in at start: see cameras/upgrade.rs.

ALTER TABLE cameras ADD COLUMN group_id {id} REFERENCES camera_groups (id) ON DELETE SET NULL;
ALTER TABLE cameras ADD COLUMN driver TEXT NOT NULL DEFAULT 'rtsp';
ALTER TABLE cameras ADD COLUMN company TEXT NOT NULL DEFAULT '';
ALTER TABLE cameras ADD COLUMN model TEXT NOT NULL DEFAULT '';
ALTER TABLE cameras ADD COLUMN serial_number TEXT;
ALTER TABLE cameras ADD COLUMN location TEXT NOT NULL DEFAULT '';
ALTER TABLE cameras ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE cameras ADD COLUMN firmware TEXT;
ALTER TABLE cameras ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE cameras ADD COLUMN created_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cameras ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
-- A deleted camera is in no list; its row stays for its footage.
ALTER TABLE cameras ADD COLUMN deleted_at BIGINT;
-- The main address in one form, by which cameras are told apart.
ALTER TABLE cameras ADD COLUMN main_address TEXT NOT NULL DEFAULT '';
-- The name in lower case, and all that is searched in lower case.
ALTER TABLE cameras ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE cameras ADD COLUMN search_key TEXT NOT NULL DEFAULT '';

-- Not unique: the configuration file may name one address twice. Cameras of the API are checked
-- one after the other: see cameras/edit.rs.
CREATE INDEX cameras_by_address ON cameras (org_id, main_address);
CREATE INDEX cameras_by_group ON cameras (group_id);
CREATE UNIQUE INDEX cameras_by_serial ON cameras (org_id, serial_number)
    WHERE serial_number IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE camera_tags (
    camera_id {id} NOT NULL REFERENCES cameras (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (camera_id, tag)
);
CREATE INDEX camera_tags_by_tag ON camera_tags (tag, camera_id);

-- The last versions of each part of a camera's own settings.
CREATE TABLE camera_configs (
    camera_id {id} NOT NULL REFERENCES cameras (id) ON DELETE CASCADE,
    config_type TEXT NOT NULL,
    version BIGINT NOT NULL,
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Without a foreign key: what an account did stays when it goes.
    created_by {id},
    PRIMARY KEY (camera_id, config_type, version)
);
