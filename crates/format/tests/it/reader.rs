//! A second reader of our files, over a library that is not ours.

use mp4_atom::{Decode, Ftyp, Moof, Moov, StszSamples, Trak};
use nightjar_media::{SampleEntry, TrackId};

/// A sample as a reader of the file finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) track: TrackId,
    pub(crate) dts: u64,
    pub(crate) entry: SampleEntry,
    pub(crate) data: Vec<u8>,
    /// Which sample description, from 1.
    pub(crate) description: u32,
}

/// Type, offset and size of the boxes from `offset` on.
pub(crate) fn boxes(file: &[u8], offset: usize) -> Vec<(String, usize, usize)> {
    let mut at = offset;
    let mut out = Vec::new();
    while at < file.len() {
        let word = |at: usize| u32::from_be_bytes(*file[at..].first_chunk().expect("a size")) as usize;
        let kind = String::from_utf8(file[at + 4..at + 8].to_vec()).expect("a type");
        let size = if word(at) == 1 { word(at + 12) } else { word(at) };
        assert!(size >= 8 && at + size <= file.len(), "box {kind} at {at} has size {size}");
        out.push((kind, at, size));
        at += size;
    }
    out
}

/// The samples of a file with fragments, in the order of the file.
pub(crate) fn fragmented(file: &[u8]) -> Vec<Sample> {
    let mut out = Vec::new();
    for (_, at, size) in boxes(file, 0).into_iter().filter(|(kind, ..)| kind == "moof") {
        let moof = Moof::decode(&mut &file[at..at + size]).expect("a moof that others can read");
        for traf in moof.traf {
            assert!(traf.tfhd.default_base_is_moof);
            let mut dts = traf.tfdt.expect("tfdt").base_media_decode_time;
            for trun in &traf.trun {
                let mut offset = at + trun.data_offset.expect("a data offset") as usize;
                for sample in trun.samples.iter() {
                    let flags = sample.flags.or(traf.tfhd.default_sample_flags).expect("flags");
                    let entry = SampleEntry {
                        size: sample.size.expect("a size"),
                        duration: sample.duration.expect("a duration"),
                        composition_offset: sample.cts.unwrap_or(0) as i32,
                        is_sync: flags & 0x0001_0000 == 0,
                    };
                    let data = file[offset..offset + entry.size as usize].to_vec();
                    out.push(Sample { track: TrackId(traf.tfhd.track_id), dts, entry, data, description: 1 });
                    offset += entry.size as usize;
                    dts += u64::from(entry.duration);
                }
            }
        }
    }
    out
}

/// The samples of a file with sample tables, track by track; composition offsets as they are
/// after the edit list, so that the presentation of the first track starts at 0.
pub(crate) fn finished(file: &[u8]) -> Vec<Sample> {
    let all = boxes(file, 0);
    Ftyp::decode(&mut &file[..all[0].2]).expect("ftyp");
    let (_, at, size) = all.iter().find(|(kind, ..)| kind == "moov").expect("a moov");
    let moov = Moov::decode(&mut &file[*at..at + size]).expect("a moov that others can read");
    assert!(moov.mvex.is_none(), "a finished file has no fragments");
    moov.trak.iter().flat_map(|trak| track(trak, file)).collect()
}

fn track(trak: &Trak, file: &[u8]) -> Vec<Sample> {
    let stbl = &trak.mdia.minf.stbl;
    let sizes = match &stbl.stsz.samples {
        StszSamples::Different { sizes } => sizes.clone(),
        StszSamples::Identical { count, size } => vec![*size; *count as usize],
    };
    let durations = expand(stbl.stts.entries.iter().map(|entry| (entry.sample_count, entry.sample_delta)));
    let offsets = match &stbl.ctts {
        Some(ctts) => expand(ctts.entries.iter().map(|entry| (entry.sample_count, entry.sample_offset))),
        None => vec![0; sizes.len()],
    };
    let chunks: Vec<u64> = match (&stbl.stco, &stbl.co64) {
        (Some(stco), _) => stco.entries.iter().map(|&offset| offset.into()).collect(),
        (None, Some(co64)) => co64.entries.clone(),
        (None, None) => Vec::new(),
    };
    assert!(durations.len() == sizes.len() && offsets.len() == sizes.len(), "the tables agree");
    let mut samples = (0..sizes.len()).map(|n| (n, sizes[n], durations[n], offsets[n]));
    let (mut out, mut dts) = (Vec::new(), 0);
    for (index, &chunk) in chunks.iter().enumerate() {
        let runs = &stbl.stsc.entries;
        let run = runs.iter().rev().find(|run| run.first_chunk as usize <= index + 1).expect("a run");
        let mut at = chunk as usize;
        for (n, size, duration, offset) in samples.by_ref().take(run.samples_per_chunk as usize) {
            let is_sync = stbl.stss.as_ref().is_none_or(|stss| stss.entries.contains(&(n as u32 + 1)));
            let entry = SampleEntry { size, duration, composition_offset: offset as i32, is_sync };
            let data = file[at..at + size as usize].to_vec();
            let track = TrackId(trak.tkhd.track_id);
            out.push(Sample { track, dts, entry, data, description: run.sample_description_index });
            at += size as usize;
            dts += u64::from(duration);
        }
    }
    assert!(samples.next().is_none(), "every sample is in a chunk");
    out
}

fn expand<T: Copy>(runs: impl Iterator<Item = (u32, T)>) -> Vec<T> {
    runs.flat_map(|(count, value)| std::iter::repeat_n(value, count as usize)).collect()
}
