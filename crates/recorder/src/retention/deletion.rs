//! Deletion of segments: row marked → object deleted → row gone and a gap in its place.
//!
//! A crash between any two steps leaves a marked row, which the next round takes up again; each
//! step can be repeated.

use std::collections::HashMap;

use nightjar_model::{CameraId, GapCause, Location, Purge, PurgeId, Segment, SegmentId, SegmentState};

use crate::footage::{Footage, FootageError, Result};
use crate::upload::take_back;

/// Marked rows that are taken up in one go.
const BATCH: u32 = 200;
/// After so many failures one after the other the bucket is taken to be away.
const FAILURES: u32 = 3;

/// What a deletion did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deleted {
    /// Segments that are gone.
    pub segments: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Bytes that this node's disk got back, also from segments that are not gone yet because a
    /// bucket that is away may hold them.
    pub freed: u64,
}

/// Why segments go.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reason<'a> {
    /// A rule says so.
    Rule(GapCause, &'a str),
    /// Somebody asked for it.
    Purge(PurgeId),
}

/// Deletions one after the other. A bucket that is away is asked a few times, not once a segment:
/// each answer may take half a minute.
pub(crate) struct Round<'a> {
    pub(super) footage: &'a Footage,
    failures: u32,
    /// Bytes that were on this disk.
    freed: u64,
}

/// Deletes segments with all their copies and records their time as a gap. A segment whose copy
/// can't be deleted now (the bucket is gone, another node has the file, it is being uploaded) stays
/// marked, and goes with a later round; it is not counted.
pub async fn delete_segments(
    footage: &Footage,
    segments: &[Segment],
    cause: GapCause,
    details: &str,
) -> Result<Deleted> {
    Round::new(footage).delete(segments, Reason::Rule(cause, details)).await
}

/// Takes deletions up again that were cut off by a crash or a dead bucket.
pub async fn resume_deletions(footage: &Footage) -> Result<Deleted> {
    let mut round = Round::new(footage);
    let (mut sum, mut after) = (Deleted::default(), None);
    loop {
        let marked = footage.catalog.deleting(after, BATCH).await?;
        let Some(last) = marked.last() else { return Ok(sum) };
        after = Some(last.id);
        // Read after the rows: whoever marked one had asked for its deletion before.
        let purges = Purges::of(footage.catalog.running_purges().await?);
        for (purge, segments) in purges.sort(marked) {
            let reason = match purge {
                Some(purge) => Reason::Purge(purge),
                None => Reason::Rule(GapCause::Retention, "deleted"),
            };
            sum += round.delete(&segments, reason).await?;
        }
    }
}

/// The deletions under way that somebody asked for.
struct Purges(HashMap<CameraId, Vec<Purge>>);

impl Purges {
    fn of(running: Vec<Purge>) -> Self {
        let mut purges: HashMap<CameraId, Vec<Purge>> = HashMap::new();
        for purge in running {
            purges.entry(purge.camera_id).or_default().push(purge);
        }
        Self(purges)
    }

    /// Segments by the first that covers them.
    fn sort(&self, marked: Vec<Segment>) -> HashMap<Option<PurgeId>, Vec<Segment>> {
        let mut sorted: HashMap<Option<PurgeId>, Vec<Segment>> = HashMap::new();
        for segment in marked {
            let of_camera = self.0.get(&segment.camera_id);
            let purge = of_camera.and_then(|purges| purges.iter().find(|purge| purge.covers(&segment)));
            sorted.entry(purge.map(|purge| purge.id)).or_default().push(segment);
        }
        sorted
    }
}

impl std::ops::AddAssign for Deleted {
    fn add_assign(&mut self, other: Self) {
        self.segments += other.segments;
        self.bytes += other.bytes;
        self.freed += other.freed;
    }
}

impl<'a> Round<'a> {
    pub(crate) fn new(footage: &'a Footage) -> Self {
        Self { footage, failures: 0, freed: 0 }
    }

    /// See [`delete_segments`].
    pub(crate) async fn delete(&mut self, segments: &[Segment], reason: Reason<'_>) -> Result<Deleted> {
        let segments: Vec<&Segment> = segments.iter().filter(|segment| !self.is_hopeless(segment)).collect();
        if segments.is_empty() {
            return Ok(Deleted::default());
        }
        let catalog = &self.footage.catalog;
        let ids: Vec<SegmentId> = segments.iter().map(|segment| segment.id).collect();
        catalog.mark_deleting(&ids).await?;
        let mut gone = Vec::new();
        let mut deleted = Deleted::default();
        let freed_before = self.freed;
        for segment in segments {
            // Read again: an upload may have ended between the choice and the mark.
            let Some(marked) = catalog.segment(segment.org_id, segment.id).await? else { continue };
            if marked.state == SegmentState::Deleting && self.delete_copies(&marked).await {
                deleted.segments += 1;
                deleted.bytes += marked.bytes;
                gone.push(marked.id);
            }
        }
        deleted.freed = self.freed - freed_before;
        match reason {
            _ if gone.is_empty() => {}
            Reason::Rule(cause, details) => catalog.forget_segments(&gone, cause, details).await?,
            Reason::Purge(purge) => catalog.forget_purged(&gone, "deleted on request", purge).await?,
        }
        Ok(deleted)
    }

    /// Whether all that may be left of a segment is in a bucket that is away.
    fn is_hopeless(&self, segment: &Segment) -> bool {
        self.bucket_is_away() && segment.state == SegmentState::Deleting && !segment.location.local
    }

    pub(super) fn bucket_is_away(&self) -> bool {
        self.failures >= FAILURES
    }

    /// Passes an answer of the bucket on.
    pub(super) fn note<T>(&mut self, answer: nightjar_storage::Result<T>) -> nightjar_storage::Result<T> {
        self.failures = if answer.is_ok() { 0 } else { self.failures + 1 };
        answer
    }

    /// Deletes all copies; false, with a log entry, if one remains.
    async fn delete_copies(&mut self, segment: &Segment) -> bool {
        match self.try_delete_copies(segment).await {
            Ok(all) => all,
            Err(error) => {
                tracing::warn!(key = segment.key, %error, "a segment could not be deleted; trying again later");
                false
            }
        }
    }

    async fn try_delete_copies(&mut self, segment: &Segment) -> Result<bool> {
        let footage = self.footage;
        let Location { local, remote } = segment.location;
        if segment.node != footage.node && (local || !remote) {
            // Its own node deletes it, and knows whether it is being uploaded.
            return Ok(false);
        }
        if local {
            let key = segment.key.clone();
            footage.on_disk(move |tier| tier.delete(&key).map_err(FootageError::from)).await?;
            self.freed += segment.bytes;
        }
        let gone = self.delete_object(segment).await;
        if local && !matches!(gone, Ok(true)) {
            // The bucket may be gone for long, and the room on the disk is needed now.
            footage.catalog.set_location(segment.id, Location { local: false, remote }).await?;
        }
        gone
    }

    /// Deletes the object that a segment has, or may have: only the bucket knows what became of an
    /// upload that nobody confirmed.
    async fn delete_object(&mut self, segment: &Segment) -> Result<bool> {
        let Some(bucket) = &self.footage.remote else {
            if segment.location.remote {
                tracing::warn!(
                    key = segment.key,
                    "a segment in a bucket stays, because no bucket is configured"
                );
            }
            return Ok(!segment.location.remote);
        };
        if self.bucket_is_away() || self.footage.uploading.contains(segment.id) {
            return Ok(false);
        }
        let answer = match segment.location.remote {
            true => bucket.delete(&segment.key).await,
            false => take_back(bucket, segment).await,
        };
        self.note(answer)?;
        Ok(true)
    }
}
