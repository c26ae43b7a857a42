//! The remote tier: a bucket behind an S3 interface.
//!
//! Belongs here: requests, and the proof that the bucket holds what was sent. Does not belong
//! here: queues and retries over minutes (`recorder`): a request is repeated twice at most, so
//! that a failure shows within seconds.

mod bucket;
mod config;
mod etag;
mod fault;
mod listing;
mod read;
mod upload;

use std::sync::Arc;
use std::time::Duration;

use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use http::Method;
use nightjar_model::WallTime;
use object_store::aws::AmazonS3;
use object_store::path::Path as ObjectPath;
use object_store::signer::Signer;
use object_store::{Attribute, GetOptions, ObjectStore, ObjectStoreExt};
use url::Url;

pub use bucket::BucketState;
pub use config::RemoteConfig;
pub use listing::Listed;
pub use read::ObjectReader;
pub use upload::{Proof, Stored, UploadSource};

use crate::{Result, StorageError, validate_key};

/// Name of the metadata field (`x-amz-meta-blake3`) with the digest of the content, in hex.
const BLAKE3_FIELD: &str = "blake3";
/// Time that a request without much content may take.
const SMALL_REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// A bucket. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RemoteTier {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: RemoteConfig,
    store: AmazonS3,
    client: object_store::client::HttpClient,
}

/// What a bucket says of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Its size.
    pub bytes: u64,
    /// Its entity tag without quotes, if the server gives one.
    pub etag: Option<String>,
    /// The digest that was stored beside it; none if there is none or it is no digest.
    pub blake3: Option<[u8; 32]>,
}

/// One line of a bucket's listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectSummary {
    /// Its key.
    pub key: String,
    /// Its size.
    pub bytes: u64,
    /// When it was stored.
    pub modified: WallTime,
}

impl RemoteTier {
    /// Prepares the requests; none is made yet.
    pub fn new(config: RemoteConfig) -> Result<Self> {
        let (store, client) = config.build()?;
        Ok(Self { inner: Arc::new(Inner { config, store, client }) })
    }

    /// Its settings.
    pub fn config(&self) -> &RemoteConfig {
        &self.inner.config
    }

    /// What the bucket says of an object; none if there is none.
    pub async fn head(&self, key: &str) -> Result<Option<ObjectInfo>> {
        let path = object_path(key)?;
        let options = GetOptions::new().with_head(true);
        let answer = self.small("look at", key, self.inner.store.get_opts(&path, options)).await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(StorageError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let field = answer.attributes.get(&Attribute::Metadata(BLAKE3_FIELD.into()));
        let digest = field.and_then(|value| blake3::Hash::from_hex(value.as_ref()).ok());
        Ok(Some(ObjectInfo {
            bytes: answer.meta.size,
            etag: answer.meta.e_tag.as_deref().map(etag::bare),
            blake3: digest.map(|digest| *digest.as_bytes()),
        }))
    }

    /// Deletes an object. That it is not there is no error: a deletion cut off is done again.
    pub async fn delete(&self, key: &str) -> Result<()> {
        let path = object_path(key)?;
        match self.small("delete", key, self.inner.store.delete(&path)).await {
            Err(StorageError::NotFound(_)) => Ok(()),
            other => other,
        }
    }

    /// All objects whose key begins with `prefix` (whole folders; none: all), in the order of
    /// their keys, fetched page by page. Names that can't be ours are left out.
    pub fn list(&self, prefix: Option<&str>) -> BoxStream<'static, Result<ObjectSummary>> {
        let listed = self.list_everything(prefix);
        let ours = listed.try_filter_map(async |line| match line {
            Listed::Object(object) => Ok(Some(object)),
            Listed::Invalid(_) => Ok(None),
        });
        ours.boxed()
    }

    /// An address from which anybody can get the object until it expires; ranges work as well.
    pub async fn presigned_get(&self, key: &str, expires_in: Duration) -> Result<Url> {
        let path = object_path(key)?;
        let signed = self.inner.store.signed_url(Method::GET, &path, expires_in).await;
        signed.map_err(|error| self.explain("sign an address for", key, error))
    }

    /// Runs a request that has no business taking long, and explains its failure.
    async fn small<T>(
        &self,
        action: &'static str,
        key: &str,
        request: impl Future<Output = object_store::Result<T>>,
    ) -> Result<T> {
        match tokio::time::timeout(self.inner.config.small_timeout(), request).await {
            Ok(answer) => answer.map_err(|error| self.explain(action, key, error)),
            Err(_) => Err(fault::too_slow(action, key)),
        }
    }

    fn explain(&self, action: &str, key: &str, error: object_store::Error) -> StorageError {
        fault::explain(&self.config().bucket, action, key, error)
    }

    /// The same for a write: there, "not found" can only mean the bucket.
    fn explain_write(&self, action: &str, key: &str, error: object_store::Error) -> StorageError {
        match self.explain(action, key, error) {
            StorageError::NotFound(_) => StorageError::NoBucket(self.config().bucket.clone()),
            other => other,
        }
    }
}

fn object_path(key: &str) -> Result<ObjectPath> {
    validate_key(key)?;
    ObjectPath::parse(key).map_err(|_| StorageError::InvalidKey(key.to_owned()))
}
