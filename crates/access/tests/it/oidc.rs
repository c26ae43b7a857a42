//! Signing in at OpenID providers: at one of the tests' own, which does as it is told.

mod accounts;
mod faults;
mod provider;

use std::time::Duration;

use nightjar_access::ClientInfo;
use nightjar_access::oidc::{
    Answer, Finished, Issuer, Oidc, OidcConfig, OidcError, OidcProvider, RoleRules, Started,
};
use nightjar_model::{Role, Secret, WallTime};

use crate::database::TestDatabase;
use crate::make::{NOW, World, world};
use provider::TestProvider;

/// A server that knows one provider.
struct Lobby {
    world: World,
    provider: TestProvider,
    oidc: Oidc,
}

async fn lobby(database: &TestDatabase) -> Lobby {
    lobby_with(database, |_| {}).await
}

async fn lobby_with(database: &TestDatabase, change: impl FnOnce(&mut OidcProvider)) -> Lobby {
    let world = world(database).await;
    let provider = TestProvider::start().await;
    let mut settings = settings(&provider);
    change(&mut settings);
    let oidc = oidc(&world, settings);
    Lobby { world, provider, oidc }
}

fn settings(provider: &TestProvider) -> OidcProvider {
    OidcProvider {
        name: "test".to_owned(),
        label: "Test provider".to_owned(),
        issuer: Issuer::parse(&provider.issuer()).expect("an issuer"),
        client_id: provider::CLIENT.to_owned(),
        client_secret: Secret::new(provider::SECRET),
        scopes: "openid profile email".to_owned(),
        roles: RoleRules { default: Some(Role::Viewer), ..RoleRules::default() },
        organization: None,
        create_users: true,
        allowed_domains: Vec::new(),
    }
}

fn oidc(world: &World, settings: OidcProvider) -> Oidc {
    let config = OidcConfig {
        public_url: "https://nightjar.example.org".to_owned(),
        providers: vec![settings],
        patience: Duration::from_millis(700),
    };
    Oidc::new(world.access.clone(), config).expect("made")
}

impl Lobby {
    async fn start(&self) -> Started {
        self.oidc.start("test", "/", None, NOW).await.expect("begins")
    }

    /// Goes through all of it as a browser does.
    async fn sign_in(&self) -> Result<Finished, OidcError> {
        self.sign_in_at(NOW).await
    }

    async fn sign_in_at(&self, now: WallTime) -> Result<Finished, OidcError> {
        let started = self.oidc.start("test", "/", None, now).await?;
        let answer = self.provider.consent(&started.address);
        self.finish(&answer, &started.browser, now).await
    }

    async fn finish(&self, answer: &Answer, browser: &Secret, now: WallTime) -> Result<Finished, OidcError> {
        let proven = self.oidc.prove("test", answer, Some(browser.expose()), now).await?;
        self.world.access.sign_in_proven(&proven, &ClientInfo::default(), now).await
    }
}
