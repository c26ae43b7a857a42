//! `nightjar catalog rebuild`: the catalog from the files of a tier, for when the database is
//! lost.
//!
//! A segment's file tells what its row said: ids, camera, stream, node and times, and its
//! fragments give the rest. What the files can't tell is why something is missing: holes become
//! gaps `node_down` with the word "restored". Cameras that the catalog does not have are made,
//! switched off, under the ids that their files name; the configuration then completes them.

mod cameras;

use std::collections::HashSet;

use futures::TryStreamExt;
use nightjar_model::{Location, NodeId, Segment, SegmentId, SegmentIndex};
use nightjar_storage::RemoteTier;
use tokio::sync::mpsc;

use self::cameras::Cameras;
use crate::digest::of_file;
use crate::footage::{Footage, FootageError, Readable, Result};
use crate::ledger::LedgerOf;
use crate::reconcile::{Outcome, Restored, finish_file, read_segment};
use crate::stitch::stitch;

/// Segments that go into the catalog in one transaction.
const BATCH: usize = 200;
/// How far the listing of the folder may be ahead of the reading of files.
const NAMES_AHEAD: usize = 1_000;

/// From which tiers to rebuild.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RebuildOptions {
    /// From the footage folder.
    pub local: bool,
    /// From the bucket.
    pub remote: bool,
}

/// What was restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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
    /// Files and objects that are no segments of ours.
    pub skipped: u64,
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
            local.walk(&mut |entry| !entry.key.ends_with(".mp4") || names.blocking_send(entry.key).is_ok())
        });
        let mut seen = 0;
        while let Some(key) = found.recv().await {
            self.restore_file(key).await?;
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
                self.report.skipped += 1;
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
        let mut listing = bucket.list(None);
        let mut seen = 0;
        while let Some(object) = listing.try_next().await? {
            if !object.key.ends_with(".mp4") {
                continue;
            }
            let Some(info) = bucket.head(&object.key).await? else { continue };
            let (reader, key) = (bucket.reader(&object.key, info.bytes), object.key.clone());
            let read = self.footage.on_disk(move |_| read_segment(&Readable(reader), &key)).await;
            match read {
                Ok(Outcome::Segment(restored)) if restored.finished => {
                    let digest = match info.blake3 {
                        Some(digest) => digest,
                        None => bucket.digest(&object.key, info.bytes).await?,
                    };
                    let location = Location { local: false, remote: true };
                    self.restore(&restored, &object.key, location, Some(digest)).await?;
                }
                Ok(_) => self.report.skipped += 1,
                Err(error) => self.skip(&object.key, error)?,
            }
            seen += 1;
            progress(seen);
        }
        Ok(())
    }

    /// What is no segment is left out; everything else is a failure of the whole.
    fn skip(&mut self, key: &str, error: FootageError) -> Result<()> {
        match error {
            FootageError::NotASegment { .. } => {
                tracing::warn!(key, %error, "left out: no segment");
                self.report.skipped += 1;
                Ok(())
            }
            other => Err(other),
        }
    }

    async fn restore(
        &mut self,
        restored: &Restored,
        key: &str,
        location: Location,
        digest: Option<[u8; 32]>,
    ) -> Result<()> {
        let Some(of) = self.cameras.of(self.footage, restored, &mut self.report).await? else {
            tracing::warn!(key, "left out: its camera's name or stream is none of ours");
            self.report.skipped += 1;
            return Ok(());
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

    async fn flush(&mut self) -> Result<()> {
        self.footage.catalog.insert_restored(&self.batch, &[]).await?;
        self.batch.clear();
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
