-- Counts the passwords that an account has had, so that what was proven with one of them is not believed
-- after the next was set.

ALTER TABLE users ADD COLUMN password_version BIGINT NOT NULL DEFAULT 0;
