//! HTTPS as a browser sees it.

use std::path::Path;
use std::time::Duration;

use reqwest::header::{LOCATION, STRICT_TRANSPORT_SECURITY};
use reqwest::{Certificate, Client, ClientBuilder, Version, redirect, tls};

use crate::support::nightjar::free_port;
use crate::support::{Nightjar, Setup, until};

/// A certificate of this machine and its key, in PEM form.
struct Pair {
    certificate: String,
    key: String,
}

impl Pair {
    fn new() -> Self {
        Self::ending(2099)
    }

    fn ending(year: i32) -> Self {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut wanted = rcgen::CertificateParams::new(names).expect("names");
        wanted.not_after = rcgen::date_time_ymd(year, 1, 1);
        let key = rcgen::KeyPair::generate().expect("a key");
        let certificate = wanted.self_signed(&key).expect("signed").pem();
        Self { certificate, key: key.serialize_pem() }
    }

    /// Puts both where the configuration has them, in two steps as people do.
    fn write(&self, folder: &Path) {
        std::fs::write(folder.join("cert.pem"), &self.certificate).expect("written");
        std::fs::write(folder.join("key.pem"), &self.key).expect("written");
    }

    /// A client that trusts this certificate alone, and keeps no connection.
    fn client(&self) -> ClientBuilder {
        let certificate = Certificate::from_pem(self.certificate.as_bytes()).expect("a certificate");
        Client::builder()
            .tls_certs_only([certificate])
            .pool_max_idle_per_host(0)
            .redirect(redirect::Policy::none())
    }
}

/// A server with this pair; `more` goes into `[tls]`.
fn setup(pair: &Pair, more: &str) -> Setup {
    let folder = tempfile::tempdir().expect("temporary folder");
    pair.write(folder.path());
    let path = folder.path().display().to_string();
    Setup::in_folder(
        folder,
        &format!("[tls]\ncertificate = \"{path}/cert.pem\"\nkey = \"{path}/key.pem\"\n{more}\n"),
    )
}

/// Started, and answering this client.
async fn start(setup: &Setup, client: &Client) -> Nightjar {
    let server = setup.serve_unready();
    let url = format!("https://localhost:{}/ready", setup.port());
    until("HTTPS", Duration::from_secs(60), || async {
        client.get(&url).send().await.ok().filter(|answer| answer.status().is_success()).map(drop)
    })
    .await;
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_speak_tls_and_plain_http_is_sent_on() {
    let (pair, plain) = (Pair::new(), free_port());
    let setup = setup(&pair, &format!("redirect = \"127.0.0.1:{plain}\""));
    let client = pair.client().build().expect("a client");
    let server = start(&setup, &client).await;
    let port = setup.port();
    let page = format!("https://localhost:{port}/cameras");

    let answer = client.get(&page).send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_2));
    assert!(answer.headers().contains_key(STRICT_TRANSPORT_SECURITY));
    let old = pair.client().http1_only().tls_version_max(tls::Version::TLS_1_2).build().expect("a client");
    let answer = old.get(&page).send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_11));
    let login = format!("https://localhost:{port}/api/v1/auth/login");
    let body = serde_json::json!({ "username": "admin", "password": crate::support::nightjar::PASSWORD, "cookie": true });
    let answer = client.post(&login).json(&body).send().await.expect("an answer");
    let cookies: Vec<_> = answer.headers().get_all("set-cookie").iter().collect();
    assert!(!cookies.is_empty(), "{}", answer.text().await.expect("text"));
    assert!(cookies.iter().all(|cookie| cookie.to_str().expect("text").contains("Secure")), "{cookies:?}");
    assert!(
        cookies.iter().all(|cookie| cookie.to_str().expect("text").starts_with("__Host-")),
        "{cookies:?}"
    );

    let path = "/cameras?a=b";
    let answer = client.get(format!("http://127.0.0.1:{plain}{path}")).send().await.expect("an answer");
    assert_eq!(answer.status(), 308);
    assert_eq!(answer.headers()[LOCATION], format!("https://127.0.0.1:{port}{path}"));
    let stranger = Pair::new().client().build().expect("a client");
    assert!(stranger.get(&page).send().await.is_err(), "a certificate that nobody trusts");
    assert!(client.get(page.replace("https", "http")).send().await.is_err(), "plain HTTP is no answer");
    assert!(server.stop().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_is_taken_up_and_a_broken_one_is_not() {
    let (old, new) = (Pair::new(), Pair::new());
    let setup = setup(&old, "");
    let (old_client, new_client) =
        (old.client().build().expect("a client"), new.client().build().expect("a client"));
    let server = start(&setup, &old_client).await;
    let url = format!("https://localhost:{}/health", setup.port());

    // The key of another certificate.
    std::fs::write(setup.path("key.pem"), &new.key).expect("written");
    until("the complaint", Duration::from_secs(30), || async {
        setup.log().contains("can't be used, the old one stays in use").then_some(())
    })
    .await;
    assert!(old_client.get(&url).send().await.is_ok(), "the old one is still there");
    std::fs::remove_file(setup.path("key.pem")).expect("removed");
    assert!(old_client.get(&url).send().await.is_ok());

    new.write(setup.folder.path());
    until("the new certificate", Duration::from_secs(30), || async {
        new_client.get(&url).send().await.ok()
    })
    .await;
    // One that was here before may come back without seeing a certificate (RFC 8446 §2.2).
    let old_client = old.client().build().expect("a client");
    assert!(old_client.get(&url).send().await.is_err(), "and the old one is gone");
    assert!(server.stop().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_that_can_not_work_is_told_at_the_start() {
    let (one, other, expired) = (Pair::new(), Pair::new(), Pair::ending(2020));
    let wrong_key = Pair { key: other.key.clone(), ..Pair::new() };
    let cases = [
        (wrong_key, "is not that of the certificate"),
        (Pair { key: "nonsense".to_owned(), ..Pair::new() }, "no private key in PEM form"),
        (Pair { certificate: "nonsense".to_owned(), ..Pair::new() }, "no certificate in PEM form"),
    ];
    for (pair, expected) in cases {
        let setup = setup(&pair, "");
        assert!(!setup.run(&["serve"], "serve.log").await, "{expected}");
        assert!(setup.log().contains(expected), "{expected}: {}", setup.log());
    }
    let setup_without = setup(&one, "");
    std::fs::remove_file(setup_without.path("cert.pem")).expect("removed");
    assert!(!setup_without.run(&["serve"], "serve.log").await);
    assert!(setup_without.log().contains("cert.pem (tls.certificate)"), "{}", setup_without.log());

    // An expired one works for those who insist, and is complained about.
    let setup = setup(&expired, "");
    let insistent = Client::builder().tls_danger_accept_invalid_certs(true).build().expect("a client");
    let server = start(&setup, &insistent).await;
    assert!(setup.log().contains("has expired"), "{}", setup.log());
    assert!(server.stop().await);
}
