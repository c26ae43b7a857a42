//! What the tests work with.

use std::time::Duration;

use nightjar_access::{Access, AccessConfig, ClientInfo, HashCost, Login, SignIn, TokenDraft, UserDraft};
use nightjar_cache::{Cache, CacheConfig};
use nightjar_catalog::Catalog;
use nightjar_model::{Caller, GroupScope, OrgId, Permission, Permissions, Role, Secret, User, WallTime};

use crate::database::TestDatabase;

pub(crate) const NOW: WallTime = WallTime::from_millis(1_763_645_921_000);
pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// A password that keeps the rules.
pub(crate) const PASSWORD: &str = "four barn owls at dusk";

/// A server with its catalog and its administrator `ada`, signed in.
pub(crate) struct World {
    pub(crate) catalog: Catalog,
    pub(crate) access: Access,
    pub(crate) admin: SignIn,
}

/// Passwords cost nothing here, where nothing else is said.
pub(crate) fn config() -> AccessConfig {
    AccessConfig { hash_cost: HashCost { memory_kib: 8, passes: 1 }, ..AccessConfig::default() }
}

/// A node of its own, with an empty cache.
pub(crate) fn node(catalog: &Catalog, config: AccessConfig) -> Access {
    Access::new(catalog.clone(), Cache::embedded(CacheConfig::default()), config).expect("starts")
}

pub(crate) async fn world(database: &TestDatabase) -> World {
    world_with(database, config()).await
}

pub(crate) async fn world_with(database: &TestDatabase, config: AccessConfig) -> World {
    let catalog = database.open().await;
    let access = node(&catalog, config);
    assert!(access.ensure_admin(&Secret::new(PASSWORD), NOW).await.expect("made"));
    let admin = access.login(&login("admin", PASSWORD), NOW).await.expect("signs in");
    World { catalog, access, admin }
}

impl World {
    pub(crate) fn by(&self) -> Caller {
        self.admin.caller()
    }

    /// Makes a user of the administrator's organization.
    pub(crate) async fn user(&self, username: &str, role: Role) -> User {
        self.access.create_user(&self.by(), OrgId::DEFAULT, draft(username, role), NOW).await.expect("made")
    }

    /// Makes a user and signs it in.
    pub(crate) async fn signed_in(&self, username: &str, role: Role) -> SignIn {
        self.user(username, role).await;
        self.access.login(&login(username, PASSWORD), NOW).await.expect("signs in")
    }

    /// Who sends this token; none if it is refused.
    pub(crate) async fn who(&self, token: &Secret, now: WallTime) -> Option<Caller> {
        self.access.authenticate(token.expose(), None, now).await.ok()
    }
}

pub(crate) fn login(username: &str, password: &str) -> Login {
    Login {
        username: username.to_owned(),
        password: Secret::new(password),
        totp: None,
        client: ClientInfo::default(),
        device: None,
    }
}

pub(crate) fn login_from(username: &str, password: &str, ip: &str) -> Login {
    let client = ClientInfo { ip: Some(ip.parse().expect("an address")), user_agent: "test".to_owned() };
    Login { client, ..login(username, password) }
}

pub(crate) fn draft(username: &str, role: Role) -> UserDraft {
    UserDraft {
        username: username.to_owned(),
        display_name: String::new(),
        email: None,
        role,
        system_admin: false,
        groups: GroupScope::All,
        active: true,
        password: Some(Secret::new(PASSWORD)),
    }
}

pub(crate) fn token_draft(permissions: impl IntoIterator<Item = Permission>) -> TokenDraft {
    TokenDraft {
        name: "importer".to_owned(),
        remark: String::new(),
        permissions: permissions.into_iter().collect::<Permissions>(),
        groups: GroupScope::All,
        rate_limit: 1_000,
        expires_at: None,
        allowed_ips: Vec::new(),
    }
}
