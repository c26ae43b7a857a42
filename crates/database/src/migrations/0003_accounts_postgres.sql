
-- Names are ordered by their bytes, as SQLite does it, whatever the database's collation is.
ALTER TABLE organizations ALTER COLUMN name TYPE TEXT COLLATE "C";
ALTER TABLE camera_groups ALTER COLUMN name TYPE TEXT COLLATE "C";
ALTER TABLE users ALTER COLUMN username_key TYPE TEXT COLLATE "C";

-- The audit trail is only ever added to.
CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'the audit trail is only ever added to' USING ERRCODE = 'integrity_constraint_violation';
END $body$;
CREATE TRIGGER audit_log_no_change BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION audit_log_refuse();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse();
