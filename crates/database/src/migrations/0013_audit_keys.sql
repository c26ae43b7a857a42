-- The audit trail's digests are keyed. Entries from before have no key.

ALTER TABLE audit_log ADD COLUMN key_id TEXT;
ALTER TABLE audit_heads ADD COLUMN key_id TEXT;

-- The keys, sealed with the secret key, so that they outlive a change of it.
CREATE TABLE audit_keys (
    id TEXT PRIMARY KEY NOT NULL,
    key TEXT NOT NULL
);
