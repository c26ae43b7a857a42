//! How the muxer cuts and how it keeps sound and picture together.

use nightjar_format::{FragmentMuxer, MuxError, MuxerConfig};
use nightjar_media::{AccessUnit, Fragment, TrackId};

use crate::streams::{START, audio_track, data, regular, unit, video_track};
use crate::support::mux;

fn picture(n: i64, is_sync: bool) -> AccessUnit {
    unit(TrackId::VIDEO, n * 3600, 0, n * 40_000, is_sync, data(n as u32, 50))
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
fn what_precedes_the_first_random_access_point_is_left_out_and_counted() {
    let mut muxer = FragmentMuxer::new(MuxerConfig::default());
    assert_eq!(muxer.push(picture(0, true)).err(), Some(MuxError::UnknownTrack(TrackId::VIDEO)));
    muxer.set_tracks(vec![audio_track(), video_track(0)]).expect("tracks can be written");
    for n in 0..5 {
        assert!(muxer.push(picture(n, false)).expect("known").is_none());
        let sound = unit(TrackId::AUDIO, n * 1024, 0, n * 64_000, true, data(1, 9));
        assert!(muxer.push(sound).expect("known").is_none());
    }
    assert_eq!(muxer.stats().dropped, 10);
    assert!(muxer.push(picture(5, true)).expect("known").is_none());
    let fragment = muxer.end_run().expect("the picture that was held back");
    assert_eq!((fragment.tracks.len(), fragment.tracks[0].samples.len(), fragment.decode_time), (1, 1, 0));
}

#[test]
fn a_picture_that_stands_still_does_not_hold_back_the_sound() {
    let mut muxer = FragmentMuxer::new(MuxerConfig::default());
    muxer.set_tracks(vec![video_track(0), audio_track()]).expect("tracks can be written");
    muxer.push(picture(0, true)).expect("known");
    let mut fragments = Vec::new();
    for n in 0..100 {
        let sound = unit(TrackId::AUDIO, n * 1024, 0, n * 64_000, true, data(n as u32, 9));
        fragments.extend(muxer.push(sound).expect("known"));
    }
    assert_eq!(fragments.len(), 6, "6.4 s of sound in fragments of 0.96 s");
    assert!(fragments.iter().all(|fragment| fragment.duration == 0 && !fragment.starts_with_rap));
    let last = muxer.push(picture(160, true)).expect("known").expect("a fragment");
    assert_eq!((last.decode_time, last.duration), (0, 160 * 3600));
}

fn drifting(ppm: i64) -> (Vec<Fragment>, u64) {
    let mut muxer = FragmentMuxer::new(MuxerConfig::default());
    muxer.set_tracks(vec![video_track(0), audio_track()]).expect("tracks can be written");
    let mut fragments = Vec::new();
    let mut heard = 0i64;
    for n in 0..2500i64 {
        fragments.extend(muxer.push(picture(n, n % 50 == 0)).expect("known"));
        while heard * 64_000 <= n * 40_000 {
            // The camera's sound clock runs wrong; the wall clock does not.
            let dts = heard * 1024 + heard * 1024 * ppm / 1_000_000;
            let sound = unit(TrackId::AUDIO, dts, 0, heard * 64_000, true, data(heard as u32, 9));
            fragments.extend(muxer.push(sound).expect("known"));
            heard += 1;
        }
    }
    fragments.extend(muxer.end_run());
    (fragments, muxer.stats().resynced)
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
    let mut muxer = FragmentMuxer::new(MuxerConfig::default());
    muxer.set_tracks(vec![video_track(0)]).expect("tracks can be written");
    muxer.push(picture(0, true)).expect("known");
    assert!(muxer.set_tracks(vec![video_track(0)]).expect("equal").is_none());
    let last = muxer.set_tracks(vec![video_track(1)]).expect("others").expect("the run's last fragment");
    assert_eq!((last.run, last.tracks[0].samples.len()), (1, 1));
    muxer.push(picture(1, true)).expect("known");
    let next = muxer.end_run().expect("a fragment");
    assert_eq!((next.run, next.sequence, next.decode_time), (2, 1, 0));
    assert_ne!(next.init.bytes, last.init.bytes);
    muxer.push(picture(2, true)).expect("known");
    let again = muxer.end_run().expect("a fragment");
    assert_eq!(again.run, 3);
    assert!(std::sync::Arc::ptr_eq(&again.init, &next.init), "the same init section goes on");
}
