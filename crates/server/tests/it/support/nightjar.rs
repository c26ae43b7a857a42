//! `nightjar serve` in a folder of its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use nightjar_catalog::{Catalog, CatalogOptions, LedgerItem, Sealer};
use nightjar_media::WallTime;
use nightjar_model::{CameraId, GapCause, OrgId, Segment, StreamName};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::until;

/// Of the user `admin`.
pub(crate) const PASSWORD: &str = "a test's own password";
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(60);
const BINARY: &str = env!("CARGO_BIN_EXE_nightjar");

/// A folder with a configuration, over several starts.
pub(crate) struct Setup {
    pub(crate) folder: TempDir,
    port: u16,
    /// Whether the first administrator is made with [`PASSWORD`]; else with the link that is printed.
    pub(crate) has_admin: bool,
    /// Variables that it is started with.
    pub(crate) environment: Vec<(String, String)>,
    /// Whether it lives on the machine's own disk, which others may have filled.
    shares_disk: bool,
}

/// A running server. It is killed when dropped.
pub(crate) struct Nightjar {
    child: Child,
    base: String,
    client: reqwest::Client,
    /// An API token of `admin`: it outlives any sign-in.
    bearer: String,
}

impl Setup {
    /// A configuration of `[service]` and whatever `more` says.
    pub(crate) fn new(more: &str) -> Self {
        let setup = Self::in_folder(tempfile::tempdir().expect("temporary folder"), more);
        Self { shares_disk: true, ..setup }
    }

    pub(crate) fn in_folder(folder: TempDir, more: &str) -> Self {
        let port = free_port();
        let config = format!(
            "[service]\nlisten = \"127.0.0.1:{port}\"\nmetrics_port = 0\ndata_dir = \"{}\"\n{more}\n",
            folder.path().join("data").display()
        );
        std::fs::write(folder.path().join("nightjar.toml"), config).expect("configuration");
        Self { folder, port, has_admin: true, environment: Vec::new(), shares_disk: false }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Gives a key of the configuration, `section.key`, another value, in the environment.
    pub(crate) fn set(&mut self, key: &str, value: &str) {
        let name = format!("NIGHTJAR__{}", key.to_uppercase().replace('.', "__"));
        self.environment.push((name, value.to_owned()));
    }

    /// What the binary prints with these arguments alone.
    pub(crate) async fn printed(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(BINARY);
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        let output = tokio::task::spawn_blocking(move || command.output().expect("nightjar runs"));
        String::from_utf8(output.await.expect("waited").stdout).expect("text")
    }

    fn command(&self, arguments: &[&str], log: &str) -> Command {
        let log = File::options().create(true).append(true).open(self.path(log)).expect("log");
        let mut command = Command::new(BINARY);
        command.args(arguments).arg("--config").arg(self.path("nightjar.toml"));
        command.env_remove("NIGHTJAR_CONFIG").stdin(Stdio::null());
        command.envs(self.environment.iter().cloned());
        if self.has_admin {
            command.env("NIGHTJAR_ADMIN_PASSWORD", PASSWORD);
        }
        if self.shares_disk {
            command.env("NIGHTJAR__RECORDING__MAX_DISK_PERCENT", "99");
        }
        command.stdout(log.try_clone().expect("log")).stderr(log);
        command
    }

    /// Starts the server and waits until it is ready.
    pub(crate) async fn serve(&self) -> Nightjar {
        self.until_ready(self.command(&["serve"], "serve.log")).await
    }

    async fn until_ready(&self, command: Command) -> Nightjar {
        let mut server = self.spawn(command);
        let ready = async || {
            if let Ok(Some(status)) = server.child.try_wait() {
                panic!("nightjar ended with {status}:\n{}", self.log());
            }
            let answer = server.client.get(format!("{}/ready", server.base)).send().await.ok()?;
            answer.status().is_success().then_some(())
        };
        until_mut("nightjar to be ready", ready).await;
        if self.has_admin {
            server.sign_in().await;
        }
        server
    }

    /// The same under another umask than the test's own.
    pub(crate) async fn serve_with_umask(&self, umask: &str) -> Nightjar {
        let command = self.command(&["serve"], "serve.log");
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("umask {umask}; exec \"$@\""), "sh", BINARY]).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        let log = File::options().create(true).append(true).open(self.path("serve.log")).expect("log");
        shell.stdin(Stdio::null()).stdout(log.try_clone().expect("log")).stderr(log);
        self.until_ready(shell).await
    }

    /// Starts the server, ready or not.
    pub(crate) fn serve_unready(&self) -> Nightjar {
        self.spawn(self.command(&["serve"], "serve.log"))
    }

    fn spawn(&self, mut command: Command) -> Nightjar {
        let child = command.spawn().expect("nightjar starts");
        let base = format!("http://127.0.0.1:{}", self.port);
        let client = reqwest::Client::builder().timeout(ANSWER).build().expect("a client");
        Nightjar { child, base, client, bearer: String::new() }
    }

    /// Where it listens, on the loopback address.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What the server logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path("serve.log")).unwrap_or_default()
    }

    /// `nightjar catalog verify`; fails the test when it finds anything.
    pub(crate) async fn verify(&self, deep: bool) {
        let mut arguments = vec!["catalog", "verify"];
        arguments.extend(deep.then_some("--deep"));
        let status = self.run(&arguments, "verify.log").await;
        let said = std::fs::read_to_string(self.path("verify.log")).unwrap_or_default();
        assert!(status, "catalog verify:\n{said}\nserver log:\n{}", tail(&self.log()));
    }

    /// Runs another command of the binary to its end; says whether it succeeded.
    pub(crate) async fn run(&self, arguments: &[&str], log: &str) -> bool {
        let mut command = self.command(arguments, log);
        let ended = tokio::task::spawn_blocking(move || command.status().expect("nightjar runs"));
        ended.await.expect("waited").success()
    }

    /// Runs another command of the binary to its end, and returns what it said.
    pub(crate) async fn output(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments, "output.log");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let ended = tokio::task::spawn_blocking(move || command.output().expect("nightjar runs"));
        ended.await.expect("waited")
    }

    pub(crate) fn footage(&self) -> PathBuf {
        self.path("data/recordings")
    }

    /// The catalog, beside the server.
    pub(crate) async fn catalog(&self) -> Catalog {
        let url = format!("sqlite://{}", self.path("data/nightjar.db").display());
        let key = std::fs::read(self.path("data/keys/secret.key")).expect("the server's key");
        let sealer = Sealer::new(key.try_into().expect("32 bytes"), Vec::new());
        let options = CatalogOptions { sealer: Some(sealer), ..CatalogOptions::default() };
        Catalog::connect(&url, &options).await.expect("catalog")
    }
}

/// A camera's ledger as spans and gaps.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    pub(crate) segments: Vec<Segment>,
    pub(crate) gaps: Vec<(WallTime, Option<WallTime>, GapCause)>,
}

/// Reads the ledger of the camera with this key.
pub(crate) async fn told(catalog: &Catalog, key: &str) -> Told {
    let camera = catalog.camera_by_key(OrgId::DEFAULT, &key.parse().expect("key")).await.expect("catalog");
    let id: CameraId = camera.expect("camera").id;
    let rows = catalog.ledger_rows(id, StreamName::Main, None, 10_000).await.expect("ledger");
    let gaps = rows.iter().filter_map(|row| match row.item {
        LedgerItem::Gap { cause, .. } => Some((row.start, row.end, cause)),
        LedgerItem::Segment { .. } => None,
    });
    let far = WallTime::from_millis(i64::MAX / 2000);
    let segments = catalog.segments_between(id, StreamName::Main, WallTime::default(), far, 10_000).await;
    Told { segments: segments.expect("segments"), gaps: gaps.collect() }
}

impl Nightjar {
    /// Where it answers: `http://127.0.0.1:port`.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The token that requests bring.
    pub(crate) fn bearer(&self) -> &str {
        &self.bearer
    }

    /// From now on requests bring this token.
    pub(crate) fn act_as(&mut self, bearer: &str) {
        bearer.clone_into(&mut self.bearer);
    }

    /// Signs in as `admin` and makes an API token that may do the same.
    async fn sign_in(&mut self) {
        let login = json!({ "username": "admin", "password": PASSWORD });
        let signed_in = self.post("/api/v1/auth/login", &login).await;
        self.bearer = signed_in["token"].as_str().expect("a token").to_owned();
        let mut permissions = signed_in["user"]["permissions"].clone();
        permissions.as_array_mut().expect("permissions").retain(|word| word != "system:admin");
        let token = json!({ "name": "test", "permissions": permissions, "rate_limit": 1_000_000 });
        let made = self.post("/api/v1/tokens", &token).await;
        self.bearer = made["secret"].as_str().expect("a secret").to_owned();
    }

    /// The `data` of a successful GET.
    pub(crate) async fn data(&self, path: &str) -> Value {
        self.answer(self.client.get(format!("{}{path}", self.base))).await
    }

    /// The `data` of a successful POST.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        self.answer(self.client.post(format!("{}{path}", self.base)).json(body)).await
    }

    /// The `data` of a successful POST of the administrator, who has just signed in: for what an API token can't do.
    pub(crate) async fn post_in_person(&self, path: &str, body: &Value) -> Value {
        let login = json!({ "username": "admin", "password": PASSWORD });
        let signed_in = self.post("/api/v1/auth/login", &login).await;
        let request = self.client.post(format!("{}{path}", self.base)).json(body);
        let answer = request
            .bearer_auth(signed_in["token"].as_str().expect("a token"))
            .send()
            .await
            .expect("an answer");
        let status = answer.status();
        let body: Value = answer.json().await.expect("JSON");
        assert!(status.is_success(), "{path}: {status} {body}");
        body["data"].clone()
    }

    /// Status and body of whatever a POST answers.
    pub(crate) async fn try_post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.client.post(format!("{}{path}", self.base)).json(body).bearer_auth(&self.bearer);
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    /// The `data` of a successful PATCH.
    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Value {
        self.answer(self.client.patch(format!("{}{path}", self.base)).json(body)).await
    }

    /// A successful DELETE.
    pub(crate) async fn delete(&self, path: &str) {
        let request = self.client.delete(format!("{}{path}", self.base)).bearer_auth(&self.bearer);
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Value {
        let answer = request.bearer_auth(&self.bearer).send().await.expect("an answer");
        let (url, status) = (answer.url().clone(), answer.status());
        let body: Value = answer.json().await.expect("JSON");
        assert!(status.is_success(), "{url}: {status} {body}");
        body["data"].clone()
    }

    /// Whatever a GET answers, with its headers.
    pub(crate) async fn text(&self, path: &str) -> String {
        let request = self.client.get(format!("{}{path}", self.base)).bearer_auth(&self.bearer);
        let answer = request.send().await.expect("an answer");
        let headers = format!("{:?}", answer.headers());
        headers + &answer.text().await.expect("text")
    }

    /// Waits until `count` cameras are being recorded.
    pub(crate) async fn until_recording(&self, count: u64, limit: Duration) {
        until("all cameras to be recorded", limit, || async {
            let status = self.data("/api/v1/recording/status").await;
            (status["recording"].as_u64() >= Some(count)).then_some(())
        })
        .await;
    }

    /// SIGKILL: what a power cut is to a process.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }

    /// SIGTERM, and waits for the end; says whether it ended well.
    pub(crate) async fn stop(mut self) -> bool {
        let id = self.child.id();
        assert!(Command::new("kill").arg(id.to_string()).status().expect("kill").success());
        let ended = async || self.child.try_wait().expect("waited");
        until_mut("nightjar to end", ended).await.success()
    }

    /// Resident memory in bytes.
    pub(crate) fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
        line.trim().trim_end_matches(" kB").trim().parse::<u64>().expect("a number") * 1024
    }
}

impl Drop for Nightjar {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn until_mut<T>(what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(std::time::Instant::now() < deadline, "waited 60 s for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("address").port()
}

/// All recorded files below a folder.
pub(crate) fn recordings(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "mp4") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
