//! From what a provider says to a role here.

use std::collections::BTreeMap;

use nightjar_model::Role;

use super::claims::Claims;

/// Which role somebody gets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleRules {
    /// The claim that names groups or roles; none: everybody gets the default.
    pub claim: Option<String>,
    /// A value of that claim, and the role it stands for.
    pub mapping: BTreeMap<String, Role>,
    /// The role of those for whom nothing is mapped; none: they are refused.
    pub default: Option<Role>,
}

impl RoleRules {
    /// The role of somebody of whom these things are said: the one that may do most.
    pub(super) fn role_of(&self, claims: &Claims) -> Option<Role> {
        let values = self.claim.as_deref().map(|claim| claims.values(claim)).unwrap_or_default();
        let mapped = values.into_iter().filter_map(|value| self.mapping.get(value).copied());
        mapped.max_by_key(|role| rank(*role)).or(self.default)
    }

    /// Whether the provider decides at each sign-in, and not only at the first one.
    pub(super) fn decides(&self) -> bool {
        self.claim.is_some()
    }
}

fn rank(role: Role) -> u8 {
    match role {
        Role::ApiOnly => 0,
        Role::Viewer => 1,
        Role::Operator => 2,
        Role::Admin => 3,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::claims::claims;
    use super::*;

    #[test]
    fn the_role_that_may_do_most_counts_and_nothing_is_guessed() {
        let mapping = [("guards", Role::Viewer), ("shift-leads", Role::Operator), ("it", Role::Admin)];
        let mapping = mapping.map(|(value, role)| (value.to_owned(), role)).into();
        let rules = RoleRules { claim: Some("groups".into()), mapping, default: None };
        let of = |groups: &[&str]| rules.role_of(&claims(json!({ "groups": groups })));
        assert_eq!(of(&["guards", "it", "cooks"]), Some(Role::Admin));
        assert_eq!(of(&["guards", "shift-leads"]), Some(Role::Operator));
        assert_eq!(of(&["Guards", "admin"]), None);
        assert_eq!(rules.role_of(&claims(json!({}))), None);
        let rules = RoleRules { default: Some(Role::Viewer), ..rules };
        assert_eq!(rules.role_of(&claims(json!({ "groups": ["cooks"] }))), Some(Role::Viewer));
        assert_eq!(rules.role_of(&claims(json!({ "groups": "it" }))), Some(Role::Admin));
    }

    #[test]
    fn without_a_claim_everybody_gets_the_default() {
        let rules = RoleRules { default: Some(Role::Operator), ..RoleRules::default() };
        assert_eq!(rules.role_of(&claims(json!({ "groups": ["it"] }))), Some(Role::Operator));
        assert!(!rules.decides());
    }
}
