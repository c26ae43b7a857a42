-- A serial number is unique among the cameras that whoever enters it may see, which no index can
-- check: see cameras/edit.rs. A unique one would tell of cameras that are hidden.
DROP INDEX cameras_by_serial;
CREATE INDEX cameras_by_serial ON cameras (org_id, serial_number)
    WHERE serial_number IS NOT NULL AND deleted_at IS NULL;
