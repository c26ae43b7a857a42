//! What the server keeps in Redis for whoever else wants to know it: the keys of `requirements/000_*` §7 and of "Redis Data
//! Structures" of `requirements/001_*`.

use std::process::Command;
use std::time::Duration;

use nightjar_simulator::{ClipSpec, Video};
use serde_json::{Value, json};

use crate::support::nightjar::PASSWORD;
use crate::support::{Nightjar, Postgres, Setup, need, psql, simulate, until};

/// A change is there after a second; this is a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// A database of the Redis server, as `redis-cli` sees it.
struct Redis {
    url: String,
}

impl Redis {
    fn ask(&self, command: &[&str]) -> String {
        let output = Command::new("redis-cli").args(["-u", &self.url, "--raw"]).args(command).output();
        let output = output.expect("redis-cli runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    fn value(&self, key: &str) -> Option<Value> {
        serde_json::from_str(&self.ask(&["GET", &format!("nightjar:{key}")])).ok()
    }

    /// The value as soon as it is there and fits, and seconds that it still lives.
    async fn until(&self, key: &str, fits: impl Fn(&Value) -> bool) -> (Value, u64) {
        let value = until(key, SOON, || async { self.value(key).filter(|value| fits(value)) }).await;
        let left = self.ask(&["TTL", &format!("nightjar:{key}")]).parse().expect("it ends");
        (value, left)
    }

    async fn until_gone(&self, key: &str) {
        until(key, SOON, || async { self.value(key).is_none().then_some(()) }).await;
    }

    /// All keys and values, as somebody would see them who can read the server.
    fn everything(&self) -> String {
        let keys = self.ask(&["KEYS", "*"]);
        let text = |key: &str| match self.ask(&["TYPE", key]).as_str() {
            "hash" => self.ask(&["HGETALL", key]),
            _ => self.ask(&["GET", key]),
        };
        keys.lines().map(|key| format!("{key} {}\n", text(key))).collect()
    }
}

async fn sign_in(server: &Nightjar) -> Value {
    let login = json!({ "username": "grace", "password": PASSWORD });
    let (status, answer) = server.try_post("/api/v1/auth/login", &login).await;
    assert_eq!(status, 200, "{answer}");
    answer["data"].clone()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_holds_cameras_and_sign_ins_as_the_requirements_say() {
    let redis = Redis { url: format!("{}/9", need("NIGHTJAR_TEST_REDIS").trim_end_matches('/')) };
    let postgres = Postgres::make();
    let cameras = simulate(2, &ClipSpec::painted(Video::tiny()), "").await;
    let setup = Setup::new(&format!(
        "allow_loopback_cameras = true\n[cache]\nurl = \"{}\"\n[database]\nurl = \"{}\"\n{}",
        redis.url,
        postgres.url(),
        cameras.config
    ));
    let server = setup.serve().await;
    server.until_recording(2, Duration::from_secs(60)).await;

    let list = server.data("/api/v1/cameras").await;
    let ids: Vec<String> =
        list["items"].as_array().expect("a list").iter().map(|c| text(&c["id"]).to_owned()).collect();
    assert_eq!(ids.len(), 2);
    for id in &ids {
        let (info, left) = redis.until(&format!("camera:{id}:info"), |_| true).await;
        assert_eq!(
            (text(&info["id"]), &info["wants_recording"], left <= 300),
            (id.as_str(), &json!(true), true)
        );
        let online = |value: &Value| value["status"] == "online";
        let (status, left) = redis.until(&format!("camera:{id}:status"), online).await;
        assert_eq!((&status["recording"], left <= 30), (&json!(true), true), "{status}");
        let (can, left) = redis.until(&format!("camera:{id}:capabilities"), |can| can["h264"] == true).await;
        assert_eq!(
            (&can["audio"], &can["h265"], left <= 3_600, left > 300),
            (&json!(false), &json!(false), true, true)
        );
        let (stream, left) =
            redis.until(&format!("stream:status:{id}"), |value| online(value) && value["fps"] != 0.0).await;
        assert!(left <= 30 && stream["lastSeen"].is_u64() && stream["nodeId"].is_string(), "{stream}");
        assert_eq!(stream["resolution"], format!("{}x{}", Video::tiny().width, Video::tiny().height));
    }
    reading_saves_the_query(&server, &postgres, &ids[0]).await;
    changes_arrive(&redis, &server).await;
    let secrets = sign_ins(&redis, &server).await;
    let everything = redis.everything();
    for secret in secrets.iter().map(String::as_str).chain([PASSWORD, "hunter2"]) {
        assert!(!everything.contains(secret), "a secret in Redis: {everything}");
    }
    for later in ["viewers:", "analytics:"] {
        assert!(!everything.contains(later), "{everything}");
    }
    assert!(server.stop().await);
    cameras.simulator.shutdown().await;
}

/// While nobody can read the table of cameras, a camera's status is answered, and the camera itself is not.
async fn reading_saves_the_query(server: &Nightjar, postgres: &Postgres, id: &str) {
    let lock = "BEGIN; LOCK TABLE cameras IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(6); COMMIT";
    let mut locked =
        psql(&postgres.url(), lock).stdout(std::process::Stdio::null()).spawn().expect("psql runs");
    let waiting = "SELECT 1 / count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted \
                   AND relation = 'cameras'::regclass";
    until("the lock", SOON, || async {
        psql(&postgres.url(), waiting).output().expect("psql runs").status.success().then_some(())
    })
    .await;
    let paths = [format!("/api/v1/cameras/{id}/status"), format!("/api/v1/cameras/{id}")];
    let status = tokio::time::timeout(Duration::from_secs(2), server.data(&paths[0]));
    let camera = tokio::time::timeout(Duration::from_secs(2), server.data(&paths[1]));
    let (status, camera) = tokio::join!(status, camera);
    assert_eq!(status.expect("answered without a query")["recording_state"], "recording");
    assert!(camera.is_err(), "this one needs the query");
    assert!(locked.wait().expect("ended").success());
}

/// A changed camera is another one at once, a deleted one is gone.
async fn changes_arrive(redis: &Redis, server: &Nightjar) {
    let url = "rtsp://admin:hunter2@127.0.0.1:1/main";
    let camera =
        server.post("/api/v1/cameras", &json!({ "name": "Yard", "source": { "main_url": url } })).await;
    let (path, key) =
        (format!("/api/v1/cameras/{}", text(&camera["id"])), format!("camera:{}", text(&camera["id"])));
    redis.until(&format!("{key}:info"), |info| info["name"] == "Yard").await;
    redis.until(&format!("{key}:status"), |status| status["status"] == "offline").await;
    server.patch(&path, &json!({ "name": "Garden", "enabled": false })).await;
    // Its own change is seen at once, whatever is in the cache.
    assert_eq!(server.data(&format!("{path}/status")).await["wants_recording"], false);
    redis.until(&format!("{key}:info"), |info| info["name"] == "Garden").await;
    server.delete(&path).await;
    for part in ["info", "status", "capabilities"] {
        redis.until_gone(&format!("{key}:{part}")).await;
    }
}

/// A sign-in is there until it ends. Gives its secrets.
async fn sign_ins(redis: &Redis, server: &Nightjar) -> Vec<String> {
    let first = redis.everything().matches("nightjar:session:").count();
    let grace = json!({ "username": "grace", "password": PASSWORD, "role": "viewer" });
    let grace = as_admin(server, "POST", "/api/v1/users", &grace).await;
    let (id, session) = (text(&grace["id"]).to_owned(), sign_in(server).await);
    let (token, left) = redis.until(&format!("user:{id}:token"), |_| true).await;
    assert!(left > 86_000 && left <= 86_400, "24 h: {left}");
    let digest = token["blake3"].as_str().expect("a digest");
    assert_eq!(digest.len(), 64);
    let key = format!("session:{}", text(&token["sessionId"]));
    let (entry, left) = redis.until(&key, |_| true).await;
    assert!(left > 86_000 && left <= 86_400, "24 h: {left}");
    assert_eq!((text(&entry["userId"]), &entry["role"]), (id.as_str(), &json!("viewer")));
    assert!(
        entry["permissions"].as_array().is_some_and(|all| all.contains(&json!("camera:read"))),
        "{entry}"
    );
    assert!(entry["expiresAt"].is_u64());

    as_admin(server, "PATCH", &format!("/api/v1/users/{id}"), &json!({ "role": "operator" })).await;
    redis.until(&key, |entry| entry["role"] == "operator").await;
    redis.until_gone(&format!("user:{id}:token")).await;
    let refresh = json!({ "refresh_token": session["refresh_token"] });
    let second = server.post("/api/v1/auth/refresh", &refresh).await;
    redis.until(&format!("user:{id}:token"), |_| true).await;
    redis.until(&key, |entry| entry["role"] == "operator").await;
    let logout = reqwest::Client::new().post(format!("{}/api/v1/auth/logout", server.base()));
    let logout = logout.bearer_auth(text(&second["token"])).json(&json!({})).send().await.expect("an answer");
    assert!(logout.status().is_success());
    redis.until_gone(&key).await;
    redis.until_gone(&format!("user:{id}:token")).await;
    assert!(
        redis.everything().matches("nightjar:session:").count() >= first,
        "those of the administrator stay"
    );
    let secrets = [&session["token"], &session["refresh_token"], &second["token"], &second["refresh_token"]];
    secrets.map(|secret| text(secret).to_owned()).to_vec()
}

/// As the administrator who is signed in: an API token makes no accounts.
async fn as_admin(server: &Nightjar, method: &str, path: &str, body: &Value) -> Value {
    let login = json!({ "username": "admin", "password": PASSWORD });
    let (_, admin) = server.try_post("/api/v1/auth/login", &login).await;
    let request =
        reqwest::Client::new().request(method.parse().expect("a method"), format!("{}{path}", server.base()));
    let answer =
        request.bearer_auth(text(&admin["data"]["token"])).json(body).send().await.expect("an answer");
    let answer: Value = answer.json().await.expect("JSON");
    assert_eq!(answer["success"], true, "{answer}");
    answer["data"].clone()
}
