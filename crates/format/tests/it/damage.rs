//! Files that were cut, damaged, or are something else.

use nightjar_format::scan::FragmentScanner;
use nightjar_format::{RecoverError, recover};

use crate::reader;
use crate::streams::{audio_track, regular, video_track};
use crate::support::{Written, finish, mux, write};

fn written() -> Written {
    write(&mux(&[video_track(0), audio_track()], &regular(60, 25, true)))
}

#[test]
fn a_file_cut_at_any_byte_recovers_to_its_last_complete_fragment() {
    let written = written();
    let whole = &written.unfinished;
    let first = written.end.summary.first_offset as usize;
    let ends: Vec<usize> = reader::boxes(whole, first)
        .into_iter()
        .filter(|(kind, ..)| kind == "mdat")
        .map(|(_, at, size)| at + size)
        .collect();
    for len in 0..=whole.len() {
        let file = &whole[..len];
        match recover(&file) {
            Ok(recovered) => {
                let end = ends.iter().rev().find(|&&end| end <= len).copied().unwrap_or(first);
                assert_eq!(recovered.valid_len, end as u64, "cut at {len}");
            }
            Err(RecoverError::NotASegment(_)) => assert!(len < first, "the head was whole at {len}"),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_crash_while_the_end_is_written_is_finished_again() {
    let written = written();
    let valid = written.unfinished.len();
    for tail in 0..=written.end.tail.len() {
        let mut file = written.unfinished.clone();
        file.extend_from_slice(&written.end.tail[..tail]);
        let recovered = recover(&file).expect("a segment");
        assert_eq!((recovered.valid_len, recovered.already_finished), (valid as u64, false));
        if tail % 97 == 0 {
            file.truncate(valid);
            assert_eq!(finish(file, &recovered.builder.finish()), written.finished);
        }
    }
    assert!(recover(&written.finished).expect("a segment").already_finished);
}

#[test]
fn blocks_that_were_never_written_are_cut_off() {
    let written = written();
    let mut file = written.unfinished.clone();
    let mdats: Vec<(String, usize, usize)> =
        reader::boxes(&file, 0).into_iter().filter(|(kind, ..)| kind == "mdat").collect();
    let (_, at, _) = mdats[mdats.len() - 2];
    let moof =
        reader::boxes(&file, 0).into_iter().rev().find(|(kind, found, _)| kind == "moof" && *found < at);
    file[at + 8..at + 40].fill(0);
    let recovered = recover(&file).expect("a segment");
    assert!(recovered.valid_len <= moof.expect("a moof").1 as u64);
    assert!(recovered.valid_len > mdats[0].1 as u64, "not more than needed");
}

#[test]
fn a_recovered_segment_ends_when_its_last_frame_ends() {
    let written = written();
    let recovered = recover(&written.unfinished).expect("a segment");
    assert_eq!(recovered.last_end, written.end.summary.end);
    assert_eq!(recovered.meta, crate::support::meta(written.end.summary.start));
    assert_eq!(recovered.builder.summary(), written.builder.summary());
    assert_eq!(
        recovered.builder.finish().tail,
        written.end.tail,
        "finishing and recovering are one function"
    );
}

#[test]
fn other_files_are_refused() {
    let files: [&[u8]; 4] =
        [b"", b"hello", &[0; 5000], b"\0\0\0\x1cftypisom\0\0\x02\0isomiso6mp41\0\0\0\x08free"];
    for file in files {
        assert!(matches!(recover(&file), Err(RecoverError::NotASegment(_))));
    }
}

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
fn damaged_files_never_panic_the_reader() {
    let mut random = Random(1);
    let seeds = corpus();
    for round in 0..6000 {
        let mut file = seeds[round % seeds.len()].clone();
        for _ in 0..=random.below(8) {
            let at = random.below(file.len());
            match random.below(4) {
                0 => file[at] ^= 1 << random.below(8),
                1 => file[at] = random.below(256) as u8,
                2 => file[at..].iter_mut().take(4).for_each(|byte| *byte = 0xff),
                _ => file.truncate(at.max(1)),
            }
        }
        if let Ok(recovered) = recover(&file) {
            assert!(recovered.valid_len <= file.len() as u64);
            let _ = recovered.builder.finish();
        }
        if let Ok(mut scanner) = FragmentScanner::open(&file) {
            while let Ok(Some(fragment)) = scanner.next(&file) {
                assert!(fragment.offset + fragment.len <= file.len() as u64);
            }
        }
    }
}

/// Small files that the fuzz target starts from too.
fn corpus() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/segment");
    let mut seeds: Vec<Vec<u8>> = std::fs::read_dir(folder)
        .expect("the corpus is in the tree")
        .map(|entry| std::fs::read(entry.expect("readable").path()).expect("readable"))
        .filter(|seed| !seed.is_empty())
        .collect();
    assert!(!seeds.is_empty(), "the corpus has files");
    let written = written();
    seeds.extend([written.unfinished, written.finished]);
    seeds
}
