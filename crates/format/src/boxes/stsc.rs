//! `stsc`, which samples are in which chunk (ISO/IEC 14496-12 §8.7.4).

use super::Writer;

/// Chunks from `first_chunk` (from 1) on that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChunkRun {
    pub(crate) first_chunk: u32,
    pub(crate) samples: u32,
    /// From 1.
    pub(crate) description: u32,
}

pub(crate) fn write(w: &mut Writer, runs: &[ChunkRun]) {
    w.full(*b"stsc", 0, 0, |w| {
        w.u32(runs.len() as u32);
        for run in runs {
            w.u32(run.first_chunk);
            w.u32(run.samples);
            w.u32(run.description);
        }
    });
}
