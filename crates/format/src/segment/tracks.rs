//! What is kept of one track of a segment while it is written.

use nightjar_media::{TrackId, TrackParameters, TrackRun};

use super::table::SampleTable;
use crate::boxes::elst::Edit;
use crate::boxes::stsd;
use crate::boxes::trak::Track;
use crate::sequence::Sequence;

/// A track's samples.
#[derive(Debug)]
pub(super) struct TrackTables {
    id: TrackId,
    pub(super) sequence: Sequence,
    /// All samples but the newest, which the sequence still holds.
    table: SampleTable,
}

impl TrackTables {
    pub(super) fn new(id: TrackId) -> Self {
        Self { id, sequence: Sequence::default(), table: SampleTable::default() }
    }

    pub(super) fn id(&self) -> TrackId {
        self.id
    }

    /// Notes a run whose payload begins at `offset` in the file.
    pub(super) fn append(&mut self, offset: u64, run: &TrackRun) {
        self.sequence.continue_at(run.decode_time);
        self.table.push_chunk(offset, run.samples.len() as u32);
        for sample in &run.samples {
            if let Some(before) = self.sequence.push(*sample) {
                self.table.push_sample(&before);
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.table.bytes()
    }

    pub(super) fn to_box<'a>(&self, parameters: &'a TrackParameters, edit: Edit) -> Track<'a> {
        // An init section is only made of tracks that have a sample entry.
        let entries = stsd::sample_entry(&parameters.codec).into_iter().collect();
        let mut tables = self.table.to_tables(self.sequence.last());
        tables.raise_offsets(self.sequence.offset_shift());
        Track { parameters, entries, media_duration: self.sequence.ticks(), edit, tables }
    }
}
