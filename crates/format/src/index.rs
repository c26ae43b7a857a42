//! How a segment is cut into byte ranges for HLS.

/// An entry is closed at the first random access point after this many seconds: GOPs of one,
/// two, and four seconds give entries of four, and no entry that could be shorter is above six.
const TARGET_SECONDS: u64 = 4;

/// Joins fragments into entries of about four to six seconds, each beginning at a random access
/// point wherever there is one.
#[derive(Debug, Clone)]
pub struct IndexBuilder {
    target: u64,
    entries: Vec<(u32, u32)>,
    bytes: u64,
    duration: u64,
}

impl IndexBuilder {
    /// For durations in ticks of `timescale` a second.
    pub fn new(timescale: u32) -> Self {
        Self { target: u64::from(timescale) * TARGET_SECONDS, entries: Vec::new(), bytes: 0, duration: 0 }
    }

    /// The next fragment; gives the entry (bytes, duration) that it closed, if any.
    pub fn push(&mut self, bytes: u64, duration: u64, starts_with_rap: bool) -> Option<(u32, u32)> {
        // An entry's numbers have 32 bits: without any random access point for that long, the
        // entry is closed anyway.
        let limit = u64::from(u32::MAX);
        let full = self.bytes + bytes > limit || self.duration + duration > limit;
        let closed = (self.bytes > 0 && (full || (starts_with_rap && self.duration >= self.target)))
            .then(|| self.close());
        self.bytes += bytes;
        self.duration += duration;
        closed
    }

    /// The entry that is still growing, as (bytes, duration).
    pub fn open_entry(&self) -> Option<(u32, u32)> {
        (self.bytes > 0).then(|| narrow(self.bytes, self.duration))
    }

    /// Entries closed so far.
    pub fn entries(&self) -> &[(u32, u32)] {
        &self.entries
    }

    /// All entries, the last one closed too.
    pub fn finish(mut self) -> Vec<(u32, u32)> {
        if self.bytes > 0 {
            self.close();
        }
        self.entries
    }

    fn close(&mut self) -> (u32, u32) {
        let entry = narrow(self.bytes, self.duration);
        self.entries.push(entry);
        (self.bytes, self.duration) = (0, 0);
        entry
    }
}

fn narrow(bytes: u64, duration: u64) -> (u32, u32) {
    (u32::try_from(bytes).unwrap_or(u32::MAX), u32::try_from(duration).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn durations(gop_fragments: usize, fragments: usize) -> Vec<u32> {
        let mut index = IndexBuilder::new(1000);
        for n in 0..fragments {
            index.push(10, 500, n % gop_fragments == 0);
        }
        index.finish().into_iter().map(|(_, duration)| duration).collect()
    }

    #[test]
    fn entries_are_four_to_six_seconds_where_the_gops_let_them() {
        assert_eq!(durations(2, 18), [4000, 4000, 1000]);
        assert_eq!(durations(4, 16), [4000, 4000]);
        assert_eq!(durations(6, 24), [6000, 6000]);
        assert_eq!(durations(20, 40), [10_000, 10_000]);
        assert_eq!(durations(100, 10), [5000]);
    }

    #[test]
    fn a_closed_entry_is_given_out_at_once() {
        let mut index = IndexBuilder::new(1);
        assert_eq!(index.push(7, 5, true), None);
        assert_eq!(index.open_entry(), Some((7, 5)));
        assert_eq!(index.push(9, 1, true), Some((7, 5)));
        assert_eq!((index.entries(), index.open_entry()), (&[(7, 5)][..], Some((9, 1))));
    }
}
