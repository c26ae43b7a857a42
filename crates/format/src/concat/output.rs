//! The tracks of the file that is made, gathered part by part.

use std::sync::Arc;

use nightjar_media::{
    CodecParameters, InitSection, SampleEntry, Timescale, TrackId, TrackParameters, TrackRun,
};

use crate::boxes::stbl::SampleTables;
use crate::boxes::stsd;
use crate::boxes::trak::Track;
use crate::scan::{FragmentInfo, FragmentScanner};
use crate::sequence::{Sequence, edits};

/// All tracks. A part is what is taken out of one segment.
#[derive(Debug, Default)]
pub(super) struct Output {
    tracks: Vec<OutputTrack>,
    part: Option<Part>,
    /// Bytes of all parts so far.
    bytes: u64,
}

#[derive(Debug)]
struct Part {
    init: Arc<InitSection>,
    /// Where the part begins in the output, in ticks of its own first track.
    begins_at: u64,
    /// Decode time of its first fragment.
    decode_time: u64,
}

#[derive(Debug)]
struct OutputTrack {
    /// As the track was first described; its id is the place in the file.
    parameters: TrackParameters,
    /// All decoder configurations that it has had.
    descriptions: Vec<CodecParameters>,
    sequence: Sequence,
    tables: SampleTables,
}

impl Output {
    /// What is appended next is of this segment, from this fragment on.
    pub(super) fn begin_part(&mut self, scanner: &FragmentScanner, first: &FragmentInfo) {
        let init = scanner.init().clone();
        let scale = init.timescale();
        let begins_at = self.end(scale);
        for parameters in &init.tracks {
            let track = match self.find(parameters) {
                Some(index) => &mut self.tracks[index],
                None => {
                    let id = TrackId(self.tracks.len() as u32 + 1);
                    self.tracks.push(OutputTrack::new(TrackParameters { id, ..parameters.clone() }));
                    let last = self.tracks.len() - 1;
                    &mut self.tracks[last]
                }
            };
            if !track.descriptions.contains(&parameters.codec) {
                track.descriptions.push(parameters.codec.clone());
            }
        }
        self.part = Some(Part { init, begins_at, decode_time: first.decode_time });
    }

    /// The next fragment of the part.
    pub(super) fn append(&mut self, fragment: &FragmentInfo) {
        for run in &fragment.tracks {
            self.append_run(run);
        }
        self.bytes += fragment.len;
    }

    pub(super) fn timescale(&self) -> Timescale {
        self.tracks.first().map_or(Timescale::VIDEO, |track| track.parameters.timescale)
    }

    pub(super) fn duration_micros(&self) -> i64 {
        const MICROS: Timescale = match Timescale::new(1_000_000) {
            Some(scale) => scale,
            None => unreachable!(),
        };
        self.end(MICROS).cast_signed()
    }

    /// Where the pictures end so far (the sound, if there are none), in ticks of `scale`.
    fn end(&self, scale: Timescale) -> u64 {
        let kind = self.tracks.first().map(|lead| lead.parameters.codec.kind());
        let leading = self.tracks.iter().filter(|track| Some(track.parameters.codec.kind()) == kind);
        let ends = leading.map(|track| rescale(track.sequence.end(), track.parameters.timescale, scale));
        ends.max().unwrap_or(0)
    }

    /// The boxes of all tracks in a file whose payload begins at `payload_at`.
    pub(super) fn boxes(&self, payload_at: u64) -> Vec<Track<'_>> {
        let tracks = self.tracks.iter();
        let sequences = tracks.clone().map(|track| (&track.sequence, track.parameters.timescale));
        tracks
            .zip(edits(sequences, self.timescale()))
            .map(|(track, edit)| {
                let mut tables = track.tables.clone();
                if let Some(newest) = track.sequence.last() {
                    tables.push_sample(&newest);
                }
                tables.raise_offsets(track.sequence.offset_shift());
                tables.shift_chunks(payload_at);
                let entries = track.descriptions.iter().filter_map(|codec| stsd::sample_entry(codec).ok());
                let (entries, media_duration) = (entries.collect(), track.sequence.ticks());
                Track { parameters: &track.parameters, entries, media_duration, edit, tables }
            })
            .collect()
    }

    fn append_run(&mut self, run: &TrackRun) {
        let Some(part) = &self.part else { return };
        let Some(own) = part.init.track(run.track) else { return };
        let lead_scale = part.init.timescale();
        // Times within a part stay as they are to each other; the part as a whole moves.
        let shift = part.begins_at.cast_signed() - part.decode_time.cast_signed();
        let shift = lead_scale.rescale(shift, own.timescale);
        let decode_time = run.decode_time.cast_signed().saturating_add(shift).max(0).cast_unsigned();
        let Some(index) = self.find(own) else { return };
        let (own_scale, codec) = (own.timescale, &own.codec);
        let track = &mut self.tracks[index];
        let position = track.descriptions.iter().position(|known| known == codec).unwrap_or(0);
        let chunk = self.bytes + u64::from(run.data_offset);
        track.append(run, decode_time, own_scale, chunk, position as u32 + 1);
    }

    fn find(&self, parameters: &TrackParameters) -> Option<usize> {
        self.tracks.iter().position(|track| {
            // One sample entry's kind a track: another codec is another track.
            track.parameters.codec.codec() == parameters.codec.codec()
        })
    }
}

impl OutputTrack {
    fn new(parameters: TrackParameters) -> Self {
        let (sequence, tables) = (Sequence::default(), SampleTables::default());
        Self { parameters, descriptions: Vec::new(), sequence, tables }
    }

    fn append(&mut self, run: &TrackRun, decode_time: u64, own: Timescale, chunk: u64, description: u32) {
        let scale = self.parameters.timescale;
        let mut time = decode_time;
        self.sequence.continue_at(rescale(time, own, scale));
        self.tables.push_chunk(chunk, run.samples.len() as u32, description);
        for sample in &run.samples {
            let next = time + u64::from(sample.duration);
            // Differences of rounded times: the error does not grow.
            let duration = rescale(next, own, scale) - rescale(time, own, scale);
            let offset = own.rescale(sample.composition_offset.into(), scale);
            let sample = SampleEntry {
                duration: u32::try_from(duration).unwrap_or(u32::MAX),
                composition_offset: i32::try_from(offset).unwrap_or(0),
                ..*sample
            };
            if let Some(before) = self.sequence.push(sample) {
                self.tables.push_sample(&before);
            }
            time = next;
        }
    }
}

fn rescale(time: u64, from: Timescale, to: Timescale) -> u64 {
    if from == to { time } else { from.rescale(time.cast_signed(), to).cast_unsigned() }
}
