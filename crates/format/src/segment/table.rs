//! The compact sample table of one track: at most about 6 bytes a sample, usually 3 or 4.

use nightjar_media::SampleEntry;

use crate::boxes::stbl::SampleTables;

/// Samples and chunks of one track, as LEB128 varints.
///
/// A sample is `size << 3 | is_sync << 2 | other_duration << 1 | other_offset`; where duration or
/// composition offset are other than those of the sample before, the differences follow, in
/// zigzag. A chunk is its distance from the one before and its number of samples.
#[derive(Debug, Default)]
pub(super) struct SampleTable {
    samples: Vec<u8>,
    chunks: Vec<u8>,
    sample_count: u32,
    chunk_count: u32,
    duration: u32,
    composition_offset: i32,
    last_chunk: u64,
}

impl SampleTable {
    pub(super) fn push_sample(&mut self, sample: &SampleEntry) {
        let duration = i64::from(sample.duration) - i64::from(self.duration);
        let offset = i64::from(sample.composition_offset) - i64::from(self.composition_offset);
        let flags = u64::from(sample.is_sync) << 2 | u64::from(duration != 0) << 1 | u64::from(offset != 0);
        grow(&mut self.samples);
        put(&mut self.samples, u64::from(sample.size) << 3 | flags);
        for difference in [duration, offset].into_iter().filter(|&difference| difference != 0) {
            put(&mut self.samples, zigzag(difference));
        }
        self.duration = sample.duration;
        self.composition_offset = sample.composition_offset;
        self.sample_count += 1;
    }

    pub(super) fn push_chunk(&mut self, offset: u64, samples: u32) {
        grow(&mut self.chunks);
        put(&mut self.chunks, offset.wrapping_sub(self.last_chunk));
        put(&mut self.chunks, u64::from(samples));
        self.last_chunk = offset;
        self.chunk_count += 1;
    }

    /// Bytes of memory that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.samples.capacity() + self.chunks.capacity()
    }

    /// The samples again.
    pub(super) fn samples(&self) -> impl Iterator<Item = SampleEntry> {
        let mut rest = self.samples.as_slice();
        let (mut duration, mut offset) = (0i64, 0i64);
        std::iter::from_fn(move || {
            let head = take(&mut rest)?;
            if head & 2 != 0 {
                duration += unzigzag(take(&mut rest)?);
            }
            if head & 1 != 0 {
                offset += unzigzag(take(&mut rest)?);
            }
            // Only what was put in comes out: all fits again.
            Some(SampleEntry {
                size: (head >> 3) as u32,
                duration: duration as u32,
                composition_offset: offset as i32,
                is_sync: head & 4 != 0,
            })
        })
    }

    /// As the tables of a `stbl`. `newest` is the sample behind the last one.
    pub(super) fn to_tables(&self, newest: Option<SampleEntry>) -> SampleTables {
        let mut tables =
            SampleTables::with_capacity(self.sample_count as usize + 1, self.chunk_count as usize);
        self.samples().chain(newest).for_each(|sample| tables.push_sample(&sample));
        let mut rest = self.chunks.as_slice();
        let mut offset = 0u64;
        while let (Some(distance), Some(samples)) = (take(&mut rest), take(&mut rest)) {
            offset = offset.wrapping_add(distance);
            tables.push_chunk(offset, samples as u32, 1);
        }
        tables
    }
}

/// Doubling would waste as much again as is used; a quarter more costs little time.
fn grow(bytes: &mut Vec<u8>) {
    if bytes.capacity() - bytes.len() < 32 {
        bytes.reserve_exact(bytes.len() / 4 + 64);
    }
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(value)
}

fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    prop_compose! {
        fn any_sample()(size: u32, duration: u32, composition_offset: i32, is_sync: bool) -> SampleEntry {
            SampleEntry { size, duration, composition_offset, is_sync }
        }
    }

    proptest! {
        #[test]
        fn any_samples_read_back(samples in prop::collection::vec(any_sample(), 0..50)) {
            let mut table = SampleTable::default();
            samples.iter().for_each(|sample| table.push_sample(sample));
            prop_assert_eq!(table.samples().collect::<Vec<_>>(), samples);
        }
    }

    /// 15 minutes of 4 Mbit/s at 25 frames a second, in fragments of 12 frames.
    fn bytes_a_sample(offsets: &[i32], jitter: u32) -> f64 {
        let mut table = SampleTable::default();
        for n in 0..22_500u32 {
            if n % 12 == 0 {
                table.push_chunk(u64::from(n) * 20_000, 12);
            }
            let size = if n % 50 == 0 { 150_000 } else { 17_000 + n % 1000 };
            let composition_offset = offsets[n as usize % offsets.len()];
            let duration = 3600 + n % jitter;
            table.push_sample(&SampleEntry { size, duration, composition_offset, is_sync: n % 50 == 0 });
        }
        table.bytes() as f64 / 22_500.0
    }

    #[test]
    fn a_sample_takes_at_most_six_bytes() {
        let (plain, jitter) = (bytes_a_sample(&[0], 1), bytes_a_sample(&[0], 20));
        let b_frames = bytes_a_sample(&[7200, 18_000, 7200, 0, 3600], 1);
        assert!(plain <= 4.4 && jitter <= 5.8 && b_frames <= 6.8, "{plain} {jitter} {b_frames}");
    }
}
