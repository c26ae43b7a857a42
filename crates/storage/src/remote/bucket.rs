//! Whether the bucket is there and usable, and making it.
//!
//! The object library has no call that creates a bucket, but it does export its SigV4 signer
//! and its HTTP client, so these two requests are put together here and signed there.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use nightjar_model::NodeId;
use object_store::aws::AwsAuthorizer;
use object_store::client::{HttpErrorKind, HttpRequest, HttpRequestBody};
use object_store::{ObjectStoreExt, PutPayload};

use super::{RemoteTier, fault};
use crate::{Result, StorageError};

/// Whether the bucket had to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketState {
    /// It was there.
    Existed,
    /// It was made just now.
    Created,
}

impl RemoteTier {
    /// Makes the bucket if it does not exist.
    pub async fn ensure_bucket(&self) -> Result<BucketState> {
        let bucket = &self.config().bucket;
        let action = format!("look for the bucket `{bucket}`");
        let (status, body) =
            self.bucket_request(Method::GET, "?list-type=2&max-keys=1", String::new(), &action).await?;
        match status {
            status if status.is_success() => return Ok(BucketState::Existed),
            StatusCode::NOT_FOUND => {}
            status => return Err(fault::explain_status(&action, status.as_u16(), &body)),
        }
        let action = format!("create the bucket `{bucket}`");
        let (status, body) =
            self.bucket_request(Method::PUT, "", self.location_constraint(), &action).await?;
        match status {
            status if status.is_success() => Ok(BucketState::Created),
            // Another node was quicker; that it is somebody else's shows at the first write.
            StatusCode::CONFLICT => Ok(BucketState::Existed),
            status => Err(fault::explain_status(&action, status.as_u16(), &body)),
        }
    }

    /// Stores a small object, over whatever is there.
    pub async fn put(&self, key: &str, content: Bytes) -> Result<()> {
        let path = super::object_path(key)?;
        match self.small("write", key, self.inner.store.put(&path, PutPayload::from(content))).await {
            Ok(_) => Ok(()),
            Err(StorageError::NotFound(_)) => Err(StorageError::NoBucket(self.config().bucket.clone())),
            Err(error) => Err(error),
        }
    }

    /// Writes a small object, reads it back and deletes it. The error says what to do.
    pub async fn probe(&self, node: &NodeId) -> Result<()> {
        let name: String = node.0.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let key = format!(".nightjar/probe-{name}");
        let path = object_store::path::Path::from(key.as_str());
        let content = uuid::Uuid::now_v7().to_string();
        let store = &self.inner.store;
        match self.small("write", &key, store.put(&path, PutPayload::from(content.clone()))).await {
            Ok(_) => {}
            Err(StorageError::NotFound(_)) => {
                return Err(StorageError::NoBucket(self.config().bucket.clone()));
            }
            Err(error) => return Err(error),
        }
        let read = self.small("read", &key, async { store.get(&path).await?.bytes().await }).await?;
        self.small("delete", &key, store.delete(&path)).await?;
        if read != content.as_bytes() {
            let reason = "it gives back something else than was written".to_owned();
            return Err(StorageError::Unconfirmed { key, reason });
        }
        Ok(())
    }

    /// Sends a request to the bucket itself; once more if the connection, which may have been an
    /// old one, broke.
    async fn bucket_request(
        &self,
        method: Method,
        query: &str,
        body: String,
        action: &str,
    ) -> Result<(StatusCode, String)> {
        let url = format!("{}{query}", self.config().bucket_url()?);
        let request = self.signed(method, &url, body).await?;
        let exchange = async {
            let answer = match self.inner.client.execute(request.clone()).await {
                Err(error) if error.kind() != HttpErrorKind::Connect => {
                    self.inner.client.execute(request).await?
                }
                other => other?,
            };
            let status = answer.status();
            let body = answer.into_body().bytes().await?;
            Ok((status, String::from_utf8_lossy(&body).into_owned()))
        };
        match tokio::time::timeout(self.config().small_timeout(), exchange).await {
            Ok(answer) => answer.map_err(|error| fault::explain_transport(action, &error)),
            Err(_) => Err(fault::too_slow("reach", &self.config().bucket)),
        }
    }

    async fn signed(&self, method: Method, url: &str, body: String) -> Result<HttpRequest> {
        let request = Request::builder().method(method).uri(url).body(HttpRequestBody::from(body));
        let mut request = request
            .map_err(|error| StorageError::Settings(format!("the bucket's address is wrong: {error}")))?;
        let signing = async {
            let credential = self.inner.store.credentials().get_credential().await?;
            let authorizer = AwsAuthorizer::new(&credential, "s3", &self.config().region);
            authorizer.try_authorize(&mut request, None)
        };
        signing.await.map_err(|error| self.explain("sign a request for", &self.config().bucket, error))?;
        Ok(request)
    }

    /// AWS wants the region named, except its oldest one, where naming it is an error.
    fn location_constraint(&self) -> String {
        match self.config().region.as_str() {
            "us-east-1" => String::new(),
            region => format!(
                "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                 <LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
            ),
        }
    }
}
