//! The bucket goes away, becomes slow, answers 503 and changes bytes, while the server records:
//! nothing is lost, nothing is called stored that is not, and the recording does not notice.

use std::time::Duration;

use nightjar_model::Secret;
use nightjar_simulator::{ClipSpec, Video};
use nightjar_storage::{RemoteConfig, RemoteTier};
use url::Url;

use crate::fault_proxy::{FaultProxy, HttpFault, WireFault};
use crate::support::nightjar::{Told, told};
use crate::support::{Setup, digests_of_file, let_pass, setting, simulate, until};

const CAMERAS: usize = 4;

fn need(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("no {name}: run it through scripts/with-services"))
}

/// The bucket without the faults.
async fn bucket() -> RemoteTier {
    let endpoint: Url = need("NIGHTJAR_TEST_S3_ENDPOINT").parse().expect("an address");
    let secret = Secret::new(need("NIGHTJAR_TEST_S3_SECRET_KEY"));
    let name = format!("faults-{}", std::process::id());
    let config = RemoteConfig::new(endpoint, name, need("NIGHTJAR_TEST_S3_ACCESS_KEY"), secret);
    let tier = RemoteTier::new(config).expect("valid settings");
    tier.ensure_bucket().await.expect("made");
    tier
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_bucket_loses_nothing_and_disturbs_nothing() {
    // `make proof` lets it be gone for two minutes.
    let outage = Duration::from_secs(setting("NIGHTJAR_PROOF_OUTAGE", 10));
    let bucket = bucket().await;
    let proxy = FaultProxy::start(bucket.config().endpoint.clone()).await;
    let storage = format!(
        "[storage]\nendpoint = \"{}\"\nbucket = \"{}\"\naccess_key_id = \"{}\"\nsecret_access_key = \"{}\"\n",
        proxy.url(),
        bucket.config().bucket,
        need("NIGHTJAR_TEST_S3_ACCESS_KEY"),
        need("NIGHTJAR_TEST_S3_SECRET_KEY"),
    );
    let clip = ClipSpec::painted(Video::tiny());
    let cameras = simulate(CAMERAS, &clip, "segment_duration_secs = 10").await;
    let setup = Setup::new(&format!("{storage}{}", cameras.config));
    let server = setup.serve().await;
    server.until_recording(CAMERAS as u64, Duration::from_secs(30)).await;
    let catalog = setup.catalog().await;
    let stored = async || -> usize {
        let mut count = 0;
        for number in 1..=CAMERAS {
            let ledger = told(&catalog, &format!("cam{number:04}")).await;
            for segment in ledger.segments.iter().filter(|segment| segment.location.remote) {
                let digest = bucket.digest(&segment.key, segment.bytes).await.expect("it is in the bucket");
                assert_eq!(Some(digest), segment.blake3, "{} is called stored", segment.key);
                count += 1;
            }
        }
        count
    };
    until("the first uploads", Duration::from_secs(40), || async { (stored().await > 0).then_some(()) })
        .await;
    // All of them together are over before the delays between tries grow to minutes.
    let short = Duration::from_secs(6);
    let faults: [(&str, Duration, &dyn Fn()); 8] = [
        ("gone", outage, &|| proxy.wire(WireFault::Gone)),
        ("slow", short, &|| proxy.wire(WireFault::Slow { bytes_per_second: 20_000 })),
        ("hanging", short / 2, &|| proxy.wire(WireFault::Hang)),
        ("cut", short / 2, &|| proxy.wire(WireFault::CutAfter(5_000))),
        ("503", short, &|| proxy.http(HttpFault::Unavailable)),
        ("changed bytes", short, &|| proxy.http(HttpFault::CorruptUpload)),
        ("made-up tags", short / 2, &|| proxy.http(HttpFault::WrongEtag)),
        ("wrong checksums", short, &|| proxy.http(HttpFault::WrongEtagAndCorruptDownload)),
    ];
    for (name, lasts, fault) in faults {
        proxy.heal();
        fault();
        let_pass(lasts).await;
        println!("{name} for {} s: {} segments are stored", lasts.as_secs(), stored().await);
    }
    proxy.heal();
    // After the long outage the delay between two tries of a segment is five minutes.
    let all_stored = async || -> bool {
        let mut all = true;
        for number in 1..=CAMERAS {
            let ledger = told(&catalog, &format!("cam{number:04}")).await;
            let mut finished = ledger.segments.iter().filter(|segment| segment.blake3.is_some());
            // The newest ones may have been finished just now.
            all &= finished.clone().count() > 6;
            let late = finished.clone().count().saturating_sub(2);
            all &= finished.by_ref().take(late).all(|segment| segment.location.remote);
        }
        all
    };
    until("all uploads", Duration::from_secs(330), || async { all_stored().await.then_some(()) }).await;
    let count = stored().await;
    assert!(count > 6 * CAMERAS - 2 * CAMERAS, "{count} segments are stored");
    assert!(server.stop().await, "{}", setup.log());
    setup.verify(true).await;
    for number in 1..=CAMERAS {
        let key = format!("cam{number:04}");
        let log = cameras.simulator.log(&key).expect("camera");
        assert_eq!(log.sessions.len(), 1, "{key} was reconnected");
        let sent: Vec<[u8; 16]> = log.sessions[0].whole_frames().map(|frame| frame.digest.vcl).collect();
        whole(&key, &setup, &told(&catalog, &key).await, &sent);
    }
}

/// The recording has no gap and every frame.
fn whole(key: &str, setup: &Setup, ledger: &Told, sent: &[[u8; 16]]) {
    let from = ledger.segments[0].start;
    let gaps: Vec<_> = ledger.gaps.iter().filter(|gap| gap.0 > from && gap.1.is_some()).collect();
    assert!(gaps.is_empty(), "{key}: {gaps:?}");
    let files = ledger.segments.iter().map(|segment| setup.footage().join(&segment.key));
    let got: Vec<[u8; 16]> = files.flat_map(|file| digests_of_file(&file)).collect();
    assert!(got.len() + 4 >= sent.len(), "{key}: {} of {} frames", got.len(), sent.len());
    assert_eq!(got[..], sent[..got.len()], "{key}");
}
