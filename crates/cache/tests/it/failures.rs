//! Failures in a row.

use std::time::Duration;

use nightjar_cache::{FAILURES_FORGOTTEN_AFTER, FREE_FAILURES, FailureState, delay_after};
use tokio::task::JoinSet;

use crate::support::{Nodes, SUBJECTS, at, on_both};

on_both!(
    five_are_free_and_then_the_wait_doubles,
    every_failure_counts_wherever_it_is_noted,
    a_success_forgets_them,
    an_hour_without_one_forgets_them,
    who_is_only_asked_about_pushes_nobody_out,
);

async fn five_are_free_and_then_the_wait_doubles(nodes: Nodes) {
    let (one, other) = (nodes.node().await.failures(), nodes.node().await.failures());
    assert_eq!(one.state("alice", at(0)).await, FailureState::default());
    for count in 1..=FREE_FAILURES {
        let state = one.note_failure("alice", at(0)).await;
        assert_eq!(state, FailureState { count, retry_after: Duration::ZERO });
    }
    assert_eq!(one.note_failure("alice", at(0)).await.retry_after, Duration::from_secs(1));
    assert_eq!(other.note_failure("alice", at(2_000)).await.retry_after, Duration::from_secs(2));
    let waiting = one.state("alice", at(2_500)).await;
    assert_eq!(waiting, FailureState { count: 7, retry_after: Duration::from_millis(1_500) });
    assert_eq!(one.state("alice", at(4_000)).await.retry_after, Duration::ZERO);
    assert_eq!(one.state("bob", at(0)).await, FailureState::default());
}

async fn every_failure_counts_wherever_it_is_noted(nodes: Nodes) {
    let failures = [nodes.node().await.failures(), nodes.node().await.failures()];
    let mut attempts = JoinSet::new();
    for number in 0..50 {
        let failures = failures[number % 2].clone();
        attempts.spawn(async move { failures.note_failure("alice", at(0)).await.count });
    }
    let mut counts = attempts.join_all().await;
    counts.sort_unstable();
    assert_eq!(counts, (1..=50).collect::<Vec<_>>());
    assert_eq!(failures[0].state("alice", at(0)).await.retry_after, delay_after(50));
}

async fn a_success_forgets_them(nodes: Nodes) {
    let (one, other) = (nodes.node().await.failures(), nodes.node().await.failures());
    for _ in 0..10 {
        one.note_failure("alice", at(0)).await;
    }
    assert_eq!(other.state("alice", at(0)).await.count, 10);
    other.forget("alice").await;
    assert_eq!(one.state("alice", at(0)).await, FailureState::default());
    assert_eq!(one.note_failure("alice", at(0)).await.count, 1);
}

async fn an_hour_without_one_forgets_them(nodes: Nodes) {
    let failures = nodes.node().await.failures();
    let hour = i64::try_from(FAILURES_FORGOTTEN_AFTER.as_millis()).expect("short");
    for _ in 0..10 {
        failures.note_failure("alice", at(0)).await;
    }
    assert_eq!(failures.state("alice", at(hour - 1)).await.count, 10);
    assert_eq!(failures.state("alice", at(hour)).await, FailureState::default());
    assert_eq!(failures.note_failure("alice", at(hour)).await.count, 1);
}

async fn who_is_only_asked_about_pushes_nobody_out(nodes: Nodes) {
    let failures = nodes.node().await.failures();
    for _ in 0..10 {
        failures.note_failure("alice", at(0)).await;
    }
    // Ten times as many as there is room for.
    for number in 0..10 * SUBJECTS {
        assert_eq!(failures.state(&format!("invented-{number}"), at(0)).await, FailureState::default());
    }
    assert_eq!(failures.state("alice", at(0)).await.count, 10);
}
