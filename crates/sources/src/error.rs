//! Why a source has no media.

use std::time::Duration;

use nightjar_media::InterruptionCause;
use nightjar_model::Refused;

/// What went wrong with a camera's stream. The texts are for people and carry no credential.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The name of the camera leads nowhere.
    #[error("can't find the camera's host: {0}")]
    NoSuchHost(String),
    /// The address is one that we do not connect to.
    #[error("the camera's address {0}")]
    Refused(Refused),
    /// No TCP connection.
    #[error("can't connect: {0}")]
    Connect(String),
    /// The camera was connected but did not answer in time.
    #[error("the camera did not answer {step} within {} s", limit.as_secs())]
    NoAnswer {
        /// What we asked for.
        step: &'static str,
        /// How long we waited.
        limit: Duration,
    },
    /// The camera wants other credentials.
    #[error("the camera refused our credentials ({status}): check user name and password")]
    Unauthorized {
        /// RTSP status.
        status: u16,
    },
    /// The camera takes the password only in the clear.
    #[error(
        "the camera takes the password only in the clear (Basic), and service.refuse_basic_cameras forbids \
         that: switch the camera to Digest"
    )]
    BasicRefused,
    /// The camera knows no such stream.
    #[error("the camera has no such stream ({status}): check the path of the address")]
    NoSuchStream {
        /// RTSP status.
        status: u16,
    },
    /// The stream has no picture.
    #[error("the stream has no video that Nightjar can record: {0}")]
    NoVideo(String),
    /// The stream's picture is coded in a way that we can't record.
    #[error("the stream has no video that Nightjar can record, which is H.264 or H.265: {0}")]
    UnsupportedVideo(String),
    /// The connection broke.
    #[error("the connection was lost at {step}: {reason}")]
    Lost {
        /// What we asked for.
        step: &'static str,
        /// What the system says.
        reason: String,
    },
    /// What came is no RTSP: another protocol answers there, or data got lost on the way.
    #[error("the camera sent something at {step} that is not RTSP: {reason}")]
    NotRtsp {
        /// What we asked for.
        step: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The camera, or something between us, broke the protocol in another way.
    #[error("{step} failed: {reason}")]
    Protocol {
        /// What we asked for.
        step: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The camera ended the stream.
    #[error("the camera closed the connection")]
    Ended,
    /// The connection is up, but no media comes.
    #[error("connected, but no media for {} s", .0.as_secs())]
    Stalled(Duration),
}

impl SourceError {
    /// The cause that the gap will carry.
    pub fn cause(&self) -> InterruptionCause {
        match self {
            Self::Unauthorized { .. } | Self::BasicRefused => InterruptionCause::AuthFailed,
            Self::Stalled(_) => InterruptionCause::Stalled,
            _ => InterruptionCause::Unreachable,
        }
    }
}
