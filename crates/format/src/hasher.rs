//! BLAKE3 of a segment file while it is written.

use blake3::hazmat::{ChainingValue, HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root};
use blake3::{CHUNK_LEN, Hasher};

/// Hashes a segment as if its reserved box had been patched from the start, although the patch is
/// known only at the end.
///
/// The patch lies in the first chunk (1024 bytes), which is the leftmost leaf of BLAKE3's tree
/// (§2.1 of its paper). The chunks behind it are the subtrees \[1, 2), \[2, 4), \[4, 8) and so
/// on: each is hashed as it comes, and all are merged with the first chunk at the end.
#[derive(Debug, Clone)]
pub struct SegmentHasher {
    first: Vec<u8>,
    /// Subtrees that are complete, from the left.
    complete: Vec<ChainingValue>,
    /// The subtree that is growing.
    growing: Hasher,
    room: u64,
}

impl Default for SegmentHasher {
    fn default() -> Self {
        Self::new()
    }
}

impl SegmentHasher {
    /// At the beginning of the file.
    pub fn new() -> Self {
        let mut growing = Hasher::new();
        growing.set_input_offset(CHUNK_LEN as u64);
        Self { first: Vec::with_capacity(CHUNK_LEN), complete: Vec::new(), growing, room: CHUNK_LEN as u64 }
    }

    /// The next bytes, in the order of the file, as they were written before the patch.
    pub fn update(&mut self, bytes: &[u8]) {
        let (head, mut rest) = bytes.split_at(bytes.len().min(CHUNK_LEN - self.first.len()));
        self.first.extend_from_slice(head);
        while !rest.is_empty() {
            if self.room == 0 {
                self.begin_subtree();
            }
            let fitting = usize::try_from(self.room).map_or(rest.len(), |room| room.min(rest.len()));
            self.growing.update(&rest[..fitting]);
            self.room -= fitting as u64;
            rest = &rest[fitting..];
        }
    }

    /// BLAKE3 of all bytes with `patch` in place at `patch_offset`, which lies in the first
    /// 1024 bytes; what would lie behind them is left out.
    pub fn finish(mut self, patch_offset: u64, patch: &[u8; 16]) -> [u8; 32] {
        let offset = usize::try_from(patch_offset).unwrap_or(usize::MAX);
        for (old, new) in self.first.iter_mut().skip(offset).zip(patch) {
            *old = *new;
        }
        if self.growing.count() == 0 {
            // Not even one byte behind the first chunk.
            return *blake3::hash(&self.first).as_bytes();
        }
        let mut left = Hasher::new().update(&self.first).finalize_non_root();
        for right in &self.complete {
            left = merge_subtrees_non_root(&left, right, Mode::Hash);
        }
        *merge_subtrees_root(&left, &self.growing.finalize_non_root(), Mode::Hash).as_bytes()
    }

    fn begin_subtree(&mut self) {
        self.complete.push(self.growing.finalize_non_root());
        // Everything before it is a complete subtree of as many chunks as it will have itself.
        let len = (CHUNK_LEN as u64) << self.complete.len();
        self.growing = Hasher::new();
        self.growing.set_input_offset(len);
        self.room = len;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PATCH: [u8; 16] = *b"0123456789abcdef";

    fn bytes(len: usize) -> Vec<u8> {
        (0..len).map(|n| (n % 251) as u8).collect()
    }

    fn plain(mut file: Vec<u8>, offset: usize) -> [u8; 32] {
        for (old, new) in file.iter_mut().skip(offset).zip(PATCH) {
            *old = new;
        }
        *blake3::hash(&file).as_bytes()
    }

    #[test]
    fn the_digest_is_that_of_the_patched_file_at_all_sizes_around_chunks() {
        let sizes = (0..70).flat_map(|chunks| [0, 1, 2, 1023].map(|more| chunks * 1024 + more));
        for len in sizes.chain([1 << 20, (1 << 20) + 1, (1 << 21) - 1, 3_000_001]) {
            let file = bytes(len);
            let mut hasher = SegmentHasher::new();
            for part in file.chunks(4096) {
                hasher.update(part);
            }
            assert_eq!(hasher.finish(28, &PATCH), plain(file, 28), "{len} bytes");
        }
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_the_bytes_are_cut(
            len in 0usize..40_000,
            offset in 0usize..1008,
            cuts in prop::collection::vec(1usize..9000, 1..20),
        ) {
            let file = bytes(len);
            let mut hasher = SegmentHasher::new();
            let mut rest = file.as_slice();
            for cut in cuts.iter().cycle() {
                let (head, tail) = rest.split_at(rest.len().min(*cut));
                hasher.update(head);
                rest = tail;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(hasher.finish(offset as u64, &PATCH), plain(file, offset));
        }
    }
}
