//! Adoption of files that have no row: the file itself says what it is.

use nightjar_media::WallTime;
use nightjar_model::{Camera, CameraKey, Gap, GapId, Location, OrgId, Segment, SegmentId, StreamName};
use uuid::Uuid;

use super::{Outcome, Restored, finish_file, impossible_times};
use crate::footage::{Footage, FootageError, Result};

/// Nothing that was ever begun as a segment is smaller than this.
const SMALLEST_HEAD: u64 = 32;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Adoption {
    /// It has a row.
    Known,
    /// It has one now.
    Adopted,
    /// It held no frame, and is removed.
    Worthless,
    /// It is not ours, or its camera is unknown: it stays as it is.
    Unknown,
}

/// Gives a file its row, if it has none. The camera is found by its readable key, because its
/// row may be a new one.
pub(super) async fn adopt(footage: &Footage, key: &str) -> Result<Adoption> {
    let Some(size) = size_of(footage, key).await? else { return Ok(Adoption::Known) };
    if size < SMALLEST_HEAD {
        return remove(footage, key).await;
    }
    if is_known(footage, key).await? {
        return Ok(Adoption::Known);
    }
    let owned = key.to_owned();
    let restored = match footage.on_disk(move |local| finish_file(local, &owned)).await {
        Ok(Outcome::Segment(restored)) => restored,
        Ok(Outcome::Empty) => return remove(footage, key).await,
        Err(error @ FootageError::NotASegment { .. }) => {
            tracing::warn!(key, %error, "a file in the footage folder is no segment; it stays");
            return Ok(Adoption::Unknown);
        }
        Err(error) => return Err(error),
    };
    if let Some(why) = impossible_times(&restored, footage.now()) {
        tracing::warn!(key, reason = why, "a file in the footage folder can't be adopted; it stays");
        return Ok(Adoption::Unknown);
    }
    let Some((camera, stream)) = camera_of(footage, &restored).await? else {
        tracing::warn!(key, camera = restored.meta.camera_key, "footage of an unknown camera; it stays");
        return Ok(Adoption::Unknown);
    };
    let location = Location { local: true, remote: false };
    let row = restored.row(camera.org_id, camera.id, stream, key, location, footage.node.clone());
    insert(footage, row, &restored).await?;
    tracing::info!(key, "adopted a file that had no row");
    Ok(Adoption::Adopted)
}

/// The camera in the catalog that a file is of, even if it was deleted, and which of its streams.
pub(crate) async fn camera_of(
    footage: &Footage,
    restored: &Restored,
) -> Result<Option<(Camera, StreamName)>> {
    let Some(stream) = restored.stream() else { return Ok(None) };
    let Ok(key) = restored.meta.camera_key.parse::<CameraKey>() else { return Ok(None) };
    let org = OrgId(Uuid::from_bytes(restored.meta.org_id));
    let camera = footage.catalog.camera_by_key_with_deleted(org, &key).await?;
    Ok(camera.map(|camera| (camera, stream)))
}

/// Whether the id in the file's head has a row, wherever that says the file is.
async fn is_known(footage: &Footage, key: &str) -> Result<bool> {
    let Some(row) = row_of(footage, key).await? else { return Ok(false) };
    if row.key != key {
        tracing::warn!(key, known_as = row.key, "a copy of a segment lies in the footage folder; it stays");
    }
    Ok(true)
}

/// The row of the segment that a file says it is.
pub(super) async fn row_of(footage: &Footage, key: &str) -> Result<Option<Segment>> {
    let owned = key.to_owned();
    let head = footage.on_disk(move |local| {
        let file = crate::footage::Readable(local.open_file(&owned)?);
        Ok(nightjar_format::scan::FragmentScanner::open(&file).ok().map(|scanner| scanner.meta().segment_id))
    });
    let Some(id) = head.await? else { return Ok(None) };
    Ok(footage.catalog.segment_by_id(SegmentId(Uuid::from_bytes(id))).await?)
}

/// The row, and the gaps that claimed its time cut back.
async fn insert(footage: &Footage, row: Segment, restored: &Restored) -> Result<()> {
    let gaps = footage.catalog.gaps_between(row.camera_id, row.stream, row.start, row.end).await?;
    let cut: Vec<Gap> = gaps.into_iter().flat_map(|gap| cut_out(gap, row.start, row.end)).collect();
    Ok(footage.catalog.insert_recovered(&row, &restored.index(), &cut).await?)
}

/// What is left of a gap when `start..end` is taken out of it. The part that may still be open
/// keeps the gap's id, because the recorder closes it by that; a gap that is covered whole is
/// left without length.
fn cut_out(gap: Gap, start: WallTime, end: WallTime) -> Vec<Gap> {
    let reaches_behind = gap.end.is_none_or(|gap_end| gap_end > end);
    let begins_before = gap.start < start;
    match (begins_before, reaches_behind) {
        (false, true) => vec![Gap { start: end, ..gap }],
        (true, false) => vec![Gap { end: Some(start), ..gap }],
        (false, false) => vec![Gap { start: end, end: Some(end), ..gap }],
        (true, true) => {
            let before = Gap { id: GapId(Uuid::now_v7()), end: Some(start), ..gap.clone() };
            vec![Gap { start: end, ..gap }, before]
        }
    }
}

async fn size_of(footage: &Footage, key: &str) -> Result<Option<u64>> {
    let key = key.to_owned();
    footage.on_disk(move |local| Ok(local.size(&key)?)).await
}

async fn remove(footage: &Footage, key: &str) -> Result<Adoption> {
    tracing::info!(key, "removed a segment file without a single frame");
    let key = key.to_owned();
    footage.on_disk(move |local| Ok(local.delete(&key)?)).await?;
    Ok(Adoption::Worthless)
}

#[cfg(test)]
mod tests {
    use nightjar_model::{CameraId, GapCause};

    use super::*;

    fn at(seconds: i64) -> WallTime {
        WallTime::from_millis(seconds * 1000)
    }

    fn gap(start: i64, end: Option<i64>) -> Gap {
        Gap {
            id: GapId(Uuid::nil()),
            org_id: OrgId::DEFAULT,
            camera_id: CameraId(Uuid::nil()),
            stream: StreamName::Main,
            start: at(start),
            end: end.map(at),
            cause: GapCause::NodeDown,
            details: String::new(),
        }
    }

    #[test]
    fn a_gap_gives_way_and_its_open_end_keeps_its_id() {
        let cut = |start, end| {
            let parts = cut_out(gap(start, end), at(10), at(20));
            let own = |gap: &Gap| (gap.start, gap.end, gap.id == GapId(Uuid::nil()));
            parts.iter().map(own).collect::<Vec<_>>()
        };
        assert_eq!(cut(15, Some(30)), [(at(20), Some(at(30)), true)]);
        assert_eq!(cut(5, Some(15)), [(at(5), Some(at(10)), true)]);
        assert_eq!(cut(12, Some(18)), [(at(20), Some(at(20)), true)]);
        assert_eq!(cut(5, None), [(at(20), None, true), (at(5), Some(at(10)), false)]);
    }
}
