-- When the person of a session last proved to be there; sessions from before have to prove it again.

ALTER TABLE sessions ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;
