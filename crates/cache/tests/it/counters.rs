//! Counters, and what may happen only once.

use std::time::Duration;

use nightjar_cache::{Key, keys};
use tokio::task::JoinSet;

use crate::support::{Nodes, on_both, until_async};

on_both!(
    a_counter_counts_for_all_nodes_from_one_and_starts_over,
    counting_on_does_not_make_it_last_longer,
    of_many_at_the_same_time_exactly_one_is_the_first,
    what_was_added_once_may_be_added_again_after_its_time_or_when_removed,
);

const LONG: Duration = Duration::from_secs(60);

async fn a_counter_counts_for_all_nodes_from_one_and_starts_over(nodes: Nodes) {
    let (one, other) = (nodes.node().await, nodes.node().await);
    let key = Key::new("count", &["a"]);
    assert_eq!(one.incr(&key, LONG).await, 1);
    assert_eq!(other.incr(&key, LONG).await, 2);
    assert_eq!(one.incr(&Key::new("count", &["b"]), LONG).await, 1);
    one.remove(&key).await;
    assert_eq!(other.incr(&key, LONG).await, 1);
}

async fn counting_on_does_not_make_it_last_longer(nodes: Nodes) {
    let cache = nodes.node().await;
    let key = Key::new("count", &["short"]);
    cache.incr(&key, Duration::from_millis(500)).await;
    let mut last = 1;
    // If each count began its time anew, it would never start over.
    until_async("it starts over", async || {
        let count = cache.incr(&key, Duration::from_millis(500)).await;
        let over = count <= last;
        last = count;
        over
    })
    .await;
    assert_eq!(last, 1);
}

async fn of_many_at_the_same_time_exactly_one_is_the_first(nodes: Nodes) {
    let caches = [nodes.node().await, nodes.node().await];
    let key = keys::once("footage.delete", "0b9c6c1e");
    let mut tries = JoinSet::new();
    for number in 0..100 {
        let (cache, key) = (caches[number % 2].clone(), key.clone());
        tries.spawn(async move { cache.add_once(&key, LONG).await });
    }
    let firsts = tries.join_all().await.into_iter().filter(|first| *first).count();
    assert_eq!(firsts, 1);
}

async fn what_was_added_once_may_be_added_again_after_its_time_or_when_removed(nodes: Nodes) {
    let (one, other) = (nodes.node().await, nodes.node().await);
    let (short, long) = (keys::once("p", "short"), keys::once("p", "long"));
    assert!(one.add_once(&short, Duration::from_millis(200)).await);
    assert!(one.add_once(&long, LONG).await);
    until_async("its time is over", async || other.add_once(&short, LONG).await).await;
    assert!(!other.add_once(&long, LONG).await);
    other.remove(&long).await;
    assert!(one.add_once(&long, LONG).await);
}
