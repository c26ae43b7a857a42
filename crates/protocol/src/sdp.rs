//! Writing the description of a stream (RFC 8866, with the `fmtp` of each payload format).

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nightjar_media::{CodecParameters, MediaKind, TrackParameters};

/// A track as it is announced.
#[derive(Debug, Clone)]
pub struct TrackDescription<'a> {
    /// The track.
    pub parameters: &'a TrackParameters,
    /// RTP payload type; see [`payload_type`].
    pub payload_type: u8,
    /// The end of the track's own address, which `SETUP` names.
    pub control: &'a str,
    /// `a=framerate`, if it is to be announced.
    pub frame_rate: Option<f64>,
}

/// The payload type for `parameters`: the static one of RFC 3551 §6 for G.711 at 8 kHz mono,
/// else 96 for video and 97 for audio.
pub fn payload_type(parameters: &CodecParameters) -> u8 {
    match parameters {
        CodecParameters::Pcmu { sample_rate: 8000, channels: 1 } => 0,
        CodecParameters::Pcma { sample_rate: 8000, channels: 1 } => 8,
        parameters if parameters.kind() == MediaKind::Video => 96,
        _ => 97,
    }
}

/// The description of a stream. `session_id` makes it distinct in `o=`; `name` must have no line
/// breaks, which are replaced by spaces.
pub fn describe(name: &str, session_id: u64, tracks: &[TrackDescription<'_>]) -> String {
    let name = name.replace(['\r', '\n'], " ");
    let mut out = format!(
        "v=0\r\no=- {session_id} 1 IN IP4 0.0.0.0\r\ns={name}\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n\
         a=control:*\r\na=range:npt=now-\r\n"
    );
    for track in tracks {
        put_track(&mut out, track);
    }
    out
}

fn put_track(out: &mut String, track: &TrackDescription<'_>) {
    let kind = match track.parameters.codec.kind() {
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
    };
    let pt = track.payload_type;
    let hz = track.parameters.timescale.hz();
    // Writing into a String can't fail.
    let _ = write!(out, "m={kind} 0 RTP/AVP {pt}\r\na=rtpmap:{pt} {}\r\n", rtpmap(track.parameters, hz));
    if let Some(fmtp) = fmtp(&track.parameters.codec) {
        let _ = write!(out, "a=fmtp:{pt} {fmtp}\r\n");
    }
    if let Some(rate) = track.frame_rate {
        let _ = write!(out, "a=framerate:{rate}\r\n");
    }
    let _ = write!(out, "a=control:{}\r\n", track.control);
}

fn rtpmap(parameters: &TrackParameters, hz: u32) -> String {
    match &parameters.codec {
        CodecParameters::H264 { .. } => format!("H264/{hz}"),
        CodecParameters::H265 { .. } => format!("H265/{hz}"),
        CodecParameters::Aac { channels, .. } => format!("MPEG4-GENERIC/{hz}/{channels}"),
        // RFC 7587 §7: always 48 kHz and 2 channels.
        CodecParameters::Opus { .. } => "opus/48000/2".to_owned(),
        CodecParameters::Pcmu { channels, .. } => g711("PCMU", hz, *channels),
        CodecParameters::Pcma { channels, .. } => g711("PCMA", hz, *channels),
    }
}

fn g711(name: &str, hz: u32, channels: u8) -> String {
    if channels == 1 { format!("{name}/{hz}") } else { format!("{name}/{hz}/{channels}") }
}

fn fmtp(codec: &CodecParameters) -> Option<String> {
    match codec {
        CodecParameters::H264 { sps, pps, .. } => {
            let mut out = "packetization-mode=1".to_owned();
            if let Some([profile, constraints, level]) = sps.get(1..4) {
                let _ = write!(out, ";profile-level-id={profile:02X}{constraints:02X}{level:02X}");
            }
            let _ = write!(out, ";sprop-parameter-sets={},{}", STANDARD.encode(sps), STANDARD.encode(pps));
            Some(out)
        }
        CodecParameters::H265 { vps, sps, pps, .. } => Some(format!(
            "sprop-vps={};sprop-sps={};sprop-pps={}",
            STANDARD.encode(vps),
            STANDARD.encode(sps),
            STANDARD.encode(pps)
        )),
        CodecParameters::Aac { config, .. } => {
            let config: String = config.iter().map(|byte| format!("{byte:02X}")).collect();
            Some(format!(
                "streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;\
                 indexdeltalength=3;config={config}"
            ))
        }
        CodecParameters::Opus { channels } => (*channels > 1).then(|| "sprop-stereo=1".to_owned()),
        CodecParameters::Pcmu { .. } | CodecParameters::Pcma { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use nightjar_media::{Timescale, TrackId};

    #[test]
    fn a_camera_with_sound_is_described() {
        let video = TrackParameters {
            id: TrackId::VIDEO,
            timescale: Timescale::VIDEO,
            codec: CodecParameters::H264 {
                sps: Bytes::from_static(&[0x67, 0x4d, 0x40, 0x1f]),
                pps: Bytes::from_static(&[0x68, 0xee]),
                width: 1280,
                height: 720,
            },
        };
        let audio = TrackParameters {
            id: TrackId::AUDIO,
            timescale: Timescale::new(16_000).expect("not zero"),
            codec: CodecParameters::Aac {
                config: Bytes::from_static(&[0x14, 0x08]),
                sample_rate: 16_000,
                channels: 1,
            },
        };
        let tracks = [
            TrackDescription {
                parameters: &video,
                payload_type: 96,
                control: "trackID=1",
                frame_rate: Some(15.0),
            },
            TrackDescription { parameters: &audio, payload_type: 97, control: "trackID=2", frame_rate: None },
        ];
        assert_eq!(
            describe("cam\r\nera", 5, &tracks),
            "v=0\r\no=- 5 1 IN IP4 0.0.0.0\r\ns=cam  era\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:*\r\n\
             a=range:npt=now-\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n\
             a=fmtp:96 packetization-mode=1;profile-level-id=4D401F;sprop-parameter-sets=Z01AHw==,aO4=\r\n\
             a=framerate:15\r\na=control:trackID=1\r\nm=audio 0 RTP/AVP 97\r\n\
             a=rtpmap:97 MPEG4-GENERIC/16000/1\r\na=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;\
             sizelength=13;indexlength=3;indexdeltalength=3;config=1408\r\na=control:trackID=2\r\n"
        );
    }

    #[test]
    fn telephone_sound_has_its_static_payload_type() {
        assert_eq!(payload_type(&CodecParameters::Pcma { sample_rate: 8000, channels: 1 }), 8);
        assert_eq!(payload_type(&CodecParameters::Pcmu { sample_rate: 8000, channels: 1 }), 0);
        assert_eq!(payload_type(&CodecParameters::Pcmu { sample_rate: 16_000, channels: 1 }), 97);
    }
}
