//! G.711 to AAC-LC in process, because players of MP4 take no G.711.

mod encoder;

pub use encoder::{AacEncoder, TranscodeError};

use nightjar_media::{AccessUnit, CodecParameters, Timescale, TrackParameters};

use crate::g711::Law;

/// Turns the access units of a G.711 track into those of an AAC track that is in step with it:
/// each AAC frame carries the media and wall-clock time of the sound that it decodes to. The
/// encoder's first frame, which decodes to nothing but its own delay, is left out.
#[derive(Debug)]
pub struct G711ToAac {
    law: Law,
    output: TrackParameters,
    sample_rate: u32,
    input_scale: Timescale,
    encoder: AacEncoder,
    run: Option<Run>,
    pcm: Vec<i16>,
}

/// Continuous sound since the encoder was last reset.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// Time of the first sample, in samples.
    start: i64,
    /// Samples a channel given to the encoder.
    fed: i64,
    /// Frames that it made.
    frames: i64,
}

impl G711ToAac {
    /// A converter for a G.711 track.
    pub fn new(input: &TrackParameters) -> Result<Self, TranscodeError> {
        let (law, sample_rate, channels) = match input.codec {
            CodecParameters::Pcmu { sample_rate, channels } => (Law::Mu, sample_rate, channels),
            CodecParameters::Pcma { sample_rate, channels } => (Law::A, sample_rate, channels),
            ref other => return Err(TranscodeError::NotG711(other.codec().name())),
        };
        let encoder = AacEncoder::new(sample_rate, channels, None)?;
        let codec = CodecParameters::Aac { config: encoder.config().clone(), sample_rate, channels };
        // The encoder's table of rates has no zero.
        let timescale = Timescale::new(sample_rate).unwrap_or(input.timescale);
        let output = TrackParameters { id: input.id, timescale, codec };
        Ok(Self {
            law,
            output,
            sample_rate,
            input_scale: input.timescale,
            encoder,
            run: None,
            pcm: Vec::new(),
        })
    }

    /// The AAC track; its timescale is the sampling rate.
    pub fn output(&self) -> &TrackParameters {
        &self.output
    }

    /// Takes a unit of G.711; gives the AAC frames that it completes. Missing sound of up to a
    /// second becomes silence, sound that comes twice is left out, and after a longer jump a new
    /// run begins at the new time.
    pub fn push(&mut self, unit: &AccessUnit) -> Result<Vec<AccessUnit>, TranscodeError> {
        let channels = self.channels();
        let at = self.input_scale.rescale(unit.dts, self.output.timescale);
        let second = i64::from(self.sample_rate);
        let missing = self.run.map_or(0, |run| at.saturating_sub(run.start + run.fed));
        if self.run.is_none() || missing.abs() > second {
            self.encoder.reset();
            self.run = Some(Run { start: at, fed: 0, frames: 0 });
        }
        self.pcm.clear();
        let mut codes = &unit.data[..];
        // Less than 40 ms is jitter of the times, not of the sound.
        if (second / 25..=second).contains(&missing) {
            self.pcm.resize(missing as usize * channels, 0);
        } else if (-second..=-(second / 25)).contains(&missing) {
            let twice = (-missing) as usize * channels;
            codes = codes.get(twice..).unwrap_or_default();
        }
        self.pcm.extend(codes.iter().map(|&code| self.law.decode(code)));
        self.encode(unit, at)
    }

    /// Ends the run: what is still in the encoder (less than two frames) is dropped.
    pub fn reset(&mut self) {
        self.run = None;
    }

    fn encode(&mut self, unit: &AccessUnit, at: i64) -> Result<Vec<AccessUnit>, TranscodeError> {
        let channels = self.channels();
        let Some(run) = &mut self.run else { return Ok(Vec::new()) };
        run.fed += (self.pcm.len() / channels) as i64;
        let mut out = Vec::new();
        let (track, scale) = (self.output.id, self.output.timescale);
        let result = self.encoder.push(&self.pcm, |data| {
            let index = run.frames;
            run.frames += 1;
            if index > 0 {
                let dts =
                    run.start + (index * AacEncoder::FRAME_SAMPLES as i64) - AacEncoder::DELAY_SAMPLES as i64;
                let wall = unit.wall.plus_micros(scale.to_micros(dts - at));
                let received = unit.received;
                out.push(AccessUnit { track, dts, pts: dts, wall, received, is_sync: true, data });
            }
        });
        if let Err(error) = result {
            self.run = None;
            return Err(error);
        }
        Ok(out)
    }

    fn channels(&self) -> usize {
        match self.output.codec {
            CodecParameters::Aac { channels, .. } => usize::from(channels.max(1)),
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use bytes::Bytes;
    use nightjar_media::{TrackId, WallTime};

    use super::*;

    fn input() -> TrackParameters {
        TrackParameters {
            id: TrackId::AUDIO,
            timescale: Timescale::new(8000).expect("not zero"),
            codec: CodecParameters::Pcma { sample_rate: 8000, channels: 1 },
        }
    }

    #[expect(clippy::disallowed_methods, reason = "tests may look at the clock")]
    fn unit(dts: i64, data: Vec<u8>) -> AccessUnit {
        AccessUnit {
            track: TrackId::AUDIO,
            dts,
            pts: dts,
            wall: WallTime::from_micros(1_000_000 + dts * 125),
            received: Instant::now(),
            is_sync: true,
            data: Bytes::from(data),
        }
    }

    /// A 440 Hz tone from sample `from` on.
    fn tone(from: i64, count: i64) -> Vec<u8> {
        let sample = |n: i64| (f64::from(n as i32) * 440.0 * std::f64::consts::TAU / 8000.0).sin() * 12_000.0;
        (from..from + count).map(|n| Law::A.encode(sample(n) as i16)).collect()
    }

    fn convert(units: &[AccessUnit]) -> Vec<AccessUnit> {
        let mut converter = G711ToAac::new(&input()).expect("supported");
        units.iter().flat_map(|unit| converter.push(unit).expect("encodes")).collect()
    }

    #[test]
    fn frames_carry_the_time_of_the_sound_they_decode_to() {
        let units: Vec<AccessUnit> = (0..100).map(|n| unit(700 + n * 160, tone(n * 160, 160))).collect();
        let frames = convert(&units);
        assert_eq!(frames.len(), 16_000 / 1024 - 1);
        for (n, frame) in frames.iter().enumerate() {
            assert_eq!(frame.dts, 700 + n as i64 * 1024);
            assert_eq!(frame.wall, WallTime::from_micros(1_000_000 + frame.dts * 125));
        }
        let correlation = correlate(&frames, &tone(0, 16_000));
        assert!(correlation > 0.97, "the sound is not in step: correlation {correlation}");
    }

    /// Decodes the frames and compares with the original at the same times.
    fn correlate(frames: &[AccessUnit], original: &[u8]) -> f64 {
        let mut adts = Vec::new();
        for frame in frames {
            let len = frame.data.len() as u32 + 7;
            adts.extend_from_slice(&[0xff, 0xf1, 0x6c, 0x40 | (len >> 11) as u8, (len >> 3) as u8]);
            adts.extend_from_slice(&[(len << 5) as u8 | 0x1f, 0xfc]);
            adts.extend_from_slice(&frame.data);
        }
        let decoded = syom::decode_with(&adts, &syom::DecodeOptions::unbounded()).expect("valid ADTS");
        let start = 2048;
        let pairs = decoded.channels[0].iter().zip(original).skip(start);
        let (mut both, mut left, mut right) = (0.0, 0.0, 0.0);
        for (&got, &code) in pairs {
            let (got, wanted) = (f64::from(got), f64::from(Law::A.decode(code)));
            both += got * wanted;
            left += got * got;
            right += wanted * wanted;
        }
        both / (left * right).sqrt()
    }

    #[test]
    fn a_hole_becomes_silence_and_a_jump_a_new_run() {
        let mut units: Vec<AccessUnit> = (0..20).map(|n| unit(n * 160, tone(n * 160, 160))).collect();
        units.drain(5..10);
        let frames = convert(&units);
        assert_eq!(frames.iter().map(|frame| frame.dts).collect::<Vec<_>>(), [0, 1024]);
        units.extend((0..20).map(|n| unit(1_000_000 + n * 160, tone(n * 160, 160))));
        let frames = convert(&units);
        assert_eq!(frames.iter().map(|frame| frame.dts).collect::<Vec<_>>(), [0, 1024, 1_000_000, 1_001_024]);
    }

    #[test]
    fn sound_that_comes_twice_is_left_out() {
        let mut units: Vec<AccessUnit> = (0..20).map(|n| unit(n * 320, tone(n * 320, 320))).collect();
        let again = units[4].clone();
        units.insert(5, again);
        assert_eq!(convert(&units).len(), 6400 / 1024 - 1);
    }

    #[test]
    fn what_aac_does_not_know_is_refused() {
        let mut track = input();
        track.codec = CodecParameters::Pcmu { sample_rate: 9_600, channels: 1 };
        assert!(matches!(G711ToAac::new(&track), Err(TranscodeError::Unsupported { .. })));
        track.codec = CodecParameters::Opus { channels: 1 };
        assert_eq!(G711ToAac::new(&track).err(), Some(TranscodeError::NotG711("opus")));
    }
}
