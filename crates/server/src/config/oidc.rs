//! `[[oidc]]`: OpenID providers to sign in with.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use nightjar_access::oidc::{Issuer, OidcProvider, RoleRules};
use nightjar_model::Role;

use super::document::{Table, Value};
use super::problem::Problems;
use super::reader::Reader;

const ROLES: [(&str, Role); 3] =
    [("admin", Role::Admin), ("operator", Role::Operator), ("viewer", Role::Viewer)];
/// Where everybody can make an account.
const OPEN_TO_ALL: [&str; 1] = ["https://accounts.google.com"];
const DEFAULT_SCOPES: &str = "openid profile email";
const MAX_NAME: usize = 32;

/// Reads all providers; those with a problem are left out, after it was noted.
pub(super) fn providers(document: &Table, problems: &mut Problems) -> Vec<OidcProvider> {
    let Some(entry) = document.entries.get("oidc") else { return Vec::new() };
    let Value::List(list) = &entry.node.value else {
        problems.add(&entry.key_origin, "`oidc` must be a list: begin each provider with [[oidc]]");
        return Vec::new();
    };
    let mut providers: Vec<OidcProvider> = Vec::with_capacity(list.len());
    for (at, node) in list.iter().enumerate() {
        let Value::Table(table) = &node.value else {
            problems.add(&node.origin, "a provider must be a table: begin each provider with [[oidc]]");
            continue;
        };
        let name =
            table.text("name").map_or_else(|| format!("number {}", at + 1), |name| format!("`{name}`"));
        let mut reader =
            Reader::new("oidc", format!("provider {name}"), node.origin.clone(), Some(table), problems);
        let Some(provider) = provider(&mut reader) else { continue };
        if providers.iter().any(|other| other.name == provider.name) {
            reader.wrong("name", "is taken by another provider");
        }
        providers.push(provider);
    }
    providers
}

fn provider(reader: &mut Reader<'_>) -> Option<OidcProvider> {
    let name = name(reader);
    let issuer = issuer(reader);
    let client_id = required(reader, "client_id").then(|| reader.text("client_id")).flatten();
    let client_secret = required(reader, "client_secret").then(|| reader.secret("client_secret")).flatten();
    if client_secret.as_ref().is_some_and(|secret| secret.expose().is_empty()) {
        reader.wrong("client_secret", "is empty");
    }
    let label = reader.text("label");
    let scopes = scopes(reader);
    let allowed_domains = domains(reader);
    let roles = roles(reader);
    let organization = reader.text("organization");
    let create_users = reader.truth("create_users").unwrap_or(true);
    let (name, issuer) = (name?, issuer?);
    let to_all = OPEN_TO_ALL.contains(&issuer.as_str()) && roles.default.is_some() && create_users;
    if to_all && allowed_domains.is_empty() {
        let why = "would let everybody in who has an account there; give `allowed_domains` too";
        reader.wrong("default_role", why);
    }
    Some(OidcProvider {
        label: label.unwrap_or_else(|| capitalized(&name)),
        name,
        issuer,
        client_id: client_id?,
        client_secret: client_secret?,
        scopes,
        roles,
        organization,
        create_users,
        allowed_domains,
    })
}

/// Whether a key is there that has to be.
fn required(reader: &mut Reader<'_>, key: &str) -> bool {
    let given = reader.has(key);
    if !given {
        reader.missing(key);
    }
    given
}

fn name(reader: &mut Reader<'_>) -> Option<String> {
    let name = required(reader, "name").then(|| reader.text("name")).flatten()?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.len() > MAX_NAME || !name.chars().all(plain) {
        let why = format!(
            "`{name}` is not possible: it is part of addresses, so give 1 to {MAX_NAME} of a-z 0-9 -"
        );
        reader.wrong("name", why);
        return None;
    }
    Some(name)
}

fn issuer(reader: &mut Reader<'_>) -> Option<Issuer> {
    let text = required(reader, "issuer").then(|| reader.text("issuer")).flatten()?;
    match Issuer::parse(&text) {
        Ok(issuer) => Some(issuer),
        Err(problem) => {
            reader.wrong("issuer", problem);
            None
        }
    }
}

fn scopes(reader: &mut Reader<'_>) -> String {
    let Some(scopes) = reader.words("scopes") else { return DEFAULT_SCOPES.to_owned() };
    if !scopes.iter().any(|scope| scope == "openid") {
        reader.wrong("scopes", format!("must have `openid` among them, as in `{DEFAULT_SCOPES}`"));
    }
    scopes.join(" ")
}

fn domains(reader: &mut Reader<'_>) -> Vec<String> {
    let domains = reader.words("allowed_domains").unwrap_or_default();
    for domain in &domains {
        let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
        if !domain.chars().all(plain) || !domain.contains('.') {
            reader.wrong("allowed_domains", format!("`{domain}` is no domain, as example.org"));
        }
    }
    domains.into_iter().map(|domain| domain.to_lowercase()).collect()
}

fn roles(reader: &mut Reader<'_>) -> RoleRules {
    let mapping: BTreeMap<String, Role> = reader.choices("roles", &ROLES);
    let claim = reader.text("role_claim");
    let default = reader.choice("default_role", &ROLES);
    if default == Some(Role::Admin) {
        let why = "can't be `admin`, which everybody would be; map a group to it in `roles`";
        reader.wrong("default_role", why);
    }
    match (&claim, reader.has("roles")) {
        (None, true) => reader.wrong("roles", "needs `role_claim`, the claim whose values it maps"),
        (Some(_), false) => {
            reader.wrong("role_claim", "needs `roles`, as { \"nightjar-admins\" = \"admin\" }");
        }
        (None, false) if !reader.has("default_role") => {
            reader.wrong(
                "default_role",
                "is missing, and so are `role_claim` and `roles`: nobody could sign in",
            );
        }
        _ => {}
    }
    RoleRules { claim, mapping, default }
}

fn capitalized(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}
