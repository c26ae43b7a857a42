//! Which account somebody gets who comes from a provider.

use nightjar_access::oidc::{Errand, Oidc, OidcConfig, OidcError, OidcProvider, Refusal, RoleRules};
use nightjar_access::{AccessError, ClientInfo, SignIn, UserPatch};
use nightjar_model::{OrgId, Role, User};
use serde_json::json;

use super::provider::TestProvider;
use super::{Lobby, lobby, lobby_with, settings};
use crate::database::{TestDatabase, on_both};
use crate::make::{NOW, config, login, node};

async fn a_newcomer_gets_an_account_without_a_password_and_keeps_it(database: TestDatabase) {
    let lobby = lobby(&database).await;
    let first = lobby.sign_in().await.expect("signs in");
    assert!(first.created);
    let user = &first.sign_in.user;
    assert_eq!((user.username.as_str(), user.role, user.org_id), ("ada", Role::Viewer, OrgId::DEFAULT));
    assert_eq!(
        (user.display_name.as_str(), user.email.as_deref()),
        ("Ada Lovelace", Some("ada@example.org"))
    );
    assert!(!user.has_password && !user.system_admin && !user.totp);
    assert!(lobby.world.who(&first.sign_in.access, NOW).await.is_some());
    let identities = lobby.world.catalog.identities_of(user.id).await.expect("reads");
    assert_eq!(identities, [(lobby.provider.issuer(), "ada-at-the-provider".to_owned())]);

    // Everything but `sub` may change at the provider.
    lobby.provider.say(json!({ "preferred_username": "countess", "email": "countess@example.org" }));
    let second = lobby.sign_in().await.expect("signs in");
    assert!(!second.created);
    assert_eq!(second.sign_in.user.id, user.id);
    for password in ["", "four barn owls at dusk"] {
        let refused = lobby.world.access.login(&login("ada", password), NOW).await;
        assert!(matches!(refused, Err(AccessError::Credentials)), "{refused:?}");
    }
}

async fn a_name_or_an_address_of_somebody_else_opens_nothing(database: TestDatabase) {
    let lobby = lobby(&database).await;
    let local = lobby.world.user("ada", Role::Operator).await;
    lobby.provider.say(json!({ "preferred_username": "Admin", "email": local.email }));
    let eve = lobby.sign_in().await.expect("signs in").sign_in.user;
    assert_ne!(eve.id, lobby.world.admin.user.id);
    assert_eq!((eve.username.as_str(), eve.role), ("Admin-2", Role::Viewer));
    lobby.provider.say(json!({ "sub": "another", "preferred_username": "ada" }));
    let second = lobby.sign_in().await.expect("signs in").sign_in.user;
    assert_ne!(second.id, local.id);
    assert_eq!(second.username, "ada-2");
}

async fn the_same_name_at_another_provider_is_somebody_else(database: TestDatabase) {
    let lobby = lobby(&database).await;
    let here = lobby.sign_in().await.expect("signs in").sign_in.user;
    let other = TestProvider::start().await;
    let oidc = super::oidc(&lobby.world, settings(&other));
    let there = Lobby { world: lobby.world, provider: other, oidc };
    let there = there.sign_in().await.expect("signs in").sign_in.user;
    assert_ne!(here.id, there.id);
    assert_eq!(there.username, "ada-2");
}

async fn two_first_sign_ins_at_once_make_one_account(database: TestDatabase) {
    let lobby = lobby(&database).await;
    let (a, b) = tokio::join!(lobby.sign_in(), lobby.sign_in());
    let (a, b) = (a.expect("signs in"), b.expect("signs in"));
    assert_eq!(a.sign_in.user.id, b.sign_in.user.id);
    assert!(a.created != b.created);
}

async fn the_provider_says_the_role_at_each_sign_in(database: TestDatabase) {
    let lobby = lobby_with(&database, |settings| settings.roles = by_groups(None)).await;
    let groups = |groups: &[&str]| lobby.provider.say(json!({ "groups": groups }));
    groups(&["guards"]);
    let first = lobby.sign_in().await.expect("signs in");
    assert_eq!(first.sign_in.user.role, Role::Viewer);
    groups(&["it", "guards"]);
    let second = lobby.sign_in().await.expect("signs in");
    assert_eq!((second.sign_in.user.role, second.previous_role), (Role::Admin, Some(Role::Viewer)));
    assert_eq!(lobby.world.who(&first.sign_in.access, NOW).await.expect("goes on").role, Role::Admin);
    groups(&["guards"]);
    let third = lobby.sign_in().await.expect("signs in");
    assert_eq!((third.sign_in.user.role, third.previous_role), (Role::Viewer, Some(Role::Admin)));
    // Out of all groups: what is open is closed.
    groups(&["cooks"]);
    assert_eq!(refusal(&lobby).await, Refusal::NoRole);
    assert!(lobby.world.who(&third.sign_in.access, NOW).await.is_none());
}

async fn a_newcomer_without_a_role_is_refused_and_gets_no_account(database: TestDatabase) {
    let lobby = lobby_with(&database, |settings| settings.roles = by_groups(None)).await;
    assert_eq!(refusal(&lobby).await, Refusal::NoRole);
    assert_eq!(lobby.world.catalog.user_count().await.expect("counts"), 1);
    let with_default = by_groups(Some(Role::Operator));
    let lobby = Lobby {
        oidc: super::oidc(&lobby.world, OidcProvider { roles: with_default, ..settings(&lobby.provider) }),
        ..lobby
    };
    assert_eq!(lobby.sign_in().await.expect("signs in").sign_in.user.role, Role::Operator);
}

async fn without_a_claim_a_role_given_here_stays(database: TestDatabase) {
    let lobby = lobby(&database).await;
    let user = lobby.sign_in().await.expect("signs in").sign_in.user;
    let patch = UserPatch { role: Some(Role::Operator), ..Default::default() };
    lobby.world.access.update_user(&lobby.world.by(), user.id, patch, None, NOW).await.expect("changes");
    assert_eq!(lobby.sign_in().await.expect("signs in").sign_in.user.role, Role::Operator);
}

async fn groups_may_come_from_the_userinfo_endpoint_of_the_same_person(database: TestDatabase) {
    let lobby = lobby_with(&database, |settings| settings.roles = by_groups(None)).await;
    let said = |sub: &str| json!({ "sub": sub, "groups": ["it"], "email": "eve@example.org" });
    lobby.provider.script(|script| script.userinfo = Some(said("somebody-else")));
    let refused = lobby.sign_in().await;
    assert!(matches!(refused, Err(OidcError::Answer { .. })), "{refused:?}");
    lobby.provider.script(|script| script.userinfo = Some(said("ada-at-the-provider")));
    let lobby = Lobby {
        oidc: super::oidc(&lobby.world, OidcProvider { roles: by_groups(None), ..settings(&lobby.provider) }),
        ..lobby
    };
    let user = lobby.sign_in().await.expect("signs in").sign_in.user;
    assert_eq!((user.role, user.email.as_deref()), (Role::Admin, Some("ada@example.org")));
}

async fn the_last_administrator_keeps_the_role_and_is_not_let_in_with_less(database: TestDatabase) {
    let lobby = lobby_with(&database, |settings| settings.roles = by_groups(None)).await;
    lobby.provider.say(json!({ "groups": ["it"] }));
    let ada = lobby.sign_in().await.expect("signs in");
    let by = ada.sign_in.caller();
    // The installation's administrator rules more than the organization's: it must go by its own hand.
    let admin = lobby.world.admin.user.clone();
    let gone = User { active: false, ..admin };
    lobby.world.catalog.update_user(&gone, None, NOW).await.expect("changes");
    lobby.provider.say(json!({ "groups": ["guards"] }));
    assert_eq!(refusal(&lobby).await, Refusal::LastAdmin);
    assert_eq!(lobby.world.catalog.active_admins(by.org).await.expect("counts"), 1);
}

async fn a_disabled_account_stays_out(database: TestDatabase) {
    let lobby = lobby(&database).await;
    let user = lobby.sign_in().await.expect("signs in").sign_in.user;
    let patch = UserPatch { active: Some(false), ..Default::default() };
    lobby.world.access.update_user(&lobby.world.by(), user.id, patch, None, NOW).await.expect("changes");
    assert_eq!(refusal(&lobby).await, Refusal::Disabled);
    let patch = UserPatch { active: Some(true), role: Some(Role::ApiOnly), ..Default::default() };
    lobby.world.access.update_user(&lobby.world.by(), user.id, patch, None, NOW).await.expect("changes");
    assert_eq!(refusal(&lobby).await, Refusal::ForPrograms);
}

async fn only_those_with_an_account_come_in_where_none_are_made(database: TestDatabase) {
    let lobby = lobby_with(&database, |settings| settings.create_users = false).await;
    assert_eq!(refusal(&lobby).await, Refusal::NoAccount);
    let user = lobby.world.user("ada", Role::Operator).await;
    let issuer = lobby.provider.issuer();
    lobby.world.catalog.link_identity(user.id, &issuer, "ada-at-the-provider", NOW).await.expect("linked");
    let signed_in = lobby.sign_in().await.expect("signs in").sign_in.user;
    assert_eq!((signed_in.id, signed_in.role), (user.id, Role::Operator));
}

async fn only_verified_addresses_of_allowed_domains_come_in(database: TestDatabase) {
    let domains = vec!["example.org".to_owned()];
    let lobby = lobby_with(&database, |settings| settings.allowed_domains = domains).await;
    for said in [
        json!({ "email": "ada@example.com" }),
        json!({ "email_verified": false }),
        json!({ "email_verified": null }),
        json!({ "email": null }),
    ] {
        lobby.provider.say(said.clone());
        assert_eq!(refusal(&lobby).await, Refusal::Domain, "{said}");
    }
    lobby.provider.say(json!({}));
    lobby.sign_in().await.expect("signs in");
}

async fn newcomers_belong_to_the_organization_that_was_named(database: TestDatabase) {
    let lobby = lobby_with(&database, |settings| settings.organization = Some("Harbour".to_owned())).await;
    assert_eq!(refusal(&lobby).await, Refusal::NoOrganization);
    let made = lobby.world.access.create_organization(&lobby.world.by(), "Harbour", NOW).await;
    let harbour = made.expect("made").id;
    assert_eq!(lobby.sign_in().await.expect("signs in").sign_in.user.org_id, harbour);
}

async fn nobody_takes_over_an_installation_before_it_is_set_up(database: TestDatabase) {
    let catalog = database.open().await;
    let access = node(&catalog, config());
    let provider = TestProvider::start().await;
    let providers = vec![OidcProvider { roles: by_groups(Some(Role::Viewer)), ..settings(&provider) }];
    let public_url = "https://nightjar.example.org".to_owned();
    let oidc = Oidc::new(access.clone(), OidcConfig { public_url, providers, ..OidcConfig::default() });
    let oidc = oidc.expect("made");
    provider.say(json!({ "groups": ["it"] }));
    let started = oidc.start("test", "/", None, NOW).await.expect("begins");
    let answer = provider.consent(&started.address);
    let client = ClientInfo::default();
    let proven = oidc.prove("test", &answer, Some(started.browser.expose()), NOW).await.expect("is proven");
    let refused = access.sign_in_proven(&proven, &client, NOW).await;
    assert!(matches!(refused, Err(OidcError::Refused { refusal: Refusal::NotSetUp, .. })), "{refused:?}");
    assert!(!access.is_set_up().await.expect("reads"));
}

fn by_groups(default: Option<Role>) -> RoleRules {
    let mapping = [("guards".to_owned(), Role::Viewer), ("it".to_owned(), Role::Admin)].into();
    RoleRules { claim: Some("groups".to_owned()), mapping, default }
}

async fn refusal(lobby: &Lobby) -> Refusal {
    match lobby.sign_in().await {
        Err(OidcError::Refused { refusal, .. }) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn a_fresh_proof_is_what_the_provider_says_it_asked(database: TestDatabase) {
    let lobby = lobby(&database).await;
    let access = &lobby.world.access;
    let seconds = NOW.micros() / 1_000_000;
    let ago = |minutes: i64| json!({ "auth_time": seconds - 60 * minutes });
    let fresh =
        async |sign_in: &SignIn| access.is_freshly_proven(&sign_in.caller(), NOW).await.expect("reads");
    // Somebody who has been signed in at the provider all day proves nothing by passing through.
    for (claims, expected) in [(json!({}), false), (ago(11), false), (ago(9), true)] {
        lobby.provider.say(claims.clone());
        let signed_in = lobby.sign_in().await.expect("signs in").sign_in;
        assert_eq!(fresh(&signed_in).await, expected, "{claims}");
    }

    let prove = async |claims| {
        lobby.provider.say(claims);
        let errand = Errand { return_to: "/users", proof: true };
        let started = lobby.oidc.start("test", errand, None, NOW).await.expect("begins");
        let asked = started.address.query().expect("a query").to_owned();
        assert!(asked.contains("prompt=login") && asked.contains("max_age=0"), "{asked}");
        let answer = lobby.provider.consent(&started.address);
        let proven = lobby.oidc.prove("test", &answer, Some(started.browser.expose()), NOW).await?;
        let finished = access.sign_in_proven(&proven, &ClientInfo::default(), NOW).await?;
        Ok::<_, OidcError>((proven.return_to, finished))
    };
    for claims in [json!({}), ago(11), json!({ "auth_time": "now" })] {
        let refused = prove(claims).await.expect_err("is no proof");
        assert!(matches!(refused, OidcError::NotProven), "{refused}");
    }
    let (return_to, finished) = prove(ago(0)).await.expect("proves it");
    assert_eq!(return_to, "/users");
    assert!(fresh(&finished.sign_in).await);
}

on_both!(
    a_fresh_proof_is_what_the_provider_says_it_asked,
    a_newcomer_gets_an_account_without_a_password_and_keeps_it,
    a_name_or_an_address_of_somebody_else_opens_nothing,
    the_same_name_at_another_provider_is_somebody_else,
    two_first_sign_ins_at_once_make_one_account,
    the_provider_says_the_role_at_each_sign_in,
    a_newcomer_without_a_role_is_refused_and_gets_no_account,
    without_a_claim_a_role_given_here_stays,
    groups_may_come_from_the_userinfo_endpoint_of_the_same_person,
    the_last_administrator_keeps_the_role_and_is_not_let_in_with_less,
    a_disabled_account_stays_out,
    only_those_with_an_account_come_in_where_none_are_made,
    only_verified_addresses_of_allowed_domains_come_in,
    newcomers_belong_to_the_organization_that_was_named,
    nobody_takes_over_an_installation_before_it_is_set_up,
);
