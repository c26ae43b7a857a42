//! A server whose configuration is full of secrets. All of them have the same word in them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use nightjar_simulator::{Access, ClipSpec, SimCamera, Simulator, SimulatorConfig, Video};

use crate::support::{Postgres, Setup, need, root};

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
