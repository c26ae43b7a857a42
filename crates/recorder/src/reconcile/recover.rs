//! At start: what was being written when the process died is finished, before anything new is
//! recorded, so that the ledger goes on where the footage really ends.

use futures::StreamExt;
use nightjar_catalog::LedgerWrite;
use nightjar_media::WallTime;
use nightjar_model::{Gap, GapCause, GapId, Location, Segment, StreamName};
use nightjar_storage::{StorageError, TEMPORARY_SUFFIX};
use uuid::Uuid;

use super::adopt::{Adoption, adopt};
use super::{Outcome, ReconcileReport, Restored, finish_file};
use crate::footage::{Footage, FootageError, Result};
use crate::join::join_to_next;
use crate::ledger::LedgerOf;
use crate::stitch::stitch_since;

/// Files that are dealt with at once: each costs two syncs.
const AT_ONCE: usize = 8;
/// A crash leaves files without a row only from the moments before it.
const LOOK_BACK_MICROS: i64 = 3_600_000_000;

/// Finishes the files of all open segments of this node, adopts files that were too new to have a
/// row, and accounts for the times between them. To be called before recording starts. Checksums are
/// left to the first sweep: they cost a read of all that was being written, and nobody should wait
/// for that.
pub async fn recover_at_start(footage: &Footage) -> Result<ReconcileReport> {
    let mut report = ReconcileReport::default();
    let open = footage.catalog.open_segments(&footage.node).await?;
    warn_about_new_volume(footage, &open);
    let told = Told::read(footage, &open).await?;
    let recovering = futures::stream::iter(open).map(|row| recover_row(footage, row));
    let recovered: Vec<(Segment, Result<Recovery>)> = recovering.buffer_unordered(AT_ONCE).collect().await;
    let mut finished = Vec::new();
    for (row, recovery) in recovered {
        match recovery {
            Ok(Recovery::Finished) => {
                report.recovered += 1;
                finished.push((row.camera_id, row.stream, row.id));
            }
            Ok(Recovery::Empty) => report.empty += 1,
            Ok(Recovery::Missing) => report.dangling += 1,
            Err(error) => {
                report.failed += 1;
                tracing::error!(key = row.key, %error, "an unfinished segment can't be recovered; its file stays");
            }
        }
    }
    if let Some(since) = told.since {
        adopt_since(footage, since, &mut report).await?;
    }
    // Last, because a segment may go on with one that was adopted.
    for (camera, stream, id) in finished {
        if let Some(segment) = footage.catalog.segment_by_id(id).await? {
            join_to_next(footage, camera, stream, &segment).await?;
        }
    }
    report.holes = told.fill_holes(footage).await?;
    if report != ReconcileReport::default() {
        tracing::info!(%report, "recovered what was being written when Nightjar ended");
    }
    Ok(report)
}

/// How far the ledger speaks when the process begins.
struct Told {
    /// What was begun before this has a row. A process that died within its first second left files,
    /// but no row of a segment, and nothing but an open gap if it was the camera's first.
    since: Option<WallTime>,
    /// Each stream, and where its rows end.
    streams: Vec<(LedgerOf, Option<WallTime>)>,
}

impl Told {
    async fn read(footage: &Footage, open: &[Segment]) -> Result<Self> {
        let mut newest = open.iter().map(|segment| segment.end).max();
        let mut streams = Vec::new();
        for camera in footage.catalog.every_camera_with_deleted().await? {
            let stream = StreamName::Main;
            let covered = footage.catalog.last_covered(camera.id, stream).await?;
            newest = newest.max(covered).max(camera.recording_since);
            streams.push((LedgerOf { org_id: camera.org_id, camera_id: camera.id, stream }, covered));
        }
        // A recovery that was itself cut off has made rows of what came after the last word.
        let seen = footage.catalog.node_seen(&footage.node).await?;
        let last_word = newest.map(|newest| seen.map_or(newest, |seen| seen.min(newest)));
        Ok(Self { since: last_word.map(|last| last.plus_micros(-LOOK_BACK_MICROS)), streams })
    }

    /// A process that ended while the catalog did not take its ledger took the causes of gaps with
    /// it. The files on both sides of such a time are there: it is put down to the process.
    async fn fill_holes(&self, footage: &Footage) -> Result<u64> {
        let Some(since) = self.since else { return Ok(0) };
        let mut holes = 0;
        for (of, covered) in &self.streams {
            let since = covered.map_or(since, |covered| covered.min(since));
            holes += stitch_since(footage, *of, since).await?;
        }
        Ok(holes)
    }
}

enum Recovery {
    Finished,
    Empty,
    Missing,
}

async fn recover_row(footage: &Footage, row: Segment) -> (Segment, Result<Recovery>) {
    let recovery = try_recover(footage, &row).await;
    (row, recovery)
}

async fn try_recover(footage: &Footage, row: &Segment) -> Result<Recovery> {
    let key = row.key.clone();
    match footage.on_disk(move |local| finish_file(local, &key)).await {
        Ok(Outcome::Segment(restored)) => {
            finish_row(footage, row, &restored).await?;
            Ok(Recovery::Finished)
        }
        Ok(Outcome::Empty) => {
            drop_empty(footage, row).await?;
            Ok(Recovery::Empty)
        }
        Err(FootageError::Storage(StorageError::NotFound(_))) => {
            tracing::error!(key = row.key, "the file of an unfinished segment is missing");
            if footage.on_disk(|local| Ok(local.is_same_volume())).await?
                && footage.local.marker().created() <= row.start
            {
                forget_open(footage, row).await?;
            }
            Ok(Recovery::Missing)
        }
        Err(error) => Err(error),
    }
}

/// The row of a segment whose file was finished after a crash.
async fn finish_row(footage: &Footage, row: &Segment, restored: &Restored) -> Result<()> {
    let mut segment = row.clone();
    restored.update(&mut segment);
    segment.location = Location { local: true, remote: false };
    let mut gaps = give_way(footage, row, segment.end).await?;
    if segment.end < row.end {
        // The disk lost what it had promised to keep.
        gaps.push(lost(row, segment.end));
    }
    Ok(footage.catalog.insert_recovered(&segment, &restored.index(), &gaps).await?)
}

/// Gaps that were written after the segment as it seemed to end then begin where it really does.
async fn give_way(footage: &Footage, row: &Segment, end: WallTime) -> Result<Vec<Gap>> {
    let later = footage.catalog.gaps_between(row.camera_id, row.stream, row.end, end).await?;
    let moved = later
        .into_iter()
        .filter(|gap| gap.start >= row.end && gap.start < end)
        .map(|gap| Gap { start: gap.end.map_or(end, |gap_end| gap_end.min(end)), ..gap });
    Ok(moved.collect())
}

async fn drop_empty(footage: &Footage, row: &Segment) -> Result<()> {
    footage.catalog.apply(&drop_writes(row)).await?;
    let key = row.key.clone();
    footage.on_disk(move |local| Ok(local.delete(&key)?)).await?;
    Ok(())
}

async fn forget_open(footage: &Footage, row: &Segment) -> Result<()> {
    Ok(footage.catalog.apply(&drop_writes(row)).await?)
}

/// The row goes; if it claimed any time, that time becomes a gap.
fn drop_writes(row: &Segment) -> Vec<LedgerWrite> {
    let mut writes = vec![LedgerWrite::SegmentDropped(row.id)];
    if row.end > row.start {
        writes.push(LedgerWrite::GapRecorded(lost(row, row.start)));
    }
    writes
}

fn lost(row: &Segment, start: WallTime) -> Gap {
    Gap {
        id: GapId(Uuid::now_v7()),
        org_id: row.org_id,
        camera_id: row.camera_id,
        stream: row.stream,
        start,
        end: Some(row.end),
        cause: GapCause::NodeDown,
        details: "lost when the node went down".to_owned(),
    }
}

/// Adopts files in folders that changed since then, and removes temporary ones.
async fn adopt_since(footage: &Footage, since: WallTime, report: &mut ReconcileReport) -> Result<()> {
    let recent = footage.on_disk(move |local| {
        let mut keys = Vec::new();
        local.walk_readable(
            &mut |entry| {
                if entry.modified >= since {
                    keys.push(entry.key);
                }
                true
            },
            &mut pass_by,
        )?;
        Ok(keys)
    });
    for key in recent.await? {
        match adopt_recent(footage, &key, report).await {
            Err(error) if error.concerns_all() => return Err(error),
            // One bad file must not keep the cameras from being recorded.
            Err(error) => {
                report.failed += 1;
                tracing::warn!(key, %error, "a file without a row can't be adopted now; it stays");
            }
            Ok(()) => {}
        }
    }
    Ok(())
}

async fn adopt_recent(footage: &Footage, key: &str, report: &mut ReconcileReport) -> Result<()> {
    if key.ends_with(TEMPORARY_SUFFIX) {
        let key = key.to_owned();
        footage.on_disk(move |local| Ok(local.delete(&key)?)).await?;
        report.leftovers += 1;
    } else if key.ends_with(".mp4") {
        match adopt(footage, key).await? {
            Adoption::Known => {}
            Adoption::Adopted => report.adopted += 1,
            Adoption::Worthless => report.leftovers += 1,
            Adoption::Unknown => report.unknown_files += 1,
        }
    }
    Ok(())
}

/// A folder that can't be read is reported, and the others are gone through.
pub(super) fn pass_by(key: String, error: StorageError) {
    tracing::warn!(key, %error, "a part of the footage folder can't be read");
}

fn warn_about_new_volume(footage: &Footage, open: &[Segment]) {
    if footage.local.marker_is_new() && !open.is_empty() {
        tracing::error!(
            folder = %footage.local.root().display(),
            unfinished = open.len(),
            "the footage folder is new, but the catalog knows of footage in it: is the volume mounted?"
        );
    }
}
