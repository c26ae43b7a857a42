//! How long a day's playlist takes.

use std::time::Duration;

use crate::studio::{Studio, at, now};
use crate::support::{parse, seconds, service, start};

/// Set on a machine that does nothing else, to hold the promise of 30 ms.
const STRICT: &str = "NIGHTJAR_BENCH";

#[tokio::test]
async fn a_day_is_21_600_entries_within_30_ms() {
    let studio = Studio::new().await;
    studio.day().await;
    let cold = service(&studio);
    let later = at(100_000);
    let began = now();
    let session = start(&cold, &studio, at(0), Some(at(86_400)), later).await.expect("footage");
    let first = cold.playlist(session.id, false, later).await.expect("a playlist");
    let cold_took = began.elapsed();
    let text = String::from_utf8(first.text.to_vec()).expect("UTF-8");
    let playlist = parse(&text);
    assert_eq!(playlist.segments.len(), 21_600);
    assert!((seconds(&playlist) - 86_400.0).abs() < 0.01);

    let mut took = Vec::new();
    for _ in 0..100 {
        let began = now();
        cold.playlist(session.id, false, later).await.expect("a playlist");
        took.push(began.elapsed());
    }
    took.sort();
    let (median, p95) = (took[50], took[95]);
    println!(
        "{} bytes; start and first playlist {cold_took:?}; then median {median:?}, p95 {p95:?}",
        text.len()
    );
    // The test build is not optimised much and its machine is busy: elsewhere, ten times that.
    let limit = Duration::from_millis(if std::env::var_os(STRICT).is_some() { 30 } else { 300 });
    assert!(p95 < limit, "p95 {p95:?}");
}
