//! The first start.

use nightjar_access::{AccessError, ClientInfo, FirstAdmin};
use nightjar_model::{OrgId, Permission, Secret};
use tokio::task::JoinSet;

use crate::database::{TestDatabase, on_both};
use crate::make::{NOW, PASSWORD, config, login, node};

async fn a_set_up_link_works_once_however_many_try(database: TestDatabase) {
    let catalog = database.open().await;
    let access = node(&catalog, config());
    assert!(!access.is_set_up().await.expect("reads"));
    let token = access.setup_token().await.expect("made").expect("there is no account");
    let mut tries = JoinSet::new();
    for number in 0..20 {
        let (access, first) = (access.clone(), first(&token, &format!("ada-{number}"), PASSWORD));
        tries.spawn(async move { access.set_up(&first, &ClientInfo::default(), NOW).await });
    }
    let (done, refused): (Vec<_>, Vec<_>) = tries.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((done.len(), refused.len()), (1, 19));
    assert!(refused.iter().all(|one| matches!(one, Err(AccessError::SetupClosed))), "{refused:?}");
    assert_eq!(catalog.user_count().await.expect("reads"), 1);

    let admin = done.into_iter().next().expect("one").expect("signed in");
    assert!(admin.caller().permissions.contains(Permission::SystemAdmin));
    let organization = catalog.organization(OrgId::DEFAULT).await.expect("reads").expect("is there");
    assert_eq!(organization.name, "Lovelace & Co");
    assert!(access.setup_token().await.expect("reads").is_none(), "no link any more");
}

async fn a_link_survives_a_mistyped_field_and_a_newer_one_replaces_it(database: TestDatabase) {
    let access = node(&database.open().await, config());
    let old = access.setup_token().await.expect("made").expect("there is no account");
    let token = access.setup_token().await.expect("made").expect("there is no account");
    let set_up = |first: FirstAdmin| {
        let access = access.clone();
        async move { access.set_up(&first, &ClientInfo::default(), NOW).await }
    };
    let replaced = set_up(first(&old, "ada", PASSWORD)).await;
    assert!(matches!(replaced, Err(AccessError::SetupClosed)), "{replaced:?}");
    let before = access.hashes();
    let wrong = set_up(first(&Secret::new("wrong"), "ada", PASSWORD)).await;
    assert!(matches!(wrong, Err(AccessError::SetupClosed)), "{wrong:?}");
    assert_eq!(access.hashes(), before, "a wrong link costs nothing");
    let weak = set_up(first(&token, "ada", "password123")).await;
    assert!(matches!(weak, Err(AccessError::Field { field: "password", .. })), "{weak:?}");
    let name = set_up(first(&token, "a d a", PASSWORD)).await;
    assert!(matches!(name, Err(AccessError::Field { field: "username", .. })), "{name:?}");
    set_up(first(&token, "ada", PASSWORD)).await.expect("set up");
}

async fn the_password_from_the_environment_makes_only_the_first_account(database: TestDatabase) {
    let catalog = database.open().await;
    let access = node(&catalog, config());
    let token = access.setup_token().await.expect("made").expect("there is no account");
    let weak = access.ensure_admin(&Secret::new("admin12345"), NOW).await;
    assert!(matches!(weak, Err(AccessError::Field { field: "password", .. })), "{weak:?}");
    assert!(access.ensure_admin(&Secret::new(PASSWORD), NOW).await.expect("made"));
    let closed = access.set_up(&first(&token, "ada", PASSWORD), &ClientInfo::default(), NOW).await;
    assert!(matches!(closed, Err(AccessError::SetupClosed)), "{closed:?}");
    assert!(!access.ensure_admin(&Secret::new("another good password"), NOW).await.expect("nothing to do"));
    access.login(&login("admin", PASSWORD), NOW).await.expect("the password was not changed");
}

fn first(token: &Secret, username: &str, password: &str) -> FirstAdmin {
    FirstAdmin {
        token: token.clone(),
        username: username.to_owned(),
        password: Secret::new(password),
        display_name: "Ada".to_owned(),
        organization: Some("Lovelace & Co".to_owned()),
    }
}

on_both!(
    a_set_up_link_works_once_however_many_try,
    a_link_survives_a_mistyped_field_and_a_newer_one_replaces_it,
    the_password_from_the_environment_makes_only_the_first_account,
);
