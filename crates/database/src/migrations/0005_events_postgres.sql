
ALTER TABLE events ALTER COLUMN event_type TYPE TEXT COLLATE "C";
ALTER TABLE event_counts ALTER COLUMN event_type TYPE TEXT COLLATE "C";

-- With TimescaleDB: a hypertable, compressed after a week. Without it, or if it fails: partitions, made
-- ahead by dialect/postgres/partitions.rs, and one for what has no month. The first branch has not been
-- tested: the extension is not packaged for the systems that the tests run on.
DO $body$
DECLARE
    is_hypertable BOOLEAN := FALSE;
BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb')
        AND current_setting('shared_preload_libraries') LIKE '%timescaledb%'
    THEN
        BEGIN
            CREATE EXTENSION IF NOT EXISTS timescaledb;
            CREATE TABLE events_plain (LIKE events INCLUDING DEFAULTS, PRIMARY KEY (id, start_at));
            DROP TABLE events;
            ALTER TABLE events_plain RENAME TO events;
            PERFORM create_hypertable('events', 'start_at', chunk_time_interval => 604800000000);
            CREATE FUNCTION events_now() RETURNS BIGINT LANGUAGE sql STABLE
                AS 'SELECT CAST(extract(epoch FROM now()) * 1000000 AS BIGINT)';
            PERFORM set_integer_now_func('events', 'events_now');
            ALTER TABLE events SET (
                timescaledb.compress, timescaledb.compress_segmentby = 'org_id, camera_id',
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
