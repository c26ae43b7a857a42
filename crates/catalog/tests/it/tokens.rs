//! API tokens and the keys of access tokens.

use nightjar_catalog::{CatalogError, SigningKey};
use nightjar_model::{ApiToken, GroupScope, OrgId, Permission, Permissions, Secret, TokenId};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::database::{TestDatabase, on_both};
use crate::make::at;
use crate::make_accounts::{added_group, added_organization, added_user, group, token};

on_both!(
    a_token_reads_back_whole,
    a_tokens_rights_can_be_changed,
    tokens_of_another_tenant_are_not_there,
    a_token_is_revoked_once,
    the_use_of_a_token_is_noted_once_a_minute,
    signing_keys_come_newest_first,
);

async fn a_token_reads_back_whole(database: TestDatabase) {
    let catalog = database.open().await;
    let (ada, bob) = (added_user(&catalog, "ada").await, added_user(&catalog, "bob").await);
    let doors = added_group(&catalog, "Doors").await;
    let full = ApiToken {
        groups: GroupScope::only([doors.id]),
        last_used: Some((at(2), Some("2001:db8::7".parse().expect("an address")))),
        rate_limit: u32::MAX,
        created_at: at(1),
        ..token(&ada, "full")
    };
    let plain = ApiToken {
        permissions: Permissions::NONE,
        expires_at: None,
        allowed_ips: Vec::new(),
        ..token(&bob, "plain")
    };
    catalog.create_api_token(&full, &[1; 32]).await.expect("is added");
    catalog.create_api_token(&plain, &[2; 32]).await.expect("is added");
    assert_eq!(catalog.api_token_by_hash(&[1; 32]).await, Ok(Some(full.clone())));
    assert_eq!(catalog.api_token_by_hash(&[3; 32]).await, Ok(None));
    assert_eq!(catalog.api_token(OrgId::DEFAULT, plain.id).await, Ok(Some(plain.clone())));
    assert_eq!(catalog.api_tokens(OrgId::DEFAULT, None).await, Ok(vec![full.clone(), plain.clone()]));
    assert_eq!(catalog.api_tokens(OrgId::DEFAULT, Some(bob.id)).await, Ok(vec![plain]));
    let again = token(&bob, "again");
    assert_eq!(catalog.create_api_token(&again, &[1; 32]).await, Err(CatalogError::Taken("token")));
}

async fn a_tokens_rights_can_be_changed(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    let doors = added_group(&catalog, "Doors").await;
    let old = token(&ada, "x");
    catalog.create_api_token(&old, &[1; 32]).await.expect("is added");
    let permissions = Permissions::NONE.with(Permission::RecordingRead);
    let groups = GroupScope::only([doors.id]);
    let new = catalog.set_token_rights(OrgId::DEFAULT, old.id, permissions, &groups).await;
    let expected = ApiToken { permissions, groups: groups.clone(), ..old.clone() };
    assert_eq!(new, Ok(Some(expected.clone())));
    assert_eq!(catalog.api_token_by_hash(&[1; 32]).await, Ok(Some(expected)));
    let all = catalog.set_token_rights(OrgId::DEFAULT, old.id, permissions, &GroupScope::All).await;
    assert_eq!(all.expect("is changed").expect("is there").groups, GroupScope::All);
    let nobody = TokenId(Uuid::nil());
    assert_eq!(catalog.set_token_rights(OrgId::DEFAULT, nobody, permissions, &groups).await, Ok(None));
    catalog.revoke_api_token(OrgId::DEFAULT, old.id, at(1)).await.expect("is revoked");
    assert_eq!(catalog.set_token_rights(OrgId::DEFAULT, old.id, permissions, &groups).await, Ok(None));
}

async fn tokens_of_another_tenant_are_not_there(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    let mine = token(&ada, "x");
    catalog.create_api_token(&mine, &[1; 32]).await.expect("is added");
    let other = added_organization(&catalog, "Other").await.id;
    assert_eq!(catalog.api_token(other, mine.id).await, Ok(None));
    assert_eq!(catalog.api_tokens(other, Some(ada.id)).await, Ok(Vec::new()));
    assert_eq!(catalog.revoke_api_token(other, mine.id, at(1)).await, Ok(false));
    let changed = catalog.set_token_rights(other, mine.id, Permissions::NONE, &GroupScope::All).await;
    assert_eq!(changed, Ok(None));
    let foreign = group(other, "Doors");
    catalog.create_camera_group(&foreign).await.expect("is added");
    let scope = GroupScope::only([foreign.id]);
    let error = catalog.set_token_rights(OrgId::DEFAULT, mine.id, Permissions::NONE, &scope).await;
    assert!(matches!(error, Err(CatalogError::NotFound(_))), "{error:?}");
    assert_eq!(catalog.api_token(OrgId::DEFAULT, mine.id).await, Ok(Some(mine)));
}

async fn a_token_is_revoked_once(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    let token = token(&ada, "x");
    catalog.create_api_token(&token, &[1; 32]).await.expect("is added");
    assert_eq!(catalog.revoke_api_token(OrgId::DEFAULT, token.id, at(1)).await, Ok(true));
    assert_eq!(catalog.revoke_api_token(OrgId::DEFAULT, token.id, at(2)).await, Ok(false));
    let found = catalog.api_token_by_hash(&[1; 32]).await.expect("is read").expect("is there");
    assert_eq!(found.revoked_at, Some(at(1)));
}

async fn the_use_of_a_token_is_noted_once_a_minute(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    let token = token(&ada, "x");
    catalog.create_api_token(&token, &[1; 32]).await.expect("is added");
    let mut tasks = JoinSet::new();
    for number in 1..=20 {
        let (catalog, id) = (catalog.clone(), token.id);
        tasks.spawn(async move { catalog.note_token_use(id, at(10), Some([10, 0, 0, number].into())).await });
    }
    assert!(tasks.join_all().await.into_iter().all(|noted| noted.is_ok()));
    let last_used = async || {
        let token = catalog.api_token(OrgId::DEFAULT, token.id).await.expect("is read").expect("is there");
        token.last_used
    };
    let first = last_used().await;
    assert_eq!(first.map(|(time, _)| time), Some(at(10)));
    for (now, ip) in [(11, None), (69, Some([10, 0, 0, 99].into()))] {
        catalog.note_token_use(token.id, at(now), ip).await.expect("is left");
        assert_eq!(last_used().await, first);
    }
    catalog.note_token_use(token.id, at(70), None).await.expect("is noted");
    assert_eq!(last_used().await, Some((at(70), None)));
    assert_eq!(catalog.note_token_use(TokenId(Uuid::nil()), at(1), None).await, Ok(()));
}

async fn signing_keys_come_newest_first(database: TestDatabase) {
    let catalog = database.open().await;
    let key = |kid: &str, time| SigningKey {
        kid: kid.to_owned(),
        private: Secret::new(format!("private-{kid}")),
        created_at: at(time),
    };
    let (old, new) = (key("a", 1), key("b", 2));
    for key in [&old, &new] {
        catalog.add_signing_key(key).await.expect("is added");
    }
    assert_eq!(catalog.add_signing_key(&key("a", 3)).await, Err(CatalogError::Taken("kid")));
    let keys = catalog.signing_keys().await.expect("are read");
    assert!(!format!("{keys:?}").contains("private-"), "{keys:?}");
    assert_eq!(keys, [new.clone(), old]);
    assert_eq!(catalog.delete_signing_keys_before(at(2)).await, Ok(1));
    assert_eq!(catalog.signing_keys().await, Ok(vec![new]));
}
