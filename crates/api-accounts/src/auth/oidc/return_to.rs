//! Where somebody goes after signing in: only ever a page of ours.

use url::Url;

/// Longest path.
const MAX_BYTES: usize = 2_000;

/// The path as a browser reads it. What browsers take for another site (`//host`, `/\host`) is none.
pub(super) fn own_path(text: &str) -> Result<String, String> {
    let wrong = || "must be a path of this server, as `/users?q=ada`".to_owned();
    if text.len() > MAX_BYTES || !text.starts_with('/') {
        return Err(wrong());
    }
    let here = Url::parse("http://here").expect("a constant address");
    let url = here.join(text).map_err(|_| wrong())?;
    if url.origin() != here.origin() || url.path().starts_with("//") || url.path().starts_with("/api/") {
        return Err(wrong());
    }
    Ok(url[url::Position::BeforePath..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_ours_stays_as_it_is() {
        for path in ["/", "/users?q=ada%20k", "/recordings/door?at=1#x"] {
            assert_eq!(own_path(path).as_deref(), Ok(path));
        }
        assert_eq!(own_path("/ü ber").as_deref(), Ok("/%C3%BC%20ber"));
    }

    #[test]
    fn nothing_leads_to_another_site() {
        for away in [
            "",
            "users",
            "https://evil.example.org",
            "//evil.example.org",
            "/\\evil.example.org",
            "\\\\evil.example.org",
            "/.//evil.example.org",
            "/\t/evil.example.org",
            "/a/..//evil.example.org",
            "javascript:alert(1)",
            "/api/v1/auth/logout",
            &format!("/{}", "x".repeat(3_000)),
        ] {
            assert!(own_path(away).is_err(), "{away}: {:?}", own_path(away));
        }
    }
}
