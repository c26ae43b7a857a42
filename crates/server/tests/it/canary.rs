//! Every kind of secret that there is, put everywhere where somebody may put it, and then looked for
//! everywhere where it must not be.

mod drive;
mod look;
mod planted;

use std::time::Duration;

use nightjar_model::{Secret, WallTime};
use serde_json::{Value, json};

use self::drive::Driver;
use self::look::Evidence;
use self::planted::{NEW_PASSWORD, PASSWORD, Planted, Store, WRONG_PASSWORD, typed};
use crate::support::{Nightjar, until};

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_comes_up_anywhere_with_sqlite_and_a_log_in_json() {
    no_secret_comes_up(Store::Sqlite, "json").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_comes_up_anywhere_with_postgres_and_a_log_in_text() {
    no_secret_comes_up(Store::Postgres, "text").await;
}

async fn no_secret_comes_up(store: Store, log_format: &str) {
    let planted = Planted::new(store, log_format).await;
    let mut server = planted.setup.serve().await;
    let mut secrets = set_up(&planted, &mut server).await;
    // Used, it would not be one any more, and used twice, it would end the sign-in that asks.
    let kept_back = secrets.pop();
    let mut evidence = Evidence::default();

    server.until_recording(1, Duration::from_secs(30)).await;
    secrets.extend(tokens(&server).await);
    secrets.extend(second_factor(&server).await);
    secrets.extend(media(&server).await);
    secrets.extend(planted.keys());
    secrets.extend(typed());
    let driver = Driver::new(&server, secrets.clone()).await;
    evidence.add("an answer", driver.everything_everywhere().await);
    evidence.add("an answer at a provider's", driver.at_a_provider().await);
    evidence.add("a WebSocket", driver.over_a_socket().await);
    guess(&server).await;
    let pages = ["/metrics", "/health", "/ready", "/api/v1/audit?limit=500", "/api/v1/events?limit=500"];
    let lists = ["cameras", "users", "tokens", "auth/sessions", "recordings", "storage/segments", "auth/me"];
    let lists = lists.map(|list| format!("/api/v1/{list}"));
    for path in pages.iter().copied().chain(lists.iter().map(String::as_str)) {
        evidence.add(path, server.text(path).await);
    }
    for needed in ["login_failed_burst", "footage.sign_url", "camera.create"] {
        assert!(evidence.mentions(needed), "the pages were read: {needed}");
    }
    evidence.processes(server.id());
    evidence.store(&planted).await;
    assert!(server.stop().await);
    evidence.store(&planted).await;
    for command in
        [&["audit", "verify"][..], &["user", "list"], &["check", "--timeout", "2"], &["catalog", "verify"]]
    {
        planted.setup.run(command, "commands.log").await;
    }
    evidence.file(&planted.setup.path("commands.log"));
    evidence.log(&planted.setup.log());
    secrets.extend(kept_back);
    evidence.has_none_of(&secrets);
}

/// Makes the first administrator with the link; gives the link's token and its own.
async fn set_up(planted: &Planted, server: &mut Nightjar) -> Vec<String> {
    let log = planted.setup.log();
    let link = log.split("/setup?token=").nth(1).and_then(|rest| rest.split_whitespace().next());
    let link = link.expect("the link is printed").to_owned();
    let first = json!({ "token": link, "username": "admin", "password": PASSWORD });
    let session = server.post("/api/v1/setup", &first).await;
    server.act_as(text(&session["token"]));
    let secrets = [link.as_str(), text(&session["token"]), text(&session["refresh_token"])];
    secrets.map(str::to_owned).to_vec()
}

/// One token of each kind. Those of a sign-in have ended with a new password; they were secrets.
async fn tokens(server: &Nightjar) -> Vec<String> {
    let user = json!({ "username": "grace", "password": PASSWORD, "role": "operator" });
    let made = server.post("/api/v1/users", &user).await;
    let login = json!({ "username": "grace", "password": PASSWORD });
    let first = server.post("/api/v1/auth/login", &login).await;
    let refresh = json!({ "refresh_token": first["refresh_token"] });
    let second = server.post("/api/v1/auth/refresh", &refresh).await;
    let id = text(&made["id"]);
    let patch = json!({ "password": NEW_PASSWORD });
    server.patch(&format!("/api/v1/users/{id}"), &patch).await;
    let ticket = server.post("/api/v1/ws/tickets", &json!({})).await;
    let token = json!({ "name": "a token", "permissions": ["camera:read"] });
    let token = server.post("/api/v1/tokens", &token).await;
    let camera = json!({ "name": "By the API", "source": { "main_url": planted::api_camera() } });
    server.post("/api/v1/cameras", &camera).await;
    let found = [&first["token"], &first["refresh_token"], &second["token"], &second["refresh_token"]];
    let found = found.into_iter().chain([&ticket["token"], &token["secret"]]);
    found.map(|value| text(value).to_owned()).collect()
}

/// The administrator's second factor.
async fn second_factor(server: &Nightjar) -> Vec<String> {
    let enrolment = server.post("/api/v1/auth/totp/enroll", &json!({ "password": PASSWORD })).await;
    let secret = text(&enrolment["secret"]).to_owned();
    let now = WallTime::from(std::time::SystemTime::now());
    let code = nightjar_access::totp_code(&Secret::new(secret.as_str()), now).expect("a code");
    let codes = server.post("/api/v1/auth/totp/confirm", &json!({ "code": code })).await;
    let codes = codes["recovery_codes"].as_array().expect("codes").iter().map(|code| text(code).to_owned());
    codes.chain([secret]).collect()
}

/// Footage is watched and downloaded.
async fn media(server: &Nightjar) -> Vec<String> {
    let recording = until("a recording", Duration::from_secs(40), || async {
        let recordings = server.data("/api/v1/recordings").await;
        let mut recordings = recordings["items"].as_array().expect("a list").iter();
        let is_long = |recording: &Value| recording["duration_seconds"].as_f64() > Some(3.0);
        recordings.find(|recording| recording["camera_key"] == "right" && is_long(recording)).cloned()
    })
    .await;
    let id = text(&recording["id"]);
    let signed = server.data(&format!("/api/v1/recordings/{id}/signed-url")).await;
    let play = json!({ "camera_id": "right", "from": recording["start"] });
    let session = server.post("/api/v1/playback/start", &play).await;
    let urls = [text(&signed["url"]), text(&session["playlist_url"])];
    for url in urls {
        server.text(url).await;
    }
    urls.map(|url| url.split_once("token=").expect("a token").1.to_owned()).to_vec()
}

/// Wrong passwords at an account, and a password where the name belongs.
async fn guess(server: &Nightjar) {
    for username in ["grace", WRONG_PASSWORD, PASSWORD] {
        for _ in 0..12 {
            let body = json!({ "username": username, "password": WRONG_PASSWORD });
            server.try_post("/api/v1/auth/login", &body).await;
        }
    }
    until("the burst to be told", Duration::from_secs(20), || async {
        let events = server.data("/api/v1/events?type=login_failed_burst").await;
        events["items"].get(0).cloned()
    })
    .await;
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}
