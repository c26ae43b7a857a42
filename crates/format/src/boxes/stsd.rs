//! `stsd`, sample descriptions (ISO/IEC 14496-12 §8.5.2), with the sample entries of our codecs.

use bytes::Bytes;
use nightjar_codec::{CodecError, aac, h264, h265, opus};
use nightjar_media::{CodecParameters, Timescale};

use super::{Fields, Malformed, Writer, children, esds, find};
use crate::InitError;

/// Samples that an Opus decoder leaves out at first: none, because live sound is cut anyway.
const OPUS_PRE_SKIP: u16 = 0;

/// Writes the box around finished sample entries.
pub(crate) fn write(w: &mut Writer, entries: &[Vec<u8>]) {
    w.full(*b"stsd", 0, 0, |w| {
        w.u32(entries.len() as u32);
        entries.iter().for_each(|entry| w.bytes(entry));
    });
}

/// The sample entry for a decoder's configuration.
pub(crate) fn sample_entry(codec: &CodecParameters) -> Result<Vec<u8>, InitError> {
    let mut w = Writer::default();
    match codec {
        CodecParameters::H264 { sps, pps, width, height } => {
            let record = h264::avcc(sps, pps);
            visual(&mut w, *b"avc1", *width, *height, |w| w.boxed(*b"avcC", |w| w.bytes(&record)));
        }
        CodecParameters::H265 { vps, sps, pps, width, height } => {
            let record =
                h265::hvcc(vps, sps, pps).map_err(|error| InitError::Malformed(error.to_string()))?;
            visual(&mut w, *b"hvc1", *width, *height, |w| w.boxed(*b"hvcC", |w| w.bytes(&record)));
        }
        CodecParameters::Aac { config, sample_rate, channels } => {
            audio(&mut w, *b"mp4a", *sample_rate, *channels, |w| esds::write(w, config));
        }
        CodecParameters::Opus { channels } => {
            let config = opus::dops(*channels, OPUS_PRE_SKIP, 48_000);
            audio(&mut w, *b"Opus", 48_000, *channels, |w| w.boxed(*b"dOps", |w| w.bytes(&config)));
        }
        CodecParameters::Pcmu { .. } | CodecParameters::Pcma { .. } => {
            return Err(InitError::UnsupportedCodec(codec.codec().name()));
        }
    }
    Ok(w.into_bytes())
}

fn visual(w: &mut Writer, kind: [u8; 4], width: u32, height: u32, config: impl FnOnce(&mut Writer)) {
    w.boxed(kind, |w| {
        w.zeros(6);
        w.u16(1);
        w.zeros(16);
        w.u16(u16::try_from(width).unwrap_or(u16::MAX));
        w.u16(u16::try_from(height).unwrap_or(u16::MAX));
        // 72 dpi both ways.
        w.u32(0x0048_0000);
        w.u32(0x0048_0000);
        w.u32(0);
        w.u16(1);
        w.zeros(32);
        w.u16(0x0018);
        w.u16(0xffff);
        config(w);
    });
}

fn audio(w: &mut Writer, kind: [u8; 4], rate: u32, channels: u8, config: impl FnOnce(&mut Writer)) {
    w.boxed(kind, |w| {
        w.zeros(6);
        w.u16(1);
        w.zeros(8);
        w.u16(u16::from(channels));
        w.u16(16);
        w.zeros(4);
        // 16.16; rates beyond are in the decoder's configuration.
        w.u32(if rate < 65_536 { rate << 16 } else { 0 });
        config(w);
    });
}

/// The decoder's configuration in the first entry of an `stsd`.
pub(crate) fn parse(body: &[u8], timescale: Timescale) -> Result<CodecParameters, Malformed> {
    let mut fields = Fields::new(body);
    fields.version_flags()?;
    fields.u32()?;
    let (kind, entry) = children(fields.rest()).next().ok_or_else(|| Malformed::new("stsd is empty"))?;
    let mut fields = Fields::new(entry);
    let codec = match &kind {
        b"avc1" => {
            fields.take(78)?;
            let (sps, pps) = h264::parse_avcc(find(fields.rest(), *b"avcC")?).map_err(malformed)?;
            h264::parameters(sps, pps)
        }
        b"hvc1" => {
            fields.take(78)?;
            let [vps, sps, pps] = h265::parse_hvcc(find(fields.rest(), *b"hvcC")?).map_err(malformed)?;
            h265::parameters(vps, sps, pps)
        }
        b"mp4a" => {
            fields.take(28)?;
            let config = Bytes::copy_from_slice(esds::parse_config(find(fields.rest(), *b"esds")?)?);
            aac::parameters(config)
        }
        b"Opus" => {
            fields.take(28)?;
            let mut config = Fields::new(find(fields.rest(), *b"dOps")?);
            config.u8()?;
            Ok(CodecParameters::Opus { channels: config.u8()? })
        }
        _ => Err(CodecError::Unsupported {
            what: "sample entry",
            why: format!("`{}` at {} Hz", String::from_utf8_lossy(&kind), timescale.hz()),
        }),
    };
    codec.map_err(malformed)
}

fn malformed(error: CodecError) -> Malformed {
    Malformed::new(error.to_string())
}
