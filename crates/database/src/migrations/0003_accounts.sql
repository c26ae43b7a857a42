-- Accounts: organizations, users, sessions, API tokens, groups of cameras, the audit trail.
-- Keys of other tables that name an organization too say it once more in their foreign key, so
-- that nothing can hang on an account of another tenant.

ALTER TABLE organizations ADD COLUMN created_at BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX organizations_by_name ON organizations (name);

CREATE TABLE camera_groups (
    id {id} PRIMARY KEY NOT NULL,
    org_id {id} NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (org_id, name)
);

CREATE TABLE users (
    id {id} PRIMARY KEY NOT NULL,
    org_id {id} NOT NULL REFERENCES organizations (id),
    username TEXT NOT NULL,
    -- The name in lower case: what signing in and uniqueness go by.
    username_key TEXT NOT NULL,
    -- All names and the address in lower case: what is searched.
    search_key TEXT NOT NULL,
    display_name TEXT NOT NULL,
    email TEXT,
    role TEXT NOT NULL,
    system_admin BOOLEAN NOT NULL,
    all_groups BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL,
    password_hash TEXT,
    -- Sealed. The pending one counts once a code of it was shown.
    totp_pending TEXT,
    totp_secret TEXT,
    totp_step BIGINT,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_login_at BIGINT,
    UNIQUE (id, org_id)
);
CREATE UNIQUE INDEX users_by_name ON users (username_key);
CREATE INDEX users_by_org ON users (org_id, username_key);

CREATE TABLE user_groups (
    user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    group_id {id} NOT NULL REFERENCES camera_groups (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, group_id)
);
CREATE INDEX user_groups_by_group ON user_groups (group_id);

CREATE TABLE recovery_codes (
    user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash {bytes} NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (user_id, hash)
);

CREATE TABLE user_identities (
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (provider, subject)
);
CREATE INDEX user_identities_by_user ON user_identities (user_id);

CREATE TABLE sessions (
    id {id} PRIMARY KEY NOT NULL,
    org_id {id} NOT NULL,
    user_id {id} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_why TEXT,
    ip TEXT,
    user_agent TEXT NOT NULL,
    FOREIGN KEY (user_id, org_id) REFERENCES users (id, org_id) ON DELETE CASCADE
);
CREATE INDEX sessions_by_user ON sessions (user_id, org_id);
CREATE INDEX sessions_living ON sessions (org_id, created_at, id) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_end ON sessions (ended_at) WHERE ended_at IS NOT NULL;

-- A used one stays until its session goes, so that its second use is seen.
CREATE TABLE refresh_tokens (
    hash {bytes} PRIMARY KEY NOT NULL,
    session_id {id} NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE api_tokens (
    id {id} PRIMARY KEY NOT NULL,
    org_id {id} NOT NULL,
    user_id {id} NOT NULL,
    hash {bytes} NOT NULL,
    name TEXT NOT NULL,
    remark TEXT NOT NULL,
    prefix TEXT NOT NULL,
    permissions TEXT NOT NULL,
    all_groups BOOLEAN NOT NULL,
    rate_limit BIGINT NOT NULL,
    expires_at BIGINT,
    allowed_ips TEXT NOT NULL,
    last_used_at BIGINT,
    last_used_ip TEXT,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    FOREIGN KEY (user_id, org_id) REFERENCES users (id, org_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX api_tokens_by_hash ON api_tokens (hash);
CREATE INDEX api_tokens_by_org ON api_tokens (org_id, created_at, id);
CREATE INDEX api_tokens_by_user ON api_tokens (user_id, org_id);

CREATE TABLE token_groups (
    token_id {id} NOT NULL REFERENCES api_tokens (id) ON DELETE CASCADE,
    group_id {id} NOT NULL REFERENCES camera_groups (id) ON DELETE CASCADE,
    PRIMARY KEY (token_id, group_id)
);
CREATE INDEX token_groups_by_group ON token_groups (group_id);

CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY NOT NULL,
    private TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE settings (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);

-- One hash chain an organization; its last link stands in audit_heads, whose row a writer locks.
-- Without foreign keys to accounts: what they did stays when they go.
CREATE TABLE audit_log (
    id {id} PRIMARY KEY NOT NULL,
    org_id {id} NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    -- The account, of a token too.
    actor_id {id},
    actor_token {id},
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    ip TEXT,
    request_id {id},
    details TEXT NOT NULL,
    previous {bytes} NOT NULL,
    digest {bytes} NOT NULL
);
CREATE UNIQUE INDEX audit_log_by_seq ON audit_log (org_id, seq);
CREATE INDEX audit_log_by_actor ON audit_log (org_id, actor_id, seq);
CREATE INDEX audit_log_by_object ON audit_log (org_id, object_id, seq);
CREATE INDEX audit_log_by_action ON audit_log (org_id, action, seq);

CREATE TABLE audit_heads (
    org_id {id} PRIMARY KEY NOT NULL REFERENCES organizations (id),
    seq BIGINT NOT NULL,
    digest {bytes} NOT NULL
);
