//! `nightjar catalog rebuild`: the catalog from the files of a tier, for when the database is
//! lost.
//!
//! A segment's file tells what its row said: ids, camera, stream, node and times, and its
//! fragments give the rest. What the files can't tell is why something is missing: holes become
//! gaps `node_down` with the word "restored". Cameras that the catalog does not have are made,
//! switched off, under the ids that their files name; the configuration then completes them.

//!
//! Whatever is wrong with one file, or one object, is that one's problem: it is left out and told, and
//! the others are restored. Only what concerns all of them (the catalog, the folder or the bucket as a
//! whole) ends a rebuild.

mod cameras;
mod problems;

use std::collections::HashSet;

use futures::TryStreamExt;
use nightjar_catalog::CatalogError;
use nightjar_model::{Location, NodeId, Segment, SegmentId, SegmentIndex};
use nightjar_storage::{Listed, RemoteTier, StorageError};
use tokio::sync::mpsc;

use self::cameras::{Belongs, Cameras};
pub use self::problems::{LeftOut, LeftOutFiles};
use crate::digest::of_file;
use crate::footage::{Footage, FootageError, Readable, Result};
use crate::ledger::LedgerOf;
use crate::reconcile::{Outcome, Restored, finish_file, impossible_times, read_segment};
use crate::stitch::stitch;

/// Segments that go into the catalog in one transaction.
const BATCH: usize = 200;
/// How far the listing of the folder may be ahead of the reading of files.
const NAMES_AHEAD: usize = 1_000;
/// So many objects in a row that the bucket does not give mean that the bucket is gone.
const UNAVAILABLE_IN_A_ROW: u32 = 10;

/// From which tiers to rebuild.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RebuildOptions {
    /// From the footage folder.
    pub local: bool,
    /// From the bucket.
    pub remote: bool,
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RebuildReport {
    /// Segments that are in the catalog now.
    pub segments: u64,
    /// Segments that were in it already; where their bytes are was brought up to date.
    pub known: u64,
    /// Cameras that were made.
    pub cameras: u64,
    /// Gaps that were put into the holes.
    pub gaps: u64,
    /// Files that had to be finished first.
    pub finished: u64,
    /// Beginnings of segments without a single frame, as a kill leaves them.
    pub empty: u64,
    /// Files and objects that could not be restored, and why.
    pub left_out: LeftOutFiles,
}

/// Restores rows from files; rows that are there already are kept. Nothing may be recording
/// meanwhile. `progress` is told how many files and objects were read.
pub async fn rebuild(
    footage: &Footage,
    options: RebuildOptions,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<RebuildReport> {
    let mut rebuilder = Rebuilder {
        footage,
        cameras: Cameras::default(),
        batch: Vec::new(),
        streams: HashSet::new(),
        report: RebuildReport::default(),
    };
    if options.local {
        rebuilder.read_disk(progress).await?;
    }
    if let Some(bucket) = footage.remote.as_ref().filter(|_| options.remote) {
        rebuilder.read_bucket(bucket, progress).await?;
    }
    rebuilder.finish().await
}

struct Rebuilder<'a> {
    footage: &'a Footage,
    cameras: Cameras,
    batch: Vec<(Segment, SegmentIndex)>,
    /// Streams of which there is footage.
    streams: HashSet<LedgerOf>,
    report: RebuildReport,
}

impl Rebuilder<'_> {
    async fn read_disk(&mut self, progress: &mut (dyn FnMut(u64) + Send)) -> Result<()> {
        let (names, mut found) = mpsc::channel(NAMES_AHEAD);
        let local = self.footage.local.clone();
        let walk = tokio::task::spawn_blocking(move || {
            let unreadable = names.clone();
            local.walk_readable(
                &mut |entry| !entry.key.ends_with(".mp4") || names.blocking_send(Ok(entry.key)).is_ok(),
                &mut |key, error| {
                    // If nobody listens any more, the walk ends at the next file.
                    let _ = unreadable.blocking_send(Err((key, error)));
                },
            )
        });
        let mut seen = 0;
        while let Some(found) = found.recv().await {
            match found {
                Ok(key) => self.restore_file(key).await?,
                Err((key, error)) => self.leave_out(&key, &error),
            }
            seen += 1;
            progress(seen);
        }
        walk.await.map_err(|_| FootageError::Interrupted)?.map_err(FootageError::from)
    }

    async fn restore_file(&mut self, key: String) -> Result<()> {
        let name = key.clone();
        let read = self.footage.on_disk(move |local| {
            let unfinished = match read_segment(&Readable(local.open_file(&name)?), &name)? {
                Outcome::Segment(restored) => !restored.finished,
                Outcome::Empty => false,
            };
            let outcome = finish_file(local, &name)?;
            let digest = of_file(&local.open_file(&name)?)
                .map_err(|source| FootageError::Unreadable { key: name, source })?;
            Ok((outcome, unfinished, digest))
        });
        match read.await {
            Ok((Outcome::Segment(restored), unfinished, digest)) => {
                self.report.finished += u64::from(unfinished);
                let location = Location { local: true, remote: false };
                self.restore(&restored, &key, location, Some(digest)).await
            }
            Ok((Outcome::Empty, ..)) => {
                self.report.empty += 1;
                Ok(())
            }
            Err(error) => self.skip(&key, error),
        }
    }

    async fn read_bucket(
        &mut self,
        bucket: &RemoteTier,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<()> {
        let mut listing = bucket.list_everything(None);
        let (mut seen, mut unavailable) = (0, 0);
        while let Some(listed) = listing.try_next().await? {
            let object = match listed {
                Listed::Object(object) if object.key.ends_with(".mp4") => object,
                Listed::Object(_) => continue,
                Listed::Invalid(key) => {
                    self.leave_out(&key, &"no object of ours has such a name");
                    continue;
                }
            };
            match self.read_object(bucket, &object.key).await {
                Ok(Some((Outcome::Segment(restored), digest))) if restored.finished => {
                    unavailable = 0;
                    let location = Location { local: false, remote: true };
                    self.restore(&restored, &object.key, location, digest).await?;
                }
                Ok(Some((Outcome::Segment(_), _))) => self.leave_out(&object.key, &"it is not finished"),
                Ok(Some((Outcome::Empty, _))) => self.report.empty += 1,
                // Deleted since it was listed.
                Ok(None) => {}
                Err(error) => {
                    unavailable += 1;
                    if unavailable >= UNAVAILABLE_IN_A_ROW && is_unavailable(&error) {
                        return Err(error);
                    }
                    self.skip(&object.key, error)?;
                }
            }
            seen += 1;
            progress(seen);
        }
        Ok(())
    }

    /// What an object holds, with its digest if it is a finished segment; none if there is no object.
    async fn read_object(
        &self,
        bucket: &RemoteTier,
        key: &str,
    ) -> Result<Option<(Outcome, Option<[u8; 32]>)>> {
        let Some(info) = bucket.head(key).await? else { return Ok(None) };
        let (reader, name) = (bucket.reader(key, info.bytes), key.to_owned());
        let outcome = self.footage.on_disk(move |_| read_segment(&Readable(reader), &name)).await?;
        let digest = match (&outcome, info.blake3) {
            (Outcome::Segment(restored), None) if restored.finished => {
                Some(bucket.digest(key, info.bytes).await?)
            }
            (_, digest) => digest,
        };
        Ok(Some((outcome, digest)))
    }

    /// What is one file's problem is left out; everything else is a failure of the whole.
    fn skip(&mut self, key: &str, error: FootageError) -> Result<()> {
        if error.concerns_all() {
            return Err(error);
        }
        match error {
            // Its text says the key already.
            FootageError::NotASegment { source, .. } => self.leave_out(key, &source),
            FootageError::Interrupted => self.leave_out(key, &"reading it failed in an unexpected way"),
            other => self.leave_out(key, &other),
        }
        Ok(())
    }

    fn leave_out(&mut self, key: &str, why: &dyn std::fmt::Display) {
        tracing::warn!(key, reason = %why, "a file is left out");
        self.report.left_out.add(key, why.to_string());
    }

    async fn restore(
        &mut self,
        restored: &Restored,
        key: &str,
        location: Location,
        digest: Option<[u8; 32]>,
    ) -> Result<()> {
        if let Some(why) = impossible_times(restored, self.footage.now()) {
            self.leave_out(key, &why);
            return Ok(());
        }
        let of = match self.cameras.of(self.footage, restored, &mut self.report).await {
            Ok(Belongs::To(of)) => of,
            Ok(Belongs::Nowhere(why)) => {
                self.leave_out(key, &why);
                return Ok(());
            }
            Err(error) => return self.skip(key, error),
        };
        self.streams.insert(of);
        if self.note_known(restored.id(), key, location).await? {
            self.report.known += 1;
            return Ok(());
        }
        // The disk is this node's, whatever it was called when it wrote the file.
        let node =
            if location.local { self.footage.node.clone() } else { NodeId(restored.meta.node.clone()) };
        let mut row = restored.row(of.org_id, of.camera_id, of.stream, key, location, node);
        row.blake3 = digest;
        self.batch.push((row, restored.index()));
        self.report.segments += 1;
        if self.batch.len() >= BATCH { self.flush().await } else { Ok(()) }
    }

    /// Whether the segment has a row already; then only where its bytes are is noted.
    async fn note_known(&mut self, id: SegmentId, key: &str, location: Location) -> Result<bool> {
        if let Some((row, _)) = self.batch.iter_mut().find(|(row, _)| row.id == id) {
            merge(&mut row.location, location);
            return Ok(true);
        }
        let Some(row) = self.footage.catalog.segment_by_id(id).await? else { return Ok(false) };
        if row.key == key {
            let mut merged = row.location;
            merge(&mut merged, location);
            if merged != row.location {
                self.footage.catalog.set_location(id, merged).await?;
            }
        } else {
            tracing::warn!(key, known_as = row.key, "a copy of a segment; it stays as it is");
        }
        Ok(true)
    }

    /// Writes the batch; if the database refuses a row, one by one, and leaves that one out.
    async fn flush(&mut self) -> Result<()> {
        let batch = std::mem::take(&mut self.batch);
        match self.footage.catalog.insert_restored(&batch, &[]).await {
            Err(CatalogError::Refused(_)) => {}
            written => return Ok(written?),
        }
        for row in batch {
            let row = [row];
            if let Err(error) = self.footage.catalog.insert_restored(&row, &[]).await {
                self.report.segments -= 1;
                self.skip(&row[0].0.key, error.into())?;
            }
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<RebuildReport> {
        self.flush().await?;
        for of in self.streams {
            self.report.gaps += stitch(self.footage, of).await?;
        }
        Ok(self.report)
    }
}

fn merge(into: &mut Location, more: Location) {
    into.local |= more.local;
    into.remote |= more.remote;
}

fn is_unavailable(error: &FootageError) -> bool {
    match error {
        FootageError::Storage(error) => matches!(error, StorageError::Unavailable { .. }),
        // The object's reader speaks as a file does.
        FootageError::NotASegment { source: nightjar_format::RecoverError::Io(_), .. } => true,
        _ => false,
    }
}
