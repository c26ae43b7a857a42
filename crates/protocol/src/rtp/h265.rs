//! H.265 over RTP, without DONL fields (RFC 7798).

use bytes::{BufMut, Bytes, BytesMut};

use super::Payload;

const AGGREGATION: u8 = 48;
const FRAGMENTATION: u8 = 49;

/// Packets of one access unit: `nals` in decoding order, without start codes or lengths.
///
/// Parameter sets in front of a picture go together into one aggregation packet (§4.4.2) if they
/// fit, other NAL units alone (§4.4.1), those longer than `max_payload` as fragmentation units
/// (§4.4.3). NAL units without a whole header are left out. The last packet has the marker.
pub fn packetize_h265(nals: &[Bytes], max_payload: usize) -> Vec<Payload> {
    let max_payload = max_payload.clamp(16, usize::from(u16::MAX) - super::HEADER_LEN);
    let mut out = Vec::new();
    let mut rest = nals;
    while let Some((nal, after)) = rest.split_first() {
        let sets = rest.iter().take_while(|nal| is_parameter_set(nal)).count();
        if sets >= 2
            && let Some(packet) = aggregate(&rest[..sets], max_payload)
        {
            out.push(packet);
            rest = &rest[sets..];
            continue;
        }
        rest = after;
        push_nal(nal, max_payload, &mut out);
    }
    if let Some(last) = out.last_mut() {
        last.marker = true;
    }
    out
}

/// The two bytes of a NAL unit header, with another type in it.
fn with_type(header: [u8; 2], unit_type: u8) -> [u8; 2] {
    [header[0] & 0x81 | unit_type << 1, header[1]]
}

fn is_parameter_set(nal: &[u8]) -> bool {
    nal.len() > 2 && matches!(nal[0] >> 1 & 0x3f, 32..=34)
}

fn aggregate(nals: &[Bytes], max_payload: usize) -> Option<Payload> {
    let size = 2 + nals.iter().map(|nal| 2 + nal.len()).sum::<usize>();
    if size > max_payload {
        return None;
    }
    let first: [u8; 2] = *nals.first()?.first_chunk()?;
    let mut body = BytesMut::with_capacity(size - 2);
    for nal in nals {
        body.put_u16(u16::try_from(nal.len()).ok()?);
        body.put_slice(nal);
    }
    Some(Payload::new(with_type(first, AGGREGATION), body.freeze(), false))
}

fn push_nal(nal: &Bytes, max_payload: usize, out: &mut Vec<Payload>) {
    let Some(&header) = nal.first_chunk::<2>() else { return };
    if nal.len() <= max_payload {
        out.push(Payload::new([], nal.clone(), false));
        return;
    }
    let [high, low] = with_type(header, FRAGMENTATION);
    let unit_type = header[0] >> 1 & 0x3f;
    let mut start = 2;
    while start < nal.len() {
        let end = nal.len().min(start + max_payload - 3);
        let first = u8::from(start == 2) << 7;
        let last = u8::from(end == nal.len()) << 6;
        out.push(Payload::new([high, low, first | last | unit_type], nal.slice(start..end), false));
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameter_sets_share_a_packet() {
        let nals = [
            Bytes::from_static(&[0x40, 1, 7]),
            Bytes::from_static(&[0x42, 1, 8]),
            Bytes::from_static(&[0x44, 1, 9]),
            Bytes::from_static(&[0x26, 1, 4, 5]),
        ];
        let packets = packetize_h265(&nals, 1400);
        assert_eq!(packets.len(), 2);
        assert_eq!(packets[0].head(), [0x60, 1]);
        assert_eq!(packets[0].body[..], [0, 3, 0x40, 1, 7, 0, 3, 0x42, 1, 8, 0, 3, 0x44, 1, 9]);
        assert_eq!(packets[1].body[..], [0x26, 1, 4, 5]);
        assert!(packets[1].marker && !packets[0].marker);
    }

    #[test]
    fn a_long_unit_is_fragmented_and_nothing_of_it_is_lost() {
        let mut nal = vec![0x26, 0x01];
        nal.extend(0..40u8);
        let packets = packetize_h265(&[Bytes::from(nal.clone())], 20);
        let heads: Vec<_> = packets.iter().map(|packet| packet.head().to_vec()).collect();
        assert_eq!(heads, [[0x62, 1, 0x93], [0x62, 1, 0x13], [0x62, 1, 0x53]]);
        let joined: Vec<u8> = packets.iter().flat_map(|packet| packet.body.to_vec()).collect();
        assert_eq!(joined, nal[2..]);
    }

    #[test]
    fn a_unit_without_a_whole_header_is_left_out() {
        assert!(packetize_h265(&[Bytes::from_static(&[0x26])], 1400).is_empty());
    }
}
