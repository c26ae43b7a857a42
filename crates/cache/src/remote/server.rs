//! Where the server is, and how to get a connection to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nightjar_model::{Secret, redact_url};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, IntoConnectionInfo, ProtocolVersion, PushInfo};
use tokio::sync::mpsc;
use tokio::time::timeout;
use url::Url;

use crate::CacheError;

/// How long connecting may take, name, encryption and password included.
const CONNECTING: Duration = Duration::from_secs(2);
/// News that wait for the keeper.
const WAITING: usize = 1_024;
/// Commands under way at the same time; more wait, within their time-out.
const AT_ONCE: usize = 1_024;
/// Commands that wait to be written.
const BUFFERED: usize = 256;

/// A server. Only the client inside knows the password.
pub(super) struct Server {
    client: Client,
    shown: String,
}

/// What a connection hears without having asked.
pub(super) struct Pushes {
    receiver: mpsc::Receiver<PushInfo>,
    missed: Arc<AtomicBool>,
}

impl Server {
    pub(super) fn parse(url: &Secret) -> Result<Self, CacheError> {
        let address = Url::parse(url.expose()).map_err(|_| CacheError::Address("it is not a URL"))?;
        let encrypted = match address.scheme() {
            "redis" | "valkey" => false,
            "rediss" | "valkeys" => true,
            _ => return Err(CacheError::Address("it begins otherwise")),
        };
        if address.host_str().is_none_or(str::is_empty) {
            return Err(CacheError::Address("it has no host"));
        }
        // The library would take `#insecure` for "trust every certificate".
        if address.query().is_some() || address.fragment().is_some() {
            return Err(CacheError::Address("it goes on after the database"));
        }
        if encrypted && rustls::crypto::CryptoProvider::get_default().is_none() {
            return Err(CacheError::NoCrypto);
        }
        // The library's errors may quote what they were given: none of them gets out.
        let refused = |_| CacheError::Address("host, password or database can not be read");
        let info = address.as_str().into_connection_info().map_err(refused)?;
        // Version 3 brings news and answers over one connection, so that losing one is losing both.
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(info.set_redis_settings(settings)).map_err(refused)?;
        Ok(Self { client, shown: redact_url(&address) })
    }

    /// The address as it may be shown.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    pub(super) async fn connect(&self) -> Result<(MultiplexedConnection, Pushes), String> {
        let (sender, receiver) = mpsc::channel(WAITING);
        let missed = Arc::new(AtomicBool::new(false));
        let pushes = Pushes { receiver, missed: missed.clone() };
        let push =
            move |news: PushInfo| sender.try_send(news).inspect_err(|_| missed.store(true, Ordering::SeqCst));
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECTING))
            // Each command has its own, which counts the waiting before it is sent as well.
            .set_response_timeout(None)
            .set_concurrency_limit(AT_ONCE)
            .set_pipeline_buffer_size(BUFFERED)
            .set_push_sender(push);
        let connecting = self.client.get_multiplexed_async_connection_with_config(&config);
        match timeout(CONNECTING, connecting).await {
            Ok(Ok(connection)) => Ok((connection, pushes)),
            Ok(Err(error)) => Err(super::link::describe(&error)),
            Err(_) => Err(format!("no connection within {} s", CONNECTING.as_secs())),
        }
    }
}

impl Pushes {
    /// The next; none when the connection is gone.
    pub(super) async fn next(&mut self) -> Option<PushInfo> {
        self.receiver.recv().await
    }

    /// Whether some had no room since this was last asked.
    pub(super) fn missed(&self) -> bool {
        self.missed.swap(false, Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Server, CacheError> {
        Server::parse(&Secret::new(url))
    }

    #[test]
    fn addresses_of_servers_are_taken_and_shown_without_their_secrets() {
        for url in ["redis://cache", "redis://:hunter2@[::1]:6380/3", "valkey://me:hunter2@cache:1"] {
            let server = parse(url).expect(url);
            assert!(!server.shown().contains("hunter2"), "{}", server.shown());
        }
    }

    #[test]
    fn other_addresses_are_refused_without_being_repeated() {
        let urls = [
            "",
            "hunter2",
            "http://:hunter2@cache",
            "redis:///1",
            "redis://:hunter2@cache/first",
            "redis://:hunter2@cache/0?protocol=2",
            "rediss://:hunter2@cache/0#insecure",
            "redis://:hunter%ff2@cache",
        ];
        for url in urls {
            let error = parse(url).err().expect(url);
            assert!(!format!("{error} {error:?}").contains("hunter"), "{error}");
        }
        assert_eq!(parse("rediss://cache").err(), Some(CacheError::NoCrypto));
    }
}
