//! No parser panics on what it is given. The same corpus starts the fuzz target.

use nightjar_codec::{aac, h264, h265, nal};

use crate::real_parameter_sets::corpus;

const CORPUS: [&str; 9] =
    ["aac", "aac-he", "avcc", "h264-pps", "h264-sps", "h265-32", "h265-33", "h265-34", "hvcc"];

/// A pseudo-random sequence that is the same every time (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ z >> 31) % bound as u64) as usize
    }
}

#[test]
fn mutated_parameter_sets_never_panic() {
    let seeds = CORPUS.map(corpus);
    let mut random = Random(7);
    let mut understood = 0;
    for round in 0..200_000 {
        let mut bytes = seeds[round % seeds.len()].clone();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            match random.below(5) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = random.below(256) as u8,
                2 => bytes.insert(at, [0, 0xff, 3, 1][random.below(4)]),
                3 if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => bytes.truncate(at.max(1)),
            }
        }
        understood += usize::from(parse_all(&bytes));
    }
    assert!(understood > 10_000, "the mutations leave something to be understood: {understood}");
}

fn parse_all(bytes: &[u8]) -> bool {
    let h264 = h264::Sps::parse(bytes).is_ok() | h264::parse_avcc(bytes).is_ok();
    let h265 = h265::Sps::parse(bytes).is_ok() | h265::parse_hvcc(bytes).is_ok();
    let aac = aac::AudioSpecificConfig::parse(bytes).is_ok();
    let _ = (h264::codec_string(bytes), h265::codec_string(bytes), aac::codec_string(bytes));
    let _ = (h264::avcc(bytes, bytes), h265::hvcc(bytes, bytes, bytes));
    let _ = (h264::is_random_access_point(bytes), h265::is_random_access_point(bytes));
    let _ = (h264::parameter_sets(bytes), h265::parameter_sets(bytes));
    let _ = nal::from_annex_b(bytes);
    h264 | h265 | aac
}
