//! Parameter sets and configuration records of all codecs, and NAL units.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nightjar_codec::{aac, h264, h265, nal};

fuzz_target!(|data: &[u8]| {
    let _ = (h264::Sps::parse(data), h264::parse_avcc(data), h264::avcc(data, data));
    let _ = (h265::Sps::parse(data), h265::parse_hvcc(data), h265::hvcc(data, data, data));
    let _ = (h264::codec_string(data), h265::codec_string(data));
    let _ = (h264::is_random_access_point(data), h265::is_random_access_point(data));
    let _ = aac::AudioSpecificConfig::parse(data);
    let _ = nal::to_annex_b(&nal::from_annex_b(data));
});
