//! Organizations, users, identities, settings.

use nightjar_catalog::{CatalogError, LoginRecord, NewUser, UserFilter};
use nightjar_model::{GroupScope, OrgId, Organization, Role, Secret, User, UserId};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::database::{TestDatabase, on_both};
use crate::make::at;
use crate::make_accounts::{
    added_group, added_organization, added_session, added_user, group, new, token, user,
};

on_both!(
    organizations_have_names_of_their_own,
    a_user_reads_back_whole,
    usernames_are_unique_without_regard_to_case,
    one_of_many_gets_a_name,
    a_changed_user_has_a_new_version,
    one_of_many_changes_wins,
    users_of_another_tenant_are_not_there,
    users_are_found_and_paged,
    administrators_are_counted,
    a_login_finds_its_account,
    a_password_is_replaced_only_where_it_is_known,
    a_user_goes_with_all_that_hangs_on_it,
    identities_belong_to_one_user,
    a_setting_is_taken_once,
);

async fn organizations_have_names_of_their_own(database: TestDatabase) {
    let catalog = database.open().await;
    let other = added_organization(&catalog, "Zoo").await;
    let all = catalog.organizations().await.expect("are read");
    assert_eq!(all.iter().map(|org| org.name.as_str()).collect::<Vec<_>>(), ["Default", "Zoo"]);
    assert_eq!(catalog.organization(other.id).await, Ok(Some(other.clone())));
    assert_eq!(catalog.organization(OrgId(Uuid::nil())).await, Ok(None));
    let again = Organization { id: OrgId(Uuid::now_v7()), ..other.clone() };
    assert_eq!(catalog.create_organization(&again).await, Err(CatalogError::Taken("name")));
    assert_eq!(catalog.rename_organization(other.id, "Default").await, Err(CatalogError::Taken("name")));
    assert_eq!(catalog.rename_organization(other.id, "Aquarium").await, Ok(()));
    assert_eq!(catalog.organizations().await.expect("are read")[0].name, "Aquarium");
    let error = catalog.rename_organization(OrgId(Uuid::nil()), "X").await.expect_err("is not there");
    assert!(matches!(error, CatalogError::NotFound(_)), "{error}");
}

async fn a_user_reads_back_whole(database: TestDatabase) {
    let catalog = database.open().await;
    let (doors, yard) = (added_group(&catalog, "Doors").await, added_group(&catalog, "Yard").await);
    let full = User {
        role: Role::Viewer,
        system_admin: true,
        groups: GroupScope::only([doors.id, yard.id]),
        last_login_at: Some(at(7)),
        ..user("Åsa")
    };
    let plain = User {
        email: None,
        groups: GroupScope::only([]),
        active: false,
        has_password: false,
        ..user("bob\0")
    };
    let shown = format!("{:?}", new(&full));
    assert!(!shown.contains("argon2id"), "{shown}");
    for user in [&full, &plain] {
        catalog.create_user(&new(user)).await.expect("is added");
    }
    assert_eq!(catalog.user(OrgId::DEFAULT, full.id).await, Ok(Some(full.clone())));
    assert_eq!(catalog.user_by_id(full.id).await, Ok(Some(full)));
    let plain = User {
        username: "bob\u{fffd}".to_owned(),
        display_name: "The one called bob\u{fffd}".to_owned(),
        ..plain
    };
    assert_eq!(catalog.user_by_id(plain.id).await, Ok(Some(plain)));
    assert_eq!(catalog.user_by_id(UserId(Uuid::nil())).await, Ok(None));
    assert_eq!(catalog.user_count().await, Ok(2));
}

async fn usernames_are_unique_without_regard_to_case(database: TestDatabase) {
    let catalog = database.open().await;
    let asa = added_user(&catalog, "Åsa").await;
    let bob = added_user(&catalog, "bob").await;
    let other = added_organization(&catalog, "Other").await;
    let again = User { org_id: other.id, ..user("ÅSA") };
    assert_eq!(catalog.create_user(&new(&again)).await, Err(CatalogError::Taken("username")));
    let renamed = User { username: "åSA".to_owned(), ..bob.clone() };
    assert_eq!(catalog.update_user(&renamed, None, at(1)).await, Err(CatalogError::Taken("username")));
    assert_eq!(catalog.user_by_id(bob.id).await, Ok(Some(bob)));
    let respelled = User { username: "ÅSA".to_owned(), ..asa };
    assert_eq!(catalog.update_user(&respelled, None, at(1)).await.expect("is its own").username, "ÅSA");
}

async fn one_of_many_gets_a_name(database: TestDatabase) {
    let catalog = database.open().await;
    let mut tasks = JoinSet::new();
    for number in 0..20 {
        let catalog = catalog.clone();
        let name = if number % 2 == 0 { "Ada" } else { "aDA" };
        tasks.spawn(async move { catalog.create_user(&new(&user(name))).await });
    }
    let outcomes = tasks.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let taken = Err(CatalogError::Taken("username"));
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == taken).count(), 19, "{outcomes:?}");
    assert_eq!(catalog.user_count().await, Ok(1));
}

async fn a_changed_user_has_a_new_version(database: TestDatabase) {
    let catalog = database.open().await;
    let old = added_user(&catalog, "ada").await;
    let doors = added_group(&catalog, "Doors").await;
    let wanted = User {
        username: "countess".to_owned(),
        display_name: "Ada".to_owned(),
        email: None,
        role: Role::Operator,
        system_admin: true,
        groups: GroupScope::only([doors.id]),
        active: false,
        ..old.clone()
    };
    let new = catalog.update_user(&wanted, Some(1), at(3)).await.expect("is changed");
    assert_eq!(new, User { version: 2, updated_at: at(3), ..wanted.clone() });
    assert_eq!(catalog.user_by_id(old.id).await, Ok(Some(new.clone())));
    assert_eq!(catalog.update_user(&old, Some(1), at(4)).await, Err(CatalogError::Stale));
    assert_eq!(catalog.user_by_id(old.id).await, Ok(Some(new.clone())));
    let all = catalog.update_user(&User { groups: GroupScope::All, ..new }, None, at(5)).await;
    assert_eq!(all.map(|user| (user.version, user.groups)), Ok((3, GroupScope::All)));
    let foreign = added_organization(&catalog, "Other").await;
    for gone in
        [User { id: UserId(Uuid::nil()), ..wanted.clone() }, User { org_id: foreign.id, ..wanted.clone() }]
    {
        let error = catalog.update_user(&gone, None, at(6)).await.expect_err("is not there");
        assert!(matches!(error, CatalogError::NotFound(_)), "{error}");
    }
    // A group of another tenant is none of ours.
    let foreign = group(foreign.id, "Doors");
    catalog.create_camera_group(&foreign).await.expect("is added");
    let limited = User { groups: GroupScope::only([doors.id, foreign.id]), ..wanted };
    let error = catalog.update_user(&limited, None, at(7)).await.expect_err("is not ours");
    assert!(matches!(error, CatalogError::NotFound(_)), "{error}");
    let user = catalog.user_by_id(old.id).await.expect("is read").expect("is there");
    assert_eq!((user.version, user.groups), (3, GroupScope::All), "nothing is half done");
}

async fn one_of_many_changes_wins(database: TestDatabase) {
    let catalog = database.open().await;
    let old = added_user(&catalog, "ada").await;
    let mut tasks = JoinSet::new();
    for number in 0..20 {
        let (catalog, user) = (catalog.clone(), User { display_name: number.to_string(), ..old.clone() });
        tasks.spawn(async move { catalog.update_user(&user, Some(1), at(number)).await });
    }
    let outcomes = tasks.join_all().await;
    let winners: Vec<&User> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(winners.len(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(CatalogError::Stale)).count(), 19);
    assert_eq!(catalog.user_by_id(old.id).await, Ok(Some(winners[0].clone())));
}

async fn users_of_another_tenant_are_not_there(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    let other = added_organization(&catalog, "Other").await;
    assert_eq!(catalog.user(other.id, ada.id).await, Ok(None));
    assert_eq!(catalog.users(other.id, &UserFilter::default(), 0, 10).await, Ok((Vec::new(), 0)));
    assert_eq!(catalog.active_admins(other.id).await, Ok(0));
    assert_eq!(catalog.delete_user(other.id, ada.id).await, Ok(false));
    assert_eq!(catalog.user_by_id(ada.id).await, Ok(Some(ada.clone())));
    let mut session = crate::make_accounts::session(&ada);
    session.org_id = other.id;
    let error = catalog.create_session(&session, &[1; 32], None).await.expect_err("is another's account");
    assert!(matches!(error, CatalogError::Refused(_)), "{error}");
    let mut token = token(&ada, "x");
    token.org_id = other.id;
    let error = catalog.create_api_token(&token, &[1; 32]).await.expect_err("is another's account");
    assert!(matches!(error, CatalogError::Refused(_)), "{error}");
    let nowhere = User { org_id: OrgId(Uuid::nil()), ..user("bob") };
    let error = catalog.create_user(&new(&nowhere)).await.expect_err("the tenant is not there");
    assert!(matches!(error, CatalogError::Refused(_)), "{error}");
}

async fn users_are_found_and_paged(database: TestDatabase) {
    let catalog = database.open().await;
    for (name, role, active) in [
        ("dora", Role::Viewer, true),
        ("Ärla", Role::Viewer, false),
        ("_b%", Role::Operator, true),
        ("C", Role::Admin, true),
    ] {
        catalog.create_user(&new(&User { role, active, ..user(name) })).await.expect("is added");
    }
    let found = async |filter: UserFilter, offset, limit| {
        let (users, total) = catalog.users(OrgId::DEFAULT, &filter, offset, limit).await.expect("are read");
        (users.into_iter().map(|user| user.username).collect::<Vec<_>>().join(" "), total)
    };
    let all = UserFilter::default();
    assert_eq!(found(all.clone(), 0, 10).await, ("_b% C dora Ärla".to_owned(), 4));
    assert_eq!(found(all.clone(), 1, 2).await, ("C dora".to_owned(), 4));
    assert_eq!(found(all.clone(), 9, 2).await, (String::new(), 4));
    let q = |text: &str| UserFilter { q: Some(text.to_owned()), ..UserFilter::default() };
    assert_eq!(found(q("ÄRL"), 0, 10).await, ("Ärla".to_owned(), 1));
    assert_eq!(found(q("DORA@"), 0, 10).await, ("dora".to_owned(), 1));
    assert_eq!(found(q("_"), 0, 10).await, ("_b%".to_owned(), 1));
    assert_eq!(found(q("b%"), 0, 10).await, ("_b%".to_owned(), 1));
    assert_eq!(found(q("!"), 0, 10).await, (String::new(), 0));
    assert_eq!(found(q("\0"), 0, 10).await, (String::new(), 0));
    assert_eq!(found(q(""), 0, 10).await.1, 4);
    let viewers = UserFilter { role: Some(Role::Viewer), ..all.clone() };
    assert_eq!(found(viewers.clone(), 0, 10).await, ("dora Ärla".to_owned(), 2));
    assert_eq!(found(UserFilter { active: Some(false), ..viewers }, 0, 10).await, ("Ärla".to_owned(), 1));
}

async fn administrators_are_counted(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    for user in [
        User { active: false, ..user("b") },
        User { role: Role::Operator, system_admin: true, ..user("c") },
        user("d"),
    ] {
        catalog.create_user(&new(&user)).await.expect("is added");
    }
    assert_eq!(catalog.active_admins(OrgId::DEFAULT).await, Ok(2));
    catalog.update_user(&User { active: false, ..ada }, None, at(1)).await.expect("is changed");
    assert_eq!(catalog.active_admins(OrgId::DEFAULT).await, Ok(1));
}

async fn a_login_finds_its_account(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "Ada").await;
    let hash = Some(Secret::new("$argon2id$hash"));
    let expected = LoginRecord { user: ada.clone(), password_hash: hash, password_version: 0, totp: None };
    assert_eq!(catalog.login_record("aDA").await, Ok(Some(expected.clone())));
    assert_eq!(catalog.login_record_by_id(ada.id).await, Ok(Some(expected)));
    for name in ["ad", "", "ada\0", "ada "] {
        assert_eq!(catalog.login_record(name).await, Ok(None));
    }
    catalog.set_password(ada.id, None, None, at(2)).await.expect("is taken away");
    let record = catalog.login_record("ada").await.expect("is read").expect("is there");
    assert_eq!((record.password_hash, record.user.has_password), (None, false));
    assert_eq!((record.user.version, record.user.updated_at), (2, at(2)));
    let other = Secret::new("$other");
    catalog.set_password(ada.id, Some(&other), None, at(3)).await.expect("is set");
    catalog.note_login(ada.id, at(4)).await.expect("is noted");
    let record = catalog.login_record("ada").await.expect("is read").expect("is there");
    assert_eq!((record.password_hash, record.password_version), (Some(other), 2));
    assert_eq!((record.user.version, record.user.last_login_at), (3, Some(at(4))));
    let nobody = UserId(Uuid::nil());
    assert!(matches!(catalog.set_password(nobody, None, None, at(5)).await, Err(CatalogError::NotFound(_))));
    assert!(matches!(catalog.note_login(nobody, at(5)).await, Err(CatalogError::NotFound(_))));
}

async fn a_password_is_replaced_only_where_it_is_known(database: TestDatabase) {
    let catalog = database.open().await;
    let ada = added_user(&catalog, "ada").await;
    let hash = |text: &str| Secret::new(text);
    let replace = async |old: &str, new: &str| {
        catalog.replace_password_hash(ada.id, &hash(old), &hash(new)).await.expect("is answered")
    };
    assert!(replace("$argon2id$hash", "$dearer").await);
    assert!(!replace("$argon2id$hash", "$other").await, "it is not that one any more");
    let record = catalog.login_record("ada").await.expect("is read").expect("is there");
    assert_eq!((record.password_hash, record.password_version), (Some(hash("$dearer")), 0));
    assert_eq!((record.user.version, record.user.updated_at), (1, at(0)), "it is the same password");

    let set = async |expected| catalog.set_password(ada.id, Some(&hash("$next")), expected, at(1)).await;
    assert_eq!(set(Some(0)).await, Ok(()));
    assert_eq!(set(Some(0)).await, Err(CatalogError::Stale));
    assert!(!replace("$dearer", "$argon2id$hash").await, "the old one does not come back");
    let record = catalog.login_record("ada").await.expect("is read").expect("is there");
    assert_eq!((record.password_hash, record.password_version), (Some(hash("$next")), 1));
}

async fn a_user_goes_with_all_that_hangs_on_it(database: TestDatabase) {
    let catalog = database.open().await;
    let doors = added_group(&catalog, "Doors").await;
    let ada = User { groups: GroupScope::only([doors.id]), ..user("ada") };
    catalog.create_user(&NewUser { user: ada.clone(), password_hash: None }).await.expect("is added");
    let session = added_session(&catalog, &ada, [1; 32]).await;
    let token = token(&ada, "x");
    catalog.create_api_token(&token, &[2; 32]).await.expect("is added");
    catalog.link_identity(ada.id, "oidc", "subject", at(1)).await.expect("is linked");
    assert_eq!(catalog.delete_user(OrgId::DEFAULT, ada.id).await, Ok(true));
    assert_eq!(catalog.delete_user(OrgId::DEFAULT, ada.id).await, Ok(false));
    assert_eq!(catalog.session(session.id).await, Ok(None));
    assert_eq!(catalog.api_token_by_hash(&[2; 32]).await, Ok(None));
    assert_eq!(catalog.user_by_identity("oidc", "subject").await, Ok(None));
    assert_eq!(catalog.camera_groups(OrgId::DEFAULT).await, Ok(vec![doors]));
}

async fn identities_belong_to_one_user(database: TestDatabase) {
    let catalog = database.open().await;
    let (ada, bob) = (added_user(&catalog, "ada").await, added_user(&catalog, "bob").await);
    catalog.link_identity(ada.id, "oidc", "42", at(1)).await.expect("is linked");
    catalog.link_identity(ada.id, "oidc", "42", at(2)).await.expect("is linked already");
    catalog.link_identity(ada.id, "ldap", "a\0", at(3)).await.expect("is linked");
    let taken = catalog.link_identity(bob.id, "oidc", "42", at(3)).await;
    assert_eq!(taken, Err(CatalogError::Taken("identity")));
    assert_eq!(catalog.user_by_identity("oidc", "42").await, Ok(Some(ada.clone())));
    assert_eq!(catalog.user_by_identity("oidc", "4").await, Ok(None));
    assert_eq!(catalog.user_by_identity("ldap", "42").await, Ok(None));
    let identities = catalog.identities_of(ada.id).await.expect("are read");
    assert_eq!(identities[0], ("oidc".to_owned(), "42".to_owned()));
    assert_eq!(identities.len(), 2);
    assert_eq!(catalog.identities_of(bob.id).await, Ok(Vec::new()));
    let nobody = catalog.link_identity(UserId(Uuid::nil()), "oidc", "43", at(1)).await;
    assert!(matches!(nobody, Err(CatalogError::NotFound(_))));
}

async fn a_setting_is_taken_once(database: TestDatabase) {
    let catalog = database.open().await;
    assert_eq!(catalog.setting("setup").await, Ok(None));
    catalog.set_setting("setup", "one").await.expect("is set");
    catalog.set_setting("setup", "two").await.expect("is set");
    assert_eq!(catalog.setting("setup").await, Ok(Some("two".to_owned())));
    assert_eq!(catalog.take_setting("setup", "one").await, Ok(false));
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let catalog = catalog.clone();
        tasks.spawn(async move { catalog.take_setting("setup", "two").await.expect("is tried") });
    }
    assert_eq!(tasks.join_all().await.into_iter().filter(|taken| *taken).count(), 1);
    assert_eq!(catalog.setting("setup").await, Ok(None));
}
