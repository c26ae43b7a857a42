//! Asking a provider: no redirects, a bound on time, a bound on bytes.

use std::error::Error;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect};
use serde::de::DeserializeOwned;

use super::{OidcError, Result};

/// Discovery documents and keys have a few thousand bytes; tokens with many groups some ten thousand.
const MAX_BODY: usize = 256 * 1024;

/// The way to one provider.
#[derive(Debug)]
pub(super) struct Http {
    client: Client,
}

impl Http {
    /// `local`: the provider runs on this machine, so no proxy lies between.
    pub(super) fn new(patience: Duration, local: bool) -> Result<Self> {
        let builder = Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(patience)
            .connect_timeout(patience)
            .user_agent(concat!("nightjar/", env!("CARGO_PKG_VERSION")));
        let builder = if local { builder.no_proxy() } else { builder };
        let client = builder.build();
        let client = client.map_err(|error| unreachable("address", &error))?;
        Ok(Self { client })
    }

    pub(super) fn get(&self, url: impl reqwest::IntoUrl) -> RequestBuilder {
        self.client.get(url)
    }

    pub(super) fn post(&self, url: impl reqwest::IntoUrl) -> RequestBuilder {
        self.client.post(url)
    }
}

/// The JSON of an answer with the status 200.
pub(super) async fn fetch<T: DeserializeOwned>(what: &'static str, request: RequestBuilder) -> Result<T> {
    let (status, body) = send(what, request).await?;
    if status != StatusCode::OK {
        return Err(OidcError::answer(what, format!("status {status}")));
    }
    decode(what, &body)
}

/// Sends a request and reads all of its answer.
pub(super) async fn send(what: &'static str, request: RequestBuilder) -> Result<(StatusCode, Vec<u8>)> {
    let mut response = request.send().await.map_err(|error| unreachable(what, &error))?;
    if response.status().is_server_error() {
        let cause = format!("status {}", response.status());
        return Err(OidcError::Unreachable { what, cause });
    }
    let body = read(what, &mut response).await?;
    Ok((response.status(), body))
}

pub(super) fn decode<T: DeserializeOwned>(what: &'static str, body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(|error| OidcError::answer(what, error))
}

async fn read(what: &'static str, response: &mut Response) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(what, &error))? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(OidcError::answer(what, format!("it has more than {MAX_BODY} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The error with its sources: the outermost alone says only that a request failed.
fn unreachable(what: &'static str, error: &reqwest::Error) -> OidcError {
    let mut cause = if error.is_timeout() { "it took too long".to_owned() } else { error.to_string() };
    let mut source = error.source();
    while let Some(inner) = source {
        cause = format!("{cause}: {inner}");
        source = inner.source();
    }
    OidcError::Unreachable { what, cause }
}
