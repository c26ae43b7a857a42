//! Signed addresses of media: good for one path, one client, one sign-in, one quarter of an hour.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nightjar_model::{GroupScope, OrgId, Role, SegmentId};
use serde_json::{Value, json};

use super::documented::operations;
use super::{HOME, Lab, ask, attacked, from, get, post, refused, text};
use crate::lab::{Reply, request, send};

/// Two files, and signed addresses of an operator for the first one.
struct Signed {
    files: [SegmentId; 2],
    bearer: String,
    url: String,
    token: String,
    session: Value,
}

async fn signed(lab: &Lab) -> Signed {
    let segments = lab.studio.record(0, 8, 4).await;
    let user = lab.people.user(OrgId::DEFAULT, Role::Operator, GroupScope::All).await;
    let bearer = lab.people.sign_in(&user).await;
    let file = segments[0].id;
    let url = get(lab, &format!("/api/v1/recordings/{file}/signed-url"), Some(&bearer)).await.data();
    let url = text(&url["url"]);
    let token = url.split_once("token=").expect("a token").1.to_owned();
    let play =
        json!({ "camera_id": "front-door", "from": "2026-11-20T12:00:00Z", "to": "2026-11-20T12:00:08Z" });
    let session = post(lab, "/api/v1/playback/start", Some(&bearer), play).await.data();
    Signed { files: [file, segments[1].id], bearer, url, token, session }
}

fn with(url: &str, token: &str) -> String {
    format!("{}?token={token}", url.split_once('?').expect("a query").0)
}

async fn open(lab: &Lab, url: &str) -> Reply {
    get(lab, url, None).await
}

#[tokio::test]
async fn no_changed_bit_of_a_token_is_good() {
    let lab = &attacked().await;
    let signed = signed(lab).await;
    assert_eq!(open(lab, &signed.url).await.status.as_u16(), 200);
    let bytes = URL_SAFE_NO_PAD.decode(&signed.token).expect("base64");
    for at in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[at / 8] ^= 1 << (at % 8);
        let url = with(&signed.url, &URL_SAFE_NO_PAD.encode(changed));
        open(lab, &url).await.error(401, "AUTH_TOKEN_INVALID");
    }
    let token = &signed.token;
    let mut longer = bytes.clone();
    longer[1..6].fill(0xff);
    let longer = URL_SAFE_NO_PAD.encode(longer);
    let (twice, cut, padded) = (format!("{token}{token}"), &token[1..], format!("{token}="));
    for other in ["", "null", "undefined", "*", "%01", &longer, &twice, cut, &padded, &token.to_lowercase()] {
        let reply = open(lab, &with(&signed.url, other)).await;
        assert_eq!(reply.status.as_u16(), 401, "{other}");
    }
    open(lab, &with(&signed.url, "%00")).await.wrong("token", "U+0000");
    open(lab, signed.url.split_once('?').expect("a query").0).await.error(401, "AUTH_TOKEN_MISSING");
    open(lab, &format!("{}&token={token}", signed.url)).await.wrong("token", "more than once");
}

#[tokio::test]
async fn a_token_is_good_for_its_path_only() {
    let lab = &attacked().await;
    let signed = signed(lab).await;
    let [own, other] = signed.files;
    let (token, base) = (&signed.token, "/api/v1/storage/segments");
    let session = text(&signed.session["id"]);
    let session_token =
        text(&signed.session["playlist_url"]).split_once("token=").expect("a token").1.to_owned();
    for path in [
        format!("{base}/{other}/download"),
        format!("{base}/{own}/../{other}/download"),
        format!("{base}/{own}/%2e%2e/{other}/download"),
        format!("{base}/{own}%2f..%2f{other}/download"),
        format!("{base}/{own}%252f..%252f{other}/download"),
        format!("{base}//{other}/download"),
        format!("{base}/{own}/download/../../{other}/download"),
        format!("{base}/{own};/{other}/download"),
        format!("{base}/{own}%00{other}/download"),
        format!("{base}/{own}{other}/download"),
        format!("/api/v1/playback/sessions/{session}/download.mp4"),
        format!("/api/v1/playback/sessions/{session}/playlist.m3u8"),
        format!("/api/v1/playback/sessions/{session}/media/{own}.mp4"),
        format!("/api/v1/playback/sessions/{own}/media/{other}.mp4"),
    ] {
        refused(&open(lab, &format!("{path}?token={token}")).await, &path);
    }
    for path in [
        format!("{base}/{own}/download"),
        format!("/api/v1/playback/sessions/{own}/download.mp4"),
        format!("/api/v1/playback/sessions/{session}%2f/download.mp4"),
        format!("/api/v1/playback/sessions/{session}/media/../../{own}/download"),
        format!("/api/v1/playback/sessions/{session}/media/..%2f..%2fcatalog.db"),
        format!("/api/v1/playback/sessions/{session}/media/..%2f..%2fcatalog.db.mp4"),
    ] {
        refused(&open(lab, &format!("{path}?token={session_token}")).await, &path);
    }
}

#[tokio::test]
async fn a_media_token_opens_nothing_else() {
    let lab = &attacked().await;
    let signed = signed(lab).await;
    for operation in operations() {
        let values =
            operation.places.iter().map(|place| (place.as_str(), "0190aaaa-0000-7000-8000-000000000000"));
        let path = operation.at(&values.collect());
        if operation.is_public() {
            continue;
        }
        let body = if operation.has_body { json!({}) } else { Value::Null };
        let as_bearer = ask(lab, operation.method.clone(), &path, Some(&signed.token), &body).await;
        assert_eq!(as_bearer.status.as_u16(), 401, "{}", operation.told());
        let path = format!("{path}?token={}", signed.token);
        let in_address = ask(lab, operation.method.clone(), &path, None, &body).await;
        assert_eq!(in_address.status.as_u16(), 401, "{}", operation.told());
    }
}

#[tokio::test]
async fn a_token_ends_with_what_it_lives_by() {
    let lab = &attacked().await;
    let signed = signed(lab).await;
    let urls =
        [signed.url.clone(), text(&signed.session["playlist_url"]), text(&signed.session["download_url"])];
    let neighbour = async |url: &str, ip: &str| {
        send(&lab.bare(), from(ip, request(Method::GET, url, &[], Body::empty()))).await
    };
    for url in &urls {
        assert_eq!(open(lab, url).await.status.as_u16(), 200, "{url}");
        for ip in ["192.0.2.8", "::1", "2001:db8::7", "127.0.0.1"] {
            neighbour(url, ip).await.error(401, "AUTH_TOKEN_INVALID");
        }
        assert_eq!(
            neighbour(url, "::ffff:192.0.2.7").await.status.as_u16(),
            200,
            "the same, written otherwise"
        );
        // Nobody is believed who is no trusted proxy.
        let headers = [("x-forwarded-for", HOME), ("forwarded", "for=192.0.2.7")];
        let lied = from("192.0.2.8", request(Method::GET, url, &headers, Body::empty()));
        send(&lab.bare(), lied).await.error(401, "AUTH_TOKEN_INVALID");
        lab.send_bare(request(Method::GET, url, &[], Body::empty())).await.error(401, "AUTH_TOKEN_INVALID");
    }
    post(lab, "/api/v1/auth/logout", Some(&signed.bearer), json!({})).await;
    for url in &urls {
        open(lab, url).await.error(401, "AUTH_TOKEN_INVALID");
    }

    // The same with an API token that is revoked, and with a quarter of an hour that is over.
    let admin = lab.people.user(OrgId::DEFAULT, Role::Admin, GroupScope::All).await;
    let (token, secret) = lab.people.token_of(&admin).await;
    let path = format!("/api/v1/recordings/{}/signed-url", signed.files[1]);
    let url = text(&get(lab, &path, Some(&secret)).await.data()["url"]);
    assert_eq!(open(lab, &url).await.status.as_u16(), 200);
    lab.set_time(lab.state.clock.now() + Duration::from_secs(15 * 60 - 1));
    assert_eq!(open(lab, &url).await.status.as_u16(), 200);
    lab.set_time(lab.state.clock.now() + Duration::from_secs(1));
    open(lab, &url).await.error(401, "AUTH_TOKEN_INVALID");
    let url = text(&get(lab, &path, Some(&secret)).await.data()["url"]);
    let gone =
        ask(lab, Method::DELETE, &format!("/api/v1/tokens/{}", token.id), Some(&secret), &Value::Null).await;
    assert_eq!(gone.status.as_u16(), 204);
    open(lab, &url).await.error(401, "AUTH_TOKEN_INVALID");
    get(lab, &path, Some("")).await.error(401, "AUTH_TOKEN_INVALID");
}

/// However a file is asked for, it is an access to footage.
#[tokio::test]
async fn no_part_of_a_file_is_taken_unseen() {
    let lab = &attacked().await;
    let signed = signed(lab).await;
    let file = signed.files[0];
    let noted = async || {
        let entries = lab.data(&format!("/api/v1/audit?action=footage.download&object_id={file}")).await;
        entries["items"].as_array().expect("a list").clone()
    };
    for range in
        ["bytes=0-", "bytes=1-", "bytes=-999999999", "bytes=00-", "Bytes=5-", "bytes=4-5", "bytes=4-5,7-9"]
    {
        // An address of another second is another address.
        lab.set_time(lab.state.clock.now() + Duration::from_secs(1));
        let url =
            get(lab, &format!("/api/v1/recordings/{file}/signed-url"), Some(&signed.bearer)).await.data();
        let before = noted().await.len();
        let headers = [("range", range)];
        let asked = from(HOME, request(Method::GET, &text(&url["url"]), &headers, Body::empty()));
        let reply = send(&lab.bare(), asked).await;
        assert!(reply.status.is_success(), "{range}: {reply:?}");
        let entries = noted().await;
        assert_eq!(entries.len(), before + 1, "{range} is noted");
        let entry = &entries[0];
        assert_eq!((&entry["ip"], &entry["outcome"]), (&json!(HOME), &json!("done")));
        assert_eq!(entry["request_id"], reply.header("x-request-id"));
        assert!(entry["actor"]["id"].is_string(), "{entry:#}");
    }
}

/// Whoever starts a session has an entry; so has everybody else who is given its address.
#[tokio::test]
async fn nobody_watches_unseen() {
    // Addresses are not bound to a client here.
    let lab = Lab::new().await;
    let signed = signed(&lab).await;
    let camera = lab.studio.camera.id;
    let noted = async || {
        let entries = lab.data(&format!("/api/v1/audit?action=footage.view&object_id={camera}")).await;
        entries["items"].as_array().expect("a list").clone()
    };
    let playlist = text(&signed.session["playlist_url"]);
    let media = playlist.replace("playlist.m3u8", &format!("media/{}.mp4", signed.files[0]));
    let entry = playlist.replace("playlist.m3u8", "segment/0.m4s");
    for url in [&playlist, &media, &entry] {
        assert_eq!(open(&lab, url).await.status.as_u16(), 200);
    }
    assert_eq!(noted().await.len(), 1, "it is noted once where the session was started");
    for (count, url) in [&playlist, &media, &entry].into_iter().enumerate() {
        let ip = format!("203.0.113.{count}");
        for _ in 0..2 {
            let asked = from(&ip, request(Method::GET, url, &[], Body::empty()));
            assert_eq!(send(&lab.bare(), asked).await.status.as_u16(), 200);
        }
        let entries = noted().await;
        assert_eq!((entries.len(), &entries[0]["ip"]), (2 + count, &json!(ip)));
    }
    let report = lab.state.catalog.verify_audit(OrgId::DEFAULT).await.expect("is read");
    assert_eq!(report.fault, None);
}
