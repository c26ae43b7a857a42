//! Accounts for tests.

use nightjar_catalog::{Catalog, NewUser};
use nightjar_model::{
    ApiToken, CameraGroup, GroupId, GroupScope, OrgId, Organization, Permission, Role, Secret, Session,
    SessionId, TokenId, User, UserId,
};
use uuid::Uuid;

use crate::make::at;

/// An administrator of the default organization.
pub(crate) fn user(username: &str) -> User {
    User {
        id: UserId(Uuid::now_v7()),
        org_id: OrgId::DEFAULT,
        username: username.to_owned(),
        display_name: format!("The one called {username}"),
        email: Some(format!("{username}@example.org")),
        role: Role::Admin,
        system_admin: false,
        groups: GroupScope::All,
        active: true,
        has_password: true,
        totp: false,
        version: 1,
        created_at: at(0),
        updated_at: at(0),
        last_login_at: None,
    }
}

pub(crate) fn new(user: &User) -> NewUser {
    let password_hash = user.has_password.then(|| Secret::new("$argon2id$hash"));
    NewUser { user: user.clone(), password_hash }
}

/// A catalog's new user.
pub(crate) async fn added_user(catalog: &Catalog, username: &str) -> User {
    let user = user(username);
    catalog.create_user(&new(&user)).await.expect("is added");
    user
}

/// Another tenant.
pub(crate) async fn added_organization(catalog: &Catalog, name: &str) -> Organization {
    let id = OrgId(Uuid::now_v7());
    let organization = Organization { id, name: name.to_owned(), created_at: at(1) };
    catalog.create_organization(&organization).await.expect("is added");
    organization
}

pub(crate) fn group(org: OrgId, name: &str) -> CameraGroup {
    CameraGroup {
        id: GroupId(Uuid::now_v7()),
        org_id: org,
        name: name.to_owned(),
        description: "What is seen from the street".to_owned(),
        version: 1,
        created_at: at(0),
        updated_at: at(0),
    }
}

pub(crate) async fn added_group(catalog: &Catalog, name: &str) -> CameraGroup {
    let group = group(OrgId::DEFAULT, name);
    catalog.create_camera_group(&group).await.expect("is added");
    group
}

/// A session from `at(0)` to `at(1000)`.
pub(crate) fn session(user: &User) -> Session {
    Session {
        id: SessionId(Uuid::now_v7()),
        user_id: user.id,
        org_id: user.org_id,
        created_at: at(0),
        expires_at: at(1000),
        proved_at: at(0),
        last_used_at: at(0),
        ended: None,
        ip: Some([10, 0, 0, 7].into()),
        user_agent: "Test/1.0".to_owned(),
    }
}

/// A catalog's new session, whose refresh token has this hash.
pub(crate) async fn added_session(catalog: &Catalog, user: &User, hash: [u8; 32]) -> Session {
    let session = session(user);
    assert_eq!(catalog.create_session(&session, &hash, None).await, Ok(true));
    session
}

pub(crate) fn token(user: &User, name: &str) -> ApiToken {
    ApiToken {
        id: TokenId(Uuid::now_v7()),
        org_id: user.org_id,
        user_id: user.id,
        name: name.to_owned(),
        remark: "for the door".to_owned(),
        prefix: "njt_abcd".to_owned(),
        permissions: [Permission::CameraRead, Permission::EventAck].into_iter().collect(),
        groups: GroupScope::All,
        rate_limit: 1000,
        expires_at: Some(at(5000)),
        allowed_ips: vec!["10.0.0.0/8".to_owned(), "2001:db8::1".to_owned()],
        last_used: None,
        created_at: at(0),
        revoked_at: None,
    }
}
