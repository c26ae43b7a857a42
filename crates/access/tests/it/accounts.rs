//! Who may make, change and remove accounts.

use nightjar_access::{Access, AccessError, Forbidden, UserDraft, UserPatch};
use nightjar_model::{Caller, OrgId, Permission, Role, Secret, User, UserId, Via};

use crate::database::{TestDatabase, on_both};
use crate::make::{NOW, PASSWORD, draft, login, token_draft, world};

async fn a_change_of_an_account_counts_at_once(database: TestDatabase) {
    let world = world(&database).await;
    let otto = world.signed_in("otto", Role::Operator).await;
    assert!(
        world.who(&otto.access, NOW).await.expect("known").permissions.contains(Permission::CameraControl)
    );
    let patch = UserPatch { role: Some(Role::Viewer), ..UserPatch::default() };
    change(&world.access, &world.by(), otto.user.id, patch).await.expect("changed");
    assert!(
        !world.who(&otto.access, NOW).await.expect("known").permissions.contains(Permission::CameraControl)
    );
    let patch = UserPatch { active: Some(false), ..UserPatch::default() };
    change(&world.access, &world.by(), otto.user.id, patch).await.expect("changed");
    assert!(world.who(&otto.access, NOW).await.is_none());
    let patch = UserPatch { active: Some(true), ..UserPatch::default() };
    change(&world.access, &world.by(), otto.user.id, patch).await.expect("changed");
    assert!(world.who(&otto.access, NOW).await.is_none(), "its sign-ins have ended");
}

async fn nobody_gives_or_takes_more_than_they_have(database: TestDatabase) {
    let world = world(&database).await;
    let amy = world.signed_in("amy", Role::Admin).await.caller();
    let refused = world.access.create_user(&amy, OrgId::DEFAULT, system("eve"), NOW).await;
    assert!(beyond(refused), "system:admin is given by those who have it");
    let patch = UserPatch { system_admin: Some(true), ..UserPatch::default() };
    assert!(beyond(change(&world.access, &amy, amy.user, patch).await), "not to oneself either");

    // Who rules the installation is out of an organization's administrator's reach.
    let root = world.by().user;
    let patch = UserPatch { active: Some(false), ..UserPatch::default() };
    assert!(beyond(change(&world.access, &amy, root, patch).await));
    assert!(beyond(
        world.access.reset_password(&amy, root, &Secret::new("a brand new secret"), false, NOW).await
    ));
    assert!(beyond(world.access.reset_totp(&amy, root, NOW).await));
    assert!(beyond(world.access.delete_user(&amy, root, NOW).await));
    assert!(beyond(
        world.access.create_token(&amy, Some(root), token_draft([Permission::CameraRead]), NOW).await
    ));

    // A program that may manage users makes nobody at all.
    let made =
        world.access.create_token(&amy, None, token_draft([Permission::UserAdmin]), NOW).await.expect("made");
    let program = world.who(&made.secret, NOW).await.expect("known");
    let refused = world.access.create_user(&program, OrgId::DEFAULT, draft("eve", Role::Viewer), NOW).await;
    assert!(matches!(refused, Err(AccessError::Forbidden(Forbidden::NeedsSession))));

    let otto = world.signed_in("otto", Role::Operator).await.caller();
    let refused = world.access.create_user(&otto, OrgId::DEFAULT, draft("eve", Role::Viewer), NOW).await;
    assert!(matches!(refused, Err(AccessError::Forbidden(Forbidden::Missing(Permission::UserAdmin)))));
    world.access.create_user(&world.by(), OrgId::DEFAULT, system("sue"), NOW).await.expect("made");
}

async fn an_organization_keeps_an_active_administrator(database: TestDatabase) {
    let world = world(&database).await;
    let by = world.by();
    let organization = world.access.create_organization(&by, "Other", NOW).await.expect("made");
    let other =
        world.access.create_user(&by, organization.id, draft("olga", Role::Admin), NOW).await.expect("made");
    let olga = world.access.login(&login("olga", PASSWORD), NOW).await.expect("signs in").caller();
    assert_eq!(olga.org, organization.id);

    let demote = UserPatch { role: Some(Role::Viewer), ..UserPatch::default() };
    let last = change(&world.access, &olga, other.id, demote.clone()).await;
    assert!(matches!(last, Err(AccessError::Forbidden(Forbidden::LastAdmin))), "{last:?}");
    let idle = UserPatch { active: Some(false), ..UserPatch::default() };
    let oneself = change(&world.access, &olga, other.id, idle).await;
    assert!(matches!(oneself, Err(AccessError::Forbidden(Forbidden::Oneself))), "{oneself:?}");
    let oneself = world.access.delete_user(&olga, other.id, NOW).await;
    assert!(matches!(oneself, Err(AccessError::Forbidden(Forbidden::Oneself))), "{oneself:?}");

    let second = world
        .access
        .create_user(&olga, organization.id, draft("oskar", Role::Admin), NOW)
        .await
        .expect("made");
    let oskar = world.access.login(&login("oskar", PASSWORD), NOW).await.expect("signs in").caller();
    // Each demotes the other at the same moment: one of them stays.
    let (a, b) = tokio::join!(
        change(&world.access, &olga, second.id, demote.clone()),
        change(&world.access, &oskar, other.id, demote),
    );
    assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
    assert_eq!(world.catalog.active_admins(organization.id).await.expect("reads"), 1);
}

async fn another_organization_is_not_there(database: TestDatabase) {
    let world = world(&database).await;
    let by = world.by();
    let organization = world.access.create_organization(&by, "Other", NOW).await.expect("made");
    let taken = world.access.create_organization(&by, "Other", NOW).await;
    assert!(matches!(taken, Err(AccessError::Taken("name"))), "{taken:?}");
    let olga =
        world.access.create_user(&by, organization.id, draft("olga", Role::Admin), NOW).await.expect("made");
    let patch = UserPatch { role: Some(Role::Viewer), ..UserPatch::default() };
    let hidden = change(&world.access, &by, olga.id, patch).await;
    assert!(matches!(hidden, Err(AccessError::NotFound("user"))), "{hidden:?}");
    let olga = world.access.login(&login("olga", PASSWORD), NOW).await.expect("signs in").caller();
    let hidden = world.access.create_user(&olga, OrgId::DEFAULT, draft("eve", Role::Viewer), NOW).await;
    assert!(matches!(hidden, Err(AccessError::NotFound("organization"))), "{hidden:?}");
    let hidden = world.access.create_organization(&olga, "Third", NOW).await;
    assert!(matches!(hidden, Err(AccessError::Forbidden(Forbidden::Missing(Permission::SystemAdmin)))));
}

async fn a_removed_account_is_gone_with_all_that_proves_it(database: TestDatabase) {
    let world = world(&database).await;
    let otto = world.signed_in("otto", Role::Operator).await;
    let draft = token_draft([Permission::CameraRead]);
    let made = world.access.create_token(&otto.caller(), None, draft, NOW).await.expect("made");
    assert!(world.who(&made.secret, NOW).await.is_some() && world.who(&otto.access, NOW).await.is_some());
    world.access.delete_user(&world.by(), otto.user.id, NOW).await.expect("removed");
    assert!(world.who(&made.secret, NOW).await.is_none() && world.who(&otto.access, NOW).await.is_none());
    assert!(!world.access.is_alive(Via::Token(made.token.id), NOW).await.expect("reads"));
    let gone = world.access.delete_user(&world.by(), otto.user.id, NOW).await;
    assert!(matches!(gone, Err(AccessError::NotFound("user"))), "{gone:?}");
}

async fn an_administrator_sets_another_password(database: TestDatabase) {
    let world = world(&database).await;
    let otto = world.signed_in("otto", Role::Operator).await;
    let password = Secret::new("herons stand in fog");
    world.access.reset_password(&world.by(), otto.user.id, &password, false, NOW).await.expect("set");
    assert!(world.who(&otto.access, NOW).await.is_none(), "who knew the old one is out");
    assert!(world.access.login(&login("otto", PASSWORD), NOW).await.is_err());
    world.access.login(&login("otto", password.expose()), NOW).await.expect("signs in");
}

async fn a_stale_change_and_a_taken_name_are_refused(database: TestDatabase) {
    let world = world(&database).await;
    let user = world.user("otto", Role::Operator).await;
    let patch = || UserPatch { display_name: Some("Otto".to_owned()), ..UserPatch::default() };
    let changed = world.access.update_user(&world.by(), user.id, patch(), Some(user.version), NOW).await;
    assert_eq!(changed.expect("changed").display_name, "Otto");
    let stale = world.access.update_user(&world.by(), user.id, patch(), Some(user.version), NOW).await;
    assert!(matches!(stale, Err(AccessError::Stale)), "{stale:?}");
    let taken = world.access.create_user(&world.by(), OrgId::DEFAULT, draft("OTTO", Role::Viewer), NOW).await;
    assert!(matches!(taken, Err(AccessError::Taken("username"))), "{taken:?}");
    let weak = UserDraft { password: Some(Secret::new("Qwertyuiop")), ..draft("eve", Role::Viewer) };
    let weak = world.access.create_user(&world.by(), OrgId::DEFAULT, weak, NOW).await;
    assert!(matches!(weak, Err(AccessError::Field { field: "password", .. })), "{weak:?}");
}

fn system(username: &str) -> UserDraft {
    UserDraft { system_admin: true, ..draft(username, Role::Admin) }
}

fn beyond<T>(result: Result<T, AccessError>) -> bool {
    matches!(result, Err(AccessError::Forbidden(Forbidden::BeyondOwn)))
}

async fn change(access: &Access, by: &Caller, id: UserId, patch: UserPatch) -> Result<User, AccessError> {
    access.update_user(by, id, patch, None, NOW).await
}

on_both!(
    a_change_of_an_account_counts_at_once,
    nobody_gives_or_takes_more_than_they_have,
    an_organization_keeps_an_active_administrator,
    another_organization_is_not_there,
    a_removed_account_is_gone_with_all_that_proves_it,
    an_administrator_sets_another_password,
    a_stale_change_and_a_taken_name_are_refused,
);
