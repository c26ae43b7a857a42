//! A cache of its own for each test, and servers of their own for tests that break them.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nightjar_cache::{Cache, CacheConfig, CacheHealth};
use nightjar_media::WallTime;
use nightjar_model::Secret;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

/// Declares each of these `async fn(Nodes)` as two tests, `embedded::…` and `shared::…`.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod embedded {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::support::Nodes::embedded()).await;
            })+
        }
        mod shared {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::support::Nodes::shared()).await;
            })+
        }
    };
}
pub(crate) use on_both;

/// Nodes that have a cache in common.
pub(crate) enum Nodes {
    /// There is one only.
    Embedded(Cache),
    /// Each with its own connection.
    Shared { url: Secret, config: CacheConfig },
}

impl Nodes {
    pub(crate) fn embedded() -> Self {
        Self::Embedded(Cache::embedded(config()))
    }

    pub(crate) fn shared() -> Self {
        let url = std::env::var("NIGHTJAR_TEST_REDIS").expect("run it through scripts/with-services");
        Self::Shared { url: Secret::new(url), config: config() }
    }

    /// One more node.
    pub(crate) async fn node(&self) -> Cache {
        match self {
            Self::Embedded(cache) => cache.clone(),
            Self::Shared { url, config } => {
                let cache = Cache::redis(url, config.clone()).await.expect("the address is right");
                until("the server answers", || cache.health() == CacheHealth::Healthy).await;
                cache
            }
        }
    }
}

/// Subjects that a node keeps failures of.
pub(crate) const SUBJECTS: u64 = 1_000;

/// With a prefix of its own; patient, because the machine may be busy.
fn config() -> CacheConfig {
    CacheConfig {
        prefix: format!("test-{}:", Uuid::now_v7().simple()),
        timeout: Duration::from_secs(5),
        max_value_bytes: 10_000,
        max_subjects: SUBJECTS,
        ..CacheConfig::default()
    }
}

/// An instant at the start of a minute and of an hour, and a number of milliseconds later.
pub(crate) fn at(millis: i64) -> WallTime {
    WallTime::from_millis(1_800_000_000_000 + millis)
}

/// Waits until it is so.
pub(crate) async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    until_async(what, async || condition()).await;
}

/// Waits until it is so.
pub(crate) async fn until_async(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !condition().await {
            sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(timeout(Duration::from_secs(30), waiting).await.is_ok(), "not within 30 s: {what}");
}

/// A server that the test may stop, break and start again at the same place.
pub(crate) struct Server {
    port: u16,
    arguments: Vec<String>,
    child: Option<Child>,
}

impl Server {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(ToString::to_string).collect();
        let mut server = Self { port: free_port(), arguments, child: None };
        server.start_again();
        server
    }

    pub(crate) fn start_again(&mut self) {
        let program =
            std::env::var("NIGHTJAR_TEST_REDIS_SERVER").expect("run it through scripts/with-services");
        let mut command = Command::new(program);
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"]);
        command.arg(self.port.to_string()).args(&self.arguments);
        self.child = Some(command.stdout(Stdio::null()).spawn().expect("redis-server starts"));
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("can be killed");
            child.wait().expect("ends");
        }
    }

    /// `STOP`: it keeps its connections and does not answer; `CONT`: it goes on.
    pub(crate) fn signal(&self, signal: &str) {
        let child = self.child.as_ref().expect("runs");
        let status = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
    }

    pub(crate) fn url(&self) -> Secret {
        Secret::new(format!("redis://127.0.0.1:{}", self.port))
    }

    pub(crate) fn url_with_password(&self, password: &str) -> Secret {
        Secret::new(format!("redis://:{password}@127.0.0.1:{}", self.port))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("has an address").port()
}
