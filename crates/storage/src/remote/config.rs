//! How a bucket is reached.

use std::time::Duration;

use nightjar_model::Secret;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{HttpClient, HttpConnector, ReqwestConnector};
use object_store::{BackoffConfig, ClientOptions, RetryConfig};
use url::Url;

use super::SMALL_REQUEST_TIMEOUT;
use crate::{Result, StorageError};

/// Least size of a part that S3 takes, but for the last one.
const MIN_PART: u64 = 5 * 1024 * 1024;

/// How a bucket is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteConfig {
    /// Address of the S3 service, without the bucket.
    pub endpoint: Url,
    /// The bucket.
    pub bucket: String,
    /// The region that signatures name; most servers of one's own ignore it.
    pub region: String,
    /// Who asks.
    pub access_key_id: String,
    /// With which secret.
    pub secret_access_key: Secret,
    /// Whether the bucket is the first part of the path (all servers) or of the host name.
    pub path_style: bool,
    /// Files above this size are sent in parts of it; also what one upload holds in memory.
    pub part_bytes: u64,
    /// Time to open a connection.
    pub connect_timeout: Duration,
    /// Time for one request with all its content: a part must get through within it.
    pub request_timeout: Duration,
}

impl RemoteConfig {
    /// The usual settings: path style, parts of 8 MiB, 5 s to connect, 5 minutes a part (so that
    /// an uplink of 0.25 Mbit/s still gets one through).
    pub fn new(
        endpoint: Url,
        bucket: impl Into<String>,
        access_key_id: impl Into<String>,
        secret: Secret,
    ) -> Self {
        Self {
            endpoint,
            bucket: bucket.into(),
            region: "us-east-1".to_owned(),
            access_key_id: access_key_id.into(),
            secret_access_key: secret,
            path_style: true,
            part_bytes: 8 * 1024 * 1024,
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(300),
        }
    }

    /// Time for a request without much content.
    pub(super) fn small_timeout(&self) -> Duration {
        self.request_timeout.min(SMALL_REQUEST_TIMEOUT)
    }

    /// Address of the bucket, without a slash at its end.
    pub(super) fn bucket_url(&self) -> Result<String> {
        let mut url = self.endpoint.clone();
        if self.path_style {
            return Ok(format!("{}/{}", url.as_str().trim_end_matches('/'), self.bucket));
        }
        let host = format!("{}.{}", self.bucket, url.host_str().unwrap_or_default());
        url.set_host(Some(&host)).map_err(|_| {
            StorageError::Settings(format!("`{host}` is no host name: use path-style addresses"))
        })?;
        Ok(url.as_str().trim_end_matches('/').to_owned())
    }

    pub(super) fn build(&self) -> Result<(AmazonS3, HttpClient)> {
        self.check()?;
        let options = ClientOptions::new()
            .with_allow_http(self.endpoint.scheme() == "http")
            .with_connect_timeout(self.connect_timeout)
            .with_timeout(self.request_timeout);
        // Real patience is the upload queue's: here a hiccup is smoothed over and no more.
        let retry = RetryConfig {
            backoff: BackoffConfig {
                init_backoff: Duration::from_millis(200),
                max_backoff: Duration::from_secs(2),
                base: 2.0,
            },
            max_retries: 2,
            retry_timeout: Duration::from_secs(10),
        };
        let endpoint = if self.path_style {
            self.endpoint.as_str().trim_end_matches('/').to_owned()
        } else {
            self.bucket_url()?
        };
        let store = AmazonS3Builder::new()
            .with_endpoint(endpoint)
            .with_virtual_hosted_style_request(!self.path_style)
            .with_bucket_name(&self.bucket)
            .with_region(&self.region)
            .with_access_key_id(&self.access_key_id)
            .with_secret_access_key(self.secret_access_key.expose())
            .with_allow_http(self.endpoint.scheme() == "http")
            // Every server has the plain DELETE; the bulk one not.
            .with_disable_bulk_delete(true)
            .with_client_options(options.clone())
            .with_retry(retry)
            .build()
            .map_err(|error| StorageError::Settings(format!("the bucket's settings are wrong: {error}")))?;
        let client = ReqwestConnector::default()
            .connect(&options)
            .map_err(|error| StorageError::Settings(format!("can't prepare the HTTP client: {error}")))?;
        Ok((store, client))
    }

    fn check(&self) -> Result<()> {
        let wrong = |text: String| Err(StorageError::Settings(text));
        if !matches!(self.endpoint.scheme(), "http" | "https") || self.endpoint.host_str().is_none() {
            return wrong(format!(
                "the endpoint must be http://host or https://host, not `{}`",
                self.endpoint
            ));
        }
        if !self.endpoint.username().is_empty() || self.endpoint.password().is_some() {
            return wrong(
                "the endpoint must not contain credentials: use the access key settings".to_owned(),
            );
        }
        if self.endpoint.query().is_some() || self.endpoint.fragment().is_some() {
            return wrong("the endpoint must be an address without `?` and `#`".to_owned());
        }
        if !is_bucket_name(&self.bucket) {
            return wrong(format!(
                "`{}` is not a bucket name: use 3 to 63 of a-z, 0-9, `.` and `-`, with a letter or digit at both ends",
                self.bucket
            ));
        }
        if self.access_key_id.is_empty() || self.secret_access_key.expose().is_empty() {
            return wrong("the access key id and the secret access key must not be empty".to_owned());
        }
        if self.part_bytes < MIN_PART {
            return wrong(format!("a part must have at least {MIN_PART} bytes, not {}", self.part_bytes));
        }
        Ok(())
    }
}

/// The common ground of the rules of AWS and the others.
fn is_bucket_name(name: &str) -> bool {
    let end = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let bytes = name.as_bytes();
    (3..=63).contains(&bytes.len())
        && end(bytes.first())
        && end(bytes.last())
        && bytes.iter().all(|&b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-')
        && !name.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(endpoint: &str, bucket: &str) -> RemoteConfig {
        RemoteConfig::new(endpoint.parse().expect("valid"), bucket, "key", Secret::new("hunter2"))
    }

    #[test]
    fn impossible_settings_are_explained_without_the_secret() {
        for (endpoint, bucket, expected) in [
            ("ftp://host", "bucket", "http://host or https://host"),
            ("http://user:hunter2@host", "bucket", "must not contain credentials"),
            ("http://host/?x=hunter2", "bucket", "without `?`"),
            ("http://host", "Bucket", "not a bucket name"),
            ("http://host", "a", "not a bucket name"),
            ("http://host", "a..b", "not a bucket name"),
        ] {
            let error = config(endpoint, bucket).build().expect_err("must be refused").to_string();
            assert!(error.contains(expected), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn the_bucket_is_in_the_path_or_in_the_host() {
        let mut config = config("https://s3.example.com/", "footage");
        assert_eq!(config.bucket_url().expect("valid"), "https://s3.example.com/footage");
        config.path_style = false;
        assert_eq!(config.bucket_url().expect("valid"), "https://footage.s3.example.com");
    }
}
