
-- The audit trail is only ever added to.
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log BEGIN
    SELECT RAISE(ABORT, 'the audit trail is only ever added to');
END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log BEGIN
    SELECT RAISE(ABORT, 'the audit trail is only ever added to');
END;
-- INSERT OR REPLACE deletes the row in its way without asking the trigger above.
CREATE TRIGGER audit_log_no_replace BEFORE INSERT ON audit_log
WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM audit_log WHERE org_id = NEW.org_id AND seq = NEW.seq) BEGIN
    SELECT RAISE(ABORT, 'the audit trail is only ever added to');
END;
