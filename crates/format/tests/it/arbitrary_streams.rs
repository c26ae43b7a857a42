//! Any sequence of access units gives files that read back frame for frame.

use nightjar_format::scan::FragmentScanner;
use nightjar_format::{FragmentMuxer, MuxerConfig, SegmentHasher, recover};
use nightjar_media::{AccessUnit, Fragment, MediaKind, TrackId};
use proptest::prelude::*;

use crate::reader::{self, Sample};
use crate::streams::{Step, audio_track, data, steps, unit, video_track};
use crate::support::{Written, finish, write};

/// What came out of a muxer, and what went in.
struct Muxed {
    fragments: Vec<Fragment>,
    pushed: Vec<AccessUnit>,
    dropped: u64,
}

fn play(steps: &[Step], sound: bool) -> Muxed {
    let mut muxer = FragmentMuxer::new(MuxerConfig::default());
    let tracks =
        |variant| if sound { vec![audio_track(), video_track(variant)] } else { vec![video_track(variant)] };
    let (mut picture, mut heard, mut wall) = (1i64 << 31, 7i64, 0i64);
    let mut muxed = Muxed { fragments: Vec::new(), pushed: Vec::new(), dropped: 0 };
    muxer.set_tracks(tracks(0), &mut muxed.fragments).expect("tracks can be written");
    for (n, step) in steps.iter().enumerate() {
        let pushed = match *step {
            Step::Picture { ticks, offset, is_sync, len } => {
                picture += ticks;
                // The wall clock goes on at its own pace when media time jumps.
                wall += if (1..=100_000).contains(&ticks) { ticks * 100 / 9 } else { 40_000 };
                let payload = if len == 0 { bytes::Bytes::new() } else { data(n as u32, len) };
                unit(TrackId::VIDEO, picture, offset, wall, is_sync, payload)
            }
            Step::Sound { ticks, len } if sound => {
                heard += ticks;
                unit(TrackId::AUDIO, heard, 0, wall, true, data(n as u32, len))
            }
            Step::Sound { .. } => continue,
            Step::Slew { micros } => {
                wall += micros;
                continue;
            }
            Step::Change { variant } => {
                muxer.set_tracks(tracks(variant), &mut muxed.fragments).expect("tracks can be written");
                continue;
            }
            Step::Lost => {
                muxer.end_run(&mut muxed.fragments);
                continue;
            }
        };
        muxed.pushed.push(pushed.clone());
        muxer.push(pushed, &mut muxed.fragments).expect("a known track");
    }
    muxer.end_run(&mut muxed.fragments);
    muxed.dropped = muxer.stats().dropped;
    muxed
}

/// The samples of fragments as they were made.
fn samples(fragments: &[Fragment]) -> Vec<Sample> {
    let mut out = Vec::new();
    for fragment in fragments {
        let bytes: Vec<u8> = fragment.chunks.iter().flatten().copied().collect();
        for run in fragment.tracks.iter() {
            let (mut at, mut dts) = (run.data_offset as usize, run.decode_time);
            for &entry in &run.samples {
                let data = bytes[at..at + entry.size as usize].to_vec();
                out.push(Sample { track: run.track, dts, entry, data, description: 1 });
                at += entry.size as usize;
                dts += u64::from(entry.duration);
            }
        }
    }
    out
}

/// Every unit comes out once, in the order of its track, unless it was counted as dropped.
fn nothing_is_lost(muxed: &Muxed) {
    let out = samples(&muxed.fragments);
    assert_eq!(out.len() as u64 + muxed.dropped, muxed.pushed.len() as u64, "units in and out");
    for track in [TrackId::VIDEO, TrackId::AUDIO] {
        let mut pushed = muxed.pushed.iter().filter(|unit| unit.track == track);
        for sample in out.iter().filter(|sample| sample.track == track) {
            let found = pushed.find(|unit| unit.data == sample.data).expect("in order, with its own bytes");
            assert_eq!(found.is_sync, sample.entry.is_sync);
        }
    }
}

fn fragments_keep_their_rules(fragments: &[Fragment]) {
    for pair in fragments.windows(2).filter(|pair| pair[0].run == pair[1].run) {
        let (one, two) = (&pair[0], &pair[1]);
        assert_eq!((one.sequence + 1, one.end), (two.sequence, two.start), "fragments follow each other");
        assert_eq!(one.decode_time + one.duration, two.decode_time, "decode times go on");
        assert!(std::sync::Arc::ptr_eq(&one.init, &two.init), "one run, one init section");
    }
    for fragment in fragments {
        assert!(fragment.end >= fragment.start);
        assert_eq!(fragment.len, fragment.chunks.iter().map(|chunk| chunk.len()).sum::<usize>());
        for run in fragment.tracks.iter() {
            let track = fragment.init.track(run.track).expect("described");
            assert!(run.samples.iter().all(|sample| sample.duration > 0));
            if track.codec.kind() == MediaKind::Video {
                assert!(run.samples[1..].iter().all(|sample| !sample.is_sync), "never across a RAP");
                assert_eq!(run.samples[0].is_sync, fragment.starts_with_rap);
                let micros = |ticks: u64| track.timescale.to_micros(ticks as i64);
                let longest = run.samples.iter().map(|sample| u64::from(sample.duration)).max();
                let most = 1_000_000 + micros(longest.unwrap_or(0));
                assert!(micros(fragment.duration) <= most, "{} µs", micros(fragment.duration));
            }
        }
    }
}

/// The decode times of each track of one run have no step that a duration does not tell.
fn decode_times_are_continuous(fragments: &[Fragment]) {
    for track in [TrackId::VIDEO, TrackId::AUDIO] {
        let mut next: Option<(u64, u64)> = None;
        for fragment in fragments {
            for run in fragment.tracks.iter().filter(|run| run.track == track) {
                if let Some((number, time)) = next.filter(|(number, _)| *number == fragment.run) {
                    assert_eq!(run.decode_time, time, "track {} of run {number}", track.0);
                }
                let ticks: u64 = run.samples.iter().map(|sample| u64::from(sample.duration)).sum();
                next = Some((fragment.run, run.decode_time + ticks));
            }
        }
    }
}

/// Cut anywhere, the file has all fragments that are complete; ended then, it is a finished file.
fn reads_back_when_cut(fragments: &[Fragment], written: &Written, cut: usize) {
    let head = written.unfinished.len() - fragments.iter().map(|fragment| fragment.len).sum::<usize>();
    let cut = head + cut % (written.unfinished.len() - head + 1);
    let file = &written.unfinished[..cut];
    let mut complete = 0;
    let mut end = head;
    while complete < fragments.len() && end + fragments[complete].len <= cut {
        end += fragments[complete].len;
        complete += 1;
    }
    let recovered = recover(&file).expect("a segment");
    assert_eq!(recovered.valid_len, end as u64);
    assert!(!recovered.already_finished);
    let finished = finish(file[..end].to_vec(), &recovered.builder.finish());
    same_samples(&fragments[..complete], &finished);
    assert!(recover(&finished).expect("a segment").already_finished);
}

/// The sample tables of a finished file tell the samples of its fragments.
fn same_samples(fragments: &[Fragment], finished: &[u8]) {
    let wanted = samples(fragments);
    let got = reader::finished(finished);
    for track in [TrackId::VIDEO, TrackId::AUDIO] {
        let of =
            |all: &[Sample]| all.iter().filter(|sample| sample.track == track).cloned().collect::<Vec<_>>();
        let (wanted, got) = (of(&wanted), of(&got));
        assert_eq!(got.len(), wanted.len());
        let first = wanted.first().map_or(0, |sample| sample.dts);
        let shift = wanted.iter().map(|sample| sample.entry.composition_offset).min().unwrap_or(0).min(0);
        for (got, wanted) in got.iter().zip(&wanted) {
            let entry = nightjar_media::SampleEntry {
                composition_offset: wanted.entry.composition_offset - shift,
                ..wanted.entry
            };
            assert_eq!(got, &Sample { dts: wanted.dts - first, entry, ..wanted.clone() });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 2000, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_stream_reads_back_frame_for_frame(steps in steps(), sound: bool, cut: u32) {
        let muxed = play(&steps, sound);
        nothing_is_lost(&muxed);
        fragments_keep_their_rules(&muxed.fragments);
        decode_times_are_continuous(&muxed.fragments);
        // A run is a recording here; another one begins another segment.
        for fragments in muxed.fragments.chunk_by(|one, two| one.run == two.run) {
            let written = write(fragments);
            prop_assert_eq!(reader::fragmented(&written.unfinished), samples(fragments));
            same_samples(fragments, &written.finished);
            reads_back_when_cut(fragments, &written, cut as usize);
            scanned_like_muxed(fragments, &written);
            let mut hasher = SegmentHasher::new();
            hasher.update(&written.unfinished);
            hasher.update(&written.end.tail);
            let digest = hasher.finish(written.end.patch_offset, &written.end.patch);
            prop_assert_eq!(digest, *blake3::hash(&written.finished).as_bytes());
            prop_assert!(written.builder.table_bytes() > 0);
        }
    }
}

/// The scanner finds the fragments as the muxer described them, in a file that grows.
fn scanned_like_muxed(fragments: &[Fragment], written: &Written) {
    let summary = &written.end.summary;
    let first = summary.first_offset as usize;
    let mut scanner =
        FragmentScanner::open(&written.unfinished[..first].to_vec()).expect("the head is enough");
    assert_eq!(scanner.init().tracks, fragments[0].init.tracks);
    let mut end = first;
    for fragment in fragments {
        let almost = written.unfinished[..end + fragment.len - 1].to_vec();
        assert!(scanner.next(&almost).expect("readable").is_none(), "not before it is complete");
        end += fragment.len;
        let found = scanner.next(&written.unfinished[..end].to_vec()).expect("readable").expect("complete");
        assert_eq!((found.offset as usize, found.len as usize), (end - fragment.len, fragment.len));
        assert_eq!((found.decode_time, found.duration), (fragment.decode_time, fragment.duration));
        assert_eq!(found.starts_with_rap, fragment.starts_with_rap);
        if fragment.starts_with_rap {
            assert_eq!(found.start, fragment.start, "prft has the wall clock");
        }
    }
    let bytes: u64 = summary.entries.iter().map(|(bytes, _)| u64::from(*bytes)).sum();
    assert_eq!(bytes, (end - first) as u64, "the entries cover all fragments");
    let init = &written.finished[summary.init_offset as usize..][..summary.init_len as usize];
    assert_eq!(init, &fragments[0].init.bytes[..], "the init section is where the summary says");
}
