//! `moof`, a movie fragment (ISO/IEC 14496-12 §8.8.4), with what stands around it.

use nightjar_media::TrackRun;

use super::prft::{self, ProducerTime};
use super::trun::Layout;
use super::{Malformed, Writer, children, mdat, mfhd, traf};

/// Writes `prft`, `moof` and the header of `mdat`, and sets the runs' `data_offset`, from the
/// first of these bytes on. The payload follows run by run, `payload` bytes altogether.
pub(crate) fn write_headers(
    producer_time: Option<ProducerTime>,
    sequence: u32,
    runs: &mut [TrackRun],
) -> Vec<u8> {
    let layouts: Vec<Layout> = runs.iter().map(|run| Layout::of(&run.samples)).collect();
    let moof_len = 8 + mfhd::LEN + layouts.iter().map(|layout| traf::len(*layout)).sum::<usize>();
    let prft_len = if producer_time.is_some() { prft::LEN } else { 0 };
    let headers_len = prft_len + moof_len + mdat::HEADER_LEN;
    let mut offset = headers_len as u32;
    for run in &mut *runs {
        run.data_offset = offset;
        offset = run.samples.iter().fold(offset, |offset, sample| offset.saturating_add(sample.size));
    }
    let payload = offset.saturating_sub(headers_len as u32);
    let mut w = Writer::with_capacity(headers_len);
    if let Some(time) = producer_time {
        time.write(&mut w);
    }
    w.boxed(*b"moof", |w| {
        mfhd::write(w, sequence);
        for (run, layout) in runs.iter().zip(&layouts) {
            traf::write(w, run, *layout, run.data_offset - prft_len as u32);
        }
    });
    w.u32(payload.saturating_add(mdat::HEADER_LEN as u32));
    w.bytes(&mdat::KIND);
    debug_assert_eq!(w.len(), headers_len, "the length was foretold");
    w.into_bytes()
}

/// The runs of a `moof`; their `data_offset` counts from its first byte.
pub(crate) fn parse(body: &[u8]) -> Result<Vec<TrackRun>, Malformed> {
    children(body).filter(|(kind, _)| kind == b"traf").map(|(_, traf)| traf::parse(traf)).collect()
}
