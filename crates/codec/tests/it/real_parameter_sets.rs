//! Parameter sets that x264 and x265 made for 320×180 at 25 frames a second with B-frames.

use bytes::Bytes;
use nightjar_codec::{codec_string, h264, h265};

pub(crate) fn corpus(name: &str) -> Vec<u8> {
    let file = format!("{}/../../fuzz/corpus/parameter_sets/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&file).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn h265_dimensions_are_cropped_and_the_codec_string_is_that_of_the_standard() {
    let [vps, sps, pps] = ["h265-32", "h265-33", "h265-34"].map(|name| Bytes::from(corpus(name)));
    let parsed = h265::Sps::parse(&sps).expect("a valid SPS");
    assert_eq!((parsed.width, parsed.height, parsed.reorder_depth), (320, 180, 2));
    assert_eq!((parsed.chroma_format, parsed.bit_depth_luma_minus8), (1, 0));
    let parameters = h265::parameters(vps.clone(), sps.clone(), pps.clone()).expect("valid sets");
    assert_eq!(parameters.dimensions(), Some((320, 180)));
    assert_eq!(codec_string(&parameters), "hvc1.1.6.L60.90");
    let record = h265::hvcc(&vps, &sps, &pps).expect("valid sets");
    assert_eq!(h265::parse_hvcc(&record), Ok([vps, sps, pps]));
}

#[test]
fn the_hvcc_of_another_writer_is_understood() {
    let [vps, sps, pps] = h265::parse_hvcc(&corpus("hvcc")).expect("ffmpeg's own, with an SEI");
    assert_eq!([&vps[..], &sps, &pps], [&corpus("h265-32")[..], &corpus("h265-33"), &corpus("h265-34")]);
    let ours = h265::hvcc(&vps, &sps, &pps).expect("valid sets");
    // Version, profile, tier, compatibility, constraints and level.
    assert_eq!(ours[..13], corpus("hvcc")[..13]);
}

#[test]
fn h264_dimensions_reorder_depth_and_codec_string_are_found() {
    let (sps, pps) = h264::parse_avcc(&corpus("avcc")).expect("ffmpeg's own");
    assert_eq!([&sps[..], &pps], [&corpus("h264-sps")[..], &corpus("h264-pps")]);
    let parsed = h264::Sps::parse(&sps).expect("a valid SPS");
    assert_eq!((parsed.width, parsed.height, parsed.reorder_depth), (320, 180, Some(2)));
    assert_eq!(h264::avcc(&sps, &pps), corpus("avcc"), "the very bytes that ffmpeg writes");
    assert_eq!(h264::codec_string(&sps), "avc1.64000C");
}
