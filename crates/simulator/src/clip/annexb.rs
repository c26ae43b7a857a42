//! Elementary streams as ffmpeg writes them: Annex B video and ADTS sound.

use bytes::Bytes;
use nightjar_media::Codec;

use super::CodedPicture;

/// Cuts an Annex B stream into access units. Delimiters, SEI and filler are left out; parameter
/// sets are given with each key frame, the last ones that were seen if it has none of its own.
pub(crate) fn pictures(stream: &Bytes, codec: Codec) -> Vec<CodedPicture> {
    let mut sets: Vec<Bytes> = Vec::new();
    let mut out: Vec<CodedPicture> = Vec::new();
    for nal in nal_units(stream) {
        match kind(&nal, codec) {
            Kind::ParameterSet(slot) => {
                let same_kind =
                    |set: &Bytes| matches!(kind(set, codec), Kind::ParameterSet(other) if other == slot);
                sets.retain(|set| !same_kind(set));
                sets.push(nal);
            }
            Kind::Slice { is_first, is_key } => match out.last_mut() {
                Some(picture) if !is_first => picture.slices.push(nal),
                _ => out.push(CodedPicture {
                    parameter_sets: if is_key { sets.clone() } else { Vec::new() },
                    slices: vec![nal],
                    is_key,
                }),
            },
            Kind::Other => {}
        }
    }
    out
}

enum Kind {
    /// The number tells VPS, SPS and PPS apart.
    ParameterSet(u8),
    Slice {
        is_first: bool,
        is_key: bool,
    },
    Other,
}

fn kind(nal: &[u8], codec: Codec) -> Kind {
    // `first_mb_in_slice` is 0 and `first_slice_segment_in_pic_flag` is 1 when the bit is set.
    match codec {
        Codec::H265 => match (nal.first().map(|header| header >> 1 & 0x3f), nal.get(2)) {
            (Some(unit @ 32..=34), _) => Kind::ParameterSet(unit),
            (Some(unit @ 0..=31), Some(slice)) => {
                Kind::Slice { is_first: slice & 0x80 != 0, is_key: (16..=23).contains(&unit) }
            }
            _ => Kind::Other,
        },
        _ => match (nal.first().map(|header| header & 0x1f), nal.get(1)) {
            (Some(unit @ 7..=8), _) => Kind::ParameterSet(unit),
            (Some(unit @ 1..=5), Some(slice)) => {
                Kind::Slice { is_first: slice & 0x80 != 0, is_key: unit == 5 }
            }
            _ => Kind::Other,
        },
    }
}

/// NAL units of an Annex B stream, without start codes and trailing zeros.
pub(crate) fn nal_units(stream: &Bytes) -> Vec<Bytes> {
    let mut out = Vec::new();
    let mut start = None;
    let mut at = 0;
    while at + 3 <= stream.len() {
        if stream[at + 2] > 1 {
            at += 3;
        } else if stream[at..at + 3] == [0, 0, 1] {
            push_unit(stream, start, at, &mut out);
            start = Some(at + 3);
            at += 3;
        } else {
            at += 1;
        }
    }
    push_unit(stream, start, stream.len(), &mut out);
    out
}

fn push_unit(stream: &Bytes, start: Option<usize>, mut end: usize, out: &mut Vec<Bytes>) {
    let Some(start) = start else { return };
    while end > start && stream[end - 1] == 0 {
        end -= 1;
    }
    if end > start {
        out.push(stream.slice(start..end));
    }
}

/// The frames of an ADTS stream (ISO/IEC 14496-3 §1.A.2.2) and their `AudioSpecificConfig`.
pub(crate) fn adts_frames(stream: &Bytes) -> Option<([u8; 2], Vec<Bytes>)> {
    let mut frames = Vec::new();
    let mut config = None;
    let mut at = 0;
    while let Some(header) = stream.get(at..at + 7) {
        if header[0] != 0xff || header[1] & 0xf6 != 0xf0 {
            return None;
        }
        let has_crc = header[1] & 1 == 0;
        let len =
            usize::from(header[3] & 3) << 11 | usize::from(header[4]) << 3 | usize::from(header[5] >> 5);
        let head = if has_crc { 9 } else { 7 };
        if len <= head || at + len > stream.len() {
            return None;
        }
        let object_type = (header[2] >> 6) + 1;
        let rate_index = header[2] >> 2 & 0xf;
        let channels = (header[2] & 1) << 2 | header[3] >> 6;
        config.get_or_insert([object_type << 3 | rate_index >> 1, rate_index << 7 | channels << 3]);
        frames.push(stream.slice(at + head..at + len));
        at += len;
    }
    Some((config?, frames))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_units_are_found_and_key_frames_have_their_parameter_sets() {
        let stream = [
            &[0, 0, 0, 1, 9, 0xf0][..],
            &[0, 0, 0, 1, 0x67, 1, 2],
            &[0, 0, 0, 1, 0x68, 3],
            &[0, 0, 1, 6, 5, 1, 0x80],
            &[0, 0, 1, 0x65, 0x88, 1],
            &[0, 0, 1, 0x65, 0x40, 2],
            &[0, 0, 0, 1, 0x41, 0x9a, 0],
            &[0, 0, 1, 0x65, 0x88, 4],
        ]
        .concat();
        let pictures = pictures(&Bytes::from(stream), Codec::H264);
        let shape: Vec<_> =
            pictures.iter().map(|p| (p.parameter_sets.len(), p.slices.len(), p.is_key)).collect();
        assert_eq!(shape, [(2, 2, true), (0, 1, false), (2, 1, true)]);
        assert_eq!(pictures[1].slices[0][..], [0x41, 0x9a]);
    }

    #[test]
    fn adts_is_taken_apart() {
        let frame = [0xff, 0xf1, 0x60, 0x40, 0x01, 0x3f, 0xfc, 0xaa, 0xbb];
        let stream = Bytes::from([frame, frame].concat());
        let (config, frames) = adts_frames(&stream).expect("valid");
        assert_eq!(config, [0x14, 0x08]);
        assert_eq!(frames, [&[0xaa, 0xbb][..], &[0xaa, 0xbb]]);
        assert!(adts_frames(&stream.slice(1..)).is_none());
    }
}
