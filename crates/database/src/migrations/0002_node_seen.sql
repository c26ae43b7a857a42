-- When a process last wrote its ledger: where its absence begins after a crash.
ALTER TABLE nodes ADD COLUMN seen_at BIGINT;
