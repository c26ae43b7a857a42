//! One RTSP session, over the RTSP library: connect, describe, set up, play, and then frames.
//!
//! Nothing of the library's types leaves this file and [`classify`].

mod challenge;
mod classify;

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use nightjar_media::WallTime;
use nightjar_model::{Reach, RtspTransport, Secret};
use retina::client::{
    Credentials, Demuxed, Described, InitialSequenceNumberPolicy, InitialTimestampPolicy, PlayOptions,
    SessionOptions, SetupOptions, TcpTransportOptions, Transport, UdpTransportOptions,
};
use retina::codec::{CodecItem, FrameFormat, ParametersRef, VideoParametersCodec};
use url::Url;

use self::classify::classify;
use crate::SourceError;
use crate::clock::Arrival;
use crate::resolve::places;

/// How long a camera may take to answer each step.
pub(crate) const STEP_LIMIT: Duration = Duration::from_secs(10);

/// Where and how to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RtspTarget {
    /// Address without credentials.
    pub(crate) url: Url,
    /// User name.
    pub(crate) username: Option<String>,
    /// Password.
    pub(crate) password: Option<Secret>,
    /// How RTP travels.
    pub(crate) transport: RtspTransport,
    /// Whether sound is wanted.
    pub(crate) audio: bool,
    /// Where it may lead.
    pub(crate) reach: Reach,
    /// Whether a camera that takes the password only in the clear doesn't get it.
    pub(crate) refuse_basic: bool,
}

/// A playing session.
pub(crate) struct RtspSession {
    demuxed: Pin<Box<Demuxed>>,
    video: usize,
    audio: Option<usize>,
    in_clear: bool,
}

/// A video stream's parameters as the camera gave them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum VideoSetup {
    H264 { sps: Bytes, pps: Bytes, width: u32, height: u32 },
    H265 { vps: Bytes, sps: Bytes, pps: Bytes, width: u32, height: u32 },
}

/// An audio stream's parameters as the camera gave them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AudioSetup {
    Aac { config: Bytes, sample_rate: u32, channels: u8 },
    Pcmu { sample_rate: u32, channels: u8 },
    Pcma { sample_rate: u32, channels: u8 },
}

/// A frame as it arrived.
#[derive(Debug)]
pub(crate) struct RawFrame {
    /// RTP time without wraps, since the start of the session.
    pub(crate) ticks: i64,
    pub(crate) arrival: Arrival,
    pub(crate) is_sync: bool,
    /// Packets lost just before it.
    pub(crate) lost: u16,
    pub(crate) data: Bytes,
}

/// What a session yields.
#[derive(Debug)]
pub(crate) enum Item {
    /// New parameters of the video stream; the frame that needs them follows.
    VideoSetup(VideoSetup),
    Video(RawFrame),
    Audio(RawFrame),
}

/// The pending second half of a frame that changed the parameters.
#[derive(Debug, Default)]
pub(crate) struct Pending(Option<RawFrame>);

impl RtspSession {
    /// Connects and plays.
    pub(crate) async fn open(target: &RtspTarget) -> Result<Self, SourceError> {
        let (mut session, in_clear) = describe(target).await?;
        let video = video_stream(&session)?;
        let audio = if target.audio { audio_stream(&session) } else { None };
        for stream in [Some(video), audio].into_iter().flatten() {
            let options =
                SetupOptions::default().transport(transport(target.transport)).frame_format(FrameFormat::MP4);
            within("SETUP", session.setup(stream, options)).await?;
        }
        let options = PlayOptions::default()
            .initial_timestamp(InitialTimestampPolicy::Permissive)
            .initial_seq(InitialSequenceNumberPolicy::Ignore);
        let playing = within("PLAY", session.play(options)).await?;
        let demuxed = playing.demuxed().map_err(|error| classify("PLAY", &error))?;
        Ok(Self { demuxed: Box::pin(demuxed), video, audio, in_clear })
    }

    /// Whether the camera has got the password in the clear.
    pub(crate) fn password_in_clear(&self) -> bool {
        self.in_clear
    }

    /// The video parameters, if the session description or a frame gave them already.
    pub(crate) fn video_setup(&self) -> Option<VideoSetup> {
        match self.demuxed.streams()[self.video].parameters()? {
            ParametersRef::Video(parameters) => {
                let (width, height) = parameters.pixel_dimensions();
                match parameters.codec_params().clone() {
                    VideoParametersCodec::H264 { sps, pps } => {
                        Some(VideoSetup::H264 { sps, pps, width, height })
                    }
                    VideoParametersCodec::H265 { vps, sps, pps } => {
                        Some(VideoSetup::H265 { vps, sps, pps, width, height })
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The audio parameters, if there is sound that we asked for.
    pub(crate) fn audio_setup(&self) -> Option<AudioSetup> {
        let stream = &self.demuxed.streams()[self.audio?];
        let Some(ParametersRef::Audio(parameters)) = stream.parameters() else { return None };
        let sample_rate = stream.clock_rate_hz();
        let channels = u8::try_from(parameters.channels().get()).ok()?;
        match stream.encoding_name() {
            "mpeg4-generic" => Some(AudioSetup::Aac {
                config: Bytes::copy_from_slice(parameters.extra_data()),
                sample_rate,
                channels,
            }),
            "pcmu" => Some(AudioSetup::Pcmu { sample_rate, channels }),
            "pcma" => Some(AudioSetup::Pcma { sample_rate, channels }),
            _ => None,
        }
    }

    /// The next item. `pending` keeps a frame whose parameters had to be told first.
    pub(crate) async fn next(&mut self, pending: &mut Pending) -> Result<Item, SourceError> {
        if let Some(frame) = pending.0.take() {
            return Ok(Item::Video(frame));
        }
        loop {
            let item = self.demuxed.next().await.ok_or(SourceError::Ended)?;
            match item.map_err(|error| classify("media", &error))? {
                CodecItem::VideoFrame(frame) => {
                    let changed = frame.has_new_parameters();
                    let frame = raw_video(frame);
                    if let (true, Some(setup)) = (changed, self.video_setup()) {
                        pending.0 = Some(frame);
                        return Ok(Item::VideoSetup(setup));
                    }
                    return Ok(Item::Video(frame));
                }
                CodecItem::AudioFrame(frame) => return Ok(Item::Audio(raw_audio(&frame))),
                _ => {}
            }
        }
    }
}

/// Connects to the first place of the address that takes us, and asks what there is. Tells whether the
/// camera has got the password in the clear for it.
async fn describe(target: &RtspTarget) -> Result<(retina::client::Session<Described>, bool), SourceError> {
    let mut failed = None;
    for url in places(&target.url, target.reach).await? {
        let asked = if target.username.is_some() { challenge::wants_only_basic(&url).await } else { None };
        let in_clear = asked.unwrap_or(false);
        if in_clear && target.refuse_basic {
            return Err(SourceError::BasicRefused);
        }
        match within("DESCRIBE", retina::client::Session::describe(url, options(target))).await {
            Err(error @ SourceError::Connect(_)) => failed = Some(error),
            described => return described.map(|session| (session, in_clear)),
        }
    }
    Err(failed.unwrap_or_else(|| SourceError::NoSuchHost("it has no address".to_owned())))
}

fn options(target: &RtspTarget) -> SessionOptions {
    let credentials = target.username.as_ref().map(|username| Credentials {
        username: username.clone(),
        password: target.password.as_ref().map(|secret| secret.expose().to_owned()).unwrap_or_default(),
    });
    SessionOptions::default()
        .creds(credentials)
        .user_agent(concat!("Nightjar/", env!("CARGO_PKG_VERSION")).to_owned())
}

fn raw_video(frame: retina::codec::VideoFrame) -> RawFrame {
    RawFrame {
        ticks: frame.timestamp().elapsed(),
        arrival: arrival(frame.end_ctx()),
        is_sync: frame.is_random_access_point(),
        lost: frame.loss(),
        data: frame.into_data().into(),
    }
}

fn raw_audio(frame: &retina::codec::AudioFrame) -> RawFrame {
    RawFrame {
        ticks: frame.timestamp().elapsed(),
        arrival: arrival(frame.ctx()),
        is_sync: true,
        lost: frame.loss(),
        data: Bytes::copy_from_slice(frame.data()),
    }
}

fn arrival(context: &retina::PacketContext) -> Arrival {
    let wall: std::time::SystemTime = context.received_wall().into();
    Arrival { mono: context.received(), wall: WallTime::from(wall) }
}

fn transport(transport: RtspTransport) -> Transport {
    match transport {
        RtspTransport::Tcp => Transport::Tcp(TcpTransportOptions::default()),
        RtspTransport::Udp => Transport::Udp(UdpTransportOptions::default()),
    }
}

fn video_stream(session: &retina::client::Session<Described>) -> Result<usize, SourceError> {
    let streams = session.streams();
    let is_video = |stream: &&retina::client::Stream| stream.media() == "video";
    let usable = |stream: &retina::client::Stream| matches!(stream.encoding_name(), "h264" | "h265");
    streams.iter().position(|stream| is_video(&stream) && usable(stream)).ok_or_else(|| {
        let offered: Vec<String> =
            streams.iter().map(|s| format!("{}/{}", s.media(), s.encoding_name())).collect();
        match offered.join(", ") {
            offered if offered.is_empty() => SourceError::NoVideo("it has no tracks".to_owned()),
            offered if streams.iter().any(|stream| is_video(&stream)) => {
                SourceError::UnsupportedVideo(offered)
            }
            offered => SourceError::NoVideo(offered),
        }
    })
}

fn audio_stream(session: &retina::client::Session<Described>) -> Option<usize> {
    session.streams().iter().position(|stream| {
        stream.media() == "audio" && matches!(stream.encoding_name(), "mpeg4-generic" | "pcmu" | "pcma")
    })
}

async fn within<T>(
    step: &'static str,
    call: impl Future<Output = Result<T, retina::Error>>,
) -> Result<T, SourceError> {
    match tokio::time::timeout(STEP_LIMIT, call).await {
        Ok(result) => result.map_err(|error| classify(step, &error)),
        Err(_) => Err(SourceError::NoAnswer { step, limit: STEP_LIMIT }),
    }
}
