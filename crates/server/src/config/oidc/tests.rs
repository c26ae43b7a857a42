//! What `[[oidc]]` means, and what is said about providers that can not be used.

use std::fs;

use nightjar_model::Role;

use super::super::{Config, Inputs, load, summary};

const GOOGLE: &str = r#"
[service]
public_url = "https://nightjar.example.org/"

[[oidc]]
name = "google"
issuer = "https://accounts.google.com"
client_id = "id.apps.googleusercontent.com"
client_secret = "${GOOGLE_SECRET}"
allowed_domains = ["Example.org", "example.com"]
default_role = "viewer"
"#;

fn load_text(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("nightjar.toml");
    fs::write(&path, text).expect("the folder is writable");
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let inputs = Inputs { file: Some(path), environment: environment.collect(), ..Inputs::default() };
    load(&inputs).map_err(|errors| errors.to_string())
}

#[test]
fn a_provider_is_read_with_its_defaults() {
    let config = load_text(GOOGLE, &[("GOOGLE_SECRET", "CANARY")]).expect("valid");
    assert_eq!(config.service.public_url.as_ref().map(url::Url::as_str), Some("https://nightjar.example.org/"));
    let [google] = config.oidc.as_slice() else { panic!("{config:?}") };
    assert_eq!((google.name.as_str(), google.label.as_str()), ("google", "Google"));
    assert_eq!(google.scopes, "openid profile email");
    assert_eq!(google.allowed_domains, ["example.org", "example.com"]);
    assert_eq!((google.roles.default, google.create_users), (Some(Role::Viewer), true));
    assert_eq!(google.client_secret.expose(), "CANARY");
    for shown in [summary(&config), format!("{config:?}")] {
        assert!(!shown.contains("CANARY"), "{shown}");
    }
}

#[test]
fn roles_are_mapped_and_the_environment_has_the_last_word() {
    let text = r#"
[service]
public_url = "http://nightjar.lan:8080"
[[oidc]]
name = "key-cloak"
label = "Harbour"
issuer = "https://id.example.org/realms/harbour"
client_id = "nightjar"
client_secret = "from the file"
scopes = "openid, email groups"
role_claim = "realm_access.roles"
roles = { "Nightjar Admins" = "admin", guards = "viewer" }
organization = "Harbour"
create_users = false
"#;
    let environment = [("NIGHTJAR__OIDC__KEY_CLOAK__CLIENT_SECRET", "from outside")];
    let config = load_text(text, &environment).expect("valid");
    let provider = &config.oidc[0];
    assert_eq!(provider.client_secret.expose(), "from outside");
    assert_eq!(provider.scopes, "openid email groups");
    assert_eq!(provider.roles.claim.as_deref(), Some("realm_access.roles"));
    assert_eq!(provider.roles.mapping["Nightjar Admins"], Role::Admin);
    assert_eq!((provider.roles.default, provider.create_users), (None, false));
    assert!(config.warnings.iter().any(|warning| warning.contains("https://")), "{:?}", config.warnings);
}

#[test]
fn every_mistake_is_told_with_what_to_do() {
    let text = r#"
[[oidc]]
name = "Google!"
issuer = "http://id.example.org"
client_secret = ""
scopes = "profile"
roles = { admins = "root", guards = 1 }
default_role = "admin"
allowed_domains = "@example.org"
secret = "x"

[[oidc]]
name = "google"
issuer = "https://accounts.google.com"
client_id = "x"
client_secret = "x"
default_role = "viewer"

[[oidc]]
name = "google"
issuer = "https://id.example.org"
client_id = "x"
client_secret = "x"
"#;
    let errors = load_text(text, &[]).expect_err("wrong");
    for said in [
        "[[oidc]] needs [service] `public_url`",
        "`Google!` is not possible",
        "must begin with https://",
        "has no `client_id`",
        "`client_secret`: is empty",
        "must have `openid` among them",
        "`admins` must be `admin` or `operator` or `viewer`",
        "`guards` must be `admin` or `operator` or `viewer`",
        "`roles`: needs `role_claim`",
        "can't be `admin`",
        "`@example.org` is no domain",
        "unknown key `secret`",
        "give `allowed_domains` too",
        "is taken by another provider",
        "nobody could sign in",
    ] {
        assert!(errors.contains(said), "{said:?} is not in\n{errors}");
    }
    let as_table = GOOGLE.replace("[[oidc]]", "[oidc]");
    let errors = load_text(&as_table, &[("GOOGLE_SECRET", "x")]).expect_err("wrong");
    assert!(errors.contains("begin each provider with [[oidc]]"), "{errors}");
    for wrong in ["nightjar.example.org", "https://nightjar.example.org/nightjar", "ftp://x", "https://a:b@c"]
    {
        let text = GOOGLE.replace("https://nightjar.example.org/", wrong);
        let errors = load_text(&text, &[("GOOGLE_SECRET", "x")]).expect_err("wrong");
        assert!(errors.contains("is not an address without a path"), "{errors}");
        assert!(!errors.contains("needs [service]"), "told once: {errors}");
    }
}
