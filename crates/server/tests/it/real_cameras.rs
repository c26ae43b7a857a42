//! Eight cameras that are not ours, with different codecs: no frame is lost, and the ledger's
//! gaps are the disconnections.

use std::path::{Path, PathBuf};
use std::time::Duration;

use nightjar_model::GapCause;

use crate::support::gst::{FRAME_MICROS, GstSession};
use crate::support::metronome::{Metronome, now};
use crate::support::nightjar::{Told, told};
use crate::support::{GstCameras, Setup, let_pass, recorded_frames, setting};

/// Frames that may be on their way when a connection is cut.
const IN_FLIGHT: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn no_frame_is_lost_and_each_disconnection_is_a_gap() {
    // `make proof` runs it for five minutes.
    let seconds = setting("NIGHTJAR_PROOF_SECONDS", 64);
    let metronome = Metronome::start();
    let mut cameras = GstCameras::start();
    let config: String = cameras
        .urls
        .iter()
        .map(|(name, url)| format!("[[cameras]]\nid = \"{name}\"\nname = \"{name}\"\nrtsp_url = \"{url}\"\n"))
        .collect();
    let setup = Setup::new(&format!("[recording]\nsegment_duration_secs = 20\n{config}"));
    let server = setup.serve().await;
    server.until_recording(8, Duration::from_secs(30)).await;
    let names: Vec<String> = cameras.urls.keys().cloned().collect();
    let pause = Duration::from_secs(seconds) / (names.len() as u32 + 1);
    for name in &names {
        let_pass(pause).await;
        cameras.drop_connection(name);
    }
    let_pass(pause).await;
    let stopped = now();
    assert!(server.stop().await, "{}", setup.log());
    println!("{}", setup.log());
    setup.verify(true).await;
    let catalog = setup.catalog().await;
    for name in &names {
        let ledger = told(&catalog, name).await;
        let sessions = cameras.sessions(name);
        assert_eq!(sessions.len(), 2, "{name}: one drop, so two sessions");
        let recorded = compare_frames(name, &setup.footage(), &ledger, &sessions, stopped);
        compare_gaps(name, &ledger, &sessions, &recorded, &metronome);
    }
}

/// What was recorded of a session: its frames `first..end`.
struct Recorded {
    first: usize,
    end: usize,
}

fn compare_frames(
    name: &str,
    footage: &Path,
    ledger: &Told,
    sessions: &[GstSession],
    stopped: i64,
) -> Vec<Recorded> {
    let files: Vec<PathBuf> = ledger.segments.iter().map(|segment| footage.join(&segment.key)).collect();
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let frames = recorded_frames(&files);
    let mut rest = &frames[..];
    let mut all = Vec::new();
    for session in sessions {
        let sent: Vec<&String> = session.frames.iter().map(|frame| &frame.md5).collect();
        let first = sent.iter().position(|md5| rest.first() == Some(*md5));
        let first = first.unwrap_or_else(|| panic!("{name}: the first recorded frame was never sent"));
        let same = sent[first..].iter().zip(rest).take_while(|(sent, got)| **sent == *got).count();
        // A busy camera may go on for a while after one of us has left.
        let left = session.cut.unwrap_or(stopped);
        let before = session.frames.partition_point(|frame| frame.sent <= left);
        let in_flight = before.saturating_sub(first + same);
        if in_flight > IN_FLIGHT {
            let missing = missing(&sent[first..], rest);
            panic!("{name}: {same} of {} frames of a session; missing: {missing}", sent.len() - first);
        }
        println!("{name}: {same} frames recorded, {in_flight} in flight when the connection ended");
        all.push(Recorded { first, end: first + same });
        rest = &rest[same..];
    }
    assert!(rest.is_empty(), "{name}: {} frames recorded that were not sent in this order", rest.len());
    all
}

/// Which frames of a session were not recorded, for a person.
fn missing(sent: &[&String], recorded: &[String]) -> String {
    let lost = sent.iter().enumerate().filter(|(_, md5)| !recorded.contains(**md5));
    lost.map(|(number, _)| number.to_string()).collect::<Vec<_>>().join(", ")
}

/// The gap begins where the last frame that came ends, and ends where the first one begins, each
/// to a frame and the network's and our own rounding. On a busy machine the cameras themselves are
/// late: their logs say by how much, and no recorder can know better.
fn compare_gaps(
    name: &str,
    ledger: &Told,
    sessions: &[GstSession],
    recorded: &[Recorded],
    metronome: &Metronome,
) {
    let lost: Vec<_> = ledger
        .gaps
        .iter()
        .filter(|gap| gap.2 != GapCause::ServerStopped && gap.0 > ledger.segments[0].start)
        .collect();
    assert_eq!(lost.len(), 1, "{name}: {lost:?}");
    let (start, end, cause) = *lost[0];
    assert_eq!(cause, GapCause::CameraUnreachable, "{name}");
    let began = start.micros() - (sessions[0].due(recorded[0].end - 1) + FRAME_MICROS);
    let first = &sessions[1].frames[recorded[1].first];
    let returned = end.expect("over").micros() - first.sent;
    println!(
        "{name}: the gap begins {began} µs after the last frame that came, and ends {returned} µs after \
         the first frame of the next session"
    );
    // A capture shows that pictures of H.265 are on the wire 65 ms after they left the payloader.
    let held = if name.starts_with("h265") { FRAME_MICROS } else { 0 };
    let late = sessions[0].lateness_at_first(recorded[0].first);
    let latest = FRAME_MICROS + held + late;
    assert!((-FRAME_MICROS..=latest).contains(&began), "{name}: the gap begins {began} µs off, {late} late");
    let late = sessions[1].lateness(recorded[1].first);
    let earliest = -FRAME_MICROS - late;
    // The clock is taken from the least late of the frames that come within the first 250 ms.
    let busy = metronome.lateness(first.sent, first.sent + 500_000);
    assert!(
        (earliest..=FRAME_MICROS + busy).contains(&returned),
        "{name}: the gap ends {returned} µs off, {late} late, on a machine that is {busy} late"
    );
}
