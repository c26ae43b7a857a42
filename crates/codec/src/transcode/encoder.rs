//! The AAC-LC encoder, behind a type of ours.

use std::fmt;

use bytes::Bytes;
use syom::{EncodeOptions, Encoder};

use crate::aac::AudioSpecificConfig;

/// Why sound can not be transcoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TranscodeError {
    /// Only G.711 is transcoded.
    #[error("{0} is not transcoded")]
    NotG711(&'static str),
    /// AAC knows no such sound.
    #[error("AAC with {channels} channels at {sample_rate} Hz: {why}")]
    Unsupported {
        /// Sampling rate in Hz.
        sample_rate: u32,
        /// Number of channels.
        channels: u8,
        /// From the encoder.
        why: String,
    },
    /// The encoder gave up; it was reset.
    #[error("the AAC encoder failed: {0}")]
    Failed(String),
}

/// Interleaved 16-bit PCM in, raw AAC-LC frames of 1024 samples a channel out.
pub struct AacEncoder {
    inner: Encoder,
    channels: usize,
    config: Bytes,
    planes: Vec<Vec<f32>>,
}

impl AacEncoder {
    /// Samples a channel in a frame.
    pub const FRAME_SAMPLES: u64 = 1024;
    /// By how many samples the decoder's output lags behind: frame n decodes to the samples from
    /// `1024 × (n − 1)` on.
    pub const DELAY_SAMPLES: u64 = 1024;

    /// An encoder for one or two channels at a rate of the AAC table. Without a bit rate, 3 bits
    /// a sample: 24 kbit/s for the 8 kHz of a camera's microphone, half of what AAC-LC allows.
    pub fn new(sample_rate: u32, channels: u8, bitrate: Option<u32>) -> Result<Self, TranscodeError> {
        let unsupported = |why: String| TranscodeError::Unsupported { sample_rate, channels, why };
        if !matches!(channels, 1 | 2) {
            return Err(unsupported("only mono and stereo".to_owned()));
        }
        let rate = bitrate.unwrap_or(sample_rate.min(32_000).saturating_mul(3) * u32::from(channels));
        let options = EncodeOptions::raw().with_bitrate_bps(rate);
        let inner = Encoder::new(sample_rate, usize::from(channels), &options)
            .map_err(|error| unsupported(error.to_string()))?;
        let config = AudioSpecificConfig::lc(sample_rate, channels).build();
        Ok(Self {
            inner,
            channels: usize::from(channels),
            config,
            planes: vec![Vec::new(); usize::from(channels)],
        })
    }

    /// The `AudioSpecificConfig` of what comes out.
    pub fn config(&self) -> &Bytes {
        &self.config
    }

    /// Takes interleaved samples; calls `on_frame` with each frame that they complete.
    pub fn push(&mut self, pcm: &[i16], mut on_frame: impl FnMut(Bytes)) -> Result<(), TranscodeError> {
        for (channel, plane) in self.planes.iter_mut().enumerate() {
            plane.clear();
            let samples = pcm.chunks_exact(self.channels).map(|frame| f32::from(frame[channel]) / 32_768.0);
            plane.extend(samples);
        }
        let planes: Vec<&[f32]> = self.planes.iter().map(Vec::as_slice).collect();
        let fed = self.inner.feed(&planes, |frame| {
            on_frame(Bytes::copy_from_slice(frame.payload));
            Ok(())
        });
        match fed {
            Ok(_) => Ok(()),
            Err(error) => {
                self.reset();
                Err(TranscodeError::Failed(error.to_string()))
            }
        }
    }

    /// Forgets what was fed; the next frame is a first frame.
    pub fn reset(&mut self) {
        // Documented to fail never; a failure would show at the next push.
        let _ = self.inner.reset();
    }
}

impl fmt::Debug for AacEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AacEncoder").field("channels", &self.channels).field("config", &self.config).finish()
    }
}
