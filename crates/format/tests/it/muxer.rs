//! How the muxer cuts and how it keeps sound and picture together.

use nightjar_format::{FragmentMuxer, MuxError, MuxerConfig};
use nightjar_media::{AccessUnit, Fragment, TrackId, TrackParameters};

use crate::streams::{START, audio_track, data, regular, unit, video_track};
use crate::support::mux;

fn picture(n: i64, is_sync: bool) -> AccessUnit {
    unit(TrackId::VIDEO, n * 3600, 0, n * 40_000, is_sync, data(n as u32, 50))
}

/// A muxer with all that came out of it.
struct Lab {
    muxer: FragmentMuxer,
    out: Vec<Fragment>,
}

impl Lab {
    fn new(tracks: Vec<TrackParameters>) -> Self {
        let mut lab = Self { muxer: FragmentMuxer::new(MuxerConfig::default()), out: Vec::new() };
        lab.set_tracks(tracks);
        lab
    }

    fn set_tracks(&mut self, tracks: Vec<TrackParameters>) {
        self.muxer.set_tracks(tracks, &mut self.out).expect("tracks can be written");
    }

    fn push(&mut self, unit: AccessUnit) {
        self.muxer.push(unit, &mut self.out).expect("a known track");
    }

    fn end_run(&mut self) {
        self.muxer.end_run(&mut self.out);
    }

    fn last(&self) -> &Fragment {
        self.out.last().expect("a fragment")
    }
}

/// The `n`th frame of sound, and where it belongs.
fn sound(n: i64) -> AccessUnit {
    unit(TrackId::AUDIO, n * 1024, 0, n * 64_000, true, data(n as u32, 9))
}

#[test]
fn fragments_last_half_a_second_and_begin_anew_at_random_access_points() {
    let fragments = mux(&[video_track(0)], &regular(100, 30, false));
    let frames: Vec<usize> = fragments.iter().map(|fragment| fragment.tracks[0].samples.len()).collect();
    assert_eq!(frames, [13, 13, 4, 13, 13, 4, 13, 13, 4, 10]);
    let raps: Vec<bool> = fragments.iter().map(|fragment| fragment.starts_with_rap).collect();
    assert_eq!(raps, [true, false, false, true, false, false, true, false, false, true]);
    assert_eq!(fragments[0].start, START);
    assert_eq!(fragments.last().map(|fragment| fragment.end), Some(START.plus_micros(4_000_000)));
}

#[test]
fn a_pause_is_alone_in_its_fragment() {
    let mut lab = Lab::new(vec![video_track(0)]);
    (0..15).for_each(|n| lab.push(picture(n, n == 0)));
    // The last one stands for five seconds, and so does the one behind it.
    lab.push(picture(140, false));
    lab.push(picture(265, true));
    lab.end_run();
    let frames: Vec<usize> = lab.out.iter().map(|fragment| fragment.tracks[0].samples.len()).collect();
    assert_eq!(frames, [13, 1, 1, 1, 1], "and not two pauses in one of ten seconds");
    assert_eq!(lab.out[2].duration, 126 * 3600);
}

#[test]
fn payload_is_shared_and_never_copied() {
    let units = regular(30, 30, true);
    for fragment in mux(&[video_track(0), audio_track()], &units) {
        for chunk in &fragment.chunks[1..] {
            let shared = units.iter().any(|unit| unit.data.as_ptr() == chunk.as_ptr());
            assert!(shared, "a payload chunk is an access unit's own bytes");
        }
    }
}

#[test]
fn sound_goes_into_the_fragment_of_its_time() {
    let fragments = mux(&[video_track(0), audio_track()], &regular(100, 25, true));
    for fragment in &fragments[1..fragments.len() - 1] {
        let (video, audio) = (&fragment.tracks[0], &fragment.tracks[1]);
        let seconds = |time: u64, hz: f64| time as f64 / hz;
        let begins = seconds(video.decode_time, 90_000.0) - seconds(audio.decode_time, 16_000.0);
        assert!(begins.abs() <= 0.128, "sound begins {begins} s before the picture");
    }
}

#[test]
fn a_cut_waits_for_the_sound_of_its_time() {
    // One frame a packet that comes 180 ms late, and three a packet that come 60 ms late.
    for (frames, late) in [(1, 180_000), (3, 60_000)] {
        let mut lab = Lab::new(vec![video_track(0), audio_track()]);
        let mut heard = 0;
        for n in 0..500 {
            lab.push(picture(n, n % 25 == 0));
            while (heard + frames) * 64_000 + late <= n * 40_000 {
                (heard..heard + frames).for_each(|frame| lab.push(sound(frame)));
                heard += frames;
            }
        }
        for fragment in &lab.out {
            let start = fragment.decode_time as f64 / 90_000.0;
            let sound = fragment.tracks[1].decode_time as f64 / 16_000.0;
            assert!((0.0..0.064).contains(&(sound - start)), "sound of {sound} s, picture of {start} s");
        }
        assert!(lab.out.len() >= 35, "{} fragments", lab.out.len());
    }
}

#[test]
fn a_cut_waits_no_longer_than_four_tenths_of_a_second() {
    let mut lab = Lab::new(vec![video_track(0), audio_track()]);
    let newest = |lab: &Lab| lab.out.last().map_or(0, |last| last.decode_time + last.duration) as i64;
    for n in 0..10 {
        lab.push(picture(n, n == 0));
        lab.push(sound(n / 2));
    }
    // The sound stops for good: the first cut waits in vain, the later ones don't wait.
    for n in 10..100 {
        lab.push(picture(n, n % 25 == 0));
        let waits = n * 3600 - newest(&lab);
        let most = if n < 36 { 3600 * (13 + 10) } else { 3600 * 13 };
        assert!(waits <= most, "picture {n}: {waits} ticks wait");
    }
}

#[test]
fn what_precedes_the_first_random_access_point_is_left_out_and_counted() {
    let mut muxer = FragmentMuxer::new(MuxerConfig::default());
    let refused = muxer.push(picture(0, true), &mut Vec::new()).err();
    assert_eq!(refused, Some(MuxError::UnknownTrack(TrackId::VIDEO)));
    let mut lab = Lab::new(vec![audio_track(), video_track(0)]);
    for n in 0..5 {
        lab.push(picture(n, false));
        lab.push(sound(n));
    }
    assert_eq!(lab.muxer.stats().dropped, 10);
    lab.push(picture(5, true));
    assert!(lab.out.is_empty());
    lab.end_run();
    let fragment = lab.last();
    assert_eq!((fragment.tracks.len(), fragment.tracks[0].samples.len(), fragment.decode_time), (1, 1, 0));
}

#[test]
fn a_picture_that_stands_still_does_not_hold_back_the_sound() {
    let mut lab = Lab::new(vec![video_track(0), audio_track()]);
    lab.push(picture(0, true));
    (0..100).for_each(|n| lab.push(sound(n)));
    assert_eq!(lab.out.len(), 6, "6.4 s of sound in fragments of 0.96 s");
    assert!(lab.out.iter().all(|fragment| fragment.duration == 0 && !fragment.starts_with_rap));
    lab.push(picture(160, true));
    lab.end_run();
    let first = &lab.out[6];
    assert_eq!((first.decode_time, first.duration), (0, 160 * 3600));
}

fn drifting(ppm: i64) -> (Vec<Fragment>, u64) {
    let mut lab = Lab::new(vec![video_track(0), audio_track()]);
    let mut heard = 0i64;
    for n in 0..2500i64 {
        lab.push(picture(n, n % 50 == 0));
        while heard * 64_000 <= n * 40_000 {
            // The camera's sound clock runs wrong; the wall clock does not.
            let dts = heard * 1024 + heard * 1024 * ppm / 1_000_000;
            lab.push(unit(TrackId::AUDIO, dts, 0, heard * 64_000, true, data(heard as u32, 9)));
            heard += 1;
        }
    }
    lab.end_run();
    (lab.out, lab.muxer.stats().resynced)
}

#[test]
fn sound_that_drifts_is_brought_back_within_a_tenth_of_a_second() {
    for ppm in [-10_000, 10_000] {
        let (fragments, resynced) = drifting(ppm);
        assert!((5..=12).contains(&resynced), "{resynced} times in 100 s at 1 %");
        for fragment in &fragments {
            let Some(audio) = fragment.tracks.iter().find(|run| run.track == TrackId::AUDIO) else {
                continue;
            };
            // Which frame it is stands in its data.
            let number = fragment_data(fragment, audio.data_offset);
            let drift = audio.decode_time as f64 / 16_000.0 - f64::from(number) * 0.064;
            assert!(drift.abs() <= 0.17, "{drift} s at {ppm} ppm");
        }
    }
}

fn fragment_data(fragment: &Fragment, offset: u32) -> u32 {
    let bytes: Vec<u8> = fragment.chunks.iter().flatten().copied().collect();
    u32::from_be_bytes(*bytes[offset as usize + 5..].first_chunk().expect("a number"))
}

#[test]
fn a_wrap_of_the_clock_changes_nothing_in_the_file() {
    let plain = regular(100, 25, false);
    let mut wrapped = plain.clone();
    for unit in &mut wrapped[40..] {
        unit.dts -= 1 << 32;
        unit.pts -= 1 << 32;
    }
    let bytes = |units: &[AccessUnit]| -> Vec<u8> {
        mux(&[video_track(0)], units).iter().flat_map(|fragment| fragment.chunks.concat()).collect()
    };
    assert_eq!(bytes(&wrapped), bytes(&plain));
}

#[test]
fn other_tracks_begin_a_new_run_and_equal_ones_do_not() {
    let mut lab = Lab::new(vec![video_track(0)]);
    lab.push(picture(0, true));
    lab.set_tracks(vec![video_track(0)]);
    assert!(lab.out.is_empty(), "equal tracks");
    lab.set_tracks(vec![video_track(1)]);
    let last = lab.last().clone();
    assert_eq!((last.run, last.tracks[0].samples.len()), (1, 1));
    lab.push(picture(1, true));
    lab.end_run();
    let next = lab.last().clone();
    assert_eq!((next.run, next.sequence, next.decode_time), (2, 1, 0));
    assert_ne!(next.init.bytes, last.init.bytes);
    lab.push(picture(2, true));
    lab.end_run();
    let again = lab.last();
    assert_eq!(again.run, 3);
    assert!(std::sync::Arc::ptr_eq(&again.init, &next.init), "the same init section goes on");
}
