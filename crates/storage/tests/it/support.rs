//! What the tests share: a bucket of their own on the server that `scripts/with-services` runs.

use std::fs;
use std::path::PathBuf;

use nightjar_model::{NodeId, Secret, WallTime};
use nightjar_storage::{LocalTier, RemoteConfig, RemoteTier, UploadSource};
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

pub(crate) const NOW: WallTime = WallTime::from_millis(1_800_000_000_000);

pub(crate) fn node() -> NodeId {
    NodeId("node-1".to_owned())
}

/// A folder with footage.
pub(crate) struct Folder {
    pub(crate) tier: LocalTier,
    pub(crate) folder: TempDir,
    prefix: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let tier = LocalTier::open(&folder.path().join("recordings"), &node(), NOW).expect("a tier");
        Self { tier, folder, prefix: format!("cam-{}", Uuid::now_v7()) }
    }

    /// A key that no other test uses.
    pub(crate) fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.prefix)
    }

    /// Writes a file of `len` bytes that look random and depend on the key.
    pub(crate) fn file(&self, key: &str, len: usize) -> UploadSource {
        let mut content = vec![0; len];
        blake3::Hasher::new().update(key.as_bytes()).finalize_xof().fill(&mut content);
        drop(self.tier.create(key).expect("a new file"));
        fs::write(self.path(key), &content).expect("written");
        self.source(key, &content)
    }

    pub(crate) fn path(&self, key: &str) -> PathBuf {
        self.tier.path(key).expect("a valid key")
    }

    fn source(&self, key: &str, content: &[u8]) -> UploadSource {
        UploadSource {
            file: self.tier.open_file(key).expect("it is there"),
            bytes: content.len() as u64,
            blake3: *blake3::hash(content).as_bytes(),
        }
    }
}

pub(crate) fn s3_endpoint() -> Url {
    variable("NIGHTJAR_TEST_S3_ENDPOINT").parse().expect("an address")
}

/// Settings for a bucket that does not exist yet.
pub(crate) fn new_bucket(endpoint: Url) -> RemoteConfig {
    settings(endpoint, format!("test-{}", Uuid::now_v7()))
}

/// Settings for the bucket that all tests share: SeaweedFS has room for only so many that hold
/// something. Each test has keys of its own, see [`Folder::key`].
pub(crate) fn shared_bucket(endpoint: Url) -> RemoteConfig {
    settings(endpoint, "nightjar-storage-tests".to_owned())
}

/// The shared bucket, there.
pub(crate) async fn bucket() -> RemoteTier {
    let tier = RemoteTier::new(shared_bucket(s3_endpoint())).expect("valid settings");
    tier.ensure_bucket().await.expect("made");
    tier
}

fn settings(endpoint: Url, bucket: String) -> RemoteConfig {
    let key = variable("NIGHTJAR_TEST_S3_ACCESS_KEY");
    let secret = Secret::new(variable("NIGHTJAR_TEST_S3_SECRET_KEY"));
    RemoteConfig::new(endpoint, bucket, key, secret)
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run it through scripts/with-services"))
}
