//! `stbl`, the sample tables (ISO/IEC 14496-12 §8.5.1), gathered sample by sample.

use nightjar_media::SampleEntry;

use super::stsc::ChunkRun;
use super::{Writer, ctts, stco, stsc, stsd, stss, stsz, stts};

/// What the tables of one track say.
#[derive(Debug, Default, Clone)]
pub(crate) struct SampleTables {
    durations: Vec<(u32, u32)>,
    offsets: Vec<(u32, i32)>,
    sync: Vec<u32>,
    sizes: Vec<u32>,
    chunk_runs: Vec<ChunkRun>,
    chunks: Vec<u64>,
}

impl SampleTables {
    pub(crate) fn with_capacity(samples: usize, chunks: usize) -> Self {
        Self { sizes: Vec::with_capacity(samples), chunks: Vec::with_capacity(chunks), ..Self::default() }
    }

    /// The next sample.
    pub(crate) fn push_sample(&mut self, sample: &SampleEntry) {
        self.sizes.push(sample.size);
        push_run(&mut self.durations, sample.duration);
        push_run(&mut self.offsets, sample.composition_offset);
        if sample.is_sync {
            self.sync.push(self.sizes.len() as u32);
        }
    }

    /// Raises all composition offsets, so that none is negative.
    pub(crate) fn raise_offsets(&mut self, by: u32) {
        self.offsets.iter_mut().for_each(|(_, offset)| *offset = offset.saturating_add_unsigned(by));
    }

    /// The next chunk: `samples` samples from `offset` on.
    pub(crate) fn push_chunk(&mut self, offset: u64, samples: u32, description: u32) {
        self.chunks.push(offset);
        let alike = |last: &ChunkRun| last.samples == samples && last.description == description;
        if !self.chunk_runs.last().is_some_and(alike) {
            let first_chunk = self.chunks.len() as u32;
            self.chunk_runs.push(ChunkRun { first_chunk, samples, description });
        }
    }

    /// Moves all chunks by `shift` bytes.
    pub(crate) fn shift_chunks(&mut self, shift: u64) {
        self.chunks.iter_mut().for_each(|offset| *offset += shift);
    }

    /// Size of the written boxes if chunk offsets are `wide`; an upper bound.
    pub(crate) fn written_len(&self) -> usize {
        let rows = 8 * (self.durations.len() + self.offsets.len() + self.chunks.len());
        rows + 4 * (self.sync.len() + self.sizes.len()) + 12 * self.chunk_runs.len() + 6 * 20
    }

    /// `stbl` with these tables, or with empty ones in an init section.
    pub(crate) fn write(&self, w: &mut Writer, entries: &[Vec<u8>], wide: bool) {
        w.boxed(*b"stbl", |w| {
            stsd::write(w, entries);
            stts::write(w, &self.durations);
            ctts::write(w, &self.offsets);
            // Without the box all samples are sync samples.
            if self.sync.len() < self.sizes.len() {
                stss::write(w, &self.sync);
            }
            stsc::write(w, &self.chunk_runs);
            stsz::write(w, &self.sizes);
            stco::write(w, &self.chunks, wide);
        });
    }
}

fn push_run<T: PartialEq>(runs: &mut Vec<(u32, T)>, value: T) {
    match runs.last_mut() {
        Some((count, last)) if *last == value => *count += 1,
        _ => runs.push((1, value)),
    }
}
