//! Streams made up: regular ones, and any that a camera could invent.

use bytes::Bytes;
use nightjar_codec::aac::AudioSpecificConfig;
use nightjar_codec::h264;
use nightjar_media::{AccessUnit, CodecParameters, Timescale, TrackId, TrackParameters, WallTime};
use proptest::prelude::*;

use crate::support::now;

/// x264: 640×360, High.
pub(crate) const SPS: &[u8] = &[
    0x67, 0x64, 0x00, 0x1e, 0xac, 0xd9, 0x40, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01,
    0x00, 0x00, 0x03, 0x00, 0x32, 0x0f, 0x16, 0x2d, 0x96,
];

/// A video track; each `variant` has other parameter sets.
pub(crate) fn video_track(variant: u8) -> TrackParameters {
    let pps = Bytes::copy_from_slice(&[0x68, 0xeb, 0xe3, 0xcb, variant]);
    let codec = h264::parameters(Bytes::from_static(SPS), pps).expect("a valid SPS");
    TrackParameters { id: TrackId::VIDEO, timescale: Timescale::VIDEO, codec }
}

/// An audio track of 16 kHz.
pub(crate) fn audio_track() -> TrackParameters {
    let config = AudioSpecificConfig::lc(16_000, 1).build();
    TrackParameters {
        id: TrackId::AUDIO,
        timescale: Timescale::new(16_000).expect("not zero"),
        codec: CodecParameters::Aac { config, sample_rate: 16_000, channels: 1 },
    }
}

/// When all of them begin.
pub(crate) const START: WallTime = WallTime::from_micros(1_795_000_000_000_123);

/// Data that is different for each `number`, with the structure of a NAL unit.
pub(crate) fn data(number: u32, len: usize) -> Bytes {
    let body = len.max(5);
    let mut out = Vec::with_capacity(body + 4);
    out.extend_from_slice(&(body as u32).to_be_bytes());
    out.push(0x41);
    out.extend_from_slice(&number.to_be_bytes());
    out.resize(body + 4, number as u8 | 1);
    out.into()
}

/// A unit at `micros` after the start by the wall clock.
pub(crate) fn unit(
    track: TrackId,
    dts: i64,
    offset: i64,
    micros: i64,
    is_sync: bool,
    data: Bytes,
) -> AccessUnit {
    AccessUnit {
        track,
        dts,
        pts: dts + offset,
        wall: START.plus_micros(micros),
        received: now(),
        is_sync,
        data,
    }
}

/// 25 frames a second with a GOP of `gop` frames and, if wanted, sound of 16 kHz.
pub(crate) fn regular(frames: u32, gop: u32, sound: bool) -> Vec<AccessUnit> {
    let mut out = Vec::new();
    let mut heard = 0i64;
    for n in 0..frames {
        let (dts, micros) = (i64::from(n) * 3600, i64::from(n) * 40_000);
        let size = if n % gop == 0 { 900 } else { 100 };
        out.push(unit(TrackId::VIDEO, dts, 0, micros, n % gop == 0, data(n, size)));
        while sound && heard * 64_000 <= micros {
            let payload = data(1_000_000 + heard as u32, 40);
            out.push(unit(TrackId::AUDIO, heard * 1024, 0, heard * 64_000, true, payload));
            heard += 1;
        }
    }
    out
}

/// What a camera may do next.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// A picture so many ticks after the one before.
    Picture { ticks: i64, offset: i64, is_sync: bool, len: usize },
    /// A frame of sound so many ticks after the one before.
    Sound { ticks: i64, len: usize },
    /// The wall clock is slewed.
    Slew { micros: i64 },
    /// Other parameter sets.
    Change { variant: u8 },
    /// The connection is lost.
    Lost,
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let ticks = prop_oneof![
        12 => 3500i64..3700,
        2 => 1i64..40_000,
        1 => -30_000i64..=0,
        1 => Just(1i64 << 32),
        1 => Just(-(1i64 << 32)),
        1 => 500_000i64..3_000_000,
    ];
    let offset = prop_oneof![4 => Just(0i64), 2 => (0i64..5).prop_map(|n| n * 3600), 1 => -8000i64..20_000];
    let len = prop_oneof![20 => 5usize..300, 1 => Just(0usize), 1 => 2000usize..20_000];
    let picture = (ticks, offset, prop::bool::weighted(0.1), len.clone())
        .prop_map(|(ticks, offset, is_sync, len)| Step::Picture { ticks, offset, is_sync, len });
    let sound_ticks = prop_oneof![10 => Just(1024i64), 2 => 900i64..1200, 1 => -40_000i64..100_000];
    let sound = (sound_ticks, 5usize..60).prop_map(|(ticks, len)| Step::Sound { ticks, len });
    let step = prop_oneof![
        60 => picture,
        40 => sound,
        3 => (-200_000i64..200_000).prop_map(|micros| Step::Slew { micros }),
        2 => (0u8..3).prop_map(|variant| Step::Change { variant }),
        1 => Just(Step::Lost),
    ];
    prop::collection::vec(step, 1..250)
}
