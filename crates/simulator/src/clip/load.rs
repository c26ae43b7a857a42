//! From the cache into memory: elementary streams to packets.

use std::fs;
use std::path::Path;

use bytes::{Bytes, BytesMut};
use md5::{Digest, Md5};
use nightjar_media::{Codec, CodecParameters, Timescale, TrackId, TrackParameters};
use nightjar_protocol::rtp::{
    DEFAULT_MAX_PAYLOAD, packetize_aac, packetize_g711, packetize_h264, packetize_h265,
};

use super::spec::{Audio, ClipSource, ClipSpec};
use super::{Clip, ClipAudio, ClipError, ClipFrame, CodedPicture, FrameDigest, VIDEO_HZ, annexb, encode};

/// Bytes (and ticks) of G.711 in a packet: 40 ms.
const G711_UNIT: usize = 320;

/// Loads a clip, making its streams first if they are not in the cache. Blocks.
pub(crate) fn load(cache: &Path, spec: &ClipSpec) -> Result<Clip, ClipError> {
    let (folder, codec) = match &spec.source {
        ClipSource::Painted(video) => {
            (encode::painted(cache, video)?, if video.h265 { Codec::H265 } else { Codec::H264 })
        }
        ClipSource::File(path) => {
            let h265 = encode::file_is_h265(path)?;
            (encode::copied(cache, path, h265)?, if h265 { Codec::H265 } else { Codec::H264 })
        }
    };
    let unusable = |reason: String| ClipError::Unusable { clip: folder.display().to_string(), reason };
    let timing = String::from_utf8_lossy(&read(&folder.join("timing"))?).into_owned();
    let mut timing = Timing::parse(&timing).ok_or_else(|| unusable("its timing can't be read".to_owned()))?;
    if let ClipSource::Painted(video) = &spec.source {
        timing.retime(video.claimed_fps.unwrap_or(video.fps), video.fps);
    }
    let pictures = annexb::pictures(&read(&folder.join("video"))?, codec);
    let frames = frames(&pictures, &timing, codec).map_err(&unusable)?;
    let video = video_track(&pictures, timing.dimensions, codec)
        .ok_or_else(|| unusable("it does not begin with a key frame with parameter sets".to_owned()))?;
    let mut clip = Clip { tracks: vec![video], frames, round_ticks: timing.round_ticks(), audio: None };
    if let Some(folder) = encode::sound(cache, spec.audio)? {
        let path = folder.join("audio");
        let (track, audio) = sound(read(&path)?, spec.audio).ok_or_else(|| ClipError::Unusable {
            clip: path.display().to_string(),
            reason: "no ADTS".to_owned(),
        })?;
        clip.tracks.push(track);
        clip.audio = Some(audio);
    }
    Ok(clip)
}

fn read(path: &Path) -> Result<Bytes, ClipError> {
    let bytes = fs::read(path).map_err(|error| ClipError::Io { path: path.to_owned(), error })?;
    Ok(bytes.into())
}

/// Times of the frames in decoding order, in ticks of 90 kHz.
struct Timing {
    /// `dts` and `pts` of each frame, the first `dts` being 0.
    frames: Vec<(i64, i64)>,
    dimensions: (u32, u32),
}

impl Timing {
    /// Reads what ffmpeg's `framecrc` wrote: `stream, dts, pts, duration, size, checksum`.
    fn parse(text: &str) -> Option<Self> {
        let (mut scale, mut dimensions, mut frames) = (None, (0, 0), Vec::new());
        for line in text.lines() {
            if let Some(base) = line.strip_prefix("#tb 0: ") {
                let (numerator, denominator) = base.trim().split_once('/')?;
                scale = Some((numerator.parse::<i64>().ok()?, denominator.parse::<i64>().ok()?));
            } else if let Some(size) = line.strip_prefix("#dimensions 0: ") {
                let (width, height) = size.trim().split_once('x')?;
                dimensions = (width.parse().ok()?, height.parse().ok()?);
            } else if !line.starts_with('#') {
                let mut fields = line.split(',').map(str::trim).skip(1);
                frames.push((fields.next()?.parse::<i64>().ok()?, fields.next()?.parse::<i64>().ok()?));
            }
        }
        let (numerator, denominator) = scale?;
        let first = frames.first()?.0;
        let ticks = |time: i64| (time - first) * numerator * VIDEO_HZ as i64 / denominator.max(1);
        let frames: Vec<_> = frames.into_iter().map(|(dts, pts)| (ticks(dts), ticks(pts))).collect();
        let ordered = frames.windows(2).all(|pair| pair[0].0 < pair[1].0);
        (ordered && frames.iter().all(|(dts, pts)| pts >= dts)).then_some(Self { frames, dimensions })
    }

    /// Stretches from `claimed` to `true_fps` frames a second.
    fn retime(&mut self, claimed: u32, true_fps: u32) {
        if claimed != true_fps {
            let stretch = |time: i64| time * i64::from(claimed) / i64::from(true_fps.max(1));
            self.frames.iter_mut().for_each(|(dts, pts)| (*dts, *pts) = (stretch(*dts), stretch(*pts)));
        }
    }

    /// Until the first frame comes again: as long after the last one as the mean interval.
    fn round_ticks(&self) -> u64 {
        let last = self.frames.last().map_or(0, |(dts, _)| *dts);
        let intervals = self.frames.len() as i64 - 1;
        let interval = if intervals > 0 { (last + intervals / 2) / intervals } else { 6000 };
        (last + interval).max(1) as u64
    }
}

fn frames(pictures: &[CodedPicture], timing: &Timing, codec: Codec) -> Result<Vec<ClipFrame>, String> {
    if pictures.len() != timing.frames.len() {
        return Err(format!("{} pictures, but {} times", pictures.len(), timing.frames.len()));
    }
    let mut order: Vec<usize> = (0..pictures.len()).collect();
    order.sort_by_key(|&index| timing.frames[index].1);
    let mut numbers = vec![0; pictures.len()];
    for (number, index) in order.into_iter().enumerate() {
        numbers[index] = number as u32;
    }
    let frame = |(index, picture): (usize, &CodedPicture)| {
        let (dts, pts) = timing.frames[index];
        let nals: Vec<Bytes> = picture.parameter_sets.iter().chain(&picture.slices).cloned().collect();
        let packets = match codec {
            Codec::H265 => packetize_h265(&nals, DEFAULT_MAX_PAYLOAD),
            _ => packetize_h264(&nals, DEFAULT_MAX_PAYLOAD),
        };
        ClipFrame {
            dts: dts as u64,
            composition_offset: (pts - dts) as u32,
            number: numbers[index],
            is_key: picture.is_key,
            packets,
            digest: FrameDigest { vcl: digest(&picture.slices), sent: digest(&nals) },
        }
    };
    Ok(pictures.iter().enumerate().map(frame).collect())
}

fn digest(nals: &[Bytes]) -> [u8; 16] {
    let mut md5 = Md5::new();
    for nal in nals {
        md5.update((nal.len() as u32).to_be_bytes());
        md5.update(nal);
    }
    md5.finalize().into()
}

fn video_track(pictures: &[CodedPicture], dimensions: (u32, u32), codec: Codec) -> Option<TrackParameters> {
    let first = pictures.first().filter(|picture| picture.is_key)?;
    let (width, height) = dimensions;
    let find = |wanted: u8| {
        let unit = |nal: &&Bytes| match codec {
            Codec::H265 => nal[0] >> 1 & 0x3f == wanted,
            _ => nal[0] & 0x1f == wanted,
        };
        first.parameter_sets.iter().find(unit).cloned()
    };
    let codec = match codec {
        Codec::H265 => {
            CodecParameters::H265 { vps: find(32)?, sps: find(33)?, pps: find(34)?, width, height }
        }
        _ => CodecParameters::H264 { sps: find(7)?, pps: find(8)?, width, height },
    };
    Some(TrackParameters { id: TrackId::VIDEO, timescale: Timescale::VIDEO, codec })
}

fn sound(stream: Bytes, audio: Audio) -> Option<(TrackParameters, ClipAudio)> {
    let (codec, hz, unit_ticks, units) = match audio {
        Audio::None => return None,
        Audio::Aac => {
            let (config, frames) = annexb::adts_frames(&stream)?;
            let units = frames.iter().flat_map(|frame| packetize_aac(frame, DEFAULT_MAX_PAYLOAD)).collect();
            let config = BytesMut::from(&config[..]).freeze();
            (CodecParameters::Aac { config, sample_rate: 16_000, channels: 1 }, 16_000, 1024, units)
        }
        Audio::Pcma | Audio::Pcmu => {
            let whole = stream.slice(..stream.len() / G711_UNIT * G711_UNIT);
            let codec = match audio {
                Audio::Pcma => CodecParameters::Pcma { sample_rate: 8000, channels: 1 },
                _ => CodecParameters::Pcmu { sample_rate: 8000, channels: 1 },
            };
            (codec, 8000, G711_UNIT as u32, packetize_g711(&whole, 1, G711_UNIT))
        }
    };
    let track = TrackParameters { id: TrackId::AUDIO, timescale: Timescale::new(hz)?, codec };
    Some((track, ClipAudio { hz, unit_ticks, units }))
}
