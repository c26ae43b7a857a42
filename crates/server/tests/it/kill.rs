//! Kill -9 at random moments, rotation and upload included: at most a second is lost, everything
//! on disk plays, the ledger is right, and the catalog can be rebuilt from the files.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};

use nightjar_media::WallTime;
use nightjar_model::GapCause;
use nightjar_simulator::{Audio, ClipSpec, Video};
use rand::Rng;

use crate::support::nightjar::{Told, recordings, told};
use crate::support::{Setup, let_pass, setting, simulate};

const CAMERAS: usize = 2;
const MICROS: i64 = 1_000_000;
/// How long a process may go without saying that it lives.
const SIGN_OF_LIFE: i64 = 5 * MICROS;

fn now() -> WallTime {
    SystemTime::now().into()
}

/// A moment to live on: any, or every third time one close to the rotation that comes next. The
/// first time it is none: the catalog has not been told yet that the camera was reached.
fn life(round: u64) -> Duration {
    let mut random = rand::rng();
    if round == 0 {
        return Duration::ZERO;
    }
    if round.is_multiple_of(3) {
        let to_boundary = 10 * MICROS - now().micros().rem_euclid(10 * MICROS);
        let around = random.random_range(-100_000..2_500_000);
        return Duration::from_micros(u64::try_from(to_boundary + around).unwrap_or(0));
    }
    Duration::from_millis(random.random_range(200..3_000))
}

fn bucket() -> String {
    let need = |name| {
        std::env::var(name).unwrap_or_else(|_| panic!("no {name}: run it through scripts/with-services"))
    };
    format!(
        "[storage]\nendpoint = \"{}\"\nbucket = \"kill-{}\"\naccess_key_id = \"{}\"\nsecret_access_key = \"{}\"\n",
        need("NIGHTJAR_TEST_S3_ENDPOINT"),
        std::process::id(),
        need("NIGHTJAR_TEST_S3_ACCESS_KEY"),
        need("NIGHTJAR_TEST_S3_SECRET_KEY"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_kills_lose_at_most_a_second_each() {
    let clip = ClipSpec::painted(Video::tiny()).with_audio(Audio::Aac);
    let cameras = simulate(CAMERAS, &clip, "segment_duration_secs = 10").await;
    let setup = Setup::new(&format!("{}{}", bucket(), cameras.config));
    let mut kills = Vec::new();
    for round in 0..setting("NIGHTJAR_PROOF_KILLS", 30) {
        let server = setup.serve().await;
        server.until_recording(CAMERAS as u64, Duration::from_secs(30)).await;
        let_pass(life(round)).await;
        let at = now();
        server.kill();
        kills.push(at);
        // As the kill left it, before anything is repaired.
        newest(&setup).iter().for_each(plays);
    }
    let server = setup.serve().await;
    server.until_recording(CAMERAS as u64, Duration::from_secs(30)).await;
    setup.verify(false).await;
    assert!(server.stop().await, "{}", setup.log());
    recordings(&setup.footage()).iter().for_each(plays);
    setup.verify(true).await;
    let before = everything(&setup).await;
    for (key, ledger) in &before {
        for &kill in &kills {
            check_gap(key, ledger, kill);
        }
    }
    rebuilds_alike(&setup, &before).await;
}

/// The gap that a kill left begins at most a second before it, and says why. A camera that was not
/// being recorded in that moment lost nothing by it; its gap then begins with the last sign of life.
fn check_gap(key: &str, ledger: &Told, kill: WallTime) {
    let gap = ledger.gaps.iter().find(|(start, end, _)| *start <= kill && end.is_none_or(|end| end > kill));
    let Some((start, _, cause)) = gap else {
        panic!("{key}: no gap for the kill at {kill:?}: {:?}", ledger.gaps)
    };
    assert_eq!(*cause, GapCause::NodeDown, "{key}: the kill at {kill:?}: {:?}", ledger.gaps);
    let lost = kill.micros_since(*start);
    // A gap that gave way to an adopted file may be left without length: that camera was recorded.
    let was_gap = ledger.gaps.iter().any(|(from, end, _)| from < start && *end == Some(*start));
    let limit = if was_gap { SIGN_OF_LIFE + MICROS } else { MICROS };
    assert!(lost <= limit + 100_000, "{key}: {lost} µs lost: {:?}", ledger.gaps);
}

/// With the database gone, the files alone give the same spans, and gaps in the same places.
async fn rebuilds_alike(setup: &Setup, before: &[(String, Told)]) {
    for name in ["nightjar.db", "nightjar.db-wal", "nightjar.db-shm"] {
        let _ = std::fs::remove_file(setup.path("data").join(name));
    }
    assert!(setup.run(&["catalog", "rebuild", "--from", "disk"], "rebuild.log").await);
    for ((key, before), (_, after)) in before.iter().zip(everything(setup).await) {
        let spans = |told: &Told| -> Vec<_> {
            told.segments.iter().map(|s| (s.id, s.key.clone(), s.start, s.end, s.bytes, s.blake3)).collect()
        };
        assert_eq!(spans(before), spans(&after), "{key}");
        let first = before.segments[0].start;
        let holes = |told: &Told| -> Vec<_> {
            let inner = told.gaps.iter().filter(|gap| gap.0 > first && gap.1.is_some());
            let mut holes: Vec<(WallTime, Option<WallTime>)> = Vec::new();
            for gap in inner.filter(|gap| gap.1 != Some(gap.0)) {
                match holes.last_mut() {
                    Some(last) if last.1 == Some(gap.0) => last.1 = gap.1,
                    _ => holes.push((gap.0, gap.1)),
                }
            }
            holes
        };
        assert_eq!(holes(before), holes(&after), "{key}");
    }
}

async fn everything(setup: &Setup) -> Vec<(String, Told)> {
    let catalog = setup.catalog().await;
    let mut all = Vec::new();
    for number in 1..=CAMERAS {
        let key = format!("cam{number:04}");
        all.push((key.clone(), told(&catalog, &key).await));
    }
    catalog.close().await;
    all
}

/// Each camera's newest file, unless it was created in that very moment and has no byte yet.
fn newest(setup: &Setup) -> Vec<PathBuf> {
    let cameras = std::fs::read_dir(setup.footage()).into_iter().flatten().flatten();
    let newest = cameras.filter_map(|camera| recordings(&camera.path()).pop());
    newest.filter(|path| path.metadata().is_ok_and(|metadata| metadata.len() > 0)).collect()
}

fn plays(path: &PathBuf) {
    let decoded = Command::new("ffmpeg")
        .args(["-v", "error", "-xerror", "-i"])
        .arg(path)
        .args(["-f", "null", "-"])
        .output()
        .expect("ffmpeg is installed (scripts/setup --tests)");
    let said = String::from_utf8_lossy(&decoded.stderr);
    assert!(decoded.status.success() && said.is_empty(), "{}: {said}", path.display());
}
