//! Segments become gaps.

use nightjar_media::WallTime;
use nightjar_model::{CameraId, Gap, GapCause, GapId, OrgId, SegmentId, StreamName};
use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::Result;
use crate::entity::{gap, segment, to_u64};
use crate::sql::batches;
use crate::window::LOOK_BACK;

/// A time of one stream in which nothing is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Emptied {
    org: Uuid,
    camera: Uuid,
    stream: StreamName,
    start: WallTime,
    end: WallTime,
}

/// Gives how many segments went, and their bytes.
pub(super) async fn forget(
    connection: &impl ConnectionTrait,
    ids: &[SegmentId],
    (cause, details): (GapCause, &str),
) -> Result<(u64, u64)> {
    let (mut segments, mut bytes) = (0, 0);
    let mut emptied = Vec::with_capacity(ids.len());
    for batch in batches(ids, 1) {
        let ids = || batch.iter().map(|id| id.0);
        // Locked, in one order for all: of two that forget the same segment, only one finds it.
        let rows = segment::Entity::find()
            .filter(segment::Column::Id.is_in(ids()))
            .order_by_asc(segment::Column::Id)
            .lock(LockType::Update);
        for row in rows.all(connection).await? {
            segments += 1;
            bytes += to_u64(row.bytes);
            emptied.push(Emptied {
                org: row.org_id,
                camera: row.camera_id,
                stream: segment::parse_stream(&row.stream)?,
                start: WallTime::from_micros(row.start_at),
                end: WallTime::from_micros(row.end_at),
            });
        }
        // The index and the upload go with the row.
        segment::Entity::delete_many().filter(segment::Column::Id.is_in(ids())).exec(connection).await?;
    }
    for time in joined(emptied) {
        record(connection, time, cause, details).await?;
    }
    Ok((segments, bytes))
}

/// Times that touch are one time.
fn joined(mut times: Vec<Emptied>) -> Vec<Emptied> {
    times.retain(|time| time.start < time.end);
    times.sort_unstable();
    let mut joined: Vec<Emptied> = Vec::with_capacity(times.len());
    for time in times {
        match joined.last_mut() {
            Some(last) if last.same_stream(&time) && time.start <= last.end => {
                last.end = last.end.max(time.end);
            }
            _ => joined.push(time),
        }
    }
    joined
}

impl Emptied {
    fn same_stream(&self, other: &Self) -> bool {
        (self.camera, self.stream) == (other.camera, other.stream)
    }
}

/// One gap for the time and for the gaps of the same cause on both sides of it.
async fn record(
    connection: &impl ConnectionTrait,
    time: Emptied,
    cause: GapCause,
    details: &str,
) -> Result<()> {
    use gap::Column;
    let of_stream = || {
        gap::Entity::find()
            .filter(Column::CameraId.eq(time.camera))
            .filter(Column::Stream.eq(time.stream.as_str()))
    };
    // Rows tile, so the gap that ends where the time begins is among the last that begin before it.
    let before = of_stream()
        .filter(Column::StartAt.lt(time.start.micros()))
        .order_by_desc(Column::StartAt)
        .limit(u64::from(LOOK_BACK))
        .all(connection)
        .await?
        .into_iter()
        .find(|gap| gap.end_at == Some(time.start.micros()) && gap.cause == cause.as_str());
    // An open gap belongs to the recorder, which goes on from its start.
    let after = of_stream()
        .filter(Column::StartAt.eq(time.end.micros()))
        .filter(Column::EndAt.gt(time.end.micros()))
        .filter(Column::Cause.eq(cause.as_str()))
        .one(connection)
        .await?;
    let old: Vec<Uuid> = before.iter().chain(&after).map(|gap| gap.id).collect();
    let gap = Gap {
        id: GapId(old.first().copied().unwrap_or_else(Uuid::now_v7)),
        org_id: OrgId(time.org),
        camera_id: CameraId(time.camera),
        stream: time.stream,
        start: before.map_or(time.start, |gap| WallTime::from_micros(gap.start_at)),
        end: Some(after.and_then(|gap| gap.end_at).map_or(time.end, WallTime::from_micros)),
        cause,
        details: details.to_owned(),
    };
    gap::Entity::delete_many().filter(Column::Id.is_in(old)).exec(connection).await?;
    gap::Entity::insert(gap::to_row(&gap)).exec_without_returning(connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(camera: u128, start: i64, end: i64) -> Emptied {
        Emptied {
            org: OrgId::DEFAULT.0,
            camera: Uuid::from_u128(camera),
            stream: StreamName::Main,
            start: WallTime::from_micros(start),
            end: WallTime::from_micros(end),
        }
    }

    #[test]
    fn touching_times_of_one_stream_are_joined() {
        let times = vec![time(2, 20, 30), time(1, 10, 20), time(1, 0, 10), time(1, 21, 30), time(1, 25, 25)];
        assert_eq!(joined(times), [time(1, 0, 20), time(1, 21, 30), time(2, 20, 30)]);
    }
}
