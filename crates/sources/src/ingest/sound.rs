//! The sound of a stream: copied if it is AAC, made AAC if it is G.711, on a clock of its own
//! that starts in step with the picture.

use std::time::Duration;

use nightjar_codec::{G711ToAac, TranscodeError};
use nightjar_media::{AccessUnit, CodecParameters, Timescale, TrackId, TrackParameters};

use super::apart;
use crate::clock::{MediaClock, Stamp};
use crate::rtsp::{AudioSetup, RawFrame};
use crate::timeline::Timeline;

/// Sound and picture of a session share their zero if the camera says so truthfully. Beyond this
/// distance from its arrival the sound's time is not believed.
const BELIEVABLE: Duration = Duration::from_millis(500);
const USUAL_FRAME_MICROS: i64 = 40_000;

#[derive(Debug)]
pub(super) struct Sound {
    timeline: Timeline,
    clock: Option<MediaClock>,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Copied(TrackParameters),
    Transcoded(Box<G711ToAac>),
}

impl Sound {
    pub(super) fn new(setup: AudioSetup) -> Result<Self, TranscodeError> {
        let (codec, rate) = match setup {
            AudioSetup::Aac { config, sample_rate, channels } => {
                (CodecParameters::Aac { config, sample_rate, channels }, sample_rate)
            }
            AudioSetup::Pcmu { sample_rate, channels } => {
                (CodecParameters::Pcmu { sample_rate, channels }, sample_rate)
            }
            AudioSetup::Pcma { sample_rate, channels } => {
                (CodecParameters::Pcma { sample_rate, channels }, sample_rate)
            }
        };
        let timescale = Timescale::new(rate).unwrap_or(Timescale::VIDEO);
        let input = TrackParameters { id: TrackId::AUDIO, timescale, codec };
        let way = match input.codec {
            CodecParameters::Aac { .. } => Way::Copied(input),
            _ => Way::Transcoded(Box::new(G711ToAac::new(&input)?)),
        };
        Ok(Self { timeline: Timeline::new(timescale, USUAL_FRAME_MICROS), clock: None, way })
    }

    /// The track as it is packaged.
    pub(super) fn output(&self) -> &TrackParameters {
        match &self.way {
            Way::Copied(track) => track,
            Way::Transcoded(converter) => converter.output(),
        }
    }

    /// The picture got a new anchor, so the sound needs one too.
    pub(super) fn unanchor(&mut self) {
        self.clock = None;
        if let Way::Transcoded(converter) = &mut self.way {
            converter.reset();
        }
    }

    /// The access units that a frame completes.
    pub(super) fn take(
        &mut self,
        frame: RawFrame,
        picture: &MediaClock,
    ) -> Result<Vec<AccessUnit>, TranscodeError> {
        let place = self.timeline.place(frame.ticks, frame.arrival);
        if place.jumped.is_some() {
            self.unanchor();
        }
        let media = self.timeline.scale().to_micros(place.ticks);
        let arrival = frame.arrival;
        let clock = self.clock.get_or_insert_with(|| {
            let shared = picture.project(media);
            let believable = apart(arrival.wall, shared) <= BELIEVABLE;
            MediaClock::new(media, if believable { shared } else { arrival.wall }, arrival)
        });
        let wall = match clock.stamp(media, arrival) {
            Stamp::At(wall) => wall,
            Stamp::Jump(_) => {
                *clock = MediaClock::new(media, arrival.wall, arrival);
                arrival.wall
            }
        };
        let unit = AccessUnit {
            track: TrackId::AUDIO,
            dts: place.ticks,
            pts: place.ticks,
            wall,
            received: arrival.mono,
            is_sync: true,
            data: frame.data,
        };
        match &mut self.way {
            Way::Copied(_) => Ok(vec![unit]),
            Way::Transcoded(converter) => converter.push(&unit),
        }
    }
}
