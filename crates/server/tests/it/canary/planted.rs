//! A server whose configuration is full of secrets. All of them have the same word in them.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use nightjar_simulator::{Access, ClipSpec, SimCamera, Simulator, SimulatorConfig, Video};
use uuid::Uuid;

use crate::support::{Setup, root};

/// What all planted secrets have in them, and nothing else.
pub(super) const MARK: &str = "Qz7Wm3Xk9";
pub(super) const PASSWORD: &str = "Canary of Qz7Wm3Xk9, first";
pub(super) const NEW_PASSWORD: &str = "Canary of Qz7Wm3Xk9, second";
pub(super) const WRONG_PASSWORD: &str = "Canary of Qz7Wm3Xk9, wrong";
pub(super) const CAMERA_PASSWORD: &str = "Camera-Qz7Wm3Xk9";

/// What stands in the configuration and is typed by people.
pub(super) fn typed() -> Vec<String> {
    let plain =
        [PASSWORD, NEW_PASSWORD, WRONG_PASSWORD, CAMERA_PASSWORD, "Bucket-Qz7Wm3Xk9", "Provider-Qz7Wm3Xk9"];
    plain.into_iter().map(str::to_owned).chain([api_camera()]).collect()
}

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Store {
    Sqlite,
    Postgres,
}

/// The server's folder, its cameras and its database.
pub(super) struct Planted {
    pub(super) setup: Setup,
    pub(super) postgres: Option<Postgres>,
    _simulator: Simulator,
}

impl Planted {
    pub(super) async fn new(store: Store, log_format: &str) -> Self {
        let simulator = locked_camera().await;
        let url = simulator.url("locked", "main").expect("a camera");
        let with = |login: &str| url.replacen("rtsp://", &format!("rtsp://{login}@"), 1);
        let camera = |id: &str, url: &str| format!("[[cameras]]\nid = \"{id}\"\nrtsp_url = \"{url}\"\n");
        let postgres = (store == Store::Postgres).then(Postgres::make);
        let database = postgres.as_ref().map_or(String::new(), |database| {
            format!("[database]\nurl = \"{}\"\n", database.url_with("Database-Qz7Wm3Xk9"))
        });
        let config = [
            format!("log = \"trace\"\nlog_format = \"{log_format}\"\n"),
            "public_url = \"http://nightjar.test\"\nallow_loopback_cameras = true\n".to_owned(),
            database,
            "[limits]\nuser_per_minute = 1000000\nip_per_minute = 1000000\n".to_owned(),
            "[recording]\nsegment_duration_secs = 10\n".to_owned(),
            format!("[storage]\nendpoint = \"{}\"\nbucket = \"canary\"\n", need("NIGHTJAR_TEST_S3_ENDPOINT")),
            "access_key_id = \"nightjar-test\"\nsecret_access_key = \"Bucket-Qz7Wm3Xk9\"\n".to_owned(),
            format!("[[oidc]]\nname = \"test\"\nissuer = \"{}\"\n", need("NIGHTJAR_TEST_OIDC")),
            "client_id = \"nightjar\"\nclient_secret = \"Provider-Qz7Wm3Xk9\"\ndefault_role = \"viewer\"\n"
                .to_owned(),
            camera("right", &with(&format!("admin:{CAMERA_PASSWORD}"))),
            camera("wrong", &with(&format!("admin:{CAMERA_PASSWORD}-but-wrong"))),
            camera("query", &format!("rtsp://127.0.0.1:1/stream?user=admin&password={CAMERA_PASSWORD}")),
        ];
        let mut setup = Setup::new(&config.concat());
        setup.has_admin = false;
        Self { setup, postgres, _simulator: simulator }
    }

    /// The server's own keys, as they could be printed.
    pub(super) fn keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        for name in ["secret.key", "media.key"] {
            let key = std::fs::read(self.setup.path("data/keys").join(name)).expect("a key");
            keys.push(key.iter().map(|byte| format!("{byte:02x}")).collect());
            keys.push(STANDARD.encode(&key));
            keys.push(URL_SAFE_NO_PAD.encode(&key));
        }
        keys
    }
}

/// A camera as somebody adds it over the API, with a password in each place.
pub(super) fn api_camera() -> String {
    format!("rtsp://admin:{CAMERA_PASSWORD}@192.0.2.1/main?channel=1&password={CAMERA_PASSWORD}")
}

async fn locked_camera() -> Simulator {
    let access = Access::Digest { user: "admin".into(), password: CAMERA_PASSWORD.into() };
    let clip = ClipSpec::painted(Video::tiny());
    let config = SimulatorConfig {
        cameras: vec![SimCamera { access, ..SimCamera::new("locked", clip) }],
        clip_dir: root().join(".cache/clips"),
        ..SimulatorConfig::default()
    };
    Simulator::start(config).await.expect("a simulator")
}

pub(super) fn need(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("no {name}: run it through scripts/with-services"))
}

/// A database of its own, gone when this is dropped.
pub(super) struct Postgres {
    name: String,
}

impl Postgres {
    fn make() -> Self {
        let name = format!("canary_{}", Uuid::now_v7().simple());
        administer(&format!("CREATE DATABASE {name}"));
        Self { name }
    }

    /// Its address. The server trusts everybody, so that any password is taken.
    fn url_with(&self, password: &str) -> String {
        self.url().replacen('@', &format!(":{password}@"), 1)
    }

    fn url(&self) -> String {
        format!("{}/{}", need("NIGHTJAR_TEST_POSTGRES").trim_end_matches('/'), self.name)
    }

    /// All that is in it.
    pub(super) fn dump(&self) -> Vec<u8> {
        let dump = Command::new("pg_dump").args(["--inserts", "-d", &self.url()]).output();
        let dump = dump.expect("pg_dump runs");
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        dump.stdout
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        administer(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

fn administer(command: &str) {
    let database = format!("{}/postgres", need("NIGHTJAR_TEST_POSTGRES").trim_end_matches('/'));
    let psql = Command::new("psql").args(["--no-psqlrc", "--quiet", "-d", &database, "-c", command]).output();
    let output = psql.expect("psql runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
