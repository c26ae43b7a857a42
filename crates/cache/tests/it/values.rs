//! Values.

use std::time::Duration;

use nightjar_cache::{Key, KeyPrefix, keys};
use nightjar_model::CameraId;
use uuid::Uuid;

use crate::support::{Nodes, on_both, until_async};

on_both!(
    a_value_is_there_for_all_nodes_until_its_time_is_over,
    a_newer_value_brings_its_own_time,
    removing_drops_one_value,
    removing_by_prefix_drops_what_begins_so_and_nothing_else,
    json_comes_back_and_what_is_none_is_not_there,
    a_value_over_the_bound_is_not_kept_nor_is_the_older_one,
    no_key_reads_what_another_wrote,
);

const LONG: Duration = Duration::from_secs(60);

async fn a_value_is_there_for_all_nodes_until_its_time_is_over(nodes: Nodes) {
    let (one, other) = (nodes.node().await, nodes.node().await);
    let (short, long) = (Key::new("k", &["short"]), Key::new("k", &["long"]));
    let bytes: Vec<u8> = (0..=255).collect();
    one.set(&long, bytes.clone(), LONG).await;
    assert_eq!(other.get(&long).await.as_deref(), Some(&bytes[..]), "all bytes are kept");
    one.set(&short, "v", Duration::from_millis(50)).await;
    until_async("it is over", async || other.get(&short).await.is_none()).await;
    assert!(other.get(&long).await.is_some());
    assert_eq!(other.get(&Key::new("k", &["never"])).await, None);
}

async fn a_newer_value_brings_its_own_time(nodes: Nodes) {
    let cache = nodes.node().await;
    let (longer, shorter) = (Key::new("k", &["longer"]), Key::new("k", &["shorter"]));
    cache.set(&longer, "1", Duration::from_millis(300)).await;
    cache.set(&longer, "2", LONG).await;
    cache.set(&shorter, "1", LONG).await;
    cache.set(&shorter, "2", Duration::from_millis(400)).await;
    until_async("the shorter time is over", async || cache.get(&shorter).await.is_none()).await;
    assert_eq!(cache.get(&longer).await.as_deref(), Some(&b"2"[..]));
    // For ever, and no time at all, are times too.
    cache.set(&longer, "3", Duration::MAX).await;
    assert!(cache.get(&longer).await.is_some());
    cache.set(&longer, "4", Duration::ZERO).await;
    until_async("it is over", async || cache.get(&longer).await.is_none()).await;
}

async fn removing_drops_one_value(nodes: Nodes) {
    let (one, other) = (nodes.node().await, nodes.node().await);
    let (first, second) = (Key::new("k", &["1"]), Key::new("k", &["2"]));
    one.set(&first, "v", LONG).await;
    one.set(&second, "v", LONG).await;
    other.remove(&first).await;
    assert_eq!(one.get(&first).await, None);
    assert!(one.get(&second).await.is_some());
}

async fn removing_by_prefix_drops_what_begins_so_and_nothing_else(nodes: Nodes) {
    let (one, other) = (nodes.node().await, nodes.node().await);
    let (changed, untouched) = (CameraId(Uuid::now_v7()), CameraId(Uuid::now_v7()));
    for id in [changed, untouched] {
        one.set(&keys::camera_info(id), "v", LONG).await;
        one.set(&keys::camera_capabilities(id), "v", LONG).await;
    }
    // More than the server looks at in one step.
    let many: Vec<Key> = (0..1_500).map(|number| Key::new("many", &["7", &number.to_string()])).collect();
    for key in &many {
        one.set(key, "v", LONG).await;
    }
    let similar = Key::new("many", &["77", "0"]);
    one.set(&similar, "v", LONG).await;

    other.remove_all(&keys::camera_all(changed)).await;
    other.remove_all(&KeyPrefix::new("many", &["7"])).await;

    assert_eq!(one.get(&keys::camera_info(changed)).await, None);
    assert_eq!(one.get(&keys::camera_capabilities(changed)).await, None);
    assert!(one.get(&keys::camera_info(untouched)).await.is_some());
    assert!(one.get(&similar).await.is_some());
    for key in &many {
        assert_eq!(one.get(key).await, None, "{key}");
    }
}

async fn json_comes_back_and_what_is_none_is_not_there(nodes: Nodes) {
    let cache = nodes.node().await;
    let key = Key::new("k", &["json"]);
    cache.set_json(&key, &vec![("a".to_owned(), 1)], LONG).await;
    assert_eq!(cache.get_json::<Vec<(String, i32)>>(&key).await, Some(vec![("a".to_owned(), 1)]));
    assert_eq!(cache.get_json::<bool>(&key).await, None, "another version's value");
    // A map with such keys has no JSON; the older value does not stay in its place.
    cache.set_json(&key, &std::collections::BTreeMap::from([((1, 2), 3)]), LONG).await;
    assert_eq!(cache.get(&key).await, None);
}

async fn a_value_over_the_bound_is_not_kept_nor_is_the_older_one(nodes: Nodes) {
    let cache = nodes.node().await;
    let key = Key::new("k", &["large"]);
    cache.set(&key, vec![0; 10_000], LONG).await;
    assert!(cache.get(&key).await.is_some());
    cache.set(&key, vec![0; 10_001], LONG).await;
    assert_eq!(cache.get(&key).await, None);
}

async fn no_key_reads_what_another_wrote(nodes: Nodes) {
    let cache = nodes.node().await;
    let long = "x".repeat(1 << 20);
    let parts: [&[&str]; 8] =
        [&["a", "b"], &["a:b"], &["a%3Ab"], &["*"], &["a b"], &["a\nb"], &[""], &[long.as_str()]];
    for (number, parts) in parts.iter().enumerate() {
        cache.set(&Key::new("k", parts), number.to_string(), LONG).await;
    }
    for (number, parts) in parts.iter().enumerate() {
        let value = cache.get(&Key::new("k", parts)).await.expect("is there");
        assert_eq!(value, number.to_string());
    }
}
