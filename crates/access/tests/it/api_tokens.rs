//! API tokens: never more than their owner, from nowhere else, not a moment longer.

use nightjar_access::{AccessConfig, AccessError, AuthFault, ClientInfo, Forbidden, TokenDraft, UserPatch};
use nightjar_model::{CameraGroup, GroupId, GroupScope, OrgId, Permission, Permissions, Role, Secret, Via};
use uuid::Uuid;

use crate::database::{TestDatabase, on_both};
use crate::make::{DAY, MINUTE, NOW, PASSWORD, World, config, draft, login, token_draft, world, world_with};
use Permission::{CameraRead, RecordingRead, TokenWrite, UserAdmin};

async fn a_token_proves_its_owner_with_its_own_rights(database: TestDatabase) {
    let world = world(&database).await;
    let made =
        world.access.create_token(&world.by(), None, token_draft([CameraRead]), NOW).await.expect("made");
    assert!(made.secret.expose().starts_with(&made.token.prefix));
    let caller = world.who(&made.secret, NOW).await.expect("known");
    assert_eq!((caller.user, caller.via), (world.by().user, Via::Token(made.token.id)));
    assert_eq!(caller.permissions, Permissions::from_iter([CameraRead]));
    assert_eq!(world.access.hourly_limit(&caller, NOW).await.expect("reads"), Some(1_000));
    assert_eq!(world.access.hourly_limit(&world.by(), NOW).await.expect("reads"), None);

    world.access.flush_uses().await;
    let token =
        world.catalog.api_token(OrgId::DEFAULT, made.token.id).await.expect("reads").expect("is there");
    assert_eq!(token.last_used, Some((NOW, None)));
}

async fn no_token_has_more_than_its_maker_or_its_owner(database: TestDatabase) {
    let world = world(&database).await;
    let operator = world.signed_in("otto", Role::Operator).await;
    let make = |draft: TokenDraft| {
        let (access, by) = (world.access.clone(), operator.caller());
        async move { access.create_token(&by, None, draft, NOW).await }
    };
    let beyond = make(token_draft([CameraRead, UserAdmin])).await;
    assert!(matches!(beyond, Err(AccessError::Forbidden(Forbidden::BeyondOwn))), "{beyond:?}");
    assert!(matches!(make(token_draft([])).await, Err(AccessError::Field { field: "permissions", .. })));

    // Nor more than the account it is for, whoever makes it.
    let viewer = world.user("vera", Role::Viewer).await;
    let beyond = world.access.create_token(&world.by(), Some(viewer.id), token_draft([UserAdmin]), NOW).await;
    assert!(matches!(beyond, Err(AccessError::Forbidden(Forbidden::BeyondOwn))), "{beyond:?}");
    let for_viewer =
        world.access.create_token(&world.by(), Some(viewer.id), token_draft([CameraRead]), NOW).await;
    assert_eq!(world.who(&for_viewer.expect("made").secret, NOW).await.expect("known").user, viewer.id);
}

async fn no_token_steps_out_of_its_limits_by_another_one(database: TestDatabase) {
    let world = world(&database).await;
    let limited = TokenDraft {
        rate_limit: 10,
        expires_at: Some(NOW + MINUTE),
        allowed_ips: vec!["10.0.0.0/8".to_owned()],
        ..token_draft([CameraRead, TokenWrite, UserAdmin])
    };
    let made = world.access.create_token(&world.by(), None, limited, NOW).await.expect("made");
    let spare = token_draft([CameraRead, TokenWrite]);
    let spare = world.access.create_token(&world.by(), None, spare, NOW).await.expect("made");
    let home = Some("10.1.2.3".parse().expect("an address"));
    let by = world.access.authenticate(made.secret.expose(), home, NOW).await.expect("known");
    let needs_session = |error: AccessError| {
        assert!(matches!(error, AccessError::Forbidden(Forbidden::NeedsSession)), "{error}")
    };

    let viewer = world.user("vera", Role::Viewer).await;
    for owner in [None, Some(viewer.id)] {
        let child = world.access.create_token(&by, owner, token_draft([CameraRead]), NOW).await;
        needs_session(child.expect_err("it would have no limits"));
    }
    let rights = Permissions::from_iter([CameraRead]);
    for id in [made.token.id, spare.token.id] {
        let changed = world.access.set_token_rights(&by, id, rights, GroupScope::All).await;
        needs_session(changed.expect_err("nor another one's"));
    }
    needs_session(world.access.logout(&by, true, NOW).await.expect_err("the person's sign-ins go on"));
    assert!(world.who(&world.admin.access, NOW).await.is_some());
    world.access.logout(&by, false, NOW).await.expect("it was never signed in");
    assert!(world.access.authenticate(made.secret.expose(), home, NOW).await.is_ok());

    // It sees them, and ends what leaked, itself too.
    assert_eq!(world.access.tokens(&by, None).await.expect("all").len(), 2);
    for id in [spare.token.id, made.token.id] {
        assert!(world.access.revoke_token(&by, id, NOW).await.expect("revoked"));
    }
}

async fn a_token_loses_at_once_what_its_owner_loses(database: TestDatabase) {
    let world = world(&database).await;
    let operator = world.signed_in("otto", Role::Operator).await;
    let draft = token_draft([CameraRead, TokenWrite]);
    let made = world.access.create_token(&operator.caller(), None, draft, NOW).await.expect("made");
    assert!(world.who(&made.secret, NOW).await.expect("known").permissions.contains(TokenWrite));

    let change = |patch: UserPatch| {
        let (access, by, id) = (world.access.clone(), world.by(), operator.user.id);
        async move { access.update_user(&by, id, patch, None, NOW).await.expect("changed") }
    };
    change(UserPatch { role: Some(Role::Viewer), ..UserPatch::default() }).await;
    let caller = world.who(&made.secret, NOW).await.expect("known");
    assert_eq!(caller.permissions, Permissions::from_iter([CameraRead]));
    change(UserPatch { active: Some(false), ..UserPatch::default() }).await;
    assert!(world.who(&made.secret, NOW).await.is_none());
    assert!(!world.access.is_alive(Via::Token(made.token.id), NOW).await.expect("reads"));
}

async fn tokens_end_with_the_password_and_with_the_account_unless_they_are_kept(database: TestDatabase) {
    let world = world(&database).await;
    let (by, admin) = (world.by(), world.access.clone());
    for (kept, name) in [(false, "otto"), (true, "olga")] {
        let owner = world.signed_in(name, Role::Operator).await;
        let token = async || {
            let draft = token_draft([CameraRead]);
            let me = world.access.login(&login(&owner.user.username, PASSWORD), NOW).await.expect("signs in");
            world.access.create_token(&me.caller(), None, draft, NOW).await.expect("made").secret
        };
        let (id, password) = (owner.user.id, Secret::new(PASSWORD));
        let reset = token().await;
        admin.reset_password(&by, id, &password, kept, NOW).await.expect("reset");
        assert_eq!(world.who(&reset, NOW).await.is_some(), kept, "{name}: reset");

        let changed = token().await;
        let me = world.access.login(&login(name, PASSWORD), NOW).await.expect("signs in").caller();
        let client = ClientInfo::default();
        admin.change_password(&me, &password, &password, kept, &client, NOW).await.expect("changed");
        assert_eq!(world.who(&changed, NOW).await.is_some(), kept, "{name}: changed");

        let disabled = token().await;
        let switched = |active| {
            let patch = UserPatch { active: Some(active), keep_api_tokens: kept, ..UserPatch::default() };
            admin.update_user(&by, id, patch, None, NOW)
        };
        switched(false).await.expect("disabled");
        assert!(world.who(&disabled, NOW).await.is_none());
        switched(true).await.expect("enabled");
        assert_eq!(world.who(&disabled, NOW).await.is_some(), kept, "{name}: enabled again");
    }
}

async fn a_token_neither_makes_nor_changes_accounts(database: TestDatabase) {
    let world = world(&database).await;
    let vera = world.user("vera", Role::Viewer).await;
    let made = world.access.create_token(&world.by(), None, token_draft(Permission::ALL), NOW).await;
    let by = world.who(&made.expect("made").secret, NOW).await.expect("known");
    let refused = |done: Result<(), AccessError>| {
        assert!(matches!(done, Err(AccessError::Forbidden(Forbidden::NeedsSession))), "{done:?}");
    };
    let (access, password) = (&world.access, Secret::new("herons stand in fog"));
    refused(access.create_user(&by, by.org, draft("eve", Role::Viewer), NOW).await.map(drop));
    refused(access.update_user(&by, vera.id, UserPatch::default(), None, NOW).await.map(drop));
    refused(access.reset_password(&by, vera.id, &password, false, NOW).await);
    refused(access.reset_totp(&by, vera.id, NOW).await);
    refused(access.delete_user(&by, vera.id, NOW).await);
    refused(access.create_organization(&by, "Other", NOW).await.map(drop));
    refused(access.rename_organization(&by, by.org, "Other").await);
}

async fn groups_of_a_token_stay_within_those_of_its_owner(database: TestDatabase) {
    let world = world(&database).await;
    let (doors, yard) = (group(&world, "doors").await, group(&world, "yard").await);
    let operator = world.signed_in("otto", Role::Operator).await;
    let patch = UserPatch { groups: Some(GroupScope::only([doors])), ..UserPatch::default() };
    world.access.update_user(&world.by(), operator.user.id, patch, None, NOW).await.expect("changed");
    let by = world.who(&operator.access, NOW).await.expect("known");
    assert!(by.groups.covers(Some(doors)) && !by.groups.covers(Some(yard)));

    let beyond = TokenDraft { groups: GroupScope::only([doors, yard]), ..token_draft([CameraRead]) };
    let beyond = world.access.create_token(&by, None, beyond, NOW).await;
    assert!(matches!(beyond, Err(AccessError::Forbidden(Forbidden::BeyondOwn))), "{beyond:?}");
    let all = world.access.create_token(&by, None, token_draft([CameraRead]), NOW).await.expect("made");
    let caller = world.who(&all.secret, NOW).await.expect("known");
    assert_eq!(caller.groups, GroupScope::only([doors]), "all that its maker has");

    let unknown =
        TokenDraft { groups: GroupScope::only([GroupId(Uuid::now_v7())]), ..token_draft([CameraRead]) };
    let unknown = world.access.create_token(&world.by(), None, unknown, NOW).await;
    assert!(matches!(unknown, Err(AccessError::Field { field: "groups", .. })), "{unknown:?}");
}

async fn a_token_ends_when_it_is_revoked_or_expires(database: TestDatabase) {
    let world = world(&database).await;
    let draft = TokenDraft { expires_at: Some(NOW + DAY), ..token_draft([CameraRead]) };
    let made = world.access.create_token(&world.by(), None, draft, NOW).await.expect("made");
    assert!(world.who(&made.secret, NOW).await.is_some());
    assert!(world.who(&made.secret, NOW + DAY).await.is_none(), "it has expired");

    let rights = Permissions::from_iter([RecordingRead]);
    world
        .access
        .set_token_rights(&world.by(), made.token.id, rights, GroupScope::All)
        .await
        .expect("changed");
    assert_eq!(world.who(&made.secret, NOW).await.expect("known").permissions, rights);

    assert!(world.access.is_alive(Via::Token(made.token.id), NOW).await.expect("reads"));
    assert!(world.access.revoke_token(&world.by(), made.token.id, NOW).await.expect("revoked"));
    assert!(world.who(&made.secret, NOW).await.is_none(), "at once");
    assert!(!world.access.is_alive(Via::Token(made.token.id), NOW).await.expect("reads"));
    assert!(!world.access.revoke_token(&world.by(), made.token.id, NOW).await.expect("nothing to do"));
    let late = world.access.set_token_rights(&world.by(), made.token.id, rights, GroupScope::All).await;
    assert!(matches!(late, Err(AccessError::NotFound("token"))), "{late:?}");
}

async fn a_token_is_good_only_from_its_networks(database: TestDatabase) {
    let world = world(&database).await;
    let allowed_ips = vec!["10.0.0.0/8".to_owned(), "2001:db8::7".to_owned()];
    let draft = TokenDraft { allowed_ips, ..token_draft([CameraRead]) };
    let made = world.access.create_token(&world.by(), None, draft, NOW).await.expect("made");
    for (from, good) in [
        ("10.1.2.3", true),
        ("::ffff:10.1.2.3", true),
        ("2001:db8::7", true),
        ("11.0.0.1", false),
        ("::1", false),
    ] {
        let ip = Some(from.parse().expect("an address"));
        let answer = world.access.authenticate(made.secret.expose(), ip, NOW).await;
        assert_eq!(answer.is_ok(), good, "{from}");
        assert!(good || matches!(answer, Err(AuthFault::IpNotAllowed)));
    }
    let nowhere = world.access.authenticate(made.secret.expose(), None, NOW).await;
    assert!(matches!(nowhere, Err(AuthFault::IpNotAllowed)));
    let wrong = TokenDraft { allowed_ips: vec!["10.0.0.0/99".to_owned()], ..token_draft([CameraRead]) };
    let wrong = world.access.create_token(&world.by(), None, wrong, NOW).await;
    assert!(matches!(wrong, Err(AccessError::Field { field: "allowed_ips", .. })), "{wrong:?}");
}

async fn others_tokens_are_not_there(database: TestDatabase) {
    let world = world(&database).await;
    let (otto, olga) =
        (world.signed_in("otto", Role::Operator).await, world.signed_in("olga", Role::Operator).await);
    let made =
        world.access.create_token(&otto.caller(), None, token_draft([CameraRead]), NOW).await.expect("made");
    let revoked = world.access.revoke_token(&olga.caller(), made.token.id, NOW).await;
    assert!(matches!(revoked, Err(AccessError::NotFound("token"))), "{revoked:?}");
    assert!(world.access.tokens(&olga.caller(), None).await.expect("hers").is_empty());
    let others = world.access.tokens(&olga.caller(), Some(otto.user.id)).await;
    assert!(matches!(others, Err(AccessError::Forbidden(Forbidden::Missing(UserAdmin)))), "{others:?}");
    assert_eq!(world.access.tokens(&otto.caller(), None).await.expect("his").len(), 1);
    assert_eq!(world.access.tokens(&world.by(), None).await.expect("all").len(), 1);
    // The administrator of another organization does not see them either.
    assert!(world.access.revoke_token(&world.by(), made.token.id, NOW).await.expect("revoked"));
}

async fn nobody_has_more_tokens_than_allowed(database: TestDatabase) {
    let world = world_with(&database, AccessConfig { tokens_per_user: 2, ..config() }).await;
    let by = world.by();
    let expiring = TokenDraft { expires_at: Some(NOW + MINUTE), ..token_draft([CameraRead]) };
    world.access.create_token(&by, None, expiring, NOW).await.expect("made");
    world.access.create_token(&by, None, token_draft([CameraRead]), NOW).await.expect("made");
    let third = world.access.create_token(&by, None, token_draft([CameraRead]), NOW).await;
    assert!(matches!(third, Err(AccessError::TooManyTokens(2))), "{third:?}");
    world
        .access
        .create_token(&by, None, token_draft([CameraRead]), NOW + MINUTE)
        .await
        .expect("one has expired");
}

async fn a_program_acts_by_tokens_only(database: TestDatabase) {
    let world = world(&database).await;
    let program = world.user("importer", Role::ApiOnly).await;
    let refused = world.access.login(&login("importer", PASSWORD), NOW).await;
    assert!(matches!(refused, Err(AccessError::RoleRestricted)), "{refused:?}");
    let made = world.access.create_token(&world.by(), Some(program.id), token_draft([CameraRead]), NOW).await;
    let made = made.expect("made");
    let by = world.who(&made.secret, NOW).await.expect("known");
    assert_eq!(by.role, Role::ApiOnly);
    // It is no person: what concerns the person takes a sign-in.
    let confirmed = world.access.confirm_totp(&by, "123456", NOW).await;
    assert!(matches!(confirmed, Err(AccessError::Forbidden(Forbidden::NeedsSession))), "{confirmed:?}");
}

async fn group(world: &World, name: &str) -> GroupId {
    let group = CameraGroup {
        id: GroupId(Uuid::now_v7()),
        org_id: OrgId::DEFAULT,
        name: name.to_owned(),
        description: String::new(),
        version: 1,
        created_at: NOW,
        updated_at: NOW,
    };
    world.catalog.create_camera_group(&group).await.expect("made");
    group.id
}

on_both!(
    a_token_proves_its_owner_with_its_own_rights,
    no_token_has_more_than_its_maker_or_its_owner,
    no_token_steps_out_of_its_limits_by_another_one,
    a_token_loses_at_once_what_its_owner_loses,
    tokens_end_with_the_password_and_with_the_account_unless_they_are_kept,
    a_token_neither_makes_nor_changes_accounts,
    groups_of_a_token_stay_within_those_of_its_owner,
    a_token_ends_when_it_is_revoked_or_expires,
    a_token_is_good_only_from_its_networks,
    others_tokens_are_not_there,
    nobody_has_more_tokens_than_allowed,
    a_program_acts_by_tokens_only,
);
