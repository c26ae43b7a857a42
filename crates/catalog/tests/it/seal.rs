//! What is sealed lies sealed in the database, and only the right key at the right place opens it.

use nightjar_catalog::{Catalog, CatalogError, Sealer, SigningKey};
use nightjar_model::{OrgId, Secret, User};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use crate::database::{TestDatabase, on_both};
use crate::make::{at, camera};
use crate::make_accounts::added_user;

on_both!(
    secrets_lie_sealed,
    without_a_key_no_secret_is_kept_or_opened,
    a_sealed_value_does_not_open_elsewhere,
    everything_can_be_sealed_anew,
);

const TOTP: &str = "JBSWY3DPEHPK3PXP";
const PASSWORD: &str = "correct horse";
const PRIVATE: &str = "MC4CAQAwBQYDK2VwBCIEIA";

/// A user with a second factor and another one waiting, a key, and a camera.
async fn filled(catalog: &Catalog) -> User {
    let ada = added_user(catalog, "ada").await;
    catalog.begin_totp(ada.id, &Secret::new(TOTP)).await.expect("is kept");
    catalog.confirm_totp(ada.id, 5, &[], at(1)).await.expect("is confirmed");
    catalog.begin_totp(ada.id, &Secret::new(TOTP)).await.expect("is kept");
    let key = SigningKey { kid: "k".to_owned(), private: Secret::new(PRIVATE), created_at: at(0) };
    catalog.add_signing_key(&key).await.expect("is added");
    let mut camera = camera("front");
    camera.source.password = Some(Secret::new(PASSWORD));
    catalog.upsert_camera(&camera).await.expect("is added");
    ada
}

/// The secrets as they lie in the database.
async fn stored(raw: &DatabaseConnection) -> Vec<String> {
    let text = "SELECT totp_secret AS s FROM users UNION ALL SELECT totp_pending FROM users
                UNION ALL SELECT private FROM signing_keys UNION ALL SELECT password FROM cameras";
    let rows = raw.query_all_raw(Statement::from_string(raw.get_database_backend(), text)).await;
    rows.expect("are read").iter().filter_map(|row| row.try_get("", "s").ok()).collect()
}

async fn secrets_lie_sealed(database: TestDatabase) {
    let catalog = database.open().await;
    filled(&catalog).await;
    let stored = stored(&database.raw().await).await;
    assert_eq!(stored.len(), 4);
    for text in stored {
        assert!(text.starts_with("s1:"), "{text}");
        assert!(![TOTP, PRIVATE, PASSWORD].iter().any(|secret| text.contains(secret)), "{text}");
    }
}

async fn without_a_key_no_secret_is_kept_or_opened(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = filled(&catalog).await;
    catalog.close().await;
    for (sealer, expected) in
        [(None, "no secret key"), (Some(Sealer::new([9; 32], Vec::new())), "not configured")]
    {
        let sealing = sealer.is_some();
        let catalog = database.open_sealing(sealer).await;
        let outcomes = [
            catalog.login_record("ada").await.map(drop),
            catalog.pending_totp(ada.id).await.map(drop),
            catalog.confirm_totp(ada.id, 9, &[], at(1)).await.map(drop),
            catalog.signing_keys().await.map(drop),
            catalog.reseal().await.map(drop),
        ];
        for outcome in outcomes {
            let error = outcome.expect_err("has not the key");
            assert!(error.to_string().contains(expected), "{error}");
            assert!(!format!("{error:?}").contains(TOTP), "{error}");
        }
        assert_eq!(catalog.user_by_id(ada.id).await.map(|user| user.is_some()), Ok(true), "needs none");
        if !sealing {
            let begun = catalog.begin_totp(ada.id, &Secret::new(TOTP)).await;
            assert_eq!(begun, Err(CatalogError::NoSecretKey));
        }
        catalog.close().await;
    }
    let again = database.open().await;
    assert_eq!(again.pending_totp(ada.id).await, Ok(Some(Secret::new(TOTP))), "nothing was lost");
}

async fn a_sealed_value_does_not_open_elsewhere(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = filled(&catalog).await;
    let bob = added_user(&catalog, "bob").await;
    let raw = database.raw().await;
    // To another row, and to another column of the same row.
    for change in [
        "UPDATE users SET totp_step = 5, totp_secret = (SELECT u.totp_secret FROM users u WHERE u.username = 'ada')
         WHERE username = 'bob'",
        "UPDATE users SET totp_pending = totp_secret WHERE username = 'ada'",
    ] {
        raw.execute_unprepared(change).await.expect("is moved");
    }
    let outcomes =
        [catalog.login_record_by_id(bob.id).await.map(drop), catalog.pending_totp(ada.id).await.map(drop)];
    for outcome in outcomes {
        let error = outcome.expect_err("was moved");
        assert!(matches!(error, CatalogError::Damaged(_)), "{error}");
        assert!(!format!("{error} {error:?}").contains(TOTP), "{error}");
    }
}

async fn everything_can_be_sealed_anew(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = filled(&catalog).await;
    assert_eq!(catalog.reseal().await, Ok(0), "all is sealed with this key");
    let raw = database.raw().await;
    // As a row from before there was sealing.
    raw.execute_unprepared("UPDATE users SET totp_pending = 'PLAIN'").await.expect("is changed");
    catalog.close().await;
    let old = stored(&raw).await;
    let catalog = database.open_sealing(Some(Sealer::new([2; 32], vec![[1; 32]]))).await;
    assert_eq!(catalog.pending_totp(ada.id).await, Ok(Some(Secret::new("PLAIN"))));
    let record = catalog.login_record("ada").await.expect("older keys open").expect("is there");
    assert_eq!(record.totp.map(|totp| totp.secret), Some(Secret::new(TOTP)));
    assert_eq!(catalog.reseal().await, Ok(4));
    assert_eq!(catalog.reseal().await, Ok(0));
    catalog.close().await;
    assert!(stored(&raw).await.iter().all(|text| text.starts_with("s1:") && !old.contains(text)));
    let catalog = database.open_sealing(Some(Sealer::new([2; 32], Vec::new()))).await;
    assert_eq!(catalog.pending_totp(ada.id).await, Ok(Some(Secret::new("PLAIN"))));
    let record = catalog.login_record("ada").await.expect("is read").expect("is there");
    assert_eq!(record.totp.map(|totp| totp.secret), Some(Secret::new(TOTP)));
    assert_eq!(catalog.signing_keys().await.expect("are read")[0].private, Secret::new(PRIVATE));
    let cameras = catalog.cameras(OrgId::DEFAULT).await.expect("are read");
    assert_eq!(cameras[0].source.password, Some(Secret::new(PASSWORD)));
}
