//! Passwords stay where they belong, and failures are counted.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusBuilder;
use nightjar_cache::{Cache, CacheConfig, CacheHealth, Key};
use nightjar_model::Secret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::support::{Server, until};

const PASSWORD: &str = "hunter2-correct-horse";

#[tokio::test]
async fn the_password_opens_the_server_and_is_never_shown() {
    let log = Log::default();
    let _logging = log.listen();
    let mut server = Server::start(&["--requirepass", PASSWORD]);
    let cache = Cache::redis(&server.url_with_password(PASSWORD), patient()).await.expect("right");
    until("the server answers", || cache.health() == CacheHealth::Healthy).await;
    cache.set(&Key::new("k", &["1"]), "v", Duration::from_secs(60)).await;
    assert!(cache.get(&Key::new("k", &["1"])).await.is_some());
    server.kill();
    until("it is noticed", || cache.health() != CacheHealth::Healthy).await;
    cache.get(&Key::new("k", &["1"])).await;
    let said = format!("{cache:?} {:?} {:?} {}", cache.health(), cache.limiter(), log.text());
    assert!(said.contains("redis://***@127.0.0.1"), "{said}");
    assert!(!said.contains(PASSWORD), "{said}");
}

#[tokio::test]
async fn a_wrong_password_is_said_without_being_told() {
    let log = Log::default();
    let _logging = log.listen();
    let server = Server::start(&["--requirepass", PASSWORD]);
    let wrong = server.url_with_password("hunter2-wrong-horse");
    let cache = Cache::redis(&wrong, CacheConfig::default()).await.expect("right");
    until("it is refused", || format!("{:?}", cache.health()).contains("refused by the server")).await;
    let said = format!("{cache:?} {:?} {}", cache.health(), log.text());
    assert!(!said.contains("hunter2"), "{said}");
}

/// As servers do that do not know a command: they repeat it, with its arguments.
#[tokio::test]
async fn a_server_that_repeats_the_password_is_not_repeated() {
    let log = Log::default();
    let _logging = log.listen();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("has one");
    let mut parrot = JoinSet::new();
    parrot.spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut heard = vec![0; 4_096];
            let length = socket.read(&mut heard).await.unwrap_or(0);
            let heard = String::from_utf8_lossy(&heard[..length]).replace("\r\n", " ");
            let answer = format!("-ERR unknown command, with args beginning with: {heard}\r\n").repeat(8);
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    let url = Secret::new(format!("redis://me:{PASSWORD}@{address}"));
    let cache = Cache::redis(&url, CacheConfig::default()).await.expect("right");
    until("it is refused", || !format!("{:?}", cache.health()).contains("not connected yet")).await;
    let said = format!("{cache:?} {:?} {}", cache.health(), log.text());
    assert!(!said.contains(PASSWORD), "{said}");
    assert!(said.contains("ERR"), "{said}");
}

#[tokio::test]
async fn what_was_not_answered_is_counted() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let mut server = Server::start(&[]);
    let cache = Cache::redis(&server.url(), patient()).await.expect("right");
    until("the server answers", || cache.health() == CacheHealth::Healthy).await;
    cache.set(&Key::new("k", &["1"]), "v", Duration::from_secs(60)).await;
    cache.get(&Key::new("k", &["1"])).await;
    assert!(!metrics.render().contains("nightjar_cache_errors_total"), "{}", metrics.render());
    server.kill();
    until("it is noticed", || cache.health() != CacheHealth::Healthy).await;
    cache.get(&Key::new("k", &["1"])).await;
    let page = metrics.render();
    for line in [
        "nightjar_cache_errors_total{operation=\"get\"} 1",
        "nightjar_cache_lookups_total{result=\"hit\"} 1",
        "nightjar_cache_lookups_total{result=\"miss\"} 1",
        "nightjar_cache_degraded 1",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
}

/// With a patience that a busy machine does not use up.
fn patient() -> CacheConfig {
    CacheConfig { timeout: Duration::from_secs(2), ..CacheConfig::default() }
}

/// Everything that is logged in this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn listen(&self) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || log.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("not poisoned")).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
