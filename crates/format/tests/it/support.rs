//! What several tests need.

use std::path::Path;
use std::time::Instant;

use bytes::Bytes;
use nightjar_format::{FragmentMuxer, MuxerConfig, SegmentBuilder, SegmentEnd, SegmentMeta};
use nightjar_media::{AccessUnit, Fragment, TrackParameters, WallTime};

#[expect(clippy::disallowed_methods, reason = "tests may look at the clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// All fragments of a run.
pub(crate) fn mux(tracks: &[TrackParameters], units: &[AccessUnit]) -> Vec<Fragment> {
    let mut muxer = FragmentMuxer::new(MuxerConfig::default());
    let mut fragments = Vec::new();
    muxer.set_tracks(tracks.to_vec(), &mut fragments).expect("tracks can be written");
    for unit in units {
        muxer.push(unit.clone(), &mut fragments).expect("a known track");
    }
    muxer.end_run(&mut fragments);
    fragments
}

pub(crate) fn meta(start: WallTime) -> SegmentMeta {
    SegmentMeta {
        segment_id: [1; 16],
        recording_id: [2; 16],
        camera_id: [3; 16],
        org_id: [4; 16],
        camera_key: "front_door".to_owned(),
        stream: "main".to_owned(),
        node: "node-1".to_owned(),
        start,
    }
}

/// A segment before and after its end.
pub(crate) struct Written {
    pub(crate) unfinished: Vec<u8>,
    pub(crate) finished: Vec<u8>,
    pub(crate) end: SegmentEnd,
    pub(crate) builder: SegmentBuilder,
}

pub(crate) fn write(fragments: &[Fragment]) -> Written {
    let first = fragments.first().expect("a fragment");
    let (mut builder, head) = SegmentBuilder::start(&meta(first.start), first.init.clone());
    let mut unfinished = head.to_vec();
    for fragment in fragments {
        builder.append(fragment);
        unfinished.extend(fragment.chunks.iter().flat_map(|chunk: &Bytes| chunk.iter()));
    }
    assert_eq!(builder.len(), unfinished.len() as u64, "the builder knows where the file ends");
    let end = builder.finish();
    let finished = finish(unfinished.clone(), &end);
    Written { unfinished, finished, end, builder }
}

pub(crate) fn finish(mut file: Vec<u8>, end: &SegmentEnd) -> Vec<u8> {
    file.extend_from_slice(&end.tail);
    let at = end.patch_offset as usize;
    file[at..at + 16].copy_from_slice(&end.patch);
    file
}

/// For looking at with other players by hand: with `NIGHTJAR_TEST_KEEP` set to a folder, files
/// are kept there.
pub(crate) fn keep(name: &str, written: &Written) {
    let Ok(folder) = std::env::var("NIGHTJAR_TEST_KEEP") else { return };
    for (state, bytes) in [("unfinished", &written.unfinished), ("finished", &written.finished)] {
        let file = Path::new(&folder).join(format!("{name}-{state}.mp4"));
        std::fs::write(file, bytes).expect("the folder is there");
    }
}
