-- What a refresh token was exchanged for, and how often: one whose answer got lost is exchanged again.

ALTER TABLE refresh_tokens ADD COLUMN successor {bytes};
ALTER TABLE refresh_tokens ADD COLUMN exchanges BIGINT NOT NULL DEFAULT 0;
