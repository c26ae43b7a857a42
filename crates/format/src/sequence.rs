//! The samples of one track in a row, as sample tables have them: decode times are sums of
//! durations, and the edit list says where the track lies in the presentation.

use nightjar_media::{SampleEntry, Timescale};

use crate::boxes::elst::Edit;

/// What has to be known of all samples of a track before its boxes can be written.
#[derive(Debug)]
pub(crate) struct Sequence {
    /// The newest sample: what comes next can still make it longer or shorter.
    last: Option<SampleEntry>,
    /// Decode time of its first sample.
    first: Option<u64>,
    /// Sum of the durations, the last sample's too.
    ticks: u64,
    /// Smallest presentation time, from the first decode time on.
    earliest: i64,
    /// Largest end of a presentation, from the first decode time on.
    latest: i64,
    /// Smallest composition offset, if one is negative.
    least_offset: i32,
    samples: u32,
}

impl Default for Sequence {
    fn default() -> Self {
        let (last, first, ticks, samples) = (None, None, 0, 0);
        Self { last, first, ticks, earliest: i64::MAX, latest: 0, least_offset: 0, samples }
    }
}

impl Sequence {
    /// The next sample is decoded at `decode_time`: the last one is fitted to that.
    pub(crate) fn continue_at(&mut self, decode_time: u64) {
        let first = *self.first.get_or_insert(decode_time);
        let Some(last) = &mut self.last else { return };
        let before = self.ticks - u64::from(last.duration);
        let wanted = decode_time.saturating_sub(first).saturating_sub(before);
        last.duration = u32::try_from(wanted).unwrap_or(u32::MAX).max(1);
        self.ticks = before + u64::from(last.duration);
    }

    /// The next sample; gives the one before, which will not change any more.
    pub(crate) fn push(&mut self, sample: SampleEntry) -> Option<SampleEntry> {
        let presented = self.ticks.cast_signed() + i64::from(sample.composition_offset);
        self.earliest = self.earliest.min(presented);
        self.latest = self.latest.max(presented + i64::from(sample.duration));
        self.least_offset = self.least_offset.min(sample.composition_offset);
        self.ticks += u64::from(sample.duration);
        self.samples += 1;
        self.last.replace(sample)
    }

    /// The newest sample.
    pub(crate) fn last(&self) -> Option<SampleEntry> {
        self.last
    }

    /// Decode time of its first sample.
    pub(crate) fn first_decode_time(&self) -> u64 {
        self.first.unwrap_or(0)
    }

    /// Sum of all durations.
    pub(crate) fn ticks(&self) -> u64 {
        self.ticks
    }

    /// Decode time at which its last sample ends.
    pub(crate) fn end(&self) -> u64 {
        self.first_decode_time() + self.ticks
    }

    /// Number of samples.
    pub(crate) fn samples(&self) -> u32 {
        self.samples
    }

    /// What is added to composition offsets so that none is negative, which the oldest version
    /// of `ctts` can not say; the edit list takes it off again.
    pub(crate) fn offset_shift(&self) -> u32 {
        self.least_offset.unsigned_abs()
    }

    /// When its first presentation is, in ticks of `to`.
    fn presented_from(&self, own: Timescale, to: Timescale) -> Option<i64> {
        let first = self.first?.cast_signed();
        Some(own.rescale(first.saturating_add(self.earliest), to))
    }
}

/// Lays tracks out so that the earliest presentation of all is at 0 and none is cut off.
pub(crate) fn edits<'a>(
    tracks: impl Iterator<Item = (&'a Sequence, Timescale)> + Clone,
    movie: Timescale,
) -> Vec<Edit> {
    let starts = tracks.clone().filter_map(|(track, own)| track.presented_from(own, movie));
    let zero = starts.min().unwrap_or(0);
    tracks
        .map(|(track, own)| match track.presented_from(own, movie) {
            None => Edit::default(),
            Some(from) => Edit {
                delay: from.saturating_sub(zero).max(0).cast_unsigned(),
                media_time: track.earliest.saturating_add(track.offset_shift().into()).max(0).cast_unsigned(),
                // Rounded up: a player leaves out what begins behind the edit.
                duration: own
                    .rescale(track.latest.saturating_sub(track.earliest), movie)
                    .max(0)
                    .cast_unsigned()
                    + 1,
            },
        })
        .collect()
}
