//! G.711 over RTP: samples as they are, one byte each and channel (RFC 3551 §4.5.14).

use bytes::Bytes;

use super::Payload;

/// Packets of a piece of sound. Longer ones than `max_payload` are cut at whole samples of all
/// channels; the packet at byte `n` is `n / channels` ticks later than the first.
pub fn packetize_g711(samples: &Bytes, channels: u8, max_payload: usize) -> Vec<Payload> {
    let block = usize::from(channels.max(1));
    let step = (max_payload / block).max(1) * block;
    let mut out = Vec::with_capacity(samples.len().div_ceil(step));
    for start in (0..samples.len()).step_by(step) {
        let end = samples.len().min(start + step);
        // §4.1: without silence suppression the marker is never set.
        out.push(Payload::new([], samples.slice(start..end), false));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_is_cut_at_whole_samples() {
        let sizes = |channels| -> Vec<usize> {
            let packets = packetize_g711(&Bytes::from(vec![0x55; 500]), channels, 201);
            packets.iter().map(Payload::len).collect()
        };
        assert_eq!(sizes(1), [201, 201, 98]);
        assert_eq!(sizes(2), [200, 200, 100]);
    }
}
