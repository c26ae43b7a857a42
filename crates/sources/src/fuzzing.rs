//! Entry points of the fuzz targets (`fuzz/`): what a camera sends, as the RTSP library hands it over. Compiled with
//! `--cfg fuzzing` only.

use std::time::{Duration, Instant};

use bytes::Bytes;
use nightjar_media::WallTime;

use crate::clock::Arrival;
use crate::ingest::{Ingest, Output};
use crate::rtsp::{AudioSetup, RawFrame, VideoSetup};

/// A session of frames with times and contents of the camera's choice. Each piece of the input is a byte of flags, two
/// bytes of length, four of media time since the frame before (RTP times have 32 bits), two of arrival, and the frame.
pub fn ingest(data: &[u8]) {
    #[expect(clippy::disallowed_methods, reason = "a beginning for the times of the input")]
    let start = Instant::now();
    let wall = WallTime::from_millis(1_763_645_921_000);
    let (mut ingest, mut out, mut passed) = (Ingest::new(), Vec::new(), Duration::ZERO);
    ingest.begin(Some(AudioSetup::Pcmu { sample_rate: 8_000, channels: 1 }));
    let (mut rest, mut ticks) = (data, 0_i64);
    while let Some((head, more)) = rest.split_first_chunk::<9>() {
        let [flags, l0, l1, t0, t1, t2, t3, a0, a1] = *head;
        let len = usize::from(u16::from_be_bytes([l0, l1])).min(more.len());
        let (frame, after) = more.split_at(len);
        rest = after;
        passed += Duration::from_millis(u64::from(u16::from_be_bytes([a0, a1])));
        ticks += i64::from(i32::from_be_bytes([t0, t1, t2, t3]));
        let frame = RawFrame {
            ticks,
            arrival: Arrival { mono: start + passed, wall: wall + passed },
            is_sync: flags & 1 != 0,
            lost: u16::from(flags >> 5),
            data: Bytes::copy_from_slice(frame),
        };
        match flags >> 1 & 7 {
            0 => ingest.video_setup(h264(frame.data), &mut out),
            1 => ingest.video_setup(h265(frame.data), &mut out),
            2 => ingest.begin(Some(AudioSetup::Aac { config: frame.data, sample_rate: 16_000, channels: 1 })),
            3 => ingest.end(&mut out),
            4 => ingest.audio(frame, &mut out),
            _ => ingest.video(frame, &mut out),
        }
        for output in out.drain(..) {
            if let Output::Fragment(fragment) = output {
                drop(fragment);
            }
        }
    }
    ingest.end(&mut out);
}

fn h264(sps: Bytes) -> VideoSetup {
    VideoSetup::H264 { sps, pps: Bytes::from_static(&[0x68, 0xee]), width: 640, height: 360 }
}

fn h265(sps: Bytes) -> VideoSetup {
    let (vps, pps) = (Bytes::from_static(&[0x40, 1]), Bytes::from_static(&[0x44, 1]));
    VideoSetup::H265 { vps, sps, pps, width: 640, height: 360 }
}
