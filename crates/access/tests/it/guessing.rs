//! Those who guess: they wait, they cost little, they learn nothing.

use std::time::{Duration, Instant};

use nightjar_access::{Access, AccessConfig, AccessError, ClientInfo, HashCost, Login, Proof, Suspect};
use nightjar_cache::{Cache, CacheConfig};
use nightjar_model::{Role, Secret, WallTime};
use tokio::task::JoinSet;

use crate::database::{TestDatabase, on_both};
use crate::make::{DAY, MINUTE, NOW, PASSWORD, SECOND, World, config, login, login_from, world, world_with};

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
    // 21 for the account before it is slowed down, 6 for the network, and what was under way meanwhile.
    assert!((27..=35).contains(&hashes), "{hashes} hashes for 10,000 attempts");
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
    for number in 0..21 {
        assert!(matches!(guess("admin", &format!("10.0.0.{number}")).await, Err(AccessError::Credentials)));
    }
    for number in 0..6 {
        assert!(matches!(guess(&format!("x-{number}"), "192.0.2.7").await, Err(AccessError::Credentials)));
    }
    for number in 0..5_000 {
        let refused = guess(&format!("invented-{number}"), "192.0.2.7").await;
        assert!(matches!(refused, Err(AccessError::TooMany { .. })), "{refused:?}");
    }
    let refused = access.login(&login("admin", PASSWORD), NOW).await;
    assert!(matches!(refused, Err(AccessError::TooMany { .. })), "it still has to wait: {refused:?}");
}

async fn a_stranger_who_guesses_keeps_only_itself_waiting(database: TestDatabase) {
    let world = world(&database).await;
    let stranger = "203.0.113.9";
    let mut now = NOW;
    for _ in 0..11 {
        let AccessError::TooMany { retry_after } = attempt_from(&world, stranger, "wrong", now).await else {
            continue;
        };
        now = now + retry_after;
        let refused = attempt_from(&world, stranger, "wrong", now).await;
        assert!(matches!(refused, AccessError::Credentials), "{refused:?}");
    }
    let refused = world.access.login(&login_from("admin", PASSWORD, stranger), now).await;
    assert!(matches!(refused, Err(AccessError::TooMany { .. })), "{refused:?}");
    world.access.login(&login_from("admin", PASSWORD, "198.51.100.1"), now).await.expect("from elsewhere");
}

async fn guessing_from_everywhere_is_slowed_down_and_told_and_keeps_no_known_device_out(
    database: TestDatabase,
) {
    let world = world(&database).await;
    let (home, elsewhere) = ("198.51.100.1", "198.51.100.2");
    world.access.login(&login_from("admin", PASSWORD, home), NOW).await.expect("signs in");
    let marks = world.access.mark_device(None, "Admin", NOW).expect("random").expect("there is a key");
    let mut bursts = world.access.login_bursts();
    // A day of guessing, each time from a network that was never seen before, as often as it may be.
    let (mut now, mut guesses) = (NOW, 0_u32);
    while now < NOW + DAY {
        let network = format!("10.{}.{}.{}", guesses >> 16, (guesses >> 8) & 255, guesses & 255);
        match attempt_from(&world, &network, "wrong", now).await {
            AccessError::Credentials => guesses += 1,
            AccessError::TooMany { retry_after } => {
                now = now + retry_after;
                let device = Some(marks.clone());
                let known = Login { device, ..login_from("admin", PASSWORD, elsewhere) };
                world.access.login(&known, now).await.expect("a device that is known");
                world.access.login(&login_from("admin", PASSWORD, home), now).await.expect("a known network");
            }
            other => panic!("{other:?}"),
        }
    }
    println!("{guesses} guesses in a day");
    assert!((288..=330).contains(&guesses), "{guesses} guesses in a day");
    let told = std::iter::from_fn(|| bursts.try_recv().ok()).map(|burst| burst.suspect);
    assert!(told.into_iter().any(|suspect| suspect == Suspect::Account("admin".to_owned())));
    let stranger = world.access.login(&login_from("admin", PASSWORD, "203.0.113.9"), now - SECOND).await;
    assert!(matches!(stranger, Err(AccessError::TooMany { .. })), "{stranger:?}");
}

async fn a_device_is_known_for_its_own_names_and_has_few_guesses(database: TestDatabase) {
    let world = world(&database).await;
    world.user("vera", Role::Viewer).await;
    let mark = |before: Option<&Secret>, name: &str| {
        world.access.mark_device(before, name, NOW).expect("random").expect("there is a key")
    };
    let marks = mark(Some(&mark(None, "admin")), "vera");
    let from = |name: &str, marks: &Secret, ip: &str| Login {
        device: Some(marks.clone()),
        ..login_from(name, "wrong", ip)
    };
    // Six of the device, wherever it is; then it waits as others do.
    for number in 0..6 {
        let guess = from("admin", &marks, &format!("10.0.0.{number}"));
        assert!(matches!(world.access.login(&guess, NOW).await, Err(AccessError::Credentials)));
    }
    for marks in [&marks, &mark(Some(&marks), "admin")] {
        let refused = world.access.login(&from("admin", marks, "10.0.0.9"), NOW).await;
        assert!(matches!(refused, Err(AccessError::TooMany { .. })), "{refused:?}");
    }
    let vera = Login { password: Secret::new(PASSWORD), ..from("vera", &marks, "10.0.0.9") };
    world.access.login(&vera, NOW).await.expect("another name is another device");

    // What was made up, or made for another name, is none.
    let stolen = mark(None, "vera");
    for marks in ["x", "a~1~b", "", &stolen.expose().replacen('~', "~1", 1), stolen.expose()] {
        let guess = from("admin", &Secret::new(marks), "192.0.2.7");
        let refused = world.access.login(&guess, NOW).await.expect_err("wrong");
        assert!(matches!(refused, AccessError::Credentials), "{refused:?}");
    }
    let sixth = from("admin", &Secret::new("x"), "192.0.2.7");
    assert!(matches!(world.access.login(&sixth, NOW).await, Err(AccessError::Credentials)));
    let seventh = world.access.login(&sixth, NOW).await;
    assert!(matches!(seventh, Err(AccessError::TooMany { .. })), "all counted for one network: {seventh:?}");
    let year = Duration::from_secs(366 * 24 * 60 * 60);
    for number in 0..6 {
        let old = from("admin", &mark(None, "admin"), "192.0.2.8");
        let counted = world.access.login(&old, NOW + year).await;
        assert!(matches!(counted, Err(AccessError::Credentials)), "{number}: {counted:?}");
    }
    let old = world.access.login(&from("admin", &mark(None, "admin"), "192.0.2.8"), NOW + year).await;
    assert!(matches!(old, Err(AccessError::TooMany { .. })), "a mark is good for a year: {old:?}");
}

async fn networks_of_one_site_are_counted_together(database: TestDatabase) {
    let world = world(&database).await;
    let guess = async |number: u32, password: &str| {
        let ip = format!("2001:db8:7:{number:x}::1");
        world.access.login(&login_from(&format!("user-{number}"), password, &ip), NOW).await
    };
    for number in 0..31 {
        assert!(matches!(guess(number, "wrong").await, Err(AccessError::Credentials)), "{number}");
    }
    let refused = guess(31, "wrong").await;
    assert!(matches!(refused, Err(AccessError::TooMany { .. })), "{refused:?}");
    world.access.login(&login_from("admin", PASSWORD, "2001:db8:8::1"), NOW).await.expect("another site");
}

async fn who_is_signed_in_proves_it_whatever_strangers_do(database: TestDatabase) {
    let world = world(&database).await;
    for number in 0..40 {
        let _ = world.access.login(&login_from("admin", "wrong", &format!("10.0.0.{number}")), NOW).await;
    }
    let (by, client) = (world.by(), ClientInfo::default());
    let proof = Proof::Password(Secret::new(PASSWORD));
    world.access.prove_presence(&by, &proof, &client, NOW).await.expect("not kept waiting");
    let (old, new) = (Secret::new(PASSWORD), Secret::new("herons stand in fog"));
    world.access.change_password(&by, &old, &new, false, &client, NOW).await.expect("not kept waiting");
}

async fn attempt_from(world: &World, ip: &str, password: &str, now: WallTime) -> AccessError {
    world.access.login(&login_from("admin", password, ip), now).await.expect_err("wrong")
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
    a_stranger_who_guesses_keeps_only_itself_waiting,
    guessing_from_everywhere_is_slowed_down_and_told_and_keeps_no_known_device_out,
    a_device_is_known_for_its_own_names_and_has_few_guesses,
    networks_of_one_site_are_counted_together,
    who_is_signed_in_proves_it_whatever_strangers_do,
    a_burst_is_told_once_a_minute_for_each_suspect,
    an_unknown_account_is_answered_like_a_known_one,
    an_account_that_is_switched_off_is_answered_like_none,
    a_hash_of_an_older_cost_is_replaced_at_the_next_sign_in,
);
