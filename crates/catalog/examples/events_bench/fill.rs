//! Millions of events, made by the database itself.

use nightjar_catalog::{Catalog, DatabaseKind};
use nightjar_media::WallTime;
use nightjar_model::{CameraId, OrgId};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use uuid::Uuid;

use crate::Result;
use crate::report::{Report, Watch};

pub(crate) const CAMERAS: u32 = 500;
pub(crate) const DAY: i64 = 86_400_000_000;
const DAYS: i64 = 90;
/// 15 August 2026.
const FIRST: i64 = 1_786_752_000_000_000;
/// Rows of one statement.
const CHUNK: i64 = 1_000_000;

/// The statements of the migrations that make the indexes.
const INDEXES: &str = concat!(
    include_str!("../../../database/src/migrations/0005_events_indexes.sql"),
    include_str!("../../../database/src/migrations/0010_events_by_type.sql"),
);

/// What there is.
pub(crate) struct History {
    pub(crate) count: i64,
    /// Microseconds from one event to the next.
    pub(crate) step: i64,
}

impl History {
    pub(crate) fn of_size(count: i64) -> Self {
        Self { count, step: DAYS * DAY / count }
    }

    /// When the event of this number begins.
    pub(crate) fn at(&self, number: i64) -> WallTime {
        WallTime::from_micros(FIRST + number * self.step)
    }

    pub(crate) fn end(&self) -> WallTime {
        self.at(self.count)
    }

    pub(crate) fn camera(number: u32) -> CameraId {
        CameraId(Uuid::from_u128(u128::from(number % CAMERAS) + 1))
    }
}

pub(crate) async fn generate(
    catalog: &Catalog,
    url: &str,
    history: &History,
    report: &mut Report,
) -> Result<()> {
    let watch = Watch::start();
    for month in 0..4 {
        catalog.prepare_events(WallTime::from_micros(FIRST + month * 30 * DAY)).await?;
    }
    let raw = Database::connect(url).await?;
    for name in ["org", "type", "camera", "acknowledged", "open"] {
        let name =
            if matches!(name, "acknowledged" | "open") { name.to_owned() } else { format!("by_{name}") };
        raw.execute_unprepared(&format!("DROP INDEX events_{name}")).await?;
    }
    let mut from = 0;
    while from < history.count {
        let to = (from + CHUNK).min(history.count);
        raw.execute_unprepared(&rows(catalog.kind(), history, from, to)).await?;
        eprintln!("{to} events after {:.0} s", watch.seconds());
        from = to;
    }
    raw.execute_unprepared(INDEXES).await?;
    count(&raw, catalog.kind()).await?;
    if catalog.kind() == DatabaseKind::Postgres {
        // As autovacuum does before long.
        raw.execute_unprepared("VACUUM ANALYZE events").await?;
        raw.execute_unprepared("VACUUM ANALYZE event_counts").await?;
    }
    raw.close().await?;
    report.number("events", history.count as f64);
    report.number("seconds to fill", watch.seconds());
    Ok(())
}

/// Seven in ten are motion; one in a hundred thousand is critical; one in a thousand was seen. `mixed`
/// scatters the numbers, so that cameras and types are in no order.
fn rows(kind: DatabaseKind, history: &History, from: i64, to: i64) -> String {
    let mixed = "((i * 2654435761) % 4294967296)";
    let share = format!("({mixed} / 65536 % 100)");
    let event_type = format!(
        "CASE WHEN i % 100000 = 0 THEN 'storage_full' WHEN {share} < 70 THEN 'motion_detected'
           WHEN {share} < 85 THEN 'ai_person' WHEN {share} < 93 THEN 'ai_vehicle'
           WHEN {share} < 96 THEN 'camera_offline' WHEN {share} < 99 THEN 'camera_online'
           ELSE 'recording_gap' END"
    );
    let severity = format!(
        "CASE WHEN i % 100000 = 0 THEN 3 WHEN {share} BETWEEN 93 AND 95 OR {share} = 99 THEN 2 ELSE 1 END"
    );
    let start = format!("({FIRST} + i * {})", history.step);
    let (id, camera, org, numbers) = match kind {
        DatabaseKind::Sqlite => (
            format!(
                "unhex(printf('%012x7%03x8%015x', {start} / 1000, {start} % 1000 * 4096 / 1000, {mixed}))"
            ),
            format!("unhex(printf('%032x', {mixed} % {CAMERAS} + 1))"),
            format!("X'{}'", OrgId::DEFAULT.0.simple()),
            format!(
                "(WITH RECURSIVE n (i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to} - 1)
                  SELECT i FROM n)"
            ),
        ),
        DatabaseKind::Postgres => {
            let hex = |value: &str, digits: u32| format!("lpad(to_hex({value}), {digits}, '0')");
            let fraction = format!("({start} % 1000 * 4096 / 1000)");
            (
                format!(
                    "CAST({} || '7' || {} || '8' || {} AS UUID)",
                    hex(&format!("({start} / 1000)"), 12),
                    hex(&fraction, 3),
                    hex(mixed, 15)
                ),
                format!("CAST({} AS UUID)", hex(&format!("({mixed} % {CAMERAS} + 1)"), 32)),
                format!("CAST('{}' AS UUID)", OrgId::DEFAULT),
                format!("generate_series(CAST({from} AS BIGINT), {to} - 1)"),
            )
        }
    };
    let as_numbers = if kind == DatabaseKind::Postgres { "AS numbers (i)" } else { "" };
    let seen = |value: &str| format!("CASE WHEN i % 1000 = 0 THEN {value} END");
    let (seen_at, seen_by) = (seen(&start), seen(&org));
    format!(
        "INSERT INTO events (id, org_id, camera_id, event_type, severity, start_at, end_at, metadata,
           acknowledged_at, acknowledged_by)
         SELECT {id}, {org}, {camera}, {event_type}, {severity}, {start}, {start} + 8000000,
           '{{\"zone\":\"door\",\"confidence\":0.87}}', {seen_at}, {seen_by} FROM {numbers} {as_numbers}"
    )
}

/// Counts what the catalog would have counted.
async fn count(raw: &DatabaseConnection, kind: DatabaseKind) -> Result<()> {
    let whole = match kind {
        DatabaseKind::Sqlite => format!("X'{}'", Uuid::nil().simple()),
        DatabaseKind::Postgres => format!("CAST('{}' AS UUID)", Uuid::nil()),
    };
    for (camera, span) in [(whole.as_str(), DAY / 24), ("camera_id", DAY)] {
        raw.execute_unprepared(&format!(
            "INSERT INTO event_counts
             SELECT org_id, {camera}, start_at / {span} * {span}, event_type, severity, count(*),
               count(acknowledged_at)
             FROM events GROUP BY 1, 2, 3, 4, 5"
        ))
        .await?;
    }
    raw.execute_unprepared(
        "INSERT INTO event_counts
         SELECT org_id, camera_id, -9223372036854775807 - 1, event_type, severity,
           CAST(sum(events) AS BIGINT), CAST(sum(acknowledged) AS BIGINT)
         FROM event_counts GROUP BY 1, 2, 4, 5",
    )
    .await?;
    Ok(())
}
