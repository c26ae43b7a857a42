//! Whose addresses are let in.

use super::Issuer;
use super::claims::Claims;

/// Google lets anybody make an account for an address of a foreign domain; only `hd` says that the
/// domain's owner gave it to them.
const GOOGLE: &str = "https://accounts.google.com";

/// Whether somebody may come in, by the domain of a verified address. With no domains, all may.
pub(super) fn allows(domains: &[String], issuer: &Issuer, claims: &Claims) -> bool {
    if domains.is_empty() {
        return true;
    }
    let listed = |domain: &str| domains.iter().any(|one| one.eq_ignore_ascii_case(domain));
    let address = claims.email().filter(|_| claims.email_verified() == Some(true));
    let domain = address.and_then(|address| address.rsplit_once('@')).map(|(_, domain)| domain);
    let hosted = issuer.as_str() != GOOGLE || claims.text("hd").is_some_and(listed);
    domain.is_some_and(listed) && hosted
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::claims::claims;
    use super::*;

    fn let_in(issuer: &str, said: Value) -> bool {
        let issuer = Issuer::parse(issuer).expect("valid");
        allows(&["example.org".to_owned()], &issuer, &claims(said))
    }

    #[test]
    fn only_a_verified_address_of_the_domain_itself_counts() {
        let any = "https://id.example.net";
        assert!(let_in(any, json!({ "email": "ada@Example.ORG", "email_verified": true })));
        for said in [
            json!({}),
            json!({ "email": "ada@example.org" }),
            json!({ "email": "ada@example.org", "email_verified": false }),
            json!({ "email": "ada@example.org", "email_verified": 1 }),
            json!({ "email": "ada@sub.example.org", "email_verified": true }),
            json!({ "email": "ada@badexample.org", "email_verified": true }),
            json!({ "email": "ada@example.org@evil.net", "email_verified": true }),
            json!({ "email": "example.org", "email_verified": true }),
        ] {
            assert!(!let_in(any, said.clone()), "{said}");
        }
    }

    #[test]
    fn at_google_the_domain_must_have_given_the_account() {
        let said = json!({ "email": "ada@example.org", "email_verified": true });
        assert!(!let_in(GOOGLE, said));
        let said = json!({ "email": "ada@example.org", "email_verified": true, "hd": "example.org" });
        assert!(let_in(GOOGLE, said));
    }

    #[test]
    fn with_no_domains_everybody_may() {
        let issuer = Issuer::parse("https://id.example.net").expect("valid");
        assert!(allows(&[], &issuer, &claims(json!({}))));
    }
}
