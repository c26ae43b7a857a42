//! A bucket that is not there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nightjar_storage::RemoteTier;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::archive::bucket_at;

/// Closes each connection, and counts them. Stops when dropped.
pub(crate) struct RefusingBucket {
    pub(crate) tier: RemoteTier,
    asked: Arc<AtomicUsize>,
    _task: JoinSet<()>,
}

impl RefusingBucket {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let mut task = JoinSet::new();
        task.spawn(async move {
            while listener.accept().await.is_ok() {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        let config = bucket_at(address.parse().expect("an address"), "any");
        Self { tier: RemoteTier::new(config).expect("valid settings"), asked, _task: task }
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}
