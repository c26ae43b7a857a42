//! Opus (RFC 6716) in MP4 ("Encapsulation of Opus in ISO Base Media File Format").

/// The body of a `dOps` box for mono or stereo (channel mapping family 0). `pre_skip` counts the
/// samples at 48 kHz that a decoder leaves out at first.
pub fn dops(channels: u8, pre_skip: u16, input_sample_rate: u32) -> [u8; 11] {
    let mut out = [0; 11];
    out[1] = channels;
    out[2..4].copy_from_slice(&pre_skip.to_be_bytes());
    out[4..8].copy_from_slice(&input_sample_rate.to_be_bytes());
    // Output gain and channel mapping family stay 0.
    out
}
