//! The remote tier when the server or the way to it is bad: a failure shows soon, and nothing
//! is called stored that is not.

use std::time::{Duration, Instant};

use nightjar_storage::{Proof, RemoteConfig, RemoteTier, StorageError};

use crate::fault_proxy::{FaultProxy, HttpFault, WireFault};
use crate::support::{Folder, s3_endpoint, shared_bucket};

const MIB: usize = 1024 * 1024;
/// One object that is put at once, and one that is put in parts.
const SIZES: [usize; 2] = [100_000, 9 * MIB];

struct Scene {
    proxy: FaultProxy,
    tier: RemoteTier,
    folder: Folder,
}

impl Scene {
    async fn new(change: impl FnOnce(&mut RemoteConfig)) -> Self {
        let proxy = FaultProxy::start(s3_endpoint()).await;
        let mut config = shared_bucket(proxy.url());
        change(&mut config);
        let tier = RemoteTier::new(config).expect("valid settings");
        tier.ensure_bucket().await.expect("made");
        Self { proxy, tier, folder: Folder::new() }
    }

    /// Uploads a new file of each size, which must fail, then once more with the fault gone.
    async fn fails_then_works(&self, fault: impl Fn(&FaultProxy), expected: fn(&StorageError) -> bool) {
        for len in SIZES {
            let key = self.folder.key(&format!("{len}.mp4"));
            let source = self.folder.file(&key, len);
            fault(&self.proxy);
            let started = now();
            let error = self.tier.upload(&key, &source).await.expect_err("it is not stored");
            assert!(expected(&error), "{error:?}");
            assert!(started.elapsed() < Duration::from_secs(30), "it took {:?}: {error}", started.elapsed());
            self.proxy.heal();
            let stored = self.tier.upload(&key, &source).await.expect("stored");
            assert_eq!(stored.proof, Proof::EntityTag);
            assert_eq!(self.tier.digest(&key, len as u64).await.expect("read"), source.blake3);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test measures real time")]
fn now() -> Instant {
    Instant::now()
}

fn is_unavailable(error: &StorageError) -> bool {
    matches!(error, StorageError::Unavailable { .. })
}

#[tokio::test]
async fn a_server_that_is_gone_is_told_within_seconds() {
    let scene = Scene::new(|_| {}).await;
    scene.fails_then_works(|proxy| proxy.wire(WireFault::Gone), is_unavailable).await;
}

#[tokio::test]
async fn a_server_that_answers_503_is_told_within_seconds() {
    let scene = Scene::new(|_| {}).await;
    scene.fails_then_works(|proxy| proxy.http(HttpFault::Unavailable), is_unavailable).await;
}

#[tokio::test]
async fn a_connection_cut_in_the_middle_is_a_failure() {
    let scene = Scene::new(|_| {}).await;
    scene.fails_then_works(|proxy| proxy.wire(WireFault::CutAfter(50_000)), is_unavailable).await;
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let scene = Scene::new(|config| config.request_timeout = Duration::from_secs(2)).await;
    scene.fails_then_works(|proxy| proxy.wire(WireFault::Hang), is_unavailable).await;
}

#[tokio::test]
async fn content_changed_on_its_way_is_never_called_stored() {
    let scene = Scene::new(|_| {}).await;
    scene.fails_then_works(|proxy| proxy.http(HttpFault::CorruptUpload), |_| true).await;
}

#[tokio::test]
async fn a_slow_server_is_waited_for() {
    let scene = Scene::new(|_| {}).await;
    let key = &scene.folder.key("a.mp4");
    let source = scene.folder.file(key, 9 * MIB);
    scene.proxy.wire(WireFault::Slow { bytes_per_second: 4 * MIB });
    let started = now();
    scene.tier.upload(key, &source).await.expect("stored");
    assert!(started.elapsed() > Duration::from_millis(1500), "it was not slow: {:?}", started.elapsed());
}

#[tokio::test]
async fn a_strange_entity_tag_is_no_proof_so_the_object_is_read_back() {
    let scene = Scene::new(|_| {}).await;
    for len in SIZES {
        let key = scene.folder.key(&format!("{len}.mp4"));
        scene.proxy.http(HttpFault::WrongEtag);
        let stored = scene.tier.upload(&key, &scene.folder.file(&key, len)).await.expect("stored");
        assert_eq!(stored.proof, Proof::ReadBack);
    }
}

#[tokio::test]
async fn an_object_that_reads_back_differently_is_not_stored() {
    let scene = Scene::new(|_| {}).await;
    scene
        .fails_then_works(
            |proxy| proxy.http(HttpFault::WrongEtagAndCorruptDownload),
            |error| matches!(error, StorageError::Unconfirmed { .. }),
        )
        .await;
}

#[tokio::test]
async fn an_object_of_the_wrong_size_is_not_stored() {
    let scene = Scene::new(|_| {}).await;
    scene
        .fails_then_works(
            |proxy| proxy.http(HttpFault::WrongSize),
            |error| matches!(error, StorageError::Unconfirmed { .. }),
        )
        .await;
}

#[tokio::test]
async fn a_probe_says_that_nobody_is_there() {
    let scene = Scene::new(|_| {}).await;
    scene.proxy.wire(WireFault::Gone);
    let error = scene.tier.ensure_bucket().await.expect_err("gone").to_string();
    assert!(error.contains("storage server"), "{error}");
    assert!(!error.contains("secret"), "{error}");
}
