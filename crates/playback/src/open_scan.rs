//! The index of a segment that is still being written, from the file's own fragment headers.
//!
//! Only what was added since the last look is read, and all viewers of a camera share it. The
//! entries are those that the finished segment will have: the same builder makes both.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use nightjar_format::scan::{FragmentInfo, FragmentScanner};
use nightjar_format::{IndexBuilder, ReadAt};
use nightjar_model::{IndexEntry, Segment, SegmentId, SegmentIndex, SegmentState, WallTime};
use nightjar_storage::LocalFile;
use parking_lot::Mutex;
use tokio::sync::Mutex as AsyncMutex;

use crate::Result;
use crate::footage::{Store, blocking};

/// Files that are followed at a time.
const MAX_SCANS: usize = 1_000;
/// A file that nobody asked for as long as this is no longer followed.
const IDLE_MICROS: i64 = 120_000_000;

/// What is known of a segment that is being written.
#[derive(Debug, Clone)]
pub(crate) struct OpenIndex {
    /// Its closed entries.
    pub(crate) index: Arc<SegmentIndex>,
    /// Wall-clock time at which the last of them ends.
    pub(crate) end: WallTime,
}

/// The files that are followed.
#[derive(Debug, Default)]
pub(crate) struct OpenScans {
    scans: Mutex<HashMap<SegmentId, Followed>>,
}

#[derive(Debug)]
struct Followed {
    used: WallTime,
    scan: Arc<AsyncMutex<Option<Scan>>>,
}

impl OpenScans {
    /// The entries of a segment's local file so far; none if there is no such file, or nothing
    /// in it yet.
    pub(crate) async fn look(
        &self,
        store: &Store,
        segment: &Segment,
        now: WallTime,
    ) -> Result<Option<OpenIndex>> {
        if !segment.location.local {
            return Ok(None);
        }
        let scan = self.follow(segment.id, now);
        let mut slot = scan.lock_owned().await;
        let (tier, segment) = (store.local.clone(), segment.clone());
        let looked = blocking(move || -> io::Result<_> {
            if slot.is_none() {
                *slot = Scan::start(tier.open_file(&segment.key)?);
            }
            let Some(scan) = slot.as_mut() else { return Ok(None) };
            scan.advance();
            Ok(scan.index(segment.state == SegmentState::Finished))
        });
        match looked.await.flatten() {
            Ok(index) => Ok(index),
            Err(error) => {
                tracing::debug!(%error, "can't follow a segment that is being written");
                Ok(None)
            }
        }
    }

    /// Stops following segments that are finished.
    pub(crate) fn forget(&self, id: SegmentId) {
        self.scans.lock().remove(&id);
    }

    fn follow(&self, id: SegmentId, now: WallTime) -> Arc<AsyncMutex<Option<Scan>>> {
        let mut scans = self.scans.lock();
        if !scans.contains_key(&id) {
            scans.retain(|_, followed| now.micros_since(followed.used) < IDLE_MICROS);
            if scans.len() >= MAX_SCANS {
                let oldest = scans.iter().min_by_key(|(_, followed)| followed.used).map(|(id, _)| *id);
                oldest.and_then(|id| scans.remove(&id));
            }
        }
        let followed = scans.entry(id).or_insert_with(|| Followed { used: now, scan: Arc::default() });
        followed.used = now;
        Arc::clone(&followed.scan)
    }
}

/// How far a file was read.
#[derive(Debug)]
struct Scan {
    file: ScannedFile,
    scanner: FragmentScanner,
    builder: IndexBuilder,
    first_offset: u64,
    closed: Vec<IndexEntry>,
    /// End of the last closed entry.
    closed_end: WallTime,
    /// End of the last fragment.
    end: WallTime,
}

impl Scan {
    /// Reads the head; none if it is not all there yet.
    fn start(file: LocalFile) -> Option<Self> {
        let file = ScannedFile(file);
        let scanner = match FragmentScanner::open(&file) {
            Ok(scanner) => scanner,
            Err(error) => {
                tracing::debug!(%error, "the head of a segment is not complete yet");
                return None;
            }
        };
        let start = scanner.meta().start;
        Some(Self {
            builder: IndexBuilder::new(scanner.init().timescale().hz()),
            first_offset: scanner.position(),
            closed: Vec::new(),
            closed_end: start,
            end: start,
            scanner,
            file,
        })
    }

    fn advance(&mut self) {
        loop {
            match self.scanner.next(&self.file) {
                Ok(Some(fragment)) => self.take(&fragment),
                Ok(None) => return,
                Err(error) => {
                    tracing::debug!(%error, "the scan of a segment ends early");
                    return;
                }
            }
        }
    }

    fn take(&mut self, fragment: &FragmentInfo) {
        if let Some((bytes, duration)) =
            self.builder.push(fragment.len, fragment.duration, fragment.starts_with_rap)
        {
            self.closed.push(IndexEntry { bytes, duration });
            self.closed_end = fragment.start;
        }
        self.end = fragment.end;
    }

    /// The closed entries; of a finished file, the last one too.
    fn index(&self, finished: bool) -> Option<OpenIndex> {
        let mut entries = self.closed.clone();
        let mut end = self.closed_end;
        if finished && let Some((bytes, duration)) = self.builder.open_entry() {
            entries.push(IndexEntry { bytes, duration });
            end = self.end;
        }
        let first_offset = self.first_offset;
        (!entries.is_empty())
            .then(|| OpenIndex { index: Arc::new(SegmentIndex { first_offset, entries }), end })
    }
}

/// A local file as `format` reads it.
#[derive(Debug)]
struct ScannedFile(LocalFile);

impl ReadAt for ScannedFile {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(offset, buf)
    }

    fn size(&self) -> io::Result<u64> {
        self.0.size()
    }
}
