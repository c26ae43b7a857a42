//! The second factor.

use nightjar_catalog::CatalogError;
use nightjar_model::{Secret, UserId};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::database::{TestDatabase, on_both};
use crate::make::at;
use crate::make_accounts::added_user;

on_both!(
    a_second_factor_counts_once_it_is_confirmed,
    a_new_secret_replaces_the_old_one_only_when_confirmed,
    a_step_is_used_once,
    each_recovery_code_is_used_once,
    unknown_users_have_no_second_factor,
);

async fn a_second_factor_counts_once_it_is_confirmed(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    assert_eq!(catalog.confirm_totp(ada.id, 5, &[], at(1)).await, Ok(false), "nothing waits");
    catalog.begin_totp(ada.id, &Secret::new("FIRST")).await.expect("is kept");
    catalog.begin_totp(ada.id, &Secret::new("SECRET")).await.expect("is replaced");
    let record = catalog.login_record("ada").await.expect("is read").expect("is there");
    assert_eq!((record.totp, record.user.totp), (None, false));
    assert_eq!(catalog.pending_totp(ada.id).await, Ok(Some(Secret::new("SECRET"))));
    assert_eq!(catalog.confirm_totp(ada.id, 5, &[[1; 32], [2; 32]], at(2)).await, Ok(true));
    assert_eq!(catalog.confirm_totp(ada.id, 6, &[], at(3)).await, Ok(false), "is confirmed already");
    assert_eq!(catalog.pending_totp(ada.id).await, Ok(None));
    let record = catalog.login_record("ada").await.expect("is read").expect("is there");
    let totp = record.totp.expect("is confirmed");
    assert_eq!((totp.secret.expose(), totp.last_step), ("SECRET", 5));
    assert_eq!((record.user.totp, record.user.version, record.user.updated_at), (true, 2, at(2)));
    assert_eq!(catalog.recovery_codes_left(ada.id).await, Ok(2));
    catalog.clear_totp(ada.id, at(4)).await.expect("is taken away");
    let record = catalog.login_record("ada").await.expect("is read").expect("is there");
    assert_eq!((record.totp, record.user.totp, record.user.version), (None, false, 3));
    assert_eq!(catalog.recovery_codes_left(ada.id).await, Ok(0));
    assert_eq!(catalog.use_totp_step(ada.id, 100).await, Ok(false));
}

async fn a_new_secret_replaces_the_old_one_only_when_confirmed(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    let secret = async || {
        let record = catalog.login_record_by_id(ada.id).await.expect("is read").expect("is there");
        record.totp.expect("is confirmed").secret.expose().to_owned()
    };
    catalog.begin_totp(ada.id, &Secret::new("OLD")).await.expect("is kept");
    catalog.confirm_totp(ada.id, 5, &[[1; 32]], at(1)).await.expect("is confirmed");
    catalog.begin_totp(ada.id, &Secret::new("NEW")).await.expect("is kept");
    assert_eq!(secret().await, "OLD", "else signing in would need no second factor now");
    catalog.confirm_totp(ada.id, 7, &[[2; 32], [3; 32]], at(2)).await.expect("is confirmed");
    assert_eq!(secret().await, "NEW");
    assert_eq!(catalog.use_recovery_code(ada.id, &[1; 32], at(3)).await, Ok(false), "went with the old");
    assert_eq!(catalog.recovery_codes_left(ada.id).await, Ok(2));
}

async fn a_step_is_used_once(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    assert_eq!(catalog.use_totp_step(ada.id, 1).await, Ok(false), "has no second factor");
    catalog.begin_totp(ada.id, &Secret::new("SECRET")).await.expect("is kept");
    catalog.confirm_totp(ada.id, 5, &[], at(1)).await.expect("is confirmed");
    assert_eq!(catalog.use_totp_step(ada.id, 5).await, Ok(false));
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (catalog, id) = (catalog.clone(), ada.id);
        tasks.spawn(async move { catalog.use_totp_step(id, 6).await.expect("is tried") });
    }
    assert_eq!(tasks.join_all().await.into_iter().filter(|used| *used).count(), 1);
    assert_eq!(catalog.use_totp_step(ada.id, 4).await, Ok(false));
    assert_eq!(catalog.use_totp_step(ada.id, 8).await, Ok(true));
    assert_eq!(catalog.use_totp_step(ada.id, 7).await, Ok(false), "is before the last");
}

async fn each_recovery_code_is_used_once(database: TestDatabase) {
    let catalog = database.open().await;
    let (ada, bob) = (added_user(&catalog, "ada").await, added_user(&catalog, "bob").await);
    for (user, code) in [(&ada, [1; 32]), (&bob, [2; 32])] {
        catalog.begin_totp(user.id, &Secret::new("SECRET")).await.expect("is kept");
        catalog.confirm_totp(user.id, 5, &[code, [9; 32]], at(1)).await.expect("is confirmed");
    }
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (catalog, id) = (catalog.clone(), ada.id);
        tasks.spawn(async move { catalog.use_recovery_code(id, &[1; 32], at(2)).await.expect("is tried") });
    }
    assert_eq!(tasks.join_all().await.into_iter().filter(|used| *used).count(), 1);
    assert_eq!(catalog.use_recovery_code(ada.id, &[2; 32], at(2)).await, Ok(false), "is another's");
    assert_eq!(catalog.recovery_codes_left(ada.id).await, Ok(1));
    assert_eq!(catalog.recovery_codes_left(bob.id).await, Ok(2));
}

async fn unknown_users_have_no_second_factor(database: TestDatabase) {
    let catalog = database.open().await;
    let nobody = UserId(Uuid::nil());
    assert!(matches!(catalog.begin_totp(nobody, &Secret::new("X")).await, Err(CatalogError::NotFound(_))));
    assert!(matches!(catalog.confirm_totp(nobody, 1, &[], at(1)).await, Err(CatalogError::NotFound(_))));
    assert!(matches!(catalog.clear_totp(nobody, at(1)).await, Err(CatalogError::NotFound(_))));
    assert_eq!(catalog.pending_totp(nobody).await, Ok(None));
    assert_eq!(catalog.use_totp_step(nobody, 1).await, Ok(false));
    assert_eq!(catalog.use_recovery_code(nobody, &[1; 32], at(1)).await, Ok(false));
    assert_eq!(catalog.recovery_codes_left(nobody).await, Ok(0));
}
