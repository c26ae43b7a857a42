//! A simulated camera, its source, and a subscriber that notes what comes.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use md5::{Digest, Md5};
use nightjar_hub::{Delivery, GopLimits, Hub, QueueLimits, Start, StreamKey, Subscriber};
use nightjar_media::{Fragment, Interruption, MediaKind};
use nightjar_model::{
    Camera, CameraId, CameraSource, ManagedBy, OrgId, Reach, RtspTransport, Secret, StatusBoard, WallTime,
};
use nightjar_simulator::{ClipSpec, SimCamera, Simulator, SimulatorConfig};
use nightjar_sources::{Sources, SourcesConfig};
use uuid::Uuid;

/// What a source delivered, in order.
#[derive(Debug, Clone)]
pub(crate) enum Heard {
    Fragment(Fragment),
    Interrupted(Interruption),
}

pub(crate) struct Scene {
    pub(crate) simulator: Simulator,
    pub(crate) sources: Sources,
    pub(crate) status: StatusBoard,
    pub(crate) camera: Camera,
    subscriber: Subscriber,
    pub(crate) heard: Vec<Heard>,
}

/// Cached clips are shared by all tests of the workspace.
fn clip_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.cache/clips")
}

pub(crate) fn patience() -> SourcesConfig {
    SourcesConfig {
        retry_first: Duration::from_millis(100),
        retry_limit: Duration::from_millis(400),
        auth_retry_first: Duration::from_millis(300),
        auth_retry_limit: Duration::from_secs(1),
        stall_limit: Duration::from_secs(2),
        api_cameras: Reach::Camera { this_machine: true, link_local: false },
        refuse_basic: false,
    }
}

impl Scene {
    pub(crate) async fn new(clip: ClipSpec, transport: RtspTransport) -> Self {
        Self::with(SimCamera::new("cam", clip), transport, None).await
    }

    pub(crate) async fn with(sim: SimCamera, transport: RtspTransport, login: Option<(&str, &str)>) -> Self {
        let config = SimulatorConfig {
            cameras: vec![SimCamera { own_port: true, ..sim }],
            clip_dir: clip_dir(),
            log_frames: true,
            ..SimulatorConfig::default()
        };
        let simulator = Simulator::start(config).await.expect("simulator");
        let url = simulator.url("cam", "main").expect("camera");
        let camera = camera(&url, transport, login);
        let (hub, status) = (Hub::new(GopLimits::default()), StatusBoard::default());
        let key = StreamKey { camera: camera.id.0.into_bytes(), stream: "main" };
        let subscriber = hub.stream(key).subscribe(Start::Gop, QueueLimits::default());
        let sources = Sources::start(hub, status.clone(), patience()).expect("threads");
        sources.set_camera(&camera);
        Self { simulator, sources, status, camera, subscriber, heard: Vec::new() }
    }

    /// Listens until `enough` is satisfied with what was heard; fails after 30 s.
    pub(crate) async fn listen(&mut self, what: &str, enough: impl Fn(&[Heard]) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !enough(&self.heard) {
            let left = deadline.saturating_duration_since(Instant::now());
            let next = tokio::time::timeout(left, self.subscriber.next()).await;
            let Ok(Some(delivery)) = next else {
                panic!("waited in vain for {what}; heard {}", self.summary())
            };
            match delivery {
                Delivery::Fragment(fragment) => self.heard.push(Heard::Fragment(fragment)),
                Delivery::Interrupted(interruption) => self.heard.push(Heard::Interrupted(interruption)),
                Delivery::Lagged(lag) => panic!("the test was too slow: {lag:?}"),
            }
        }
    }

    /// Stops the source and takes what is left.
    pub(crate) async fn finish(mut self) -> (Vec<Heard>, nightjar_simulator::CameraLog) {
        self.sources.stop().await;
        while let Some(delivery) = self.subscriber.try_next() {
            if let Delivery::Fragment(fragment) = delivery {
                self.heard.push(Heard::Fragment(fragment));
            }
        }
        let log = self.simulator.log("cam").expect("camera");
        self.simulator.shutdown().await;
        (self.heard, log)
    }

    fn summary(&self) -> String {
        let short = |heard: &Heard| match heard {
            Heard::Fragment(fragment) => format!("{}+{}", fragment.run, fragment.sequence),
            Heard::Interrupted(interruption) => format!("{:?}: {}", interruption.cause, interruption.details),
        };
        self.heard.iter().map(short).collect::<Vec<_>>().join(", ")
    }
}

pub(crate) fn fragments(heard: &[Heard]) -> impl Iterator<Item = &Fragment> {
    heard.iter().filter_map(|heard| match heard {
        Heard::Fragment(fragment) => Some(fragment),
        Heard::Interrupted(_) => None,
    })
}

pub(crate) fn interruptions(heard: &[Heard]) -> impl Iterator<Item = &Interruption> {
    heard.iter().filter_map(|heard| match heard {
        Heard::Fragment(_) => None,
        Heard::Interrupted(interruption) => Some(interruption),
    })
}

/// MD5 of each video sample, in order.
pub(crate) fn digests(heard: &[Heard]) -> Vec<[u8; 16]> {
    let mut digests = Vec::new();
    for fragment in fragments(heard) {
        let bytes: Vec<u8> = fragment.chunks.concat();
        for run in fragment.tracks.iter() {
            let track = fragment.init.track(run.track).expect("track");
            if track.codec.kind() != MediaKind::Video {
                continue;
            }
            let mut at = run.data_offset as usize;
            for sample in &run.samples {
                let end = at + sample.size as usize;
                digests.push(Md5::digest(&bytes[at..end]).into());
                at = end;
            }
        }
    }
    digests
}

pub(crate) fn camera(url: &str, transport: RtspTransport, login: Option<(&str, &str)>) -> Camera {
    let source = CameraSource {
        username: login.map(|(username, _)| username.to_owned()),
        password: login.map(|(_, password)| Secret::new(password)),
        transport,
        ..CameraSource::new(url.parse().expect("url"))
    };
    let (id, key, now) = (CameraId(Uuid::now_v7()), "cam".parse().expect("key"), WallTime::from_micros(0));
    Camera { managed_by: ManagedBy::File, ..Camera::new(id, OrgId::DEFAULT, key, source, now) }
}
