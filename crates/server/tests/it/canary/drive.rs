//! Requests with a secret in every place where somebody could put one by mistake.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder, Response, redirect};
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use url::Url;

use super::planted::{CAMERA_PASSWORD, api_camera};
use crate::support::Nightjar;

/// Headers that a client or a browser may carry anything in.
const HEADERS: [&str; 8] = [
    "origin",
    "referer",
    "user-agent",
    "x-request-id",
    "x-forwarded-for",
    "if-match",
    "idempotency-key",
    "cookie",
];

/// Sends it all.
pub(super) struct Driver<'a> {
    server: &'a Nightjar,
    client: Client,
    document: Value,
    secrets: Vec<String>,
}

impl<'a> Driver<'a> {
    pub(super) async fn new(server: &'a Nightjar, secrets: Vec<String>) -> Self {
        let client = Client::builder().redirect(redirect::Policy::none()).build().expect("a client");
        let document = client.get(format!("{}/api/openapi.json", server.base())).send().await;
        let document = document.expect("an answer").json().await.expect("the document");
        Self { server, client, document, secrets }
    }

    /// Each operation: as it should be called, and with each secret in its path, its parameters, its
    /// body and its headers. Gives all answers.
    pub(super) async fn everything_everywhere(&self) -> String {
        let mut seen = String::new();
        for (path, item) in self.document["paths"].as_object().expect("paths") {
            for (method, operation) in item.as_object().expect("operations") {
                let method: Method = method.to_uppercase().parse().expect("a method");
                if method == Method::GET {
                    let plain = self.request(&method, &filled(path, "right"));
                    seen += &told(plain.send().await).await;
                }
                for secret in &self.secrets {
                    for request in self.with_secret(&method, path, operation, secret) {
                        seen += &told(request.send().await).await;
                    }
                }
            }
        }
        seen + &self.cameras_tried().await
    }

    fn request(&self, method: &Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method.clone(), format!("{}{path}", self.server.base()));
        request.bearer_auth(self.server.bearer())
    }

    fn with_secret(
        &self,
        method: &Method,
        path: &str,
        operation: &Value,
        secret: &str,
    ) -> Vec<RequestBuilder> {
        let mut requests = Vec::new();
        if path.contains('{') {
            requests.push(self.request(method, &filled(path, &escape(secret))));
        }
        let path = filled(path, "right");
        let headers = |mut request: RequestBuilder| {
            for name in HEADERS {
                request = request.header(name, secret);
            }
            request
        };
        requests.push(headers(self.request(method, &path)));
        requests.push(
            self.client.request(method.clone(), format!("{}{path}", self.server.base())).bearer_auth(secret),
        );
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let named = parameters.iter().filter_map(|parameter| parameter["name"].as_str());
        for name in named.chain(["token", "unknown", secret]) {
            requests.push(self.request(method, &asking(&path, &[(name, secret)])));
        }
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if !schema.is_null() {
            for body in self.bodies(&path, schema, secret) {
                requests.push(self.request(method, &path).json(&body));
            }
            let raw = self.request(method, &path).header("content-type", "application/json");
            requests.push(raw.body(secret.to_owned()));
        }
        requests
    }

    fn bodies(&self, path: &str, schema: &Value, secret: &str) -> Vec<Value> {
        let place = schema["$ref"].as_str().unwrap_or_default().trim_start_matches('#');
        let fields = self.document.pointer(place).unwrap_or(schema)["properties"].as_object().cloned();
        let fields: Vec<String> = fields.unwrap_or_default().keys().cloned().collect();
        let all = |value: Value| fields.iter().map(|field| (field.clone(), value.clone())).collect::<Value>();
        let mut bodies =
            vec![json!({ secret: secret }), json!([secret]), json!(secret), all(json!({ "x": secret }))];
        // Where a name is all there is, it would be one.
        if !path.ends_with("/camera-groups") && !path.ends_with("/organizations") {
            bodies.push(all(json!(secret)));
        }
        bodies
    }

    /// Cameras that are tried and added, with credentials that are right, wrong, or in vain.
    async fn cameras_tried(&self) -> String {
        let mut seen = String::new();
        for url in [
            format!("rtsp://admin:{CAMERA_PASSWORD}@127.0.0.1:1/x?password={CAMERA_PASSWORD}"),
            format!("ftp://admin:{CAMERA_PASSWORD}@192.0.2.1/"),
            format!("rtsp://admin:{CAMERA_PASSWORD}@[::1/"),
            format!("rtsp://admin:{CAMERA_PASSWORD}@169.254.169.254/x?password={CAMERA_PASSWORD}"),
            api_camera(),
        ] {
            let path = "/api/v1/cameras";
            let camera = json!({ "name": "x", "source": { "main_url": url, "password": CAMERA_PASSWORD } });
            seen += &told(self.request(&Method::POST, path).json(&camera).send().await).await;
            if !url.contains("192.0.2.1/main") {
                let probe = json!({ "url": url, "username": "admin", "password": CAMERA_PASSWORD });
                seen +=
                    &told(self.request(&Method::POST, &format!("{path}/probe")).json(&probe).send().await)
                        .await;
            }
        }
        seen
    }

    /// A sign-in at a provider that does not take our secret.
    pub(super) async fn at_a_provider(&self) -> String {
        let start =
            self.request(&Method::GET, "/api/v1/auth/oidc/test/start").send().await.expect("an answer");
        let header =
            |name| start.headers().get(name).and_then(|value| value.to_str().ok()).expect("a header");
        let cookie = header(SET_COOKIE).split(';').next().expect("a pair").to_owned();
        let provider: Url = header(LOCATION).parse().expect("the provider's address");
        let state = provider.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
        let mut seen = provider.to_string();
        let code = self.secrets[0].clone();
        let callback = "/api/v1/auth/oidc/test/callback";
        let good = self.request(&Method::GET, &asking(callback, &[("state", &state), ("code", &code)]));
        seen += &told(good.header(COOKIE, cookie).send().await).await;
        let error = [("state", code.as_str()), ("error", &code), ("error_description", &code)];
        seen + &told(self.request(&Method::GET, &asking(callback, &error)).send().await).await
    }

    /// What a WebSocket says to messages with secrets in them.
    pub(super) async fn over_a_socket(&self) -> String {
        let base = self.server.base().replacen("http://", "ws://", 1);
        let url = format!("{base}/api/v1/ws/events?token={}", self.server.bearer());
        connect_async(url).await.expect("is let in").0.close(None).await.expect("is closed");
        let ticket = self.server.post("/api/v1/ws/tickets", &json!({})).await;
        let url = format!("{base}{}", ticket["url"].as_str().expect("an address"));
        let (mut socket, _) = connect_async(url).await.expect("is let in");
        let mut messages = vec![json!({ "action": "subscribe", "topics": ["events", "status"] }).to_string()];
        for secret in &self.secrets {
            messages.push(json!({ "action": secret }).to_string());
            messages.push(json!({ "action": "subscribe", "cameras": [secret] }).to_string());
        }
        // More of them would be too many.
        for message in messages.into_iter().take(40) {
            socket.send(Message::text(message)).await.expect("sent");
        }
        for deed in ["stop", "start"] {
            let camera = json!({ "camera_id": "right" });
            self.server.post(&format!("/api/v1/recording/{deed}"), &camera).await;
        }
        let mut heard = String::new();
        while let Ok(Some(Ok(message))) = tokio::time::timeout(Duration::from_secs(2), socket.next()).await {
            heard += &message.to_string();
        }
        assert!(heard.contains("\"error\"") && heard.contains("\"status\""), "{heard}");
        heard
    }
}

fn filled(path: &str, value: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { value } else { part }).collect::<Vec<_>>().join("/")
}

/// A path with these parameters.
fn asking(path: &str, parameters: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{path}?{query}")
}

fn escape(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// An answer as one text; a request that can't be sent has none.
async fn told(answer: reqwest::Result<Response>) -> String {
    let Ok(answer) = answer else { return String::new() };
    assert_ne!(answer.status().as_u16(), 500, "{}", answer.url());
    let head = format!("\n{} {:?}\n", answer.status(), answer.headers());
    // Media says nothing, and is large.
    let media =
        answer.headers().get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"video/"));
    if media { head } else { head + &answer.text().await.unwrap_or_default() }
}
