//! Sign-ins: access tokens, refresh tokens, and what ends them.

use nightjar_access::{AccessConfig, AccessError, AuthFault, Change, ClientInfo, SignIn};
use nightjar_model::{Role, Secret, SessionEnd, Via};
use tokio::task::JoinSet;

use crate::database::{TestDatabase, on_both};
use crate::make::{DAY, MINUTE, NOW, PASSWORD, SECOND, World, config, login, node, world, world_with};

async fn an_access_token_is_good_for_a_quarter_of_an_hour(database: TestDatabase) {
    let world = world(&database).await;
    let token = &world.admin.access;
    let caller = world.who(token, NOW).await.expect("signed in");
    assert_eq!(caller, world.by());
    assert_eq!(world.admin.expires_at, NOW + 15 * MINUTE);
    assert!(world.who(token, NOW + 14 * MINUTE).await.is_some());
    assert!(world.who(token, NOW + 16 * MINUTE).await.is_none());
}

async fn a_refresh_token_works_once_and_its_reuse_ends_the_sign_in(database: TestDatabase) {
    let world = world(&database).await;
    let first = world.admin.refresh.clone();
    let second = world_refresh(&world, &first).await.expect("good once");
    assert_eq!(second.session.id, world.admin.session.id);
    assert_ne!(second.refresh, first);
    assert!(world.who(&second.access, NOW).await.is_some());
    let third = world_refresh(&world, &second.refresh).await.expect("good once");

    let reused = world_refresh(&world, &first).await;
    let Err(AccessError::RefreshReused(ended)) = &reused else { panic!("{reused:?}") };
    assert_eq!(ended.id, second.session.id);
    assert!(world.who(&third.access, NOW).await.is_none(), "at once");
    let fourth = world_refresh(&world, &third.refresh).await;
    assert!(matches!(fourth, Err(AccessError::Refresh)), "the whole family has ended");
    let session = world.catalog.session(second.session.id).await.expect("reads").expect("is there");
    assert_eq!(session.ended.map(|(_, why)| why), Some(SessionEnd::Reuse));
}

async fn a_refresh_whose_answer_got_lost_is_asked_for_again(database: TestDatabase) {
    let world = world(&database).await;
    let refresh = async |token: &Secret, now| world.access.refresh(token, &ClientInfo::default(), now).await;
    let lost = refresh(&world.admin.refresh, NOW).await.expect("good");
    let again = refresh(&world.admin.refresh, NOW + 59 * SECOND).await.expect("its client asks again");
    assert_eq!(again.session.id, lost.session.id);
    for access in [&world.admin.access, &lost.access, &again.access] {
        assert!(world.who(access, NOW + MINUTE).await.is_some(), "it is one sign-in");
    }
    let next = refresh(&again.refresh, NOW + 10 * MINUTE).await.expect("goes on");
    // Somebody has the answer that was lost.
    let thief = refresh(&lost.refresh, NOW + 11 * MINUTE).await;
    assert!(matches!(thief, Err(AccessError::RefreshReused(_))), "{thief:?}");
    assert!(world.who(&next.access, NOW + 11 * MINUTE).await.is_none());
    assert!(matches!(refresh(&next.refresh, NOW + 11 * MINUTE).await, Err(AccessError::Refresh)));
}

async fn a_refresh_is_asked_for_again_within_a_minute_or_never(database: TestDatabase) {
    let world = world(&database).await;
    let first = world_refresh(&world, &world.admin.refresh).await.expect("good");
    let late = world.access.refresh(&world.admin.refresh, &ClientInfo::default(), NOW + MINUTE).await;
    assert!(matches!(late, Err(AccessError::RefreshReused(_))), "{late:?}");
    assert!(world.who(&first.access, NOW).await.is_none());
}

async fn of_refreshes_at_once_one_goes_on(database: TestDatabase) {
    let world = world(&database).await;
    let token = world.admin.refresh.clone();
    let (a, b) = tokio::join!(world_refresh(&world, &token), world_refresh(&world, &token));
    let (a, b) = (a.expect("good"), b.expect("its answer may have been lost"));
    // One of the two tokens is void; nobody can tell who has which.
    let (c, d) = (world_refresh(&world, &a.refresh).await, world_refresh(&world, &b.refresh).await);
    assert!(c.is_err() || d.is_err(), "{c:?} {d:?}");
    assert!(matches!(
        [&c, &d],
        [Err(AccessError::RefreshReused(_)), _] | [_, Err(AccessError::RefreshReused(_))]
    ));
    for access in [&a.access, &b.access] {
        assert!(world.who(access, NOW).await.is_none(), "two had the token");
    }

    let admin = world.access.login(&login("admin", PASSWORD), NOW).await.expect("signs in");
    let mut asking = JoinSet::new();
    for _ in 0..5 {
        let (access, token) = (world.access.clone(), admin.refresh.clone());
        asking.spawn(async move { access.refresh(&token, &ClientInfo::default(), NOW).await });
    }
    let answers = asking.join_all().await;
    let reused = |answer: &&Result<SignIn, AccessError>| matches!(answer, Err(AccessError::RefreshReused(_)));
    assert_eq!(answers.iter().filter(reused).count(), 1, "no client asks that often: {answers:?}");
    assert!(world.who(&admin.access, NOW).await.is_none());
}

async fn a_sign_in_ends_when_it_is_not_refreshed_for_a_week(database: TestDatabase) {
    let world = world(&database).await;
    let late = NOW + 7 * DAY;
    let refreshed = world.access.refresh(&world.admin.refresh, &ClientInfo::default(), late).await;
    assert!(matches!(refreshed, Err(AccessError::Refresh)));
    let early = NOW + 6 * DAY;
    let refreshed = world.access.refresh(&world.admin.refresh, &ClientInfo::default(), early).await;
    let refreshed = refreshed.expect("in time");
    assert!(world.who(&refreshed.access, early).await.is_some());
    assert_eq!(refreshed.session.expires_at, early + 7 * DAY);
}

async fn a_sign_in_ends_after_a_month_however_often_it_is_refreshed(database: TestDatabase) {
    let world = world(&database).await;
    let mut token = world.admin.refresh.clone();
    let mut refresh = async |now| {
        let refreshed = world.access.refresh(&token, &ClientInfo::default(), now).await?;
        token = refreshed.refresh.clone();
        Ok::<SignIn, AccessError>(refreshed)
    };
    for day in 1..30 {
        refresh(NOW + day * DAY).await.expect("goes on");
    }
    let last = refresh(NOW + 30 * DAY - MINUTE).await.expect("goes on");
    assert_eq!(last.session.expires_at, NOW + 30 * DAY);
    assert!(world.who(&last.access, NOW + 30 * DAY - SECOND).await.is_some());
    assert!(world.who(&last.access, NOW + 30 * DAY).await.is_none(), "its access tokens end with it");
    let refused = refresh(NOW + 30 * DAY).await;
    assert!(matches!(refused, Err(AccessError::Refresh)), "{refused:?}");

    // A shorter lifetime counts for the sign-ins that there are.
    let shorter = AccessConfig { session_lifetime: DAY, ..config() };
    let node = node(&world.catalog, shorter);
    let late = NOW + 31 * DAY;
    let begun = world.access.login(&login("admin", PASSWORD), late).await.expect("signs in");
    let known = async |now| node.authenticate(begun.access.expose(), None, now).await.is_ok();
    assert!(known(late).await);
    let refreshed = world.access.refresh(&begun.refresh, &ClientInfo::default(), late + DAY).await;
    let refreshed = refreshed.expect("goes on here");
    assert!(node.authenticate(refreshed.access.expose(), None, late + DAY).await.is_err());
}

async fn signing_out_counts_at_once_here_or_everywhere(database: TestDatabase) {
    let world = world(&database).await;
    let second = world.access.login(&login("ADMIN", PASSWORD), NOW).await.expect("signs in");
    let third = world.access.login(&login("admin", PASSWORD), NOW).await.expect("signs in");
    let mut changes = world.access.changes();
    for sign_in in [&world.admin, &second, &third] {
        assert!(world.who(&sign_in.access, NOW).await.is_some());
    }
    world.access.logout(&second.caller(), false, NOW).await.expect("signs out");
    assert_eq!(changes.next().await, Some(Change::Session(second.session.id)));
    assert!(world.who(&second.access, NOW).await.is_none());
    assert!(!world.access.is_alive(Via::Session(second.session.id), NOW).await.expect("reads"));
    assert!(world.access.is_alive(Via::Session(third.session.id), NOW).await.expect("reads"));

    world.access.logout(&third.caller(), true, NOW).await.expect("signs out");
    assert!(world.who(&third.access, NOW).await.is_none());
    assert!(world.who(&world.admin.access, NOW).await.is_none());
    assert!(world_refresh(&world, &third.refresh).await.is_err());
}

async fn changing_the_password_ends_the_other_sign_ins(database: TestDatabase) {
    let world = world(&database).await;
    let other = world.access.login(&login("admin", PASSWORD), NOW).await.expect("signs in");
    let change = |current: &str, new: &str| {
        let (current, new) = (Secret::new(current), Secret::new(new));
        let (access, by) = (world.access.clone(), world.by());
        async move { access.change_password(&by, &current, &new, false, &ClientInfo::default(), NOW).await }
    };
    let wrong = change("wrong", "quiet herons in fog").await;
    assert!(matches!(wrong, Err(AccessError::Credentials)));
    let weak = change(PASSWORD, "password123").await;
    assert!(matches!(weak, Err(AccessError::Field { field: "new_password", .. })), "{weak:?}");
    change(PASSWORD, "quiet herons in fog").await.expect("changes");
    assert!(world.who(&world.admin.access, NOW).await.is_some());
    assert!(world.who(&other.access, NOW).await.is_none());
    assert!(world.access.login(&login("admin", PASSWORD), NOW).await.is_err());
    world.access.login(&login("admin", "quiet herons in fog"), NOW).await.expect("signs in");
}

async fn no_sign_in_with_the_old_password_outlives_its_reset(database: TestDatabase) {
    let world = world(&database).await;
    let user = world.user("vera", Role::Viewer).await;
    let mut old = PASSWORD.to_owned();
    for round in 0..15 {
        // Whoever knows the old password tries it all the time, from everywhere.
        let mut thieves = JoinSet::new();
        for _ in 0..5 {
            let (access, old) = (node(&world.catalog, config()), old.clone());
            thieves.spawn(async move {
                let mut got = Vec::new();
                for _ in 0..4 {
                    got.extend(access.login(&login("vera", &old), NOW).await);
                }
                got
            });
        }
        let new = format!("quiet herons in fog {round}");
        world
            .access
            .reset_password(&world.by(), user.id, &Secret::new(&*new), false, NOW)
            .await
            .expect("is reset");
        for got in thieves.join_all().await.into_iter().flatten() {
            let living = world_refresh(&world, &got.refresh).await;
            assert!(matches!(living, Err(AccessError::Refresh)), "round {round}: {living:?}");
        }
        world.access.login(&login("vera", &new), NOW).await.expect("signs in");
        old = new;
    }
}

async fn who_knew_the_old_password_does_not_change_the_one_of_its_reset(database: TestDatabase) {
    let world = world(&database).await;
    for round in 0..15 {
        let thief = world.signed_in(&format!("vera-{round}"), Role::Viewer).await;
        let (taken, given) = (Secret::new("taken by somebody else"), Secret::new("given by the admin"));
        let (client, old, by) = (ClientInfo::default(), Secret::new(PASSWORD), thief.caller());
        let change = world.access.change_password(&by, &old, &taken, false, &client, NOW);
        let admin = world.by();
        let reset = world.access.reset_password(&admin, thief.user.id, &given, false, NOW);
        let (changed, reset) = tokio::join!(change, reset);
        reset.expect("is reset");
        assert!(matches!(changed, Ok(()) | Err(AccessError::Credentials)), "{changed:?}");
        let owner = world.access.login(&login(&thief.user.username, given.expose()), NOW).await;
        owner.unwrap_or_else(|error| panic!("round {round}: {error}, and the change ended in {changed:?}"));
    }
}

async fn keys_rotate_and_the_old_one_counts_until_its_tokens_are_out(database: TestDatabase) {
    let world = world(&database).await;
    let before = NOW + 30 * DAY - SECOND;
    // Signed with the first key in its last second, used when there is a second one.
    let old = world.access.login(&login("admin", PASSWORD), before).await.expect("signs in");
    let after = before + 2 * SECOND;
    let new = world.access.login(&login("admin", PASSWORD), after).await.expect("signs in");
    let kid = |token: &Secret| token.expose().split('.').next().expect("a header").to_owned();
    assert_ne!(kid(&old.access), kid(&new.access));
    assert_eq!(world.catalog.signing_keys().await.expect("reads").len(), 2);
    assert!(world.who(&old.access, after).await.is_some());

    let other_node = node(&world.catalog, config());
    for token in [&old.access, &new.access] {
        assert!(other_node.authenticate(token.expose(), None, after).await.is_ok(), "from the catalog");
    }
    let much_later = after + 30 * DAY;
    world.access.login(&login("admin", PASSWORD), much_later).await.expect("signs in");
    let keys = world.catalog.signing_keys().await.expect("reads");
    assert_eq!(keys.len(), 2, "the first one is gone: {keys:?}");
}

async fn what_is_no_token_of_ours_is_nobody(database: TestDatabase) {
    let world = world(&database).await;
    let other_folder = tempfile::tempdir().expect("a folder");
    let token = world.admin.access.expose();
    let mut tokens: Vec<String> = (0..token.len()).step_by(7).map(|at| token[..at].to_owned()).collect();
    let [header, payload, signature]: [&str; 3] =
        token.split('.').collect::<Vec<_>>().try_into().expect("three parts");
    // {"alg":"none","kid":"x"}
    tokens.push(format!("eyJhbGciOiJub25lIiwia2lkIjoieCJ9.{payload}."));
    tokens.push(format!("eyJhbGciOiJub25lIiwia2lkIjoieCJ9.{payload}.{signature}"));
    tokens.push(format!("{header}.{payload}."));
    tokens.push(format!("{header}.{payload}.{signature}x"));
    tokens.push(format!("Bearer {token}"));
    tokens.extend(["njt_".to_owned(), "njr_".to_owned(), "x".repeat(100_000)]);
    tokens.push(world.admin.refresh.expose().to_owned());
    for token in &tokens {
        let fault = world.access.authenticate(token, None, NOW).await.expect_err("refused");
        let missing = token.is_empty();
        assert!(matches!(fault, AuthFault::Missing) == missing, "{token}: {fault:?}");
    }
    // Another installation's token, signed with its own key.
    let url = format!("sqlite://{}", other_folder.path().join("other.db").display());
    let foreign = world_with(&TestDatabase::at(&url), config()).await;
    let fault = world.access.authenticate(foreign.admin.access.expose(), None, NOW).await;
    assert!(matches!(fault, Err(AuthFault::Invalid)));
}

async fn one_sign_in_too_many_ends_the_one_unused_for_longest(database: TestDatabase) {
    let config = AccessConfig { sessions_per_user: 3, ..config() };
    let world = world_with(&database, config).await;
    let mut sign_ins = Vec::new();
    for number in 1..=3 {
        let now = NOW + number * SECOND;
        sign_ins.push(world.access.login(&login("admin", PASSWORD), now).await.expect("signs in"));
    }
    let now = NOW + 4 * SECOND;
    assert!(world.who(&world.admin.access, now).await.is_none(), "the first one had to go");
    for sign_in in &sign_ins {
        assert!(world.who(&sign_in.access, now).await.is_some());
    }
}

async fn a_request_costs_no_database(database: TestDatabase) {
    let world = world(&database).await;
    let viewer = world.signed_in("vera", Role::Viewer).await;
    assert!(world.who(&viewer.access, NOW).await.is_some());
    // Nothing can be read any more; for a moment nothing has to be.
    world.catalog.close().await;
    for _ in 0..1_000 {
        assert!(world.who(&viewer.access, NOW).await.is_some());
    }
}

async fn world_refresh(world: &World, token: &Secret) -> Result<SignIn, AccessError> {
    world.access.refresh(token, &ClientInfo::default(), NOW).await
}

on_both!(
    an_access_token_is_good_for_a_quarter_of_an_hour,
    a_refresh_token_works_once_and_its_reuse_ends_the_sign_in,
    a_refresh_whose_answer_got_lost_is_asked_for_again,
    a_refresh_is_asked_for_again_within_a_minute_or_never,
    of_refreshes_at_once_one_goes_on,
    a_sign_in_ends_when_it_is_not_refreshed_for_a_week,
    a_sign_in_ends_after_a_month_however_often_it_is_refreshed,
    signing_out_counts_at_once_here_or_everywhere,
    changing_the_password_ends_the_other_sign_ins,
    no_sign_in_with_the_old_password_outlives_its_reset,
    who_knew_the_old_password_does_not_change_the_one_of_its_reset,
    keys_rotate_and_the_old_one_counts_until_its_tokens_are_out,
    what_is_no_token_of_ours_is_nobody,
    one_sign_in_too_many_ends_the_one_unused_for_longest,
    a_request_costs_no_database,
);
