//! Playlists of what is finished.

use std::time::Duration;

use nightjar_model::{WallTime, parse_rfc3339};
use nightjar_playback::{PlaybackConfig, PlaybackError};

use crate::studio::{Studio, at};
use crate::support::{
    bytes, collect, decoded_frames, fetch, is_gap, parse, seconds, service, start, text, with_config,
};

#[tokio::test]
async fn a_range_over_segments_of_one_recording_plays_on_without_a_seam() {
    let studio = Studio::new().await;
    studio.record(0, 60, 20).await;
    let service = service(&studio);
    let session = start(&service, &studio, at(0), Some(at(60)), at(1_000)).await.expect("footage");
    let text = text(&service, session.id, at(1_000)).await;
    let playlist = parse(&text);
    assert!(playlist.end_list && !text.contains("DISCONTINUITY\n"), "{text}");
    assert!((seconds(&playlist) - 60.0).abs() < 0.001, "{text}");
    assert_eq!(playlist.segments.iter().filter(|segment| segment.map.is_some()).count(), 1);
    let longest = playlist.segments.iter().map(|segment| segment.duration.round() as u64).max();
    assert!(longest <= Some(playlist.target_duration));
    let runs = fetch(&service, &session, &text, at(1_000)).await;
    assert_eq!(runs.len(), 1);
    assert_eq!(decoded_frames(&runs[0]), 1_500);
}

#[tokio::test]
async fn a_gap_is_a_short_entry_and_the_wall_clock_is_told() {
    let studio = Studio::new().await;
    studio.record(0, 20, 20).await;
    studio.record(600, 20, 20).await;
    let service = service(&studio);
    let session = start(&service, &studio, at(0), Some(at(620)), at(1_000)).await.expect("footage");
    let text = text(&service, session.id, at(1_000)).await;
    let playlist = parse(&text);
    let gaps: Vec<usize> = (0..playlist.segments.len()).filter(|&n| is_gap(&playlist.segments[n])).collect();
    assert_eq!(gaps, [5], "{text}");
    let (gap, next) = (&playlist.segments[5], &playlist.segments[6]);
    assert!(gap.duration <= 1.0 && next.discontinuity, "{text}");
    let date = |n: usize| {
        let date = playlist.segments[n].program_date_time.expect("a date");
        WallTime::from_millis(date.timestamp_millis())
    };
    assert_eq!([date(0), date(5), date(6)], [at(0), at(20), at(600)]);
    let runs = fetch(&service, &session, &text, at(1_000)).await;
    assert_eq!(runs.iter().map(|run| decoded_frames(run)).collect::<Vec<_>>(), [500, 500]);
}

#[tokio::test]
async fn a_range_begins_with_the_entry_that_contains_its_beginning() {
    let studio = Studio::new().await;
    studio.record(0, 60, 20).await;
    let service = service(&studio);
    let session = start(&service, &studio, at(26), Some(at(33)), at(1_000)).await.expect("footage");
    assert_eq!((session.starts_at, session.offset_micros), (at(24), 2_000_000));
    let text = text(&service, session.id, at(1_000)).await;
    assert!(text.contains("#EXT-X-START:TIME-OFFSET=2.000,PRECISE=YES\n"), "{text}");
    assert!((seconds(&parse(&text)) - 12.0).abs() < 0.001, "24 s to 36 s: {text}");
    let runs = fetch(&service, &session, &text, at(1_000)).await;
    assert_eq!(decoded_frames(&runs[0]), 300);
}

#[tokio::test]
async fn a_beginning_in_a_gap_is_the_next_footage() {
    let studio = Studio::new().await;
    studio.record(0, 20, 20).await;
    studio.record(600, 20, 20).await;
    let service = service(&studio);
    let session = start(&service, &studio, at(100), None, at(1_000)).await.expect("footage");
    assert_eq!((session.starts_at, session.offset_micros), (at(600), 0));
}

#[tokio::test]
async fn impossible_ranges_are_refused() {
    let studio = Studio::new().await;
    studio.record(0, 20, 20).await;
    let service = service(&studio);
    let now = at(1_000);
    let error = |from, to| {
        let (service, studio) = (&service, &studio);
        async move { start(service, studio, at(from), to, now).await.expect_err("impossible") }
    };
    assert!(matches!(error(10, Some(at(10))).await, PlaybackError::EmptyRange));
    assert!(matches!(error(10, Some(at(5))).await, PlaybackError::EmptyRange));
    assert!(matches!(error(0, Some(at(86_401))).await, PlaybackError::RangeTooLong { .. }));
    assert!(matches!(error(1_001, None).await, PlaybackError::InTheFuture));
    let nothing = error(500, Some(at(510))).await;
    assert!(
        matches!(nothing, PlaybackError::NothingRecorded { before: Some(end) } if end == at(20)),
        "{nothing:?}"
    );
    let extreme = [WallTime::from_micros(i64::MIN), WallTime::from_micros(i64::MAX)];
    for from in extreme {
        for to in [None, Some(extreme[0]), Some(extreme[1])] {
            assert!(start(&service, &studio, from, to, now).await.is_err());
        }
    }
}

#[tokio::test]
async fn sessions_are_bounded_and_end() {
    let studio = Studio::new().await;
    studio.record(0, 20, 20).await;
    let service = with_config(&studio, PlaybackConfig { max_sessions: 2, ..PlaybackConfig::default() });
    let now = at(1_000);
    let first = start(&service, &studio, at(0), None, now).await.expect("room");
    start(&service, &studio, at(0), None, now).await.expect("room");
    let full = start(&service, &studio, at(0), None, now).await.expect_err("no room");
    assert!(matches!(full, PlaybackError::TooManySessions { limit: 2 }));
    service.delete(first.id, now).expect("alive");
    assert!(matches!(service.playlist(first.id, false, now).await, Err(PlaybackError::NoSuchSession)));
    let third = start(&service, &studio, at(0), None, now).await.expect("room");
    let later = now + Duration::from_secs(3_599);
    assert_eq!(service.extend(third.id, later).expect("alive").expires, later + Duration::from_secs(3_600));
    assert_eq!(service.session_count(later + Duration::from_secs(2)), 1);
}

#[tokio::test]
async fn entries_are_served_on_their_own() {
    let studio = Studio::new().await;
    studio.record(0, 20, 20).await;
    studio.record(600, 20, 20).await;
    let service = service(&studio);
    let now = at(1_000);
    let session = start(&service, &studio, at(0), Some(at(620)), now).await.expect("footage");
    for index in [0, 4, 6, 10] {
        let init = service.entry_init(session.id, index, now).await.expect("there");
        let entry = service.entry(session.id, index, now).await.expect("there");
        let mut file = collect(&init.footage, init.range).await;
        file.extend(collect(&entry.footage, entry.range).await);
        assert_eq!(decoded_frames(&file), 100, "entry {index}");
    }
    for index in [5, 11, usize::MAX] {
        assert!(
            matches!(service.entry(session.id, index, now).await, Err(PlaybackError::NoSuchEntry)),
            "{index}"
        );
    }
}

#[tokio::test]
async fn a_session_serves_only_what_is_in_its_range() {
    let studio = Studio::new().await;
    let segments = studio.record(0, 60, 20).await;
    let service = service(&studio);
    let now = at(1_000);
    let session = start(&service, &studio, at(20), Some(at(40)), now).await.expect("footage");
    let inside = service.session_media(session.id, segments[1].id, now).await.expect("in range");
    assert_eq!(bytes(inside).len(), segments[1].bytes);
    for outside in [&segments[0], &segments[2]] {
        let refused = service.session_media(session.id, outside.id, now).await;
        assert!(matches!(refused, Err(PlaybackError::NoSuchEntry)));
    }
}

#[tokio::test]
async fn a_missing_file_is_told_and_no_panic() {
    let studio = Studio::new().await;
    let segments = studio.record(0, 20, 20).await;
    let service = service(&studio);
    let now = at(1_000);
    let session = start(&service, &studio, at(0), Some(at(20)), now).await.expect("footage");
    assert!(studio.local.delete(&segments[0].key).expect("deletes"));
    let error = service.session_media(session.id, segments[0].id, now).await.expect_err("gone");
    assert!(matches!(error, PlaybackError::NotAvailable { .. }));
    let error = service.download(session.id, now).await.expect_err("gone");
    assert!(matches!(error, PlaybackError::NotAvailable { .. }), "{error:?}");
}

#[test]
fn dates_are_read_by_others_as_we_mean_them() {
    assert_eq!(parse_rfc3339("2026-11-20T12:00:00Z"), Some(at(0)));
}
