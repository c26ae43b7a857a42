//! `POST /cameras/probe`.

use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nightjar_model::{CameraSource, ErrorCode, Secret, address_fault, redact_url};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::input::{check_reach, parse_url};
use crate::answer::{ApiResult, Success};
use crate::audit::Deed;
use crate::body::JsonBody;
use crate::enums::Transport;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::probe::{ProbeFault, ProbeReason, ProbeReport};
use crate::query::Query;
use crate::state::ApiState;

/// What is to be tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProbeInput {
    /// Address of the stream. May hold user name and password.
    #[schema(value_type = String, example = "rtsp://192.0.2.10/main", format = "rtsp-uri", max_length = 2048)]
    url: Secret,
    /// User name for the camera.
    username: Option<String>,
    /// Password for the camera.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Secret>,
    /// How RTP travels; default: `tcp`.
    transport: Option<Transport>,
}

/// What a camera gives, measured over a moment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CameraProbe {
    video: ProbedVideo,
    /// Null: there is no sound that can be recorded.
    audio: Option<ProbedAudio>,
    /// Bits a second of picture and sound; null if too little came to tell.
    bitrate: Option<u64>,
    /// A picture, as it is in front of the camera now; null if there is none.
    picture: Option<ProbedPicture>,
    /// Why there is no picture; null if there is one.
    picture_missing: Option<String>,
}

/// The picture of a camera.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProbedVideo {
    #[schema(example = "h264")]
    codec: String,
    width: u32,
    height: u32,
    /// Frames a second; null if too few came to tell.
    fps: Option<f64>,
    /// Seconds from one key frame to the next; null if there was only one.
    key_frame_interval: Option<f64>,
}

/// The sound of a camera.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProbedAudio {
    #[schema(example = "aac")]
    codec: String,
    /// Samples a second.
    sample_rate: u32,
    channels: u8,
}

/// An image.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProbedPicture {
    #[schema(example = "image/jpeg")]
    content_type: String,
    /// The image, in Base64.
    data: String,
}

/// Try a camera
///
/// Pulls the stream for a moment, within 8 s, and tells what it has; nothing is kept of it. When that fails, `details.reason` says
/// why: `host_not_found`, `connection_refused`, `unreachable` and `timeout` come with `CAMERA_UNREACHABLE`; `wrong_credentials`, `basic_refused`,
/// `not_rtsp`, `stream_not_found`, `no_video`, `codec_not_supported` and `no_media` with `CAMERA_ERROR`. At most four cameras are
/// tried at the same time.
#[utoipa::path(
    post,
    path = "/cameras/probe",
    tag = "cameras",
    request_body = ProbeInput,
    responses((status = 200, body = Success<CameraProbe>), (status = 502, description = ""))
)]
pub(crate) async fn probe_camera(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<ProbeInput>,
) -> ApiResult<CameraProbe> {
    let source = CameraSource {
        username: body.username,
        password: body.password,
        transport: body.transport.unwrap_or(Transport::Tcp).into(),
        ..CameraSource::new(parse_url("url", &body.url)?)
    };
    let source = source.with_credentials_apart();
    if let Some(fault) = address_fault(&source.main_url) {
        return Err(ApiError::field(ErrorCode::ValidationFailed, "url", fault));
    }
    check_reach(&state, "url", &source.main_url)?;
    let shown = redact_url(&source.main_url);
    let probed = (state.prober)(source).await;
    let result = probed.as_ref().map_or_else(|fault| word(fault.reason), |_| "ok");
    let deed = Deed::done("camera.probe").with(json!({ "url": shown, "result": result }));
    deed.by(&state, &caller, &client).await?;
    Ok(state.ok(probed.map_err(failure)?.into()))
}

impl From<ProbeReport> for CameraProbe {
    fn from(report: ProbeReport) -> Self {
        let (width, height) = report.dimensions;
        let picture_missing = report.picture.as_ref().err().map(ToString::to_string);
        Self {
            video: ProbedVideo {
                codec: report.video_codec.to_owned(),
                width,
                height,
                fps: report.fps.map(in_hundredths),
                key_frame_interval: report.key_frame_interval.map(in_hundredths),
            },
            audio: report.audio.map(|audio| ProbedAudio {
                codec: audio.codec.to_owned(),
                sample_rate: audio.sample_rate,
                channels: audio.channels,
            }),
            bitrate: report.bitrate,
            picture: report.picture.ok().map(|image| ProbedPicture {
                content_type: "image/jpeg".to_owned(),
                data: STANDARD.encode(image),
            }),
            picture_missing,
        }
    }
}

/// More would be noise.
fn in_hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

fn failure(fault: ProbeFault) -> ApiError {
    use ErrorCode::{CameraError, CameraUnreachable};
    let (code, message) = match fault.reason {
        ProbeReason::Busy => {
            let message = "Too many cameras are being tried. Try again in a few seconds.";
            return ApiError::new(ErrorCode::ConcurrentLimitExceeded, message).retry_after(5);
        }
        ProbeReason::NotAllowed(refused) => {
            return ApiError::field(ErrorCode::ValidationFailed, "url", refused.to_string());
        }
        ProbeReason::HostNotFound => {
            (CameraUnreachable, "The camera's name is not known. Check it, or write its IP address.")
        }
        ProbeReason::ConnectionRefused => (
            CameraUnreachable,
            "Nothing listens at this address. Check the port, and that RTSP is switched on in the camera.",
        ),
        ProbeReason::Unreachable => {
            (CameraUnreachable, "There is no way to this address. Check it, and the network between.")
        }
        ProbeReason::Timeout => (
            CameraUnreachable,
            "The camera did not answer in time. Check the address, the camera's power and firewalls.",
        ),
        ProbeReason::WrongCredentials => {
            (CameraError, "The camera refused user name and password. Check both.")
        }
        ProbeReason::BasicRefused => (
            CameraError,
            "The camera takes the password only in the clear (Basic), which this server forbids. Switch it to Digest.",
        ),
        ProbeReason::NotRtsp => {
            (CameraError, "What answers there does not speak RTSP as it should. Check port and path.")
        }
        ProbeReason::StreamNotFound => {
            (CameraError, "The camera has no such stream. Check the path of the address.")
        }
        ProbeReason::NoVideo => (CameraError, "The stream has no picture. Check the path of the address."),
        ProbeReason::CodecNotSupported => (
            CameraError,
            "The picture is coded in a way that can't be recorded. Set the camera to H.264 or H.265.",
        ),
        ProbeReason::NoMedia => (
            CameraError,
            "The camera answers, but sends no picture. Try the other `transport`, or restart the camera.",
        ),
    };
    let error =
        ApiError::new(code, message).detail("reason", word(fault.reason)).detail("operation", "probe");
    error.cause(fault.cause)
}

fn word(reason: ProbeReason) -> &'static str {
    match reason {
        ProbeReason::Busy => "busy",
        ProbeReason::NotAllowed(_) => "not_allowed",
        ProbeReason::HostNotFound => "host_not_found",
        ProbeReason::ConnectionRefused => "connection_refused",
        ProbeReason::Unreachable => "unreachable",
        ProbeReason::Timeout => "timeout",
        ProbeReason::WrongCredentials => "wrong_credentials",
        ProbeReason::BasicRefused => "basic_refused",
        ProbeReason::NotRtsp => "not_rtsp",
        ProbeReason::StreamNotFound => "stream_not_found",
        ProbeReason::NoVideo => "no_video",
        ProbeReason::CodecNotSupported => "codec_not_supported",
        ProbeReason::NoMedia => "no_media",
    }
}
