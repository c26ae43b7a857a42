//! The configuration as meant: every value checked, every default filled in.
//!
//! The keys, their defaults and their documentation for people are in [`super::schema`].

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use nightjar_access::oidc::OidcProvider;
use nightjar_audit_export::SyslogAddress;
use nightjar_media::WallTime;
use nightjar_model::{
    AudioPolicy, Camera, CameraId, CameraKey, CameraSource, ManagedBy, Mode, NodeId, OrgId, Secret,
};
use url::Url;

/// The whole configuration.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// The file that was read, if any.
    pub(crate) file: Option<PathBuf>,
    /// The process.
    pub(crate) service: Service,
    /// What is needed to speak TLS; none: plain HTTP.
    pub(crate) tls: Option<Tls>,
    /// The catalog's database.
    pub(crate) database: Database,
    /// The bucket; none: footage stays on the local disk.
    pub(crate) storage: Option<Storage>,
    /// The cameras, in the order in which they were written.
    pub(crate) cameras: Vec<CameraConfig>,
    /// How footage is written.
    pub(crate) recording: Recording,
    /// How long events are kept.
    pub(crate) event_retention: Duration,
    /// How footage gets into the bucket.
    pub(crate) upload: Upload,
    /// How footage is played.
    pub(crate) playback: Playback,
    /// Redis or Valkey; none: the cache is in the process. May hold a password.
    pub(crate) cache_url: Option<Secret>,
    /// How much a client may ask for.
    pub(crate) limits: Limits,
    /// How long sign-ins live.
    pub(crate) accounts: Accounts,
    /// Where the audit trail is exported to.
    pub(crate) audit: Audit,
    /// OpenID providers to sign in with, in the order in which they were written.
    pub(crate) oidc: Vec<OidcProvider>,
    /// What is allowed but unwise, for the log.
    pub(crate) warnings: Vec<String>,
}

/// `[service]`
#[derive(Debug, Clone)]
pub(crate) struct Service {
    /// Where the API, the page and media are served.
    pub(crate) listen: SocketAddr,
    /// Port, on the same address, of `/metrics`, `/health` and `/ready`; none: only on `listen`.
    pub(crate) metrics_port: Option<u16>,
    /// Folder of the SQLite file, keys and footage; absolute.
    pub(crate) data_dir: PathBuf,
    /// How the log looks.
    pub(crate) log_format: LogFormat,
    /// What is logged, in the syntax of `RUST_LOG`.
    pub(crate) log: String,
    /// This process's name, kept with every segment that lies on its disk.
    pub(crate) node: NodeId,
    /// How long a stop waits for uploads that are under way or due.
    pub(crate) drain: Duration,
    /// Reverse proxies that are believed when they tell whom they speak for.
    pub(crate) trusted_proxies: Vec<IpAddr>,
    /// Address at which people reach the server, without a path.
    pub(crate) public_url: Option<Url>,
    /// Origins whose pages may use the API.
    pub(crate) cors_origins: Vec<String>,
    /// Whether cameras that are added over the API may be on this machine itself.
    pub(crate) allow_loopback_cameras: bool,
    /// Whether cameras that take the password only in the clear don't get it.
    pub(crate) refuse_basic_cameras: bool,
    /// Whether cameras that are added over the API may have link-local addresses.
    pub(crate) allow_link_local_cameras: bool,
}

/// `[tls]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tls {
    /// The certificate and those between it and a root, PEM; absolute.
    pub(crate) certificate: PathBuf,
    /// Its private key, PEM; absolute.
    pub(crate) key: PathBuf,
    /// Where plain HTTP is answered with the address to go to instead.
    pub(crate) redirect: Option<SocketAddr>,
}

/// `[accounts]`
#[derive(Debug, Clone, Copy)]
pub(crate) struct Accounts {
    /// How long a sign-in lives at most.
    pub(crate) session: Duration,
    /// How long it lives without being used.
    pub(crate) idle: Duration,
}

/// `[audit]`
#[derive(Debug, Clone, Default)]
pub(crate) struct Audit {
    /// A syslog receiver.
    pub(crate) syslog: Option<SyslogAddress>,
    /// Folder of objects in the bucket of `[storage]`.
    pub(crate) bucket_prefix: Option<String>,
}

/// `[limits]`
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Requests a minute of one account.
    pub(crate) user_per_minute: u32,
    /// Requests a minute from one address.
    pub(crate) ip_per_minute: u32,
    /// Requests of one account or token at the same time.
    pub(crate) concurrent: u32,
    /// Connections at the same time, of all clients together.
    pub(crate) connections: u32,
    /// WebSockets of one account or token at the same time.
    pub(crate) sockets: u32,
}

impl Service {
    /// Address of the metrics listener.
    pub(crate) fn metrics_listen(&self) -> Option<SocketAddr> {
        self.metrics_port.map(|port| SocketAddr::new(self.listen.ip(), port))
    }

    /// Whether only this machine can connect.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.listen.ip() {
            IpAddr::V4(ip) => ip.is_loopback(),
            IpAddr::V6(ip) => ip.is_loopback(),
        }
    }
}

/// How the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// `[database]`
#[derive(Debug, Clone)]
pub(crate) struct Database {
    /// `sqlite:///absolute/path.db` or `postgres://…`; may hold a password.
    pub(crate) url: Secret,
    /// Most connections held at once.
    pub(crate) max_connections: u32,
}

/// `[storage]`
#[derive(Debug, Clone)]
pub(crate) struct Storage {
    /// Address of the S3 API.
    pub(crate) endpoint: Url,
    /// Bucket.
    pub(crate) bucket: String,
    /// Region, part of the signature.
    pub(crate) region: String,
    /// Access key.
    pub(crate) access_key_id: Secret,
    /// Secret key.
    pub(crate) secret_access_key: Secret,
    /// How players get at footage that is only in the bucket.
    pub(crate) delivery: Delivery,
}

/// How players get at footage that is only in the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// Through us.
    Proxy,
    /// From the bucket itself, by presigned addresses.
    Redirect,
}

/// One of `[[cameras]]`
#[derive(Debug, Clone)]
pub(crate) struct CameraConfig {
    /// Readable key.
    pub(crate) key: CameraKey,
    /// For people.
    pub(crate) name: String,
    /// Where its streams come from; credentials taken out of the addresses.
    pub(crate) source: CameraSource,
    /// Whether anything is done with it at all.
    pub(crate) enabled: bool,
    /// When it is recorded.
    pub(crate) mode: Mode,
    /// What happens to its sound.
    pub(crate) audio: AudioPolicy,
    /// Seconds of a segment.
    pub(crate) segment_secs: u32,
    /// How long footage is kept; `[retention]` already filled in.
    pub(crate) retention: Retention,
}

impl CameraConfig {
    /// The desired state of this camera, for the catalog; `id` counts only if it is new there.
    pub(crate) fn desired(&self, org_id: OrgId, id: CameraId, now: WallTime) -> Camera {
        Camera {
            name: self.name.clone(),
            enabled: self.enabled,
            mode: self.mode,
            audio: self.audio,
            segment_secs: self.segment_secs,
            retention_secs: self.retention.max_age_secs,
            retention_bytes: self.retention.max_bytes,
            managed_by: ManagedBy::File,
            ..Camera::new(id, org_id, self.key.clone(), self.source.clone(), now)
        }
    }
}

/// `[retention]`, and each camera's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Retention {
    /// Older footage is deleted; none: kept until space is needed.
    pub(crate) max_age_secs: Option<u64>,
    /// The oldest footage beyond this is deleted.
    pub(crate) max_bytes: Option<u64>,
}

/// `[recording]`
#[derive(Debug, Clone)]
pub(crate) struct Recording {
    /// Folder of the footage; with a bucket, the spool before upload. Absolute.
    pub(crate) footage_dir: PathBuf,
    /// How long a local copy stays after its upload.
    pub(crate) local_retention: Duration,
    /// Object keys.
    pub(crate) key_template: String,
    /// Whether segments begin at multiples of their length of the wall clock (UTC).
    pub(crate) at_clock_time: bool,
    /// How often what was written is made durable.
    pub(crate) flush_interval: Duration,
    /// Fill level of the volume above which footage is deleted.
    pub(crate) max_disk_percent: u8,
    /// Bytes of footage on the local disk above which it is deleted as if the disk were full.
    pub(crate) spool_max_bytes: Option<u64>,
}

/// `[upload]`
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    /// Segments on their way at once.
    pub(crate) max_concurrent: usize,
    /// Failures after which an alert is raised; attempts go on for ever.
    pub(crate) alert_after: u32,
    /// First delay after a failure; doubles four times, then stays at five minutes.
    pub(crate) retry_backoff: Duration,
}

/// `[playback]`
#[derive(Debug, Clone)]
pub(crate) struct Playback {
    /// How long a session lives unless it is extended.
    pub(crate) session_ttl: Duration,
    /// Longest range of one session or download.
    pub(crate) max_range: Duration,
    /// Whether signed addresses of media work only for the client that asked for them.
    pub(crate) bind_to_ip: bool,
}
