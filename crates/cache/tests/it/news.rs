//! The news that something has changed.

use std::convert::Infallible;
use std::time::Duration;

use nightjar_cache::{Invalidation, Key, KeyPrefix};

use crate::support::{Nodes, on_both, until};

on_both!(
    copies_go_at_once_where_it_is_said_and_soon_everywhere_else,
    news_reach_those_who_listen_on_every_node,
    invalidating_leaves_the_cached_value,
    a_copy_is_read_once_and_kept_for_its_time_only,
);

const LONG: Duration = Duration::from_secs(60);

async fn copies_go_at_once_where_it_is_said_and_soon_everywhere_else(nodes: Nodes) {
    let (one, other) = (nodes.node().await, nodes.node().await);
    let (here, there) = (one.copies::<u32>(100, LONG), other.copies::<u32>(100, LONG));
    let key = |user: &str| Key::new("user", &[user, "rights"]);
    for user in ["1", "2", "3", "4"] {
        here.put(&key(user), 7, here.begin());
        there.put(&key(user), 7, there.begin());
    }
    one.remove(&key("1")).await;
    one.invalidate(&key("2")).await;
    one.remove_all(&KeyPrefix::new("user", &["3"])).await;
    for user in ["1", "2", "3"] {
        assert_eq!(here.get(&key(user)), None);
        until("the news have travelled", || there.get(&key(user)).is_none()).await;
    }
    assert_eq!((here.get(&key("4")), there.get(&key("4"))), (Some(7), Some(7)));
}

async fn news_reach_those_who_listen_on_every_node(nodes: Nodes) {
    let (one, other) = (nodes.node().await, nodes.node().await);
    let mut listeners = [one.invalidations(), other.invalidations()];
    let (key, prefix) = (Key::new("camera", &["7"]), KeyPrefix::new("camera", &["8"]));
    one.invalidate(&key).await;
    one.remove_all(&prefix).await;
    for listener in &mut listeners {
        assert_eq!(listener.next().await, Some(Invalidation::from(&key)));
        assert_eq!(listener.next().await, Some(Invalidation::from(&prefix)));
    }
}

async fn invalidating_leaves_the_cached_value(nodes: Nodes) {
    let cache = nodes.node().await;
    let key = Key::new("k", &["1"]);
    cache.set(&key, "v", LONG).await;
    cache.invalidate(&key).await;
    assert!(cache.get(&key).await.is_some());
}

async fn a_copy_is_read_once_and_kept_for_its_time_only(nodes: Nodes) {
    let cache = nodes.node().await;
    let copies = cache.copies::<u32>(100, Duration::from_millis(300));
    let key = Key::new("user", &["1"]);
    let failed: Result<u32, &str> = copies.get_or_read(&key, async { Err("the catalog is away") }).await;
    assert_eq!(failed, Err("the catalog is away"));
    assert_eq!(copies.get_or_read(&key, async { Ok::<_, Infallible>(1) }).await, Ok(1));
    until("its time is over", || copies.get(&key).is_none()).await;
    assert_eq!(copies.get_or_read(&key, async { Ok::<_, Infallible>(2) }).await, Ok(2));
}
