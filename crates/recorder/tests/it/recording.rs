//! From the hub to files and ledger.

use std::time::Duration;

use nightjar_catalog::LedgerItem;
use nightjar_hub::StreamKey;
use nightjar_media::{InterruptionCause, WallTime};
use nightjar_model::{GapCause, RecordingState, Segment, SegmentState, StreamName};
use nightjar_recorder::Room;

use crate::support::{FakeCamera, GOP, Studio, camera, now, start, until};

/// A wall clock that starts at a multiple of `secs`, so that boundaries are where the test says.
fn aligned(secs: i64) -> WallTime {
    WallTime::from_micros(now().micros() / (secs * 1_000_000) * secs * 1_000_000 + secs * 1_000_000)
}

async fn segments(studio: &Studio) -> Vec<Segment> {
    let far = WallTime::from_millis(i64::MAX / 2000);
    let camera = studio.camera.id;
    let found = studio.catalog.segments_between(camera, StreamName::Main, WallTime::default(), far, 1000);
    found.await.expect("segments")
}

/// `(start, end, what)` of the ledger, in milliseconds since `zero`; none for an open end.
async fn ledger(studio: &Studio, zero: WallTime) -> Vec<(i64, Option<i64>, String)> {
    let rows =
        studio.catalog.ledger_rows(studio.camera.id, StreamName::Main, None, 1000).await.expect("ledger");
    let millis = |time: WallTime| time.micros_since(zero) / 1000;
    let named = rows.into_iter().map(|row| {
        let what = match row.item {
            LedgerItem::Segment { .. } => "footage".to_owned(),
            LedgerItem::Gap { cause, .. } => cause.to_string(),
        };
        (millis(row.start), row.end.map(millis), what)
    });
    named.collect()
}

async fn until_finished(studio: &Studio, count: usize) -> Vec<Segment> {
    until("finished segments", || async {
        let all = segments(studio).await;
        let finished = all.iter().filter(|segment| segment.state == SegmentState::Finished).count();
        (finished >= count && all.len() == finished).then_some(all)
    })
    .await
}

#[tokio::test]
async fn segments_end_at_the_clock_and_tile_time() {
    let studio = Studio::new(10).await;
    studio.record().await;
    let zero = aligned(10);
    let mut camera = studio.fake_camera(zero.plus_micros(3_000_000));
    camera.frames(GOP * 20);
    camera.flush();
    assert!(studio.recorder.stop(Duration::from_secs(10)).await);
    let found = until_finished(&studio, 3).await;
    let spans: Vec<(i64, i64)> = found
        .iter()
        .map(|segment| (segment.start.micros_since(zero) / 1000, segment.end.micros_since(zero) / 1000))
        .collect();
    assert_eq!(spans, [(3000, 10_000), (10_000, 20_000), (20_000, 23_000)]);
    assert!(found.iter().all(|segment| segment.recording_id == found[0].recording_id), "one gapless run");
    assert_eq!(found.iter().map(|segment| i64::from(segment.frames)).sum::<i64>(), GOP * 20);
    for segment in &found {
        let bytes = std::fs::read(studio.tier.path(&segment.key).expect("key")).expect("file");
        assert_eq!(bytes.len() as u64, segment.bytes, "{}", segment.key);
        assert_eq!(Some(*blake3::hash(&bytes).as_bytes()), segment.blake3, "{}", segment.key);
    }
    let last = ledger(&studio, zero).await.pop().expect("rows");
    assert_eq!((last.0, last.1, last.2.as_str()), (23_000, None, "server_stopped"));
}

#[tokio::test]
async fn rows_that_the_catalog_refuses_hold_up_nobody_else() {
    let studio = Studio::new(3600).await;
    // The catalog never heard of this camera, so it takes none of its rows.
    let stranger = camera("stranger", 3600);
    studio.recorder.set_camera(stranger.clone()).await;
    studio.record().await;
    let zero = aligned(3600);
    let stream = studio.hub.stream(StreamKey { camera: stranger.id.0.into_bytes(), stream: "main" });
    until("a subscription", || async { stream.is_wanted().then_some(()) }).await;
    for mut source in [FakeCamera::new(stream.publisher(), zero), studio.fake_camera(zero)] {
        source.frames(GOP * 4);
        source.flush();
    }
    assert!(studio.recorder.stop(Duration::from_secs(10)).await);
    let found = until_finished(&studio, 1).await;
    assert_eq!(i64::from(found[0].frames), GOP * 4);
}

#[tokio::test]
async fn a_lost_connection_is_a_gap_to_the_millisecond() {
    let studio = Studio::new(3600).await;
    studio.record().await;
    let zero = aligned(3600);
    let mut camera = studio.fake_camera(zero);
    camera.frames(GOP * 2);
    camera.lose_connection(InterruptionCause::Unreachable, 5_000);
    camera.frames(GOP * 2);
    camera.lose_connection(InterruptionCause::Stalled, 7_000);
    camera.frames(GOP);
    camera.flush();
    assert!(studio.recorder.stop(Duration::from_secs(10)).await);
    let rows = ledger(&studio, zero).await;
    let rows: Vec<_> = rows.iter().map(|(start, end, what)| (*start, *end, what.as_str())).collect();
    assert_eq!((rows[0].1, rows[0].2), (Some(0), "connecting"));
    assert_eq!(
        rows[1..],
        [
            (0, Some(2_000), "footage"),
            (2_000, Some(7_000), "camera_unreachable"),
            (7_000, Some(9_000), "footage"),
            (9_000, Some(16_000), "stream_stalled"),
            (16_000, Some(17_000), "footage"),
            (17_000, None, "server_stopped"),
        ]
    );
}

#[tokio::test]
async fn a_codec_change_starts_a_segment_without_a_gap() {
    let studio = Studio::new(3600).await;
    studio.record().await;
    let zero = aligned(3600);
    let mut camera = studio.fake_camera(zero);
    camera.frames(GOP);
    camera.change_resolution(640);
    camera.frames(GOP);
    camera.flush();
    assert!(studio.recorder.stop(Duration::from_secs(10)).await);
    let found = until_finished(&studio, 2).await;
    assert_eq!((found[0].width, found[1].width), (320, 640));
    assert_eq!(found[0].end, found[1].start);
    assert_ne!(found[0].init_hash, found[1].init_hash);
}

#[tokio::test]
async fn no_room_is_a_gap_and_recording_resumes_by_itself() {
    let studio = Studio::new(3600).await;
    studio.record().await;
    let zero = aligned(3600);
    let mut camera = studio.fake_camera(zero);
    camera.frames(GOP * 2 + 1);
    until("recording", || async {
        let status = studio.status.camera(studio.camera.id)?;
        (status.state == RecordingState::Recording).then_some(())
    })
    .await;
    studio.room.send_replace(Room::Full);
    until("the gap", || async {
        let status = studio.status.camera(studio.camera.id)?;
        (status.state == RecordingState::Gap(GapCause::DiskFull)).then_some(())
    })
    .await;
    studio.room.send_replace(Room::Available);
    studio.record().await;
    camera.skip(1000);
    camera.frames(GOP * 2);
    camera.flush();
    assert!(studio.recorder.stop(Duration::from_secs(10)).await);
    let rows = ledger(&studio, zero).await;
    let causes: Vec<&str> = rows.iter().map(|row| row.2.as_str()).collect();
    assert_eq!(causes[1..], ["footage", "disk_full", "footage", "server_stopped"], "{rows:?}");
    for pair in rows.windows(2) {
        assert_eq!(pair[0].1, Some(pair[1].0), "{rows:?}");
    }
}

#[tokio::test]
async fn a_source_that_paused_while_there_was_no_room_does_not_make_the_camera_disabled() {
    let studio = Studio::new(3600).await;
    studio.record().await;
    let mut camera = studio.fake_camera(aligned(3600));
    camera.frames(GOP * 2 + 1);
    let state = async || studio.status.camera(studio.camera.id).map(|status| status.state);
    until("recording", || async { (state().await? == RecordingState::Recording).then_some(()) }).await;
    studio.room.send_replace(Room::Full);
    let full = RecordingState::Gap(GapCause::DiskFull);
    until("the gap", || async { (state().await? == full).then_some(()) }).await;
    camera.lose_connection(InterruptionCause::NotWanted, 1_000);
    studio.room.send_replace(Room::Available);
    studio.record().await;
    camera.frames(GOP * 2);
    // Once more, told only after recording has begun again.
    until("recording", || async { (state().await? == RecordingState::Recording).then_some(()) }).await;
    camera.lose_connection(InterruptionCause::NotWanted, 1_000);
    camera.frames(GOP);
    camera.flush();
    assert!(studio.recorder.stop(Duration::from_secs(10)).await);
    let rows = ledger(&studio, WallTime::default()).await;
    let causes: Vec<&str> = rows.iter().map(|row| row.2.as_str()).collect();
    assert_eq!(
        causes[1..],
        ["footage", "disk_full", "footage", "camera_unreachable", "footage", "server_stopped"],
        "{rows:?}"
    );
}

#[tokio::test]
async fn stopping_by_hand_and_starting_again_is_accounted_for() {
    let mut studio = Studio::new(3600).await;
    studio.record().await;
    let mut camera = studio.fake_camera(now());
    camera.frames(GOP * 2 + 1);
    until("recording", || async {
        let status = studio.status.camera(studio.camera.id)?;
        (status.state == RecordingState::Recording).then_some(())
    })
    .await;
    studio.camera.manual = Some(false);
    studio.recorder.set_camera(studio.camera.clone()).await;
    until("off", || async {
        let status = studio.status.camera(studio.camera.id)?;
        (status.state == RecordingState::Off).then_some(())
    })
    .await;
    studio.camera.manual = None;
    studio.record().await;
    camera.skip(3000);
    camera.frames(GOP);
    camera.flush();
    assert!(studio.recorder.stop(Duration::from_secs(10)).await);
    let rows = ledger(&studio, WallTime::default()).await;
    let causes: Vec<&str> = rows.iter().map(|row| row.2.as_str()).collect();
    assert_eq!(causes[1..], ["footage", "disabled", "footage", "server_stopped"], "{rows:?}");
}

#[tokio::test]
async fn a_time_that_is_recorded_twice_gets_names_of_its_own() {
    let studio = Studio::new(3600).await;
    let zero = aligned(3600);
    studio.record().await;
    let mut camera = studio.fake_camera(zero);
    camera.frames(GOP * 2);
    camera.lose_connection(InterruptionCause::Unreachable, 0);
    assert!(studio.recorder.stop(Duration::from_secs(10)).await);
    let first = until_finished(&studio, 1).await.remove(0);
    // It is in the bucket, and its local copy is gone. Then the machine starts with an old time.
    studio.tier.delete(&first.key).expect("deleted");
    let again = start(&studio.catalog, &studio.tier, &studio.hub, &studio.status, &studio.room);
    again.set_camera(studio.camera.clone()).await;
    let stream = studio.hub.stream(StreamKey { camera: studio.camera.id.0.into_bytes(), stream: "main" });
    until("a subscription", || async { stream.is_wanted().then_some(()) }).await;
    let mut camera = studio.fake_camera(zero);
    camera.frames(GOP);
    camera.lose_connection(InterruptionCause::Unreachable, 2_000);
    camera.frames(GOP);
    camera.flush();
    assert!(again.stop(Duration::from_secs(10)).await);
    let rows = until_finished(&studio, 3).await;
    let key_of = |start: WallTime| {
        let others = rows.iter().filter(|row| row.id != first.id && row.start == start);
        others.map(|row| row.key.clone()).collect::<Vec<_>>()
    };
    let repeated = key_of(zero);
    assert_eq!(repeated.len(), 1, "{rows:?}");
    let plain = first.key.trim_end_matches(".mp4");
    assert!(repeated[0].starts_with(&format!("{plain}-")), "{repeated:?}");
    assert_ne!(repeated[0], first.key);
    // From where nothing was recorded yet, names are plain again.
    let later = key_of(zero.plus_micros(3_000_000));
    assert!(later[0].ends_with("-00-03_cam.mp4"), "{later:?}");
}

#[tokio::test]
async fn names_that_exist_are_never_overwritten() {
    let studio = Studio::new(3600).await;
    let zero = aligned(3600);
    studio.record().await;
    let mut camera = studio.fake_camera(zero);
    for _ in 0..3 {
        camera.frames(5);
        camera.lose_connection(InterruptionCause::Unreachable, 100);
    }
    assert!(studio.recorder.stop(Duration::from_secs(10)).await);
    let found = until_finished(&studio, 3).await;
    let mut keys: Vec<&str> = found.iter().map(|segment| segment.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 3, "{keys:?}");
    assert_eq!(found.iter().map(|segment| i64::from(segment.frames)).sum::<i64>(), 15);
}
