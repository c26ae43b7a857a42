//! Sessions and their refresh tokens.

use nightjar_catalog::{Catalog, RefreshOutcome};
use nightjar_model::{Role, Secret, Session, SessionEnd, SessionId, User};
use sea_orm::ConnectionTrait;
use tokio::task::{JoinSet, yield_now};
use uuid::Uuid;

use crate::database::{TestDatabase, on_both};
use crate::make::at;
use crate::make_accounts::{added_session, added_user, session};

on_both!(
    only_who_may_sign_in_gets_a_session,
    no_session_outlives_the_password_that_it_was_begun_with,
    a_refresh_keeps_a_session_alive,
    a_used_refresh_token_ends_its_session,
    a_token_whose_answer_got_lost_is_exchanged_again,
    a_token_is_exchanged_again_only_soon_and_a_few_times,
    of_many_refreshes_a_few_win_and_all_end,
    refreshes_and_ends_at_once_agree,
    a_session_that_is_over_is_not_refreshed,
    sessions_are_listed_while_they_live,
    all_sessions_but_one_can_be_ended,
    old_sessions_are_forgotten,
);

async fn only_who_may_sign_in_gets_a_session(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    let begin = async |session: &Session, hash: u8, version| {
        catalog.create_session(session, &[hash; 32], version).await.expect("is answered")
    };
    let first = session(&ada);
    assert!(begin(&first, 1, Some(0)).await);
    catalog.set_password(ada.id, Some(&Secret::new("$next")), None, at(1)).await.expect("is set");
    let late = session(&ada);
    assert!(!begin(&late, 2, Some(0)).await, "that was the password before");
    assert_eq!(catalog.session(late.id).await, Ok(None));
    assert_eq!(rotate(&catalog, 2, 3, 10).await, RefreshOutcome::Unknown);
    assert!(begin(&late, 2, Some(1)).await);
    assert!(begin(&session(&ada), 4, None).await, "came without a password");

    let program = User { role: Role::ApiOnly, ..ada.clone() };
    catalog.update_user(&program, None, at(2)).await.expect("is changed");
    assert!(!begin(&session(&ada), 5, None).await);
    catalog.update_user(&User { active: false, ..ada.clone() }, None, at(3)).await.expect("is changed");
    assert!(!begin(&session(&ada), 5, None).await && !begin(&session(&ada), 5, Some(1)).await);
    catalog.delete_user(ada.org_id, ada.id).await.expect("is removed");
    assert!(!begin(&session(&ada), 5, None).await);
}

async fn no_session_outlives_the_password_that_it_was_begun_with(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    let mut hashes = 0u8..;
    for round in 0..20 {
        let mut tasks = JoinSet::new();
        for (hash, later) in (0..10).map(|later| (hashes.next().expect("enough"), later)) {
            let (catalog, session) = (catalog.clone(), session(&ada));
            tasks.spawn(async move {
                for _ in 0..later * round {
                    yield_now().await;
                }
                catalog.create_session(&session, &[hash; 32], Some(round)).await
            });
        }
        let password = Secret::new("$next");
        catalog.set_password(ada.id, Some(&password), None, at(1)).await.expect("is set");
        catalog.end_sessions_of(ada.id, None, at(1), SessionEnd::Revoked).await.expect("are ended");
        for made in tasks.join_all().await {
            made.expect("is made or not");
        }
        assert_eq!(catalog.sessions_of(ada.id, at(2)).await, Ok(Vec::new()), "round {round}");
    }
}

async fn rotate(catalog: &Catalog, old: u8, new: u8, now: i64) -> RefreshOutcome {
    let ip = Some([10, 0, 0, 8].into());
    let (old, new) = ([old; 32], [new; 32]);
    catalog
        .rotate_refresh(&old, &new, at(now), |_| at(now + 1000), ip, "Next/2.0")
        .await
        .expect("is answered")
}

async fn a_refresh_keeps_a_session_alive(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    let first = added_session(&catalog, &ada, [1; 32]).await;
    assert_eq!(catalog.session(first.id).await, Ok(Some(first.clone())));
    let now = Session {
        expires_at: at(1500),
        last_used_at: at(500),
        ip: Some([10, 0, 0, 8].into()),
        user_agent: "Next/2.0".to_owned(),
        ..first.clone()
    };
    assert_eq!(rotate(&catalog, 1, 2, 500).await, RefreshOutcome::Rotated(now.clone()));
    assert_eq!(catalog.session(first.id).await, Ok(Some(now)));
    assert!(matches!(rotate(&catalog, 2, 3, 1200).await, RefreshOutcome::Rotated(_)));
    assert_eq!(rotate(&catalog, 9, 4, 1200).await, RefreshOutcome::Unknown);
    let no_ip = catalog.rotate_refresh(&[3; 32], &[4; 32], at(1201), |_| at(9999), None, "a\0b").await;
    let Ok(RefreshOutcome::Rotated(session)) = no_ip else { panic!("{no_ip:?}") };
    assert_eq!((session.ip, session.user_agent.as_str()), (None, "a\u{fffd}b"));
    assert_eq!(catalog.session(first.id).await, Ok(Some(session)));
}

async fn a_used_refresh_token_ends_its_session(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    let first = added_session(&catalog, &ada, [1; 32]).await;
    let other = added_session(&catalog, &ada, [101; 32]).await;
    rotate(&catalog, 1, 2, 10).await;
    rotate(&catalog, 2, 7, 15).await;
    let outcome = rotate(&catalog, 1, 3, 20).await;
    let RefreshOutcome::Reused(ended) = outcome else { panic!("{outcome:?}") };
    assert_eq!((ended.id, ended.ended), (first.id, Some((at(20), SessionEnd::Reuse))));
    assert_eq!(catalog.session(first.id).await, Ok(Some(ended.clone())));
    assert_eq!(rotate(&catalog, 7, 4, 30).await, RefreshOutcome::Ended(ended.clone()), "the thief's too");
    assert_eq!(rotate(&catalog, 1, 5, 40).await, RefreshOutcome::Ended(ended), "told once");
    assert_eq!(rotate(&catalog, 3, 6, 50).await, RefreshOutcome::Unknown, "was never given out");
    assert_eq!(catalog.session(other.id).await, Ok(Some(other)), "others go on");
}

async fn a_token_whose_answer_got_lost_is_exchanged_again(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    let first = added_session(&catalog, &ada, [1; 32]).await;
    rotate(&catalog, 1, 2, 10).await;
    let again = rotate(&catalog, 1, 3, 69).await;
    let RefreshOutcome::Rotated(session) = again else { panic!("{again:?}") };
    assert_eq!((session.id, session.ended, session.last_used_at), (first.id, None, at(69)));
    assert!(matches!(rotate(&catalog, 3, 4, 600).await, RefreshOutcome::Rotated(_)), "it goes on with that");
    let lost = rotate(&catalog, 2, 5, 601).await;
    let RefreshOutcome::Reused(ended) = lost else { panic!("somebody had the lost answer: {lost:?}") };
    assert_eq!(rotate(&catalog, 4, 6, 602).await, RefreshOutcome::Ended(ended));

    // The lost answer is not taken for one that is asked for again, however soon it is shown.
    added_session(&catalog, &ada, [11; 32]).await;
    rotate(&catalog, 11, 12, 10).await;
    rotate(&catalog, 11, 13, 11).await;
    assert!(matches!(rotate(&catalog, 12, 14, 11).await, RefreshOutcome::Reused(_)));

    // A session that is over does not begin again, and nobody is suspected of anything.
    let over = added_session(&catalog, &ada, [21; 32]).await;
    rotate(&catalog, 21, 22, 10).await;
    catalog.end_session(over.id, at(11), SessionEnd::Logout).await.expect("is ended");
    let late = rotate(&catalog, 21, 23, 12).await;
    assert!(matches!(&late, RefreshOutcome::Ended(one) if one.ended == Some((at(11), SessionEnd::Logout))));
}

async fn a_token_is_exchanged_again_only_soon_and_a_few_times(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    added_session(&catalog, &ada, [1; 32]).await;
    rotate(&catalog, 1, 2, 10).await;
    rotate(&catalog, 1, 3, 60).await;
    let late = rotate(&catalog, 1, 4, 70).await;
    assert!(matches!(late, RefreshOutcome::Reused(_)), "a minute after the first use: {late:?}");

    added_session(&catalog, &ada, [11; 32]).await;
    for new in 12..16 {
        let rotated = rotate(&catalog, 11, new, 10).await;
        assert!(matches!(rotated, RefreshOutcome::Rotated(_)), "{new}: {rotated:?}");
    }
    assert!(matches!(rotate(&catalog, 11, 16, 10).await, RefreshOutcome::Reused(_)));
    assert!(matches!(rotate(&catalog, 15, 17, 10).await, RefreshOutcome::Ended(_)));
}

async fn of_many_refreshes_a_few_win_and_all_end(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    for round in 0..5u8 {
        let first = added_session(&catalog, &ada, [round; 32]).await;
        let mut tasks = JoinSet::new();
        for number in 0..20u8 {
            let catalog = catalog.clone();
            tasks.spawn(async move { rotate(&catalog, round, 100 + round * 20 + number, 10).await });
        }
        let outcomes = tasks.join_all().await;
        let rotated = outcomes.iter().filter(|outcome| matches!(outcome, RefreshOutcome::Rotated(_)));
        let reused = outcomes.iter().filter(|outcome| matches!(outcome, RefreshOutcome::Reused(_)));
        assert_eq!((rotated.count(), reused.count()), (4, 1), "{outcomes:?}");
        let ended = catalog.session(first.id).await.expect("is read").expect("is there").ended;
        assert_eq!(ended, Some((at(10), SessionEnd::Reuse)));
        catalog.purge_sessions(at(100_000)).await.expect("are forgotten");
    }
}

async fn refreshes_and_ends_at_once_agree(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    for round in 0..10u8 {
        let first = added_session(&catalog, &ada, [round; 32]).await;
        let end = catalog.end_sessions_of(ada.id, None, at(5), SessionEnd::Revoked);
        let (refreshed, ended) = tokio::join!(rotate(&catalog, round, 100 + round, 5), end);
        assert_eq!(ended, Ok(vec![first.id]));
        assert!(matches!(refreshed, RefreshOutcome::Rotated(_) | RefreshOutcome::Ended(_)), "{refreshed:?}");
        let now = catalog.session(first.id).await.expect("is read").expect("is there");
        assert_eq!(now.ended, Some((at(5), SessionEnd::Revoked)), "whoever came first");
    }
}

async fn a_session_that_is_over_is_not_refreshed(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    let expired = added_session(&catalog, &ada, [1; 32]).await;
    assert_eq!(rotate(&catalog, 1, 2, 1000).await, RefreshOutcome::Ended(expired.clone()));
    assert_eq!(rotate(&catalog, 1, 2, 1001).await, RefreshOutcome::Ended(expired));
    let ended = added_session(&catalog, &ada, [11; 32]).await;
    assert_eq!(catalog.end_session(ended.id, at(9), SessionEnd::Logout).await, Ok(true));
    assert_eq!(catalog.end_session(ended.id, at(10), SessionEnd::Revoked).await, Ok(false));
    assert_eq!(catalog.end_session(SessionId(Uuid::nil()), at(10), SessionEnd::Revoked).await, Ok(false));
    let ended = Session { ended: Some((at(9), SessionEnd::Logout)), ..ended };
    assert_eq!(rotate(&catalog, 11, 12, 10).await, RefreshOutcome::Ended(ended));
}

async fn sessions_are_listed_while_they_live(database: TestDatabase) {
    let catalog = database.open().await;
    let (ada, bob) = (added_user(&catalog, "ada").await, added_user(&catalog, "bob").await);
    let early = Session { created_at: at(-9), last_used_at: at(3), ..session(&ada) };
    catalog.create_session(&early, &[1; 32], None).await.expect("is added");
    let late = added_session(&catalog, &ada, [2; 32]).await;
    let other = Session { created_at: at(1), ..session(&bob) };
    catalog.create_session(&other, &[3; 32], None).await.expect("is added");
    let ended = added_session(&catalog, &ada, [4; 32]).await;
    catalog.end_session(ended.id, at(1), SessionEnd::Logout).await.expect("is ended");
    assert_eq!(catalog.sessions_of(ada.id, at(9)).await, Ok(vec![early, late]));
    assert_eq!(catalog.sessions_of(ada.id, at(1000)).await, Ok(Vec::new()), "all have expired");
    assert_eq!(catalog.sessions_of(bob.id, at(9)).await, Ok(vec![other]));
}

async fn all_sessions_but_one_can_be_ended(database: TestDatabase) {
    let catalog = database.open().await;
    let (ada, bob) = (added_user(&catalog, "ada").await, added_user(&catalog, "bob").await);
    let one = added_session(&catalog, &ada, [1; 32]).await;
    let two = added_session(&catalog, &ada, [2; 32]).await;
    let kept = added_session(&catalog, &ada, [3; 32]).await;
    let other = added_session(&catalog, &bob, [4; 32]).await;
    let end = async |except| catalog.end_sessions_of(ada.id, except, at(5), SessionEnd::Revoked).await;
    assert_eq!(end(Some(kept.id)).await, Ok(vec![one.id, two.id]));
    assert_eq!(end(Some(kept.id)).await, Ok(Vec::new()));
    assert_eq!(catalog.sessions_of(ada.id, at(9)).await, Ok(vec![kept.clone()]));
    assert_eq!(end(None).await, Ok(vec![kept.id]));
    assert_eq!(catalog.sessions_of(bob.id, at(9)).await, Ok(vec![other]));
}

async fn old_sessions_are_forgotten(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    let ended = added_session(&catalog, &ada, [1; 32]).await;
    rotate(&catalog, 1, 2, 5).await;
    catalog.end_session(ended.id, at(10), SessionEnd::Logout).await.expect("is ended");
    let expired = added_session(&catalog, &ada, [11; 32]).await;
    let living = Session { expires_at: at(9000), ..session(&ada) };
    catalog.create_session(&living, &[21; 32], None).await.expect("is added");
    assert_eq!(catalog.purge_sessions(at(10)).await, Ok(0));
    assert_eq!(catalog.purge_sessions(at(11)).await, Ok(1));
    assert_eq!(catalog.session(ended.id).await, Ok(None));
    assert_eq!(rotate(&catalog, 1, 3, 12).await, RefreshOutcome::Unknown);
    assert_eq!(catalog.purge_sessions(at(1001)).await, Ok(1));
    assert_eq!(catalog.session(expired.id).await, Ok(None));
    assert_eq!(catalog.session(living.id).await, Ok(Some(living)));
    let raw = database.raw().await;
    let left = "SELECT count(*) AS n FROM refresh_tokens".to_owned();
    let row = raw
        .query_one_raw(sea_orm::Statement::from_string(raw.get_database_backend(), left))
        .await
        .expect("is read")
        .expect("is a row");
    assert_eq!(row.try_get::<i64>("", "n"), Ok(1), "refresh tokens go with their session");
}
