//! One bad camera among fifty: each fault in turn, and nothing changes for the others.

use std::time::Duration;

use nightjar_simulator::{ClipSpec, Fault, Video};

use crate::support::nightjar::told;
use crate::support::{Setup, digests_of_file, let_pass, simulate};

const CAMERAS: usize = 50;

/// Each with how long it lasts, and whether only new connections see it.
fn faults() -> Vec<(Fault, u64, bool)> {
    vec![
        (Fault::Drop, 0, false),
        (Fault::Reset, 0, false),
        (Fault::Stall, 3, false),
        (Fault::Lose { percent: 30.0 }, 3, false),
        (Fault::Garbage, 1, false),
        (Fault::NoKeyFrame, 3, false),
        (Fault::Jump { millis: 7_200_000 }, 0, false),
        (Fault::Jump { millis: -7_200_000 }, 0, false),
        (Fault::Codec, 2, false),
        (Fault::Resolution, 2, false),
        (Fault::ClaimedFps { fps: 120 }, 2, false),
        (Fault::Drip { bytes_per_sec: 200 }, 3, false),
        (Fault::Refuse, 2, true),
        (Fault::Unauthorized, 2, true),
        (Fault::Silent, 3, true),
        (Fault::HalfOpen, 2, false),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_camera_changes_nothing_for_the_others() {
    let clip = ClipSpec::painted(Video { kbps: 150, ..Video::tiny() });
    let cameras = simulate(CAMERAS, &clip, "segment_duration_secs = 3600").await;
    let setup = Setup::new(&cameras.config);
    let server = setup.serve().await;
    server.until_recording(CAMERAS as u64, Duration::from_secs(60)).await;
    for (fault, seconds, only_new) in faults() {
        let lasts = (seconds > 0).then(|| Duration::from_secs(seconds));
        cameras.simulator.inject("cam0001", fault, lasts).await.expect("fault");
        if only_new {
            cameras.simulator.inject("cam0001", Fault::Drop, None).await.expect("fault");
        }
        let_pass(Duration::from_secs(seconds.max(2))).await;
    }
    cameras.simulator.clear("cam0001").await.expect("cleared");
    assert!(server.stop().await, "{}", setup.log());
    setup.verify(true).await;
    assert!(!setup.log().contains("panicked"), "{}", setup.log());
    let catalog = setup.catalog().await;
    for number in 2..=CAMERAS {
        let key = format!("cam{number:04}");
        let ledger = told(&catalog, &key).await;
        let from = ledger.segments[0].start;
        let gaps: Vec<_> = ledger.gaps.iter().filter(|gap| gap.0 > from && gap.1.is_some()).collect();
        assert!(gaps.is_empty(), "{key}: {gaps:?}");
        let log = cameras.simulator.log(&key).expect("camera");
        assert_eq!(log.sessions.len(), 1, "{key} was reconnected");
        let sent: Vec<[u8; 16]> = log.sessions[0].whole_frames().map(|frame| frame.digest.vcl).collect();
        let files = ledger.segments.iter().map(|segment| setup.footage().join(&segment.key));
        let got: Vec<[u8; 16]> = files.flat_map(|file| digests_of_file(&file)).collect();
        assert!(got.len() + 4 >= sent.len(), "{key}: {} of {} frames", got.len(), sent.len());
        assert_eq!(got[..], sent[..got.len()], "{key}");
    }
}
