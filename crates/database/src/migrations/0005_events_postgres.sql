
ALTER TABLE events ALTER COLUMN event_type TYPE TEXT COLLATE "C";
ALTER TABLE event_counts ALTER COLUMN event_type TYPE TEXT COLLATE "C";

-- With TimescaleDB (installed by dialect/postgres/timescale.rs, or by whoever runs the server): a
-- hypertable, compressed after a week. Without it, or if it fails: partitions, made ahead by
-- dialect/postgres/partitions.rs, and one for what has no month.
DO $body$
DECLARE
    is_hypertable BOOLEAN := FALSE;
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
        BEGIN
            CREATE TABLE events_plain (LIKE events INCLUDING DEFAULTS, PRIMARY KEY (id, start_at));
            DROP TABLE events;
            ALTER TABLE events_plain RENAME TO events;
            PERFORM create_hypertable('events', 'start_at', chunk_time_interval => 604800000000);
            CREATE FUNCTION events_now() RETURNS BIGINT LANGUAGE sql STABLE
                AS 'SELECT CAST(extract(epoch FROM now()) * 1000000 AS BIGINT)';
            PERFORM set_integer_now_func('events', 'events_now');
            -- By open_on, so that ending what a dead node left open decompresses nothing else.
            ALTER TABLE events SET (
                timescaledb.compress, timescaledb.compress_segmentby = 'org_id, camera_id, open_on',
                timescaledb.compress_orderby = 'id'
            );
            PERFORM add_compression_policy('events', CAST(604800000000 AS BIGINT));
            is_hypertable := TRUE;
        EXCEPTION WHEN OTHERS THEN
            RAISE WARNING 'events are kept without TimescaleDB: %', SQLERRM;
        END;
    END IF;
    IF NOT is_hypertable THEN
        CREATE TABLE events_default PARTITION OF events DEFAULT;
    END IF;
END $body$;
