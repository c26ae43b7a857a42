//! The bytes of our boxes, as they were when they were checked against the standard.

use nightjar_format::{build_init, init_hash, parse_init};

use crate::streams::{audio_track, data, unit, video_track};
use crate::support::{keep, mux, write};
use nightjar_media::TrackId;

/// 16 bytes a line, with what can be read of them.
fn dump(bytes: &[u8]) -> String {
    let mut out = String::new();
    for (n, line) in bytes.chunks(16).enumerate() {
        let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        let text: String =
            line.iter().map(|&byte| if byte.is_ascii_graphic() { char::from(byte) } else { '.' }).collect();
        out.push_str(&format!("{:04x}  {:<47}  {text}\n", n * 16, hex.join(" ")));
    }
    out
}

#[test]
fn an_init_section_has_these_bytes_and_reads_back() {
    let init = build_init(vec![audio_track(), video_track(0)]).expect("tracks can be written");
    insta::assert_snapshot!(dump(&init.bytes));
    let again = parse_init(&init.bytes).expect("our own");
    assert_eq!((again.tracks, again.ftyp_len), (init.tracks.clone(), 28));
    assert_eq!(init.tracks[0].id, TrackId::VIDEO, "the video track comes first");
    assert_eq!(init_hash(&init), -4_102_539_132_178_277_433);
}

#[test]
fn a_segment_has_these_bytes_before_and_after_its_end() {
    let units = [
        unit(TrackId::VIDEO, 0, 7200, 0, true, data(1, 6)),
        unit(TrackId::AUDIO, 0, 0, 10_000, true, data(2, 5)),
        unit(TrackId::VIDEO, 3600, 10_800, 40_000, false, data(3, 5)),
        unit(TrackId::VIDEO, 7200, -3600, 80_000, false, data(4, 5)),
    ];
    let written = write(&mux(&[video_track(0), audio_track()], &units));
    keep("tiny", &written);
    let first = written.end.summary.first_offset as usize;
    let uuid = written.end.summary.init_offset as usize + written.end.summary.init_len as usize;
    insta::assert_snapshot!("head", dump(&written.unfinished[uuid..first]));
    insta::assert_snapshot!("fragment", dump(&written.unfinished[first..]));
    insta::assert_snapshot!("end", dump(&written.end.tail));
    insta::assert_snapshot!("patch", dump(&written.end.patch));
}
