//! So many within so much time.

use nightjar_cache::{Decision, Limit};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tokio::task::JoinSet;

use crate::support::{Nodes, at, on_both};

on_both!(
    of_many_at_the_same_time_exactly_the_limit_is_let_in,
    it_slides_instead_of_starting_over,
    a_refusal_costs_nothing_and_says_when_to_come_back,
    subjects_and_limits_are_counted_apart,
    whatever_was_typed_is_a_subject,
);

async fn of_many_at_the_same_time_exactly_the_limit_is_let_in(nodes: Nodes) {
    let limiters = [nodes.node().await.limiter(), nodes.node().await.limiter()];
    let mut tries = JoinSet::new();
    for number in 0..100 {
        let limiter = limiters[number % 2].clone();
        tries.spawn(async move { limiter.check("u", Limit::per_minute(30), at(0)).await });
    }
    let decisions: Vec<Decision> = tries.join_all().await;
    let mut remaining: Vec<u32> =
        decisions.iter().filter(|decision| decision.allowed).map(|decision| decision.remaining).collect();
    remaining.sort_unstable();
    assert_eq!(remaining, (0..30).collect::<Vec<_>>(), "each knows how many are left");
    assert!(decisions.iter().all(|decision| decision.limit == 30));
}

async fn it_slides_instead_of_starting_over(nodes: Nodes) {
    let limiter = nodes.node().await.limiter();
    let limit = Limit::per_minute(10);
    // Ten in the last second of a minute …
    for _ in 0..10 {
        assert!(limiter.check("u", limit, at(59_000)).await.allowed);
    }
    // … are not forgotten in the first of the next one, and half of them are after half of it.
    assert!(!limiter.check("u", limit, at(60_000)).await.allowed);
    let mut let_in = 0;
    while limiter.check("u", limit, at(90_000)).await.allowed {
        let_in += 1;
    }
    assert_eq!(let_in, 5);
    // After two quiet minutes all of it is there.
    let fresh = limiter.check("u", limit, at(240_000)).await;
    assert_eq!((fresh.allowed, fresh.remaining), (true, 9));
    assert_eq!(fresh.reset_after.as_secs(), 120);
}

async fn a_refusal_costs_nothing_and_says_when_to_come_back(nodes: Nodes) {
    let limiter = nodes.node().await.limiter();
    let limit = Limit::per_minute(4);
    for _ in 0..4 {
        limiter.check("u", limit, at(30_000)).await;
    }
    let mut refused = limiter.check("u", limit, at(30_000)).await;
    for _ in 0..20 {
        refused = limiter.check("u", limit, at(30_000)).await;
    }
    assert_eq!((refused.allowed, refused.remaining), (false, 0));
    let then = i64::try_from(refused.retry_after.as_millis()).expect("short");
    assert_eq!(then, 30_000 + 15_000, "a quarter of the next minute: then one of the four has faded");
    assert!(!limiter.check("u", limit, at(30_000 + then - 1)).await.allowed);
    assert!(limiter.check("u", limit, at(30_000 + then)).await.allowed);
}

async fn subjects_and_limits_are_counted_apart(nodes: Nodes) {
    let limiter = nodes.node().await.limiter();
    let (minute, hour) = (Limit::per_minute(1), Limit::per_hour(2));
    assert!(limiter.check("u", minute, at(0)).await.allowed);
    assert!(!limiter.check("u", minute, at(0)).await.allowed);
    assert!(limiter.check("v", minute, at(0)).await.allowed);
    assert_eq!(limiter.check("u", hour, at(0)).await.remaining, 1);
    assert!(!limiter.check("w", Limit::per_minute(0), at(0)).await.allowed);
}

async fn whatever_was_typed_is_a_subject(nodes: Nodes) {
    let limiter = nodes.node().await.limiter();
    let long = "x".repeat(1 << 20);
    for subject in ["", "a:b", "a\r\nDEL x", "日本", "*", long.as_str()] {
        assert!(limiter.check(subject, Limit::per_minute(1), at(0)).await.allowed);
        assert!(!limiter.check(subject, Limit::per_minute(1), at(0)).await.allowed, "{subject:.9}");
    }
}

#[tokio::test]
async fn both_forms_decide_alike() {
    let embedded = Nodes::embedded().node().await.limiter();
    let shared = Nodes::shared().node().await.limiter();
    let mut runner = TestRunner::deterministic();
    let step = prop_oneof![8 => 0i64..3_000, 1 => 0i64..200_000];
    let mut now = 0;
    for number in 0..2_000 {
        now += step.new_tree(&mut runner).expect("makes one").current();
        for limit in [Limit::per_minute(20), Limit::per_hour(150)] {
            let one = embedded.check("u", limit, at(now)).await;
            assert_eq!(one, shared.check("u", limit, at(now)).await, "number {number}, at {now}");
        }
    }
}
