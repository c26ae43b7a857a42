//! A server that goes away, comes back, is silent, or is the wrong one.

use std::time::Duration;

use nightjar_cache::{Cache, CacheConfig, CacheHealth, Key, KeyPrefix, Limit, keys};
use nightjar_model::Secret;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::support::{Server, at, until, until_async};

const LONG: Duration = Duration::from_secs(600);

async fn node(url: &Secret) -> Cache {
    Cache::redis(url, CacheConfig::default()).await.expect("the address is right")
}

/// With a patience that a busy machine does not use up.
async fn healthy_node(server: &Server) -> Cache {
    let config = CacheConfig { timeout: Duration::from_secs(2), ..CacheConfig::default() };
    let cache = Cache::redis(&server.url(), config).await.expect("the address is right");
    until("the server answers", || cache.health() == CacheHealth::Healthy).await;
    cache
}

fn is_degraded(cache: &Cache) -> bool {
    matches!(cache.health(), CacheHealth::Degraded { .. })
}

#[tokio::test]
async fn when_the_server_dies_limits_go_on_and_when_it_is_back_so_is_health() {
    let mut server = Server::start(&[]);
    let cache = healthy_node(&server).await;
    let (limiter, failures, limit) = (cache.limiter(), cache.failures(), Limit::per_minute(10));
    for _ in 0..6 {
        assert!(limiter.check("u", limit, at(0)).await.allowed);
        failures.note_failure("alice", at(0)).await;
    }
    cache.set(&Key::new("k", &["1"]), "v", LONG).await;

    server.kill();
    // Counting goes on where the server left it, with no limit lifted for a moment.
    for remaining in (0..4).rev() {
        assert_eq!(limiter.check("u", limit, at(0)).await.remaining, remaining);
    }
    assert!(!limiter.check("u", limit, at(0)).await.allowed);
    assert_eq!(failures.note_failure("alice", at(0)).await.count, 7);
    assert_eq!(cache.get(&Key::new("k", &["1"])).await, None, "a value that can not be read is a miss");
    assert_eq!(cache.incr(&Key::new("count", &["a"]), LONG).await, 1);
    assert!(cache.add_once(&keys::once("p", "1"), LONG).await);
    assert!(!cache.add_once(&keys::once("p", "1"), LONG).await, "remembered by this node");
    until("it is said", || is_degraded(&cache)).await;

    server.start_again();
    until("it is back", || cache.health() == CacheHealth::Healthy).await;
    // It came back empty; what this node knows is not less for it, and the others learn it.
    assert!(!limiter.check("u", limit, at(0)).await.allowed);
    assert_eq!(failures.state("alice", at(0)).await.count, 7);
    let other = healthy_node(&server).await;
    assert!(!other.limiter().check("u", limit, at(0)).await.allowed);
    assert_eq!(other.failures().note_failure("alice", at(0)).await.count, 8);
    cache.set(&Key::new("k", &["1"]), "w", LONG).await;
    assert_eq!(cache.get(&Key::new("k", &["1"])).await.as_deref(), Some(&b"w"[..]));
    assert!(!cache.add_once(&keys::once("p", "1"), LONG).await, "and not forgotten when it is back");
    assert_eq!(other.incr(&Key::new("count", &["b"]), LONG).await, 1);
    assert_eq!(cache.incr(&Key::new("count", &["b"]), LONG).await, 2, "shared again");
}

#[tokio::test]
async fn what_was_counted_while_the_server_was_silent_counts_on() {
    let server = Server::start(&[]);
    let config = CacheConfig { timeout: Duration::from_millis(500), ..CacheConfig::default() };
    let cache = Cache::redis(&server.url(), config).await.expect("the address is right");
    until("the server answers", || cache.health() == CacheHealth::Healthy).await;
    let (limiter, failures, limit) = (cache.limiter(), cache.failures(), Limit::per_minute(10));
    limiter.check("u", limit, at(59_000)).await;
    failures.note_failure("alice", at(0)).await;
    server.signal("STOP");
    for _ in 0..11 {
        limiter.check("u", limit, at(59_000)).await;
        failures.note_failure("alice", at(0)).await;
    }
    until("it is said", || is_degraded(&cache)).await;
    server.signal("CONT");
    until("it is back", || cache.health() == CacheHealth::Healthy).await;
    assert_eq!(failures.note_failure("alice", at(0)).await.count, 13);
    // In the next window too: they are those of the one before.
    assert!(!limiter.check("u", limit, at(60_000)).await.allowed);
    let other = healthy_node(&server).await;
    assert!(!other.limiter().check("u", limit, at(60_000)).await.allowed);
    assert_eq!(other.failures().state("alice", at(0)).await.count, 13);
}

#[tokio::test]
async fn failures_forgotten_by_another_node_do_not_come_back_with_the_server() {
    let mut server = Server::start(&[]);
    let (one, other) = (healthy_node(&server).await, healthy_node(&server).await);
    for _ in 0..10 {
        one.failures().note_failure("alice", at(0)).await;
    }
    let mut news = one.invalidations();
    other.failures().forget("alice").await;
    news.next().await;
    server.kill();
    until("it is noticed", || is_degraded(&one)).await;
    server.start_again();
    until("it is back", || one.health() == CacheHealth::Healthy).await;
    assert_eq!(one.failures().state("alice", at(0)).await.count, 0);
}

#[tokio::test]
async fn a_server_that_comes_later_is_found() {
    let mut server = Server::start(&[]);
    server.kill();
    let cache = node(&server.url()).await;
    let CacheHealth::Degraded { reason, .. } = cache.health() else { panic!("there is no server") };
    assert_eq!(reason, "connection refused");
    assert!(cache.limiter().check("u", Limit::per_minute(1), at(0)).await.allowed);
    server.start_again();
    until("it is found", || cache.health() == CacheHealth::Healthy).await;
}

#[tokio::test]
async fn a_server_that_accepts_and_never_answers_holds_nobody_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = Secret::new(format!("redis://{}", listener.local_addr().expect("has one")));
    let mut silent = JoinSet::new();
    silent.spawn(async move {
        let mut held = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            held.push(socket);
        }
    });
    let cache = node(&url).await;
    let calls = async {
        for _ in 0..1_000 {
            cache.get(&Key::new("k", &["1"])).await;
            cache.set(&Key::new("k", &["1"]), "v", LONG).await;
            cache.remove(&Key::new("k", &["1"])).await;
            cache.remove_all(&KeyPrefix::new("k", &["1"])).await;
            cache.limiter().check("u", Limit::per_minute(1), at(0)).await;
        }
    };
    assert!(timeout(Duration::from_secs(5), calls).await.is_ok(), "5,000 calls without a wait");
    assert!(is_degraded(&cache));
}

#[tokio::test]
async fn a_server_that_falls_silent_is_asked_three_times_and_then_left_alone() {
    let server = Server::start(&[]);
    let cache = node(&server.url()).await;
    until("the server answers", || cache.health() == CacheHealth::Healthy).await;
    let limiter = cache.limiter();
    server.signal("STOP");
    // Each call within its time-out of 100 ms, and after the third at once.
    let calls = async {
        for number in 0..500 {
            let call = limiter.check("u", Limit::per_minute(500), at(0));
            let decision = timeout(Duration::from_secs(2), call).await.expect("answers in time");
            assert_eq!(decision.remaining, 499 - number);
        }
    };
    assert!(timeout(Duration::from_secs(10), calls).await.is_ok());
    let CacheHealth::Degraded { reason, .. } = cache.health() else { panic!("the server is silent") };
    assert!(reason.contains("no answer within"), "{reason}");
    server.signal("CONT");
    until("it is back", || cache.health() == CacheHealth::Healthy).await;
}

#[tokio::test]
async fn a_server_that_falls_silent_is_noticed_without_being_asked() {
    let server = Server::start(&[]);
    let cache = healthy_node(&server).await;
    server.signal("STOP");
    until("it is noticed", || is_degraded(&cache)).await;
    server.signal("CONT");
    until("it is back", || cache.health() == CacheHealth::Healthy).await;
}

#[tokio::test]
async fn what_was_removed_while_the_server_did_not_answer_is_gone_when_it_does() {
    let server = Server::start(&[]);
    let (one, other) = (healthy_node(&server).await, healthy_node(&server).await);
    let copies = other.copies::<u8>(100, LONG);
    let key = |number: u32| Key::new("session", &[&number.to_string()]);
    for number in 0..4 {
        one.set(&key(number), "v", LONG).await;
        one.set(&Key::new("group", &["7", &number.to_string()]), "v", LONG).await;
    }
    server.signal("STOP");
    until_async("it is noticed", async || {
        one.get(&key(0)).await;
        is_degraded(&one)
    })
    .await;
    // None of this reaches the server's socket.
    one.remove(&key(1)).await;
    one.set(&key(2), "newer", LONG).await;
    one.remove_all(&KeyPrefix::new("group", &["7"])).await;
    server.signal("CONT");
    until("both are back", || [&one, &other].iter().all(|cache| cache.health() == CacheHealth::Healthy))
        .await;
    copies.put(&key(3), 1, copies.begin());

    assert_eq!(other.get(&key(1)).await, None, "what was removed stays removed");
    assert_eq!(other.get(&key(2)).await, None, "what was replaced is not believed again");
    assert_eq!(other.get(&Key::new("group", &["7", "3"])).await, None);
    assert!(other.get(&key(3)).await.is_some(), "nothing else is concerned");
}

#[tokio::test]
async fn when_too_much_is_owed_all_values_go_and_no_limit_is_lifted() {
    let server = Server::start(&[]);
    let (one, other) = (healthy_node(&server).await, healthy_node(&server).await);
    let key = Key::new("session", &["1"]);
    one.set(&key, "v", LONG).await;
    assert!(other.limiter().check("u", Limit::per_minute(1), at(0)).await.allowed);
    assert!(other.add_once(&keys::once("p", "1"), LONG).await);
    server.signal("STOP");
    until("it is noticed", || is_degraded(&one)).await;
    for number in 0..10_001 {
        one.remove(&Key::new("other", &[&number.to_string()])).await;
    }
    server.signal("CONT");
    until_async("all values are gone", async || other.get(&key).await.is_none()).await;
    until("both are back", || [&one, &other].iter().all(|cache| cache.health() == CacheHealth::Healthy))
        .await;
    let fresh = healthy_node(&server).await;
    assert_eq!(fresh.get(&key).await, None);
    assert!(!fresh.limiter().check("u", Limit::per_minute(1), at(0)).await.allowed);
    assert!(!fresh.add_once(&keys::once("p", "1"), LONG).await);
}

#[tokio::test]
async fn copies_are_dropped_when_news_may_have_been_missed() {
    let mut server = Server::start(&[]);
    let cache = healthy_node(&server).await;
    let copies = cache.copies::<u8>(100, LONG);
    let key = Key::new("user", &["1"]);
    server.kill();
    until("it is noticed", || is_degraded(&cache)).await;
    copies.put(&key, 1, copies.begin());
    server.start_again();
    until("it is back", || cache.health() == CacheHealth::Healthy).await;
    until("the copy is gone", || copies.get(&key).is_none()).await;
}

#[tokio::test]
async fn a_server_that_can_not_be_written_to_is_not_healthy() {
    // A replica of nobody: it answers, and refuses every write.
    let server = Server::start(&["--replicaof", "127.0.0.1", "1"]);
    let cache = node(&server.url()).await;
    until("it is said", || {
        let expected = "refused by the server: READONLY";
        matches!(cache.health(), CacheHealth::Degraded { reason, .. } if reason == expected)
    })
    .await;
    assert!(cache.limiter().check("u", Limit::per_minute(1), at(0)).await.allowed);
    assert!(!cache.limiter().check("u", Limit::per_minute(1), at(0)).await.allowed);
}

#[tokio::test]
async fn a_full_server_costs_values_and_not_limits() {
    let server = Server::start(&["--maxmemory-policy", "noeviction"]);
    let cache = healthy_node(&server).await;
    let client = redis_cli(&server);
    client(&["config", "set", "maxmemory", "1"]);
    for number in (0..20).rev() {
        assert_eq!(cache.limiter().check("u", Limit::per_minute(20), at(0)).await.remaining, number);
    }
    until("it is said", || is_degraded(&cache)).await;
    client(&["config", "set", "maxmemory", "0"]);
    until("it is back", || cache.health() == CacheHealth::Healthy).await;
}

#[tokio::test]
async fn a_cache_that_is_dropped_leaves_no_connection_behind() {
    let server = Server::start(&[]);
    let (kept, dropped) = (healthy_node(&server).await, healthy_node(&server).await);
    let client = redis_cli(&server);
    let connections = || client(&["client", "list", "type", "pubsub"]).lines().count();
    assert_eq!(connections(), 2);
    drop(dropped);
    until_async("its connection is closed", async || {
        sleep(Duration::from_millis(10)).await;
        connections() == 1
    })
    .await;
    assert_eq!(kept.health(), CacheHealth::Healthy);
}

/// Asks the server something, as a person would.
fn redis_cli(server: &Server) -> impl Fn(&[&str]) -> String {
    let url = server.url();
    move |arguments| {
        let output =
            std::process::Command::new("redis-cli").args(["-u", url.expose()]).args(arguments).output();
        String::from_utf8(output.expect("redis-cli runs").stdout).expect("is text")
    }
}
