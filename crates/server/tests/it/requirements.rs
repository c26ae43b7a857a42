//! What the five requirement documents spell out, run as written against the binary. `docs/requirements.md` has the same
//! requests, with those that come later; a test keeps the two in step.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use nightjar_simulator::{ClipSpec, Video};
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::support::nightjar::PASSWORD;
use crate::support::{Setup, root, simulate, until};

/// A request of a document: its number, its section, method and path with the names of `docs/requirements.md`, the status that
/// it is answered with, and what is in the answer.
struct Snippet {
    document: &'static str,
    section: &'static str,
    request: &'static str,
    body: Option<Value>,
    status: u16,
    has: &'static [&'static str],
}

/// `data` of a list.
const LIST: &[&str] = &["/data/items", "/data/pagination/page", "/data/pagination/total_pages"];
const CAMERA: &[&str] = &[
    "/data/id",
    "/data/name",
    "/data/company",
    "/data/model",
    "/data/location",
    "/data/place",
    "/data/status",
];
const RECORDING: &[&str] =
    &["/data/camera_id", "/data/duration_seconds", "/data/bytes", "/data/start", "/data/end"];

/// In an order in which each finds what it needs. `{…}` stands for what an earlier answer gave.
#[rustfmt::skip]
fn snippets() -> Vec<Snippet> {
    let snippet = |document, section, request, body, status, has| Snippet { document, section, request, body, status, has };
    let get = |document, section, request, has| snippet(document, section, request, None, 200, has);
    let gateway = |request, body, status, has| snippet("001", "API Gateway", request, body, status, has);
    let camera = json!({ "name": "Front Door", "company": "TP-Link", "model": "Tapo C220", "serial_number": "SN-1", "location": "Home",
        "place": "Door", "key": "cam-456", "source": { "main_url": "rtsp://127.0.0.1:1/stream1" } });
    let login = json!({ "username": "admin", "password": PASSWORD });
    let play = json!({ "camera_id": "cam0001", "from": "{start}", "to": "{end}" });
    let token = json!({ "name": "a program", "remark": "from the document", "permissions": ["camera:read"], "rate_limit": 1000 });
    let more = json!({ "permissions": ["camera:read", "event:read"] });
    let which = json!({ "camera_id": "cam0001" });
    vec![
        snippet("000", "4.4", "POST /api/v1/auth/login", Some(login), 200, &["/data/token", "/data/expires_at"]),
        gateway("POST /api/v1/cameras", Some(camera.clone()), 201, CAMERA),
        gateway("GET /api/v1/cameras", None, 200, LIST),
        gateway("GET /api/v1/cameras/:id", None, 200, CAMERA),
        gateway("PUT /api/v1/cameras/:id", Some(camera), 200, CAMERA),
        gateway("GET /api/v1/cameras/:id/status", None, 200, &["/data/connected", "/data/fps", "/data/bitrate"]),
        get("000", "1.1", "GET /api/v1/cameras?status=online", LIST),
        get("000", "1.1", "GET /api/v1/cameras?status=offline", LIST),
        get("000", "1.1", "GET /api/v1/cameras?status=error", LIST),
        get("000", "1.1", "GET /api/v1/cameras?status=connecting", LIST),
        get("000", "4.2", "GET /api/v1/events?page=1&limit=50&sort=-timestamp", LIST),
        get("000", "4.3", "GET /api/v1/events?camera_id=cam-456&type=motion_detected&start_date=2025-10-20&end_date=2025-10-27", LIST),
        gateway("GET /api/v1/recordings", None, 200, LIST),
        gateway("GET /api/v1/recordings/:id", None, 200, RECORDING),
        gateway("GET /api/v1/recordings/:id/signed-url", None, 200, &["/data/url", "/data/expires_at"]),
        gateway("GET /api/v1/recordings/timeline/:cameraId", None, 200, &["/data/spans", "/data/gaps"]),
        gateway("POST /api/v1/tokens", Some(token), 201, &["/data/secret", "/data/token/id"]),
        gateway("GET /api/v1/tokens", None, 200, LIST),
        gateway("PUT /api/v1/tokens/:id/permissions", Some(more), 200, &["/data/permissions"]),
        gateway("DELETE /api/v1/tokens/:id", None, 204, &[]),
        get("004", "Storage Service", "GET /api/v1/storage/segments", LIST),
        get("004", "Storage Service", "GET /api/v1/storage/segments/{id}/download", &[]),
        snippet("004", "Playback Service", "POST /api/v1/playback/start", Some(play), 201, &["/data/playlist_url"]),
        get("004", "Playback Service", "GET /api/v1/playback/sessions/{id}", &["/data/playlist_url", "/data/expires_at"]),
        snippet("004", "Playback Service", "POST /api/v1/playback/sessions/{id}/extend", None, 200, &["/data/expires_at"]),
        get("004", "Playback Service", "GET /api/v1/playback/sessions/{id}/playlist.m3u8", &[]),
        get("004", "Playback Service", "GET /api/v1/playback/sessions/{id}/segment/{index}.m4s", &[]),
        snippet("004", "Playback Service", "DELETE /api/v1/playback/sessions/{id}", None, 204, &[]),
        snippet("004", "Recording Service", "POST /api/v1/recording/stop", Some(which.clone()), 200, &["/data/camera_id"]),
        snippet("004", "Recording Service", "POST /api/v1/recording/start", Some(which), 200, &["/data/camera_id"]),
        get("004", "Recording Service", "GET /api/v1/recording/status", &["/data/total", "/data/recording", "/data/cameras"]),
        get("004", "Recording Service", "GET /api/v1/recording/cameras", LIST),
        gateway("DELETE /api/v1/recordings/:id", None, 202, &[]),
        gateway("DELETE /api/v1/cameras/:id", None, 204, &[]),
        get("000", "10.2", "GET /health", &["/status", "/version", "/uptime", "/components/cameras/total", "/components/cameras/online"]),
        get("002", "5", "GET /ready", &["/ready"]),
        get("002", "5", "GET /metrics", &[]),
    ]
}

/// A server, who asks it, and what its answers gave.
struct Walk {
    base: String,
    client: reqwest::Client,
    bearer: String,
    known: BTreeMap<&'static str, String>,
}

impl Walk {
    /// The path of a request, with what is known in it.
    fn path(&self, request: &str) -> String {
        let known = |name: &str| self.known.get(name).unwrap_or_else(|| panic!("{name}: not known yet"));
        if request.ends_with("/download") {
            return known("signed").clone();
        }
        let (path, query) =
            request.split_once('?').map_or((request, None), |(path, query)| (path, Some(query)));
        let collection = path.trim_start_matches("/api/v1/").split('/').next().unwrap_or_default();
        let id = match collection {
            "playback" => "session",
            "cameras" => "camera",
            "recordings" => "recording",
            _ => "token",
        };
        let mut filled = path.replace(":cameraId", "cam0001").replace("{index}", "0");
        if filled.contains(":id") || filled.contains("{id}") {
            filled = filled.replace(":id", known(id)).replace("{id}", known(id));
        }
        if filled.ends_with(".m3u8") || filled.ends_with(".m4s") {
            filled = format!("{filled}?token={}", known("media"));
        }
        query.map_or(filled.clone(), |query| format!("{filled}?{query}"))
    }

    async fn send(&self, request: &str, body: Option<&Value>, bearer: Option<&str>) -> (u16, Value, String) {
        let (method, path) = request.split_once(' ').expect("a method and a path");
        let method: Method = method.parse().expect("a method");
        let mut asked = self.client.request(method, format!("{}{path}", self.base));
        if let Some(bearer) = bearer {
            asked = asked.bearer_auth(bearer);
        }
        if let Some(body) = body {
            asked = asked.json(body);
        }
        let answer = asked.send().await.expect("an answer");
        let (status, text) = (
            answer.status().as_u16(),
            String::from_utf8_lossy(&answer.bytes().await.expect("a body")).into_owned(),
        );
        (status, serde_json::from_str(&text).unwrap_or_default(), text)
    }

    async fn run(&mut self, snippet: &Snippet) {
        let Snippet { document, section, request, status, has, .. } = snippet;
        let told = format!("requirements/{document} §{section}: {request}");
        let (method, path) = request.split_once(' ').expect("a method and a path");
        let asked = format!("{method} {}", self.path(path));
        let body = snippet.body.as_ref().map(|body| {
            let known = |name| self.known.get(name).cloned().unwrap_or_default();
            body.to_string().replace("{start}", &known("start")).replace("{end}", &known("end"))
        });
        let body: Option<Value> = body.map(|text| serde_json::from_str(&text).expect("JSON"));
        let (came, answer, text) = self.send(&asked, body.as_ref(), Some(&self.bearer)).await;
        assert_eq!(came, *status, "{told}: {text:.800}");
        for pointer in *has {
            assert!(answer.pointer(pointer).is_some(), "{told}: no {pointer} in {text:.800}");
        }
        if path.starts_with("/api/v1") && !text.is_empty() && answer.is_object() {
            assert_eq!((&answer["success"], &answer["error"]), (&json!(true), &Value::Null), "{told}");
            assert!(answer["timestamp"].is_string(), "{told}");
        }
        self.learn(path, &answer);
    }

    /// Remembers ids and addresses for the requests behind.
    fn learn(&mut self, path: &str, answer: &Value) {
        let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let found = match path {
            "/api/v1/auth/login" => return self.bearer = text("/data/token").expect("a token"),
            "/api/v1/cameras" => ("camera", text("/data/id")),
            "/api/v1/recordings/:id/signed-url" => ("signed", text("/data/url")),
            "/api/v1/tokens" => ("token", text("/data/token/id")),
            "/api/v1/playback/start" => {
                let token = text("/data/playlist_url")
                    .and_then(|url| url.split_once("token=").map(|(_, token)| token.to_owned()));
                self.known.insert("media", token.expect("a token"));
                ("session", text("/data/id"))
            }
            _ => return,
        };
        if let (name, Some(value)) = found {
            self.known.insert(name, value);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_of_the_requirements_works_as_written() {
    let cameras = simulate(2, &ClipSpec::painted(Video::tiny()), "").await;
    let setup = Setup::new(&format!(
        "allow_loopback_cameras = true\n[recording]\nsegment_duration_secs = 10\n{}",
        cameras.config
    ));
    let server = setup.serve().await;
    let finished = until("a finished recording", Duration::from_secs(60), || async {
        let list = server.data("/api/v1/recordings?camera_id=cam0001&state=finished").await;
        list["items"].get(0).cloned()
    })
    .await;
    let text = |name: &str| finished[name].as_str().expect("a text").to_owned();
    let known = BTreeMap::from([("recording", text("id")), ("start", text("start")), ("end", text("end"))]);
    let client = reqwest::Client::new();
    let mut walk = Walk { base: server.base().to_owned(), client, bearer: server.bearer().to_owned(), known };
    for snippet in snippets() {
        walk.run(&snippet).await;
    }
    let (_, health, _) = walk.send("GET /health", None, None).await;
    let parts = &health["components"];
    assert_eq!((&parts["database"], &parts["redis"]), (&json!("healthy"), &json!("healthy")), "000 §10.2");
    assert!(health["uptime"].as_str().is_some_and(|uptime| uptime.ends_with('s')), "000 §10.2: {health}");
    errors(&walk).await;
    websocket(&walk).await;
    assert!(server.stop().await);
    cameras.simulator.shutdown().await;
}

/// The codes of "Error Categories" in requirements/001 that can come today, and the envelope of requirements/000 §4.1.
async fn errors(walk: &Walk) {
    let token = json!({ "name": "weak", "permissions": ["camera:read"], "rate_limit": 2 });
    let (_, weak, _) = walk.send("POST /api/v1/tokens", Some(&token), Some(&walk.bearer)).await;
    let weak = weak["data"]["secret"].as_str().expect("a secret").to_owned();
    let (admin, weak) = (Some(walk.bearer.as_str()), Some(weak.as_str()));
    let camera = |key: &str, port: u16| {
        json!({ "name": "x", "key": key, "serial_number": "SN-7",
        "source": { "main_url": format!("rtsp://127.0.0.1:{port}/x") } })
    };
    walk.send("POST /api/v1/cameras", Some(&camera("first", 2)), admin).await;
    let login = json!({ "username": "admin", "password": "not the password" });
    let cases = [
        ("GET /api/v1/cameras", None, None, 401, "AUTH_TOKEN_MISSING"),
        ("GET /api/v1/cameras", None, Some("eyJhbGciOiJIUzI1NiIs.x.y"), 401, "AUTH_TOKEN_INVALID"),
        ("POST /api/v1/auth/login", Some(login), None, 401, "AUTH_CREDENTIALS_INVALID"),
        ("DELETE /api/v1/cameras/first", None, weak, 403, "AUTH_INSUFFICIENT_PERMISSIONS"),
        ("POST /api/v1/cameras", Some(json!({ "name": "x" })), admin, 400, "VALIDATION_FAILED"),
        ("POST /api/v1/cameras", Some(camera("second", 3)), admin, 409, "CAMERA_SERIAL_DUPLICATE"),
        ("GET /api/v1/cameras/cam-123", None, admin, 404, "CAMERA_NOT_FOUND"),
        ("GET /api/v1/cameras", None, weak, 200, ""),
        ("GET /api/v1/cameras", None, weak, 429, "RATE_LIMIT_EXCEEDED"),
    ];
    for (request, body, bearer, status, code) in cases {
        let (came, answer, text) = walk.send(request, body.as_ref(), bearer).await;
        let said = answer["error"]["code"].as_str().unwrap_or_default();
        assert_eq!((came, said), (status, code), "{request}: {text:.400}");
        if status >= 400 {
            assert_eq!((&answer["success"], &answer["data"]), (&json!(false), &Value::Null));
            assert!(
                answer["error"]["message"].is_string() && answer["error"]["details"].is_object(),
                "{text}"
            );
            assert!(answer["timestamp"].is_string() && answer["request_id"].is_string(), "{text}");
        }
    }
}

/// requirements/000 §5.1 and §5.2, with the access token in the address.
async fn websocket(walk: &Walk) {
    let base = walk.base.replacen("http://", "ws://", 1);
    let url = format!("{base}/api/v1/ws/events?token={}", walk.bearer);
    let (mut socket, _) = connect_async(url).await.expect("§5.1: `?token=JWT_TOKEN` is let in");
    let says = [
        json!({ "action": "subscribe", "cameras": ["cam0002", "first"] }),
        json!({ "action": "subscribe", "event_types": ["motion_detected", "ai_person"] }),
        json!({ "action": "subscribe", "event_types": ["recording_start", "recording_stop"] }),
    ];
    for text in says {
        socket.send(Message::text(text.to_string())).await.expect("sent");
    }
    until("the start of the recording to be an event", Duration::from_secs(60), || async {
        let started = "GET /api/v1/events?camera_id=cam0002&type=recording_start";
        let (_, stored, _) = walk.send(started, None, Some(&walk.bearer)).await;
        stored["data"]["items"].get(0).map(drop)
    })
    .await;
    let stop = json!({ "camera_id": "cam0002" });
    let (status, _, text) = walk.send("POST /api/v1/recording/stop", Some(&stop), Some(&walk.bearer)).await;
    assert_eq!(status, 200, "{text}");
    let heard = async {
        while let Some(Ok(message)) = socket.next().await {
            let message: Value =
                serde_json::from_str(message.to_text().unwrap_or_default()).unwrap_or_default();
            assert_ne!(message["type"], "error", "{message}");
            if message["type"] == "event" {
                return message["event"].clone();
            }
        }
        panic!("the connection ended");
    };
    let heard = tokio::time::timeout(Duration::from_secs(60), heard).await;
    let Ok(event) = heard else {
        let (_, stored, _) = walk.send("GET /api/v1/events?limit=50", None, Some(&walk.bearer)).await;
        panic!("§5.2: no event comes, but there are {stored}");
    };
    for field in ["id", "camera_id", "camera_name", "event_type", "severity", "timestamp", "metadata"] {
        assert!(!event[field].is_null(), "§5.2: no {field} in {event}");
    }
    assert_eq!(event["camera_name"], "cam0002");
}

#[test]
fn the_table_in_the_documentation_has_the_same_requests() {
    let table = std::fs::read_to_string(root().join("docs/requirements.md")).expect("docs/requirements.md");
    let is_request = |text: &&str| {
        ["GET ", "POST ", "PUT ", "DELETE ", "PATCH "].iter().any(|method| text.starts_with(method))
    };
    let mut documented = BTreeSet::new();
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [item, _, state, ..] = cells.as_slice() else { panic!("three columns: {row}") };
        let request = item.trim_matches('`');
        if is_request(&request) && state.starts_with("works") {
            documented.insert(request.to_owned());
        }
    }
    let run: BTreeSet<String> = snippets().iter().map(|snippet| snippet.request.to_owned()).collect();
    assert_eq!(documented, run, "left: docs/requirements.md, right: what is run here");
}
