//! How many events there are: kept up by whoever writes them, in the same transaction.

use std::collections::BTreeMap;

use nightjar_media::WallTime;
use nightjar_model::Event;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use uuid::Uuid;

use crate::Result;
use crate::entity::event::severity_number;
use crate::sql::{Values, batches};

/// How an organization's events are counted: by hours.
pub(super) const HOUR: i64 = 3_600_000_000;
/// How a camera's events are counted: by days.
pub(super) const DAY: i64 = 24 * HOUR;
/// Stands for all of an organization's events in the place of a camera.
pub(super) const WHOLE: Uuid = Uuid::nil();
/// Stands for all time in the place of the beginning of a span.
pub(super) const EVER: i64 = i64::MIN;
/// Columns of a row.
const COLUMNS: usize = 7;

/// A row's key, in the order in which rows are locked, so that two writers don't wait for each other.
type Key<'a> = (Uuid, Uuid, i64, &'a str, i16);

/// Numbers of events, and of acknowledged ones, to be added.
#[derive(Debug, Default)]
pub(super) struct Counts<'a>(BTreeMap<Key<'a>, (i64, i64)>);

impl<'a> Extend<&'a Event> for Counts<'a> {
    fn extend<T: IntoIterator<Item = &'a Event>>(&mut self, events: T) {
        for event in events {
            for key in keys(event) {
                let (events, acknowledged) = self.0.entry(key).or_default();
                *events += 1;
                *acknowledged += i64::from(event.acknowledged.is_some());
            }
        }
    }
}

/// The first instant of the span of `length` that a time is in.
pub(super) fn floor(time: WallTime, length: i64) -> i64 {
    time.micros().div_euclid(length) * length
}

/// The rows that an event is counted in. What counts is the time that it sorts by.
fn keys(event: &Event) -> impl Iterator<Item = Key<'_>> {
    let (time, kind) = (event.id.time(), event.event_type.as_str());
    let severity = severity_number(event.severity);
    let camera = event.camera_id.map(|camera| (camera.0, floor(time, DAY)));
    std::iter::once((WHOLE, floor(time, HOUR))).chain(camera).flat_map(move |(camera, span)| {
        [EVER, span].map(|from| (event.org_id.0, camera, from, kind, severity))
    })
}

/// Counts more.
pub(super) async fn add(transaction: &DatabaseTransaction, counts: &Counts<'_>) -> Result<()> {
    let rows: Vec<_> = counts.0.iter().collect();
    for batch in batches(&rows, COLUMNS) {
        let mut values = Values::default();
        let places = values.bind_rows(batch.iter().map(
            |((org, camera, from, kind, severity), (events, acknowledged))| {
                [
                    (*org).into(),
                    (*camera).into(),
                    (*from).into(),
                    (*kind).into(),
                    (*severity).into(),
                    (*events).into(),
                    (*acknowledged).into(),
                ]
            },
        ));
        let text = format!(
            "INSERT INTO event_counts (org_id, camera_id, from_at, event_type, severity, events, acknowledged)
             VALUES {places}
             ON CONFLICT (org_id, camera_id, from_at, event_type, severity) DO UPDATE SET
               events = event_counts.events + excluded.events,
               acknowledged = event_counts.acknowledged + excluded.acknowledged"
        );
        transaction.execute_raw(values.into_statement(transaction, text)).await?;
    }
    Ok(())
}

/// Counts an event as acknowledged.
pub(super) async fn acknowledge(transaction: &DatabaseTransaction, event: &Event) -> Result<()> {
    for (org, camera, from, kind, severity) in keys(event) {
        let mut values = Values::default();
        let key = values.bind_row([org.into(), camera.into(), from.into(), kind.into(), severity.into()]);
        let text = format!(
            "UPDATE event_counts SET acknowledged = acknowledged + 1
             WHERE (org_id, camera_id, from_at, event_type, severity) = {key}"
        );
        transaction.execute_raw(values.into_statement(transaction, text)).await?;
    }
    Ok(())
}

/// Forgets what is counted in spans before `cutoff`.
pub(super) async fn forget(transaction: &DatabaseTransaction, cutoff: i64) -> Result<()> {
    let mut values = Values::default();
    let (ever, cutoff) = (values.bind(EVER), values.bind(cutoff));
    let subtract = format!(
        "UPDATE event_counts SET events = event_counts.events - gone.events,
           acknowledged = event_counts.acknowledged - gone.acknowledged
         FROM (
           SELECT org_id, camera_id, event_type, severity, CAST(sum(events) AS BIGINT) AS events,
             CAST(sum(acknowledged) AS BIGINT) AS acknowledged
           FROM event_counts WHERE from_at > {ever} AND from_at < {cutoff}
           GROUP BY org_id, camera_id, event_type, severity) AS gone
         WHERE event_counts.org_id = gone.org_id AND event_counts.camera_id = gone.camera_id
           AND event_counts.from_at = {ever} AND event_counts.event_type = gone.event_type
           AND event_counts.severity = gone.severity"
    );
    transaction.execute_raw(values.clone().into_statement(transaction, subtract)).await?;
    let delete = format!("DELETE FROM event_counts WHERE from_at > {ever} AND from_at < {cutoff}");
    transaction.execute_raw(values.into_statement(transaction, delete)).await?;
    Ok(())
}
