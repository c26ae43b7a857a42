//! Accounts to send requests as.

use nightjar_access::{ClientInfo, TokenDraft};
use nightjar_api::ApiState;
use nightjar_catalog::NewUser;
use nightjar_model::{
    ApiToken, Caller, GroupScope, OrgId, Organization, Permissions, Role, User, UserId, Via, WallTime,
};
use uuid::Uuid;

/// Makes accounts and tokens of theirs.
pub(crate) struct People {
    state: ApiState,
}

impl People {
    pub(crate) async fn new(state: &ApiState) -> Self {
        let people = Self { state: state.clone() };
        // Somebody rules already: nobody is told to set up.
        people.user(OrgId::DEFAULT, Role::Admin, GroupScope::All).await;
        people
    }

    fn now(&self) -> WallTime {
        self.state.clock.now()
    }

    /// Another organization.
    pub(crate) async fn organization(&self) -> OrgId {
        let id = OrgId(Uuid::now_v7());
        let name = format!("Organization {id}");
        let organization = Organization { id, name, created_at: self.now() };
        self.state.catalog.create_organization(&organization).await.expect("made");
        id
    }

    /// A new account.
    pub(crate) async fn user(&self, org: OrgId, role: Role, groups: GroupScope) -> User {
        self.account(org, role, groups, false).await
    }

    /// A new account that rules all organizations.
    pub(crate) async fn system_admin(&self) -> User {
        self.account(OrgId::DEFAULT, Role::Admin, GroupScope::All, true).await
    }

    async fn account(&self, org: OrgId, role: Role, groups: GroupScope, system_admin: bool) -> User {
        let id = UserId(Uuid::now_v7());
        let user = User {
            id,
            org_id: org,
            username: format!("{role}-{id}"),
            display_name: role.to_string(),
            email: None,
            role,
            system_admin,
            groups,
            active: true,
            has_password: false,
            totp: false,
            version: 1,
            created_at: self.now(),
            updated_at: self.now(),
            last_login_at: None,
        };
        let new = NewUser { user: user.clone(), password_hash: None };
        self.state.catalog.create_user(&new).await.expect("made");
        user
    }

    /// A token that may do all that this account may.
    pub(crate) async fn token_of(&self, user: &User) -> (ApiToken, String) {
        self.limited_token(user, user.permissions(), GroupScope::All).await
    }

    /// A token that may do only this.
    pub(crate) async fn limited_token(
        &self,
        user: &User,
        permissions: Permissions,
        groups: GroupScope,
    ) -> (ApiToken, String) {
        // Made by an administrator who may do what the user may, because not every role may make tokens.
        let (own, admin) = (user.permissions(), Role::Admin.permissions());
        let by = Caller {
            org: user.org_id,
            user: UserId(Uuid::now_v7()),
            username: "test".into(),
            role: Role::Admin,
            permissions: own.iter().chain(admin.iter()).collect(),
            groups: GroupScope::All,
            via: Via::Session(nightjar_model::SessionId(Uuid::now_v7())),
        };
        let draft = TokenDraft {
            name: "test".to_owned(),
            remark: String::new(),
            permissions,
            groups,
            rate_limit: 1_000_000,
            expires_at: None,
            allowed_ips: Vec::new(),
        };
        let made = self.state.access.create_token(&by, Some(user.id), draft, self.now()).await.expect("made");
        (made.token, made.secret.expose().to_owned())
    }

    /// A token of a new account of this role.
    pub(crate) async fn token(&self, role: Role) -> String {
        let user = self.user(OrgId::DEFAULT, role, GroupScope::All).await;
        self.token_of(&user).await.1
    }

    /// An access token of a new sign-in.
    pub(crate) async fn sign_in(&self, user: &User) -> String {
        let signed_in = self.state.access.sign_in(user.clone(), &ClientInfo::default(), self.now()).await;
        signed_in.expect("signed in").access.expose().to_owned()
    }
}
