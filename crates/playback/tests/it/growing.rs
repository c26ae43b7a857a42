//! Playlists of what is being written.

use nightjar_model::RecordingId;
use nightjar_playback::PlaybackError;
use uuid::Uuid;

use crate::studio::{Studio, at, fragments, split};
use crate::support::{decoded_frames, fetch, parse, seconds, service, start, text};

#[tokio::test]
async fn a_growing_playlist_only_ever_grows_and_survives_the_end_of_a_file() {
    let studio = Studio::new().await;
    let service = service(&studio);
    let files = split(fragments(0, 40), 20);
    let recording = RecordingId(Uuid::now_v7());
    let mut writing = studio.open(recording, &files[0]).await;
    writing.add(&files[0][..20]);
    let session = start(&service, &studio, at(1), None, at(10)).await.expect("footage");
    assert!(session.growing);
    let mut before = text(&service, session.id, at(10)).await;
    assert!(before.contains("PLAYLIST-TYPE:EVENT") && !before.contains("ENDLIST"), "{before}");
    assert!((seconds(&parse(&before)) - 8.0).abs() < 0.001, "two closed entries: {before}");

    writing.add(&files[0][20..]);
    let grown = text(&service, session.id, at(20)).await;
    assert!(grown.starts_with(&before), "{before}\n{grown}");
    before = grown;
    studio.finish(writing).await;
    let finished = text(&service, session.id, at(20)).await;
    assert!(finished.starts_with(&before), "{before}\n{finished}");
    assert!((seconds(&parse(&finished)) - 20.0).abs() < 0.001, "all of the file: {finished}");

    let mut writing = studio.open(recording, &files[1]).await;
    writing.add(&files[1]);
    let next = text(&service, session.id, at(40)).await;
    assert!(next.starts_with(&finished) && !next.contains("DISCONTINUITY\n"), "{finished}\n{next}");
    studio.finish(writing).await;
    let all = text(&service, session.id, at(40)).await;
    assert!(all.starts_with(&next));
    let runs = fetch(&service, &session, &all, at(40)).await;
    assert_eq!(runs.iter().map(|run| decoded_frames(run)).collect::<Vec<_>>(), [1_000]);
}

#[tokio::test]
async fn a_fragment_that_is_half_written_is_not_shown() {
    let studio = Studio::new().await;
    let service = service(&studio);
    let fragments = fragments(0, 20);
    let mut writing = studio.open(RecordingId(Uuid::now_v7()), &fragments).await;
    writing.add(&fragments[..9]);
    let session = start(&service, &studio, at(0), None, at(5)).await.expect("footage");
    let one = text(&service, session.id, at(5)).await;
    assert_eq!(parse(&one).segments.len(), 1, "{one}");
    // The next fragments reach the file byte by byte.
    let path = studio.local.root().join(&writing.key);
    let whole = fragments[9..].iter().flat_map(|f| f.chunks.iter()).flat_map(|chunk| chunk.to_vec());
    let mut file = std::fs::OpenOptions::new().append(true).open(path).expect("there");
    let mut shown = 1;
    for bytes in whole.collect::<Vec<u8>>().chunks(1_009) {
        std::io::Write::write_all(&mut file, bytes).expect("room");
        let text = text(&service, session.id, at(20)).await;
        let now = parse(&text).segments.len();
        assert!(now >= shown, "{text}");
        shown = now;
    }
    assert_eq!(shown, 4, "all but the entry that may still grow");
}

#[tokio::test]
async fn now_is_the_newest_entry_there_is() {
    let studio = Studio::new().await;
    let service = service(&studio);
    let fragments = fragments(0, 20);
    let mut writing = studio.open(RecordingId(Uuid::now_v7()), &fragments).await;
    writing.add(&fragments[..30]);
    let session = start(&service, &studio, at(15), None, at(15)).await.expect("footage");
    assert_eq!((session.from, session.starts_at, session.offset_micros), (at(8), at(8), 0));
    let text = text(&service, session.id, at(15)).await;
    assert_eq!(parse(&text).segments.len(), 1, "{text}");
}

#[tokio::test]
async fn a_camera_that_is_not_recorded_any_more_has_no_now() {
    let studio = Studio::new().await;
    studio.record(0, 20, 20).await;
    let service = service(&studio);
    let error = start(&service, &studio, at(600), None, at(600)).await.expect_err("nothing");
    assert!(
        matches!(error, PlaybackError::NothingRecorded { before: Some(end) } if end == at(20)),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_end_that_is_reached_ends_the_playlist() {
    let studio = Studio::new().await;
    let service = service(&studio);
    let files = split(fragments(0, 40), 20);
    let recording = RecordingId(Uuid::now_v7());
    let mut writing = studio.open(recording, &files[0]).await;
    writing.add(&files[0]);
    let session = start(&service, &studio, at(0), Some(at(30)), at(20)).await.expect("footage");
    assert!(session.growing && !text(&service, session.id, at(20)).await.contains("ENDLIST"));
    studio.finish(writing).await;
    let mut writing = studio.open(recording, &files[1]).await;
    writing.add(&files[1]);
    let done = text(&service, session.id, at(37)).await;
    assert!(done.contains("PLAYLIST-TYPE:EVENT") && done.ends_with("#EXT-X-ENDLIST\n"), "{done}");
    assert!((seconds(&parse(&done)) - 32.0).abs() < 0.001, "up to the entry with its end: {done}");
}

#[tokio::test]
async fn an_end_that_is_long_past_ends_the_playlist_even_if_nothing_was_recorded_then() {
    let studio = Studio::new().await;
    studio.record(0, 20, 20).await;
    let service = service(&studio);
    let session = start(&service, &studio, at(0), Some(at(30)), at(40)).await.expect("footage");
    assert!(!text(&service, session.id, at(40)).await.contains("ENDLIST"));
    assert!(text(&service, session.id, at(60)).await.ends_with("#EXT-X-ENDLIST\n"));
}

#[tokio::test]
async fn a_delta_update_leaves_out_what_is_old() {
    let studio = Studio::new().await;
    let service = service(&studio);
    let fragments = fragments(0, 120);
    let mut writing = studio.open(RecordingId(Uuid::now_v7()), &fragments).await;
    writing.add(&fragments);
    let session = start(&service, &studio, at(0), None, at(120)).await.expect("footage");
    let whole = text(&service, session.id, at(120)).await;
    assert!(whole.contains("#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=36\n"), "{whole}");
    let delta = service.playlist(session.id, true, at(120)).await.expect("a playlist");
    let delta = String::from_utf8(delta.text.to_vec()).expect("UTF-8");
    assert!(delta.contains("#EXT-X-SKIP:SKIPPED-SEGMENTS=20\n"), "{delta}");
    assert_eq!(delta.matches("#EXTINF").count() + 20, whole.matches("#EXTINF").count());
}
