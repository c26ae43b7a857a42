//! Those who guess: they wait, they cost little, they learn nothing.

use std::time::{Duration, Instant};

use nightjar_access::{Access, AccessConfig, AccessError, HashCost, Suspect};
use nightjar_cache::{Cache, CacheConfig};
use nightjar_model::{Role, Secret};
use tokio::task::JoinSet;

use crate::database::{TestDatabase, on_both};
use crate::make::{MINUTE, NOW, PASSWORD, SECOND, config, login, login_from, world, world_with};

async fn ten_thousand_wrong_sign_ins_cost_few_hashes(database: TestDatabase) {
    let cost = AccessConfig { hash_cost: HashCost::default(), ..config() };
    let world = world_with(&database, cost).await;
    let before = world.access.hashes();
    let begin = now();
    let mut tasks = JoinSet::new();
    for task in 0..20 {
        let access = world.access.clone();
        tasks.spawn(async move {
            for number in 0..500 {
                // Half of them at one account from everywhere, half from one address at all accounts.
                let login = match number % 2 {
                    0 => {
                        login_from("admin", "wrong", &format!("10.{task}.{}.{}", number / 256, number % 256))
                    }
                    _ => login_from(&format!("user-{task}-{number}"), "wrong", "192.0.2.7"),
                };
                let refused = access.login(&login, NOW).await.expect_err("wrong");
                assert!(
                    matches!(refused, AccessError::Credentials | AccessError::TooMany { .. }),
                    "{refused:?}"
                );
            }
        });
    }
    tasks.join_all().await;
    let hashes = world.access.hashes() - before;
    assert!((10..=20).contains(&hashes), "{hashes} hashes for 10,000 attempts");
    assert!(begin.elapsed() < Duration::from_secs(20), "they took {:?}", begin.elapsed());
}

async fn who_fails_waits_longer_and_longer_and_is_forgotten_after_success(database: TestDatabase) {
    let world = world(&database).await;
    let attempt = |password: &'static str, after: Duration| {
        let access = world.access.clone();
        async move { access.login(&login("admin", password), NOW + after).await }
    };
    for _ in 0..6 {
        assert!(matches!(attempt("wrong", Duration::ZERO).await, Err(AccessError::Credentials)));
    }
    let mut after = Duration::ZERO;
    for expected in [1, 2, 4, 8, 16] {
        // Even the right one waits, and asking does not make it longer.
        for _ in 0..3 {
            let refused = attempt(PASSWORD, after).await.expect_err("has to wait");
            let AccessError::TooMany { retry_after } = refused else { panic!("{refused:?}") };
            assert_eq!(retry_after.as_secs(), expected);
        }
        after += Duration::from_secs(expected);
        assert!(matches!(attempt("wrong", after).await, Err(AccessError::Credentials)));
    }
    after += Duration::from_secs(32);
    attempt(PASSWORD, after).await.expect("after waiting, the right one is let in");
    assert!(matches!(attempt("wrong", after).await, Err(AccessError::Credentials)), "free again");
}

async fn one_address_waits_whatever_accounts_it_tries_and_others_do_not(database: TestDatabase) {
    let world = world(&database).await;
    for number in 0..6 {
        let login = login_from(&format!("user-{number}"), "wrong", "2001:db8::1");
        assert!(matches!(world.access.login(&login, NOW).await, Err(AccessError::Credentials)));
    }
    let neighbour = world.access.login(&login_from("admin", PASSWORD, "2001:db8::2"), NOW).await;
    assert!(matches!(neighbour, Err(AccessError::TooMany { .. })), "{neighbour:?}");
    world.access.login(&login_from("admin", PASSWORD, "2001:db8:1::1"), NOW).await.expect("signs in");
    world.access.login(&login_from("admin", PASSWORD, "2001:db8::2"), NOW + SECOND).await.expect("signs in");
}

async fn invented_names_do_not_make_a_victim_forgotten(database: TestDatabase) {
    let catalog = database.open().await;
    let cache = CacheConfig { max_subjects: 100, ..CacheConfig::default() };
    let access = Access::new(catalog, Cache::embedded(cache), config()).expect("starts");
    access.ensure_admin(&Secret::new(PASSWORD), NOW).await.expect("made");
    let guess = async |name: &str, ip: &str| access.login(&login_from(name, "wrong", ip), NOW).await;
    for number in 0..6 {
        assert!(matches!(guess("admin", &format!("10.0.0.{number}")).await, Err(AccessError::Credentials)));
        assert!(matches!(guess(&format!("x-{number}"), "192.0.2.7").await, Err(AccessError::Credentials)));
    }
    for number in 0..5_000 {
        let refused = guess(&format!("invented-{number}"), "192.0.2.7").await;
        assert!(matches!(refused, Err(AccessError::TooMany { .. })), "{refused:?}");
    }
    let refused = access.login(&login("admin", PASSWORD), NOW).await;
    assert!(matches!(refused, Err(AccessError::TooMany { .. })), "it still has to wait: {refused:?}");
}

async fn a_burst_is_told_once_a_minute_for_each_suspect(database: TestDatabase) {
    let world = world(&database).await;
    let mut bursts = world.access.login_bursts();
    for _ in 0..100 {
        let _ = world.access.login(&login_from("Admin", "wrong", "192.0.2.7"), NOW).await;
    }
    let told: Vec<Suspect> =
        std::iter::from_fn(|| bursts.try_recv().ok()).map(|burst| burst.suspect).collect();
    let ip = "192.0.2.7".parse().expect("an address");
    assert_eq!(told, [Suspect::Account("admin".to_owned()), Suspect::Ip(ip)]);
    for _ in 0..100 {
        let _ = world.access.login(&login(PASSWORD, "admin"), NOW).await;
    }
    let told = bursts.try_recv().expect("one more").suspect;
    assert_eq!(told, Suspect::Nobody, "a name that no account has may be a password");
}

async fn an_unknown_account_is_answered_like_a_known_one(database: TestDatabase) {
    let cost = AccessConfig { hash_cost: HashCost::default(), ..config() };
    let world = world_with(&database, cost).await;
    for number in 0..10 {
        world.user(&format!("known-{number}"), Role::Viewer).await;
    }
    let mut times = [Vec::new(), Vec::new()];
    for number in 0..10 {
        for (kind, name) in [(0, format!("known-{number}")), (1, format!("nobody-{number}"))] {
            let begin = now();
            let refused = world.access.login(&login(&name, "wrong"), NOW).await.expect_err("wrong");
            times[kind].push(begin.elapsed());
            assert!(matches!(refused, AccessError::Credentials), "{refused:?}");
            assert_eq!(refused.to_string(), "wrong username or password");
        }
    }
    let [known, unknown] = times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    });
    assert!(known > Duration::from_millis(5), "a hash takes its time: {known:?}");
    assert!(unknown > known / 2 && known > unknown / 2, "{known:?} for a known one, {unknown:?} for nobody");
    assert!(known < Duration::from_millis(400), "and not too long: {known:?}");
}

async fn an_account_that_is_switched_off_is_answered_like_none(database: TestDatabase) {
    let world = world(&database).await;
    let user = world.user("vera", Role::Viewer).await;
    let patch = nightjar_access::UserPatch { active: Some(false), ..Default::default() };
    world.access.update_user(&world.by(), user.id, patch, None, NOW).await.expect("changed");
    let refused = world.access.login(&login("vera", PASSWORD), NOW).await;
    assert!(matches!(refused, Err(AccessError::Credentials)), "{refused:?}");
}

async fn a_hash_of_an_older_cost_is_replaced_at_the_next_sign_in(database: TestDatabase) {
    let world = world(&database).await;
    let dearer = AccessConfig { hash_cost: HashCost { memory_kib: 64, passes: 1 }, ..config() };
    let node = crate::make::node(&world.catalog, dearer);
    let stored = || async {
        let record = world.catalog.login_record("admin").await.expect("reads").expect("is there");
        record.password_hash.expect("has one").expose().to_owned()
    };
    assert!(stored().await.contains("m=8,"));
    node.login(&login("admin", PASSWORD), NOW + MINUTE).await.expect("signs in");
    assert!(stored().await.contains("m=64,"));
    node.login(&login("admin", PASSWORD), NOW + MINUTE).await.expect("signs in");
}

/// Only to measure: nothing that is tested reads this clock.
#[expect(clippy::disallowed_methods, reason = "measures how long something took")]
fn now() -> Instant {
    Instant::now()
}

on_both!(
    ten_thousand_wrong_sign_ins_cost_few_hashes,
    who_fails_waits_longer_and_longer_and_is_forgotten_after_success,
    one_address_waits_whatever_accounts_it_tries_and_others_do_not,
    invented_names_do_not_make_a_victim_forgotten,
    a_burst_is_told_once_a_minute_for_each_suspect,
    an_unknown_account_is_answered_like_a_known_one,
    an_account_that_is_switched_off_is_answered_like_none,
    a_hash_of_an_older_cost_is_replaced_at_the_next_sign_in,
);
