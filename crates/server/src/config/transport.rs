//! How clients reach the server: TLS, its address from outside, pages of other origins.

use std::net::SocketAddr;

use url::Url;

use super::build::folder;
use super::reader::Reader;
use super::types::Tls;

/// `[tls]`; none: plain HTTP.
pub(super) fn tls(reader: &mut Reader<'_>) -> Option<Tls> {
    let redirect = redirect(reader);
    let (certificate, key) = (folder(reader, "certificate"), folder(reader, "key"));
    for (name, other) in [("certificate", "key"), ("key", "certificate")] {
        if reader.has(name) && !reader.has(other) {
            reader.wrong(name, format!("needs `{other}` beside it: TLS takes both"));
        }
    }
    if reader.has("redirect") && !reader.has("certificate") {
        reader.wrong("redirect", "has nowhere to send anybody without `certificate` and `key`");
    }
    Some(Tls { certificate: certificate?, key: key?, redirect })
}

fn redirect(reader: &mut Reader<'_>) -> Option<SocketAddr> {
    let text = reader.text("redirect")?;
    let address = text.parse().ok();
    if address.is_none() {
        reader.wrong("redirect", format!("`{text}` is not an address and port, as 0.0.0.0:80 or [::]:80"));
    }
    address
}

/// `service.public_url`: scheme, host and port, nothing else.
pub(super) fn public_url(reader: &mut Reader<'_>) -> Option<Url> {
    let text = reader.text("public_url")?;
    let url = origin(&text);
    if url.is_none() {
        reader.wrong(
            "public_url",
            format!("`{text}` is not an address without a path, as https://nightjar.example"),
        );
    }
    url
}

/// `service.cors_origins`: exactly these, as browsers send them.
pub(super) fn cors_origins(reader: &mut Reader<'_>) -> Vec<String> {
    let mut origins = Vec::new();
    for text in reader.words("cors_origins").unwrap_or_default() {
        if text == "*" {
            let problem =
                "`*` would let every page in the world act as whoever is signed in: name the origins";
            reader.wrong("cors_origins", problem);
        } else if let Some(url) = origin(&text) {
            origins.push(url.origin().ascii_serialization());
        } else {
            let problem =
                format!("`{text}` is not an origin, as https://ops.example or http://10.0.0.7:3000");
            reader.wrong("cors_origins", problem);
        }
    }
    origins
}

/// An HTTP address that is nothing but scheme, host and port.
fn origin(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    (bare && anonymous && !text.contains('*')).then_some(url)
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Inputs, load};

    fn read(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("nightjar.toml");
        std::fs::write(&path, text).expect("writable");
        load(&Inputs { file: Some(path), ..Inputs::default() }).map_err(|errors| errors.to_string())
    }

    #[test]
    fn tls_takes_a_certificate_and_its_key() {
        let config = read("[tls]\ncertificate = \"/a.pem\"\nkey = \"/b.pem\"\nredirect = \"0.0.0.0:80\"\n")
            .expect("right");
        let tls = config.tls.expect("TLS");
        assert_eq!((tls.certificate.to_str(), tls.key.to_str()), (Some("/a.pem"), Some("/b.pem")));
        assert_eq!(tls.redirect.map(|at| at.to_string()).as_deref(), Some("0.0.0.0:80"));
        assert!(read("").expect("defaults").tls.is_none());
        for (text, said) in [
            ("[tls]\ncertificate = \"/a.pem\"\n", "needs `key` beside it"),
            ("[tls]\nkey = \"/a.pem\"\n", "needs `certificate` beside it"),
            ("[tls]\nredirect = \"0.0.0.0:80\"\n", "has nowhere to send anybody"),
            (
                "[tls]\ncertificate = \"/a\"\nkey = \"/b\"\nredirect = \"80\"\n",
                "`80` is not an address and port",
            ),
        ] {
            let errors = read(text).expect_err(text);
            assert!(errors.contains(said), "{errors}");
        }
    }

    #[test]
    fn origins_are_exact_and_never_all() {
        let origins = |text: &str| {
            read(&format!("[service]\ncors_origins = {text}\n")).map(|it| it.service.cors_origins)
        };
        let expected = vec!["https://ops.example".to_owned(), "http://10.0.0.7:3000".to_owned()];
        assert_eq!(origins("[\"https://OPS.example:443/\", \"http://10.0.0.7:3000\"]"), Ok(expected.clone()));
        assert_eq!(origins("\"https://ops.example, http://10.0.0.7:3000\""), Ok(expected));
        for (text, said) in [
            ("\"*\"", "every page in the world"),
            ("[\"https://*.example\"]", "is not an origin"),
            ("[\"ops.example\"]", "is not an origin"),
            ("[\"https://ops.example/path\"]", "is not an origin"),
            ("[\"https://a:b@ops.example\"]", "is not an origin"),
            ("[7]", "must be a list of texts"),
            ("[]", "is empty"),
        ] {
            let errors = origins(text).expect_err(text);
            assert!(errors.contains(said), "{errors}");
        }
    }

    #[test]
    fn the_public_address_has_no_path() {
        let url = |text: &str| {
            read(&format!("[service]\npublic_url = \"{text}\"\n")).map(|it| it.service.public_url)
        };
        assert_eq!(
            url("https://nightjar.example").expect("right").map(String::from).as_deref(),
            Some("https://nightjar.example/")
        );
        for wrong in [
            "nightjar.example",
            "ftp://nightjar.example",
            "https://nightjar.example/app",
            "https://nightjar.example/?a",
        ] {
            assert!(url(wrong).expect_err(wrong).contains("without a path"), "{wrong}");
        }
    }
}
