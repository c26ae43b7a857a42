//! Folders, addresses, the database and the bucket.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nightjar_access::oidc::{self, OidcProvider};
use nightjar_catalog::Catalog;
use nightjar_storage::{BucketState, RemoteConfig, RemoteTier};

use super::Outcome;
use crate::config::{Config, Storage, Tls};

/// Waits for an outcome, but not longer than `patience`.
pub(super) async fn in_time(patience: Duration, outcome: impl Future<Output = Outcome>) -> Outcome {
    tokio::time::timeout(patience, outcome)
        .await
        .unwrap_or_else(|_| Err(format!("no answer within {} s", patience.as_secs())))
}

/// Whether files can be written there. Creates nothing that stays: of a folder that does not
/// exist yet, the nearest one that does is tried.
pub(super) fn folder(path: &Path) -> Outcome {
    let existing = path.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(path);
    let probe = existing.join(format!(".nightjar-check-{}", std::process::id()));
    let written = File::create_new(&probe).and_then(|file| file.sync_all());
    let removed = fs::remove_file(&probe);
    match written.and(removed) {
        Ok(()) if existing == path => Ok(format!("{} is writable", path.display())),
        Ok(()) => Ok(format!("{} can be made", path.display())),
        Err(error) => Err(format!("can't write into {}: {error}", existing.display())),
    }
}

/// Whether somebody listens there already.
pub(super) async fn address(address: SocketAddr) -> Outcome {
    match tokio::net::TcpListener::bind(address).await {
        Ok(_) => Ok("free".to_owned()),
        Err(error) => Err(format!("can't listen: {error} (is Nightjar running already?)")),
    }
}

/// Whether certificate and key belong together.
pub(super) fn certificate(tls: &Tls) -> Outcome {
    match crate::serve::http::try_certificate(tls) {
        Ok(()) => Ok(format!("{} and its key", tls.certificate.display())),
        Err(error) => Err(format!("{error:#}")),
    }
}

/// Whether the database answers. An SQLite file that does not exist yet is not made.
pub(super) async fn database(config: &Config) -> Outcome {
    let url = config.database.url.expose();
    if let Some(path) = sqlite_path(url)
        && !path.exists()
    {
        return Ok(format!("{} will be made", path.display()));
    }
    match Catalog::probe(url).await {
        Ok(kind) => Ok(format!("{} answers", kind.as_str())),
        Err(error) => Err(error.to_string()),
    }
}

fn sqlite_path(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
}

/// Whether the bucket is there, or can be made, and takes and gives back an object.
pub(super) async fn bucket(config: &Config, storage: &Storage) -> Outcome {
    let mut remote = RemoteConfig::new(
        storage.endpoint.clone(),
        storage.bucket.clone(),
        storage.access_key_id.expose(),
        storage.secret_access_key.clone(),
    );
    remote.region.clone_from(&storage.region);
    let tried = async {
        let tier = RemoteTier::new(remote)?;
        let state = tier.ensure_bucket().await?;
        tier.probe(&config.service.node).await?;
        Ok::<_, nightjar_storage::StorageError>(state)
    };
    match tried.await {
        Ok(BucketState::Existed) => Ok("an object was written, read back and deleted".to_owned()),
        Ok(BucketState::Created) => Ok("made; an object was written, read back and deleted".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether an OpenID provider is found under its issuer and has keys that can be used. Whether it
/// takes the client is seen only when somebody signs in.
pub(super) async fn provider(provider: &OidcProvider, patience: Duration) -> Outcome {
    match oidc::probe(provider.clone(), patience, crate::serve::now()).await {
        Ok(0) => Err(format!("{} has no key for RS256, PS256, ES256 or EdDSA", provider.issuer)),
        Ok(keys) => Ok(format!("{} was found, keys: {keys}", provider.issuer)),
        Err(error) => Err(error.to_string()),
    }
}
