//! A range over several segments as one file.

use std::path::Path;

use nightjar_format::{Concat, ConcatError, ConcatInput, ReadAt};
use nightjar_media::{AccessUnit, Fragment, MediaKind, TrackId};

use crate::ffmpeg::{clip, packets};
use crate::reader::{self, Sample};
use crate::streams::{START, audio_track, regular, video_track};
use crate::support::{mux, write};

/// The segments of a run, each of `gops` GOPs.
fn segments(fragments: &[Fragment], gops: usize) -> Vec<Vec<u8>> {
    let mut out: Vec<Vec<Fragment>> = Vec::new();
    let mut begun = 0;
    for fragment in fragments {
        if fragment.starts_with_rap {
            if begun % gops == 0 {
                out.push(Vec::new());
            }
            begun += 1;
        }
        out.last_mut().expect("a run begins with a RAP").push(fragment.clone());
    }
    out.iter().map(|fragments| write(fragments).finished).collect()
}

fn assemble(files: &[Vec<u8>], from: i64, to: i64) -> Result<(Vec<u8>, Concat), ConcatError> {
    let inputs: Vec<ConcatInput<'_>> =
        files.iter().map(|file| ConcatInput { file: file as &dyn ReadAt }).collect();
    let plan = Concat::plan(&inputs, START.plus_micros(from), START.plus_micros(to))?;
    let mut out = plan.head.to_vec();
    for range in &plan.ranges {
        out.extend_from_slice(
            &files[range.input][range.offset as usize..(range.offset + range.len) as usize],
        );
    }
    assert_eq!(out.len() as u64, plan.total_len);
    Ok((out, plan))
}

fn video(samples: &[Sample]) -> Vec<&Sample> {
    samples.iter().filter(|sample| sample.track == TrackId::VIDEO).collect()
}

fn moved(units: &[AccessUnit], micros: i64) -> Vec<AccessUnit> {
    units.iter().cloned().map(|unit| AccessUnit { wall: unit.wall.plus_micros(micros), ..unit }).collect()
}

#[test]
fn a_range_begins_at_a_random_access_point_and_has_every_frame_until_its_end() {
    let files = segments(&mux(&[video_track(0), audio_track()], &regular(500, 25, true)), 4);
    assert_eq!(files.len(), 5);
    let (file, plan) = assemble(&files, 3_300_000, 12_100_000).expect("footage");
    assert_eq!(plan.start, START.plus_micros(3_000_000));
    assert_eq!(plan.ranges.len(), 4);
    let samples = reader::finished(&file);
    let numbers: Vec<u32> = video(&samples).iter().map(|sample| number(sample)).collect();
    assert_eq!(numbers, (75..numbers.len() as u32 + 75).collect::<Vec<_>>());
    assert!(plan.end >= START.plus_micros(12_100_000) && plan.end < START.plus_micros(13_200_000));
    assert_eq!(plan.duration_micros, plan.end.micros_since(plan.start));
    assert!(video(&samples)[0].entry.is_sync);
}

fn number(sample: &Sample) -> u32 {
    u32::from_be_bytes(*sample.data[5..].first_chunk().expect("a number"))
}

#[test]
fn gaps_are_left_out_and_sound_stays_in_step() {
    let units = regular(250, 25, true);
    let tracks = [video_track(0), audio_track()];
    let mut files = segments(&mux(&tracks, &units), 5);
    files.extend(segments(&mux(&tracks, &moved(&units, 60_000_000)), 5));
    let (file, plan) = assemble(&files, 0, 100_000_000).expect("footage");
    assert_eq!(plan.duration_micros, 20_000_000);
    let samples = reader::finished(&file);
    assert_eq!(video(&samples).len(), 500);
    let sound: Vec<&Sample> = samples.iter().filter(|sample| sample.track == TrackId::AUDIO).collect();
    let begins = sound
        .iter()
        .find(|sample| sample.dts * 90 / 16 >= 10_000 * 90 - 90)
        .expect("sound of the second half");
    let late = begins.dts as f64 / 16_000.0 - 10.0;
    assert!(late.abs() < 0.07, "sound of the second part begins {late} s late");
}

#[test]
fn other_parameter_sets_are_another_sample_description() {
    let units = regular(50, 25, false);
    let mut files = segments(&mux(&[video_track(0)], &units), 2);
    files.extend(segments(&mux(&[video_track(1)], &moved(&units, 2_000_000)), 2));
    files.extend(segments(&mux(&[video_track(0)], &moved(&units, 4_000_000)), 2));
    let (file, _) = assemble(&files, 0, 100_000_000).expect("footage");
    let samples = reader::finished(&file);
    let descriptions: Vec<u32> = samples.iter().map(|sample| sample.description).collect();
    assert_eq!(descriptions, [[1; 50], [2; 50], [1; 50]].concat());
    assert!(samples.windows(2).all(|pair| pair[1].dts - pair[0].dts == 3600));
}

#[test]
fn a_range_without_footage_is_an_error() {
    let files = segments(&mux(&[video_track(0)], &regular(50, 25, false)), 2);
    assert!(matches!(assemble(&files, 2_000_000, 9_000_000), Err(ConcatError::Empty)));
    assert!(matches!(assemble(&files, -9_000_000, 0), Err(ConcatError::Empty)));
    assert!(matches!(assemble(&[], 0, 1), Err(ConcatError::Empty)));
    let bad = [vec![0; 100]];
    assert!(matches!(assemble(&bad, 0, 1), Err(ConcatError::Segment { index: 0, .. })));
}

#[test]
fn segments_of_a_real_stream_join_to_the_whole() {
    let folder = tempfile::tempdir().expect("a temp folder");
    let encoder = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "25", "-pix_fmt", "yuv420p"];
    let source = clip(folder.path(), 6, &encoder, &["-c:a", "aac"]);
    let fragments = mux(&source.tracks, &source.units);
    let files = segments(&fragments, 2);
    assert_eq!(files.len(), 3);
    let begin = crate::ffmpeg::start().micros_since(START);
    let (bytes, _) = assemble(&files, begin - 1_000_000, begin + 60_000_000).expect("footage");
    let joined = folder.path().join("joined.mp4");
    std::fs::write(&joined, bytes).expect("room in the temp folder");
    for kind in [MediaKind::Video, MediaKind::Audio] {
        let digests =
            |file: &Path| packets(file, kind).into_iter().map(|(_, digest)| digest).collect::<Vec<_>>();
        assert_eq!(digests(&joined), digests(&folder.path().join("source.mp4")), "{kind:?}");
    }
}
