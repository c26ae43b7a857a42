//! Ending a segment: tables appended → synced → header patched → synced → row `finished`.
//!
//! The steps ride on the volume's group commit, so that a thousand segments that end at the same
//! boundary cost a few syncs, not two thousand.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use nightjar_catalog::LedgerWrite;
use nightjar_format::{SegmentBuilder, SegmentEnd, SegmentHasher};
use nightjar_model::{IndexEntry, Segment, SegmentIndex, SegmentState};

use crate::active::describe;

/// A segment that takes no more fragments.
#[derive(Debug)]
pub(crate) struct FinishJob {
    row: Segment,
    builder: SegmentBuilder,
    hasher: SegmentHasher,
    file: File,
    upload: bool,
    step: Step,
}

#[derive(Debug)]
enum Step {
    /// The sample tables are not in the file yet.
    Tables,
    /// They are written, not yet durable.
    TablesWritten(Box<SegmentEnd>),
    /// The header is patched, not yet durable.
    Patched(Box<SegmentEnd>),
}

impl FinishJob {
    pub(crate) fn new(
        row: Segment,
        builder: SegmentBuilder,
        hasher: SegmentHasher,
        file: File,
        upload: bool,
    ) -> Self {
        Self { row, builder, hasher, file, upload, step: Step::Tables }
    }

    /// The segment's key, for messages.
    pub(crate) fn key(&self) -> &str {
        &self.row.key
    }

    /// Before a sync: writes the tables, unless they are written. An error leaves the file as it
    /// was, a valid fragmented MP4, and the step can be tried again.
    pub(crate) fn before_sync(&mut self) -> io::Result<()> {
        if !matches!(self.step, Step::Tables) {
            return Ok(());
        }
        let end = self.builder.finish();
        if let Err(error) = self.file.write_all_at(&end.tail, self.row.bytes) {
            // Best effort: recovery also copes with a partial table.
            let _ = self.file.set_len(self.row.bytes);
            return Err(error);
        }
        self.step = Step::TablesWritten(Box::new(end));
        Ok(())
    }

    /// After a sync that came after `before_sync`: patches the header, or, when that is durable
    /// too, gives the row.
    pub(crate) fn after_sync(mut self: Box<Self>) -> After {
        match self.step {
            Step::Tables => After::Again(self),
            Step::TablesWritten(end) => {
                let patched = self.file.write_all_at(&end.patch, end.patch_offset);
                self.step = if patched.is_ok() { Step::Patched(end) } else { Step::TablesWritten(end) };
                if let Err(error) = patched {
                    tracing::warn!(key = self.row.key, %error, "can't patch a finished segment; trying again");
                }
                After::Again(self)
            }
            Step::Patched(end) => {
                After::Finished(Box::new(finished(self.row, self.hasher, &end, self.upload)))
            }
        }
    }
}

/// What is left to do with a job.
#[derive(Debug)]
pub(crate) enum After {
    /// It needs another sync.
    Again(Box<FinishJob>),
    /// It is done; this goes into the catalog.
    Finished(Box<LedgerWrite>),
}

fn finished(mut row: Segment, mut hasher: SegmentHasher, end: &SegmentEnd, upload: bool) -> LedgerWrite {
    hasher.update(&end.tail);
    row.bytes += end.tail.len() as u64;
    row.blake3 = Some(hasher.finish(end.patch_offset, &end.patch));
    row.state = SegmentState::Finished;
    let entries = end.summary.entries.iter();
    let index = SegmentIndex {
        first_offset: end.summary.first_offset,
        entries: entries.map(|&(bytes, duration)| IndexEntry { bytes, duration }).collect(),
    };
    describe(&mut row, end.summary.clone());
    LedgerWrite::SegmentFinished { segment: row, index, upload }
}
