//! Every key there is: one line each, for reading, for suggestions and for the user guide.

/// A key.
pub(super) struct Key {
    /// Its section; `cameras` stands for each of `[[cameras]]`, `oidc` for each of `[[oidc]]`.
    pub(super) section: &'static str,
    /// Its name.
    pub(super) name: &'static str,
    /// What applies when it is not given.
    pub(super) default: &'static str,
    /// A short name in the environment: those of the first recorder, and `RUST_LOG`.
    pub(super) legacy: Option<&'static str>,
    /// What it says.
    pub(super) doc: &'static str,
}

const fn key(section: &'static str, name: &'static str, default: &'static str, doc: &'static str) -> Key {
    Key { section, name, default, legacy: None, doc }
}

impl Key {
    const fn legacy(mut self, name: &'static str) -> Self {
        self.legacy = Some(name);
        self
    }
}

/// Whether a variable of this name stands for a key.
pub(crate) fn is_short_name(name: &str) -> bool {
    KEYS.iter().any(|key| key.legacy == Some(name))
}

/// All keys, in the order of the documentation.
#[rustfmt::skip]
pub(super) const KEYS: &[Key] = &[
    key("service", "listen", "`127.0.0.1:8080`", "address and port of the API, the page and media"),
    key("service", "metrics_port", "`9090`", "port of `/metrics`, `/health`, `/ready` on the same address, for whoever reaches it; 0: only on `listen`").legacy("METRICS_PORT"),
    key("service", "data_dir", "`./data`", "folder of the SQLite file, keys and footage"),
    key("service", "log_format", "`auto`", "`auto` (text on a terminal, JSON otherwise), `text` or `json`"),
    key("service", "log", "`info`", "what is logged, as `debug` or `info,nightjar_sources=trace`").legacy("RUST_LOG"),
    key("service", "node", "`node-1`", "name of this process; must not change while footage lies on its disk"),
    key("service", "drain_secs", "`20`", "how long a stop waits for pending uploads"),
    key("service", "trusted_proxies", "none", "addresses of reverse proxies, separated by commas, whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed"),
    key("service", "public_url", "from `listen`", "address at which people reach Nightjar, without a path, as `https://nightjar.example`; required with `[[oidc]]`"),
    key("service", "cors_origins", "none", "origins whose pages may use the API, as `[\"https://ops.example\"]` or separated by commas"),
    key("service", "allow_loopback_cameras", "`false`", "whether cameras that are added over the API may be on this machine itself, at any of its addresses; those of this file always may"),
    key("service", "allow_link_local_cameras", "`false`", "whether cameras that are added over the API may have link-local addresses (169.254.0.0/16, fe80::/10), where clouds have services that give out credentials; those of this file always may"),
    key("service", "refuse_basic_cameras", "`false`: it is warned of", "whether cameras that take their password only in the clear (HTTP Basic, which everybody on the way can read) don't get it, and are not recorded"),

    key("tls", "certificate", "none", "PEM file of the certificate and those between it and a root; with it, `listen` speaks HTTPS"),
    key("tls", "key", "required with `certificate`", "PEM file of its private key"),
    key("tls", "redirect", "none", "address and port, as `0.0.0.0:80`, where plain HTTP is sent on to HTTPS"),

    key("database", "url", "SQLite in `data_dir`", "`sqlite:///path/catalog.db` or `postgres://user:password@host/name`"),
    key("database", "max_connections", "`10`", "most database connections held at once, 1 to 200"),

    key("storage", "endpoint", "none", "address of the S3 API; without it footage stays on the local disk").legacy("S3_ENDPOINT"),
    key("storage", "bucket", "`camera-recordings`", "bucket").legacy("S3_BUCKET"),
    key("storage", "region", "`us-east-1`", "region, as the server's signatures want it"),
    key("storage", "access_key_id", "required with `endpoint`", "access key").legacy("S3_ACCESS_KEY_ID"),
    key("storage", "secret_access_key", "required with `endpoint`", "secret key").legacy("S3_SECRET_ACCESS_KEY"),
    key("storage", "delivery", "`proxy`", "how players get footage that is only in the bucket: `proxy` through Nightjar, or `redirect` to presigned addresses (the browser must reach `endpoint`, and the bucket must allow its origin)"),

    key("cameras", "id", "required", "readable key, part of file names: letters, digits, `_` and `-`"),
    key("cameras", "name", "the id", "name for people"),
    key("cameras", "rtsp_url", "required", "address of the main stream, which is recorded; may hold user and password"),
    key("cameras", "sub_rtsp_url", "none", "address of the sub stream"),
    key("cameras", "username", "from `rtsp_url`", "user name for the camera"),
    key("cameras", "password", "from `rtsp_url`", "password for the camera"),
    key("cameras", "transport", "`tcp`", "how RTP travels: `tcp` or `udp`"),
    key("cameras", "segment_duration_secs", "that of `[recording]`", "seconds of a segment, 10 to 86400"),
    key("cameras", "mode", "`continuous`", "`continuous` or `off` (recorded only when started over the API)"),
    key("cameras", "audio", "that of `[recording]`", "`aac` or `none`, as `recording.audio_codec`"),
    key("cameras", "retention_days", "that of `[retention]`", "footage older than this is deleted"),
    key("cameras", "retention_gb", "that of `[retention]`", "the oldest footage beyond this is deleted"),
    key("cameras", "enabled", "`true`", "whether anything is done with the camera at all"),

    key("recording", "temp_dir", "`recordings` in `data_dir`", "folder of the footage; with a bucket, where segments wait for their upload").legacy("TEMP_DIR"),
    key("recording", "local_retention_minutes", "`60`", "how long a local copy stays after its upload was verified"),
    key("recording", "video_codec", "`copy`", "only `copy`: nothing is re-encoded"),
    key("recording", "audio_codec", "`aac`", "`aac` (AAC is copied, G.711 is transcoded) or `none` (no sound)"),
    key("recording", "segment_duration_secs", "`900`", "seconds of a segment, 10 to 86400"),
    key("recording", "at_clock_time", "`true`", "whether segments begin at multiples of their length on the clock (UTC)"),
    key("recording", "key_template", "`{camera}/{YYYYMMDD}/{HH-MM-SS}_{camera}.mp4`", "name of a segment's file and object (UTC)"),
    key("recording", "flush_interval_ms", "`1000`", "how often what was written is made durable, 100 to 10000"),
    key("recording", "max_disk_percent", "`90`", "fill level of the volume above which the oldest footage is deleted, 10 to 99"),
    key("recording", "spool_max_gb", "none", "local footage beyond this is deleted as if the disk were full"),

    key("upload", "max_concurrent", "`4`", "segments uploaded at once, 1 to 64").legacy("MAX_CONCURRENT_UPLOADS"),
    key("upload", "max_retries", "`5`", "failures of one segment after which an alert is raised; attempts go on for ever"),
    key("upload", "retry_backoff_secs", "`5`", "delay after the first failure; doubles four times, then every 5 minutes"),

    key("retention", "days", "none", "footage older than this is deleted; none: kept until space is needed"),
    key("retention", "gb", "none", "a camera's oldest footage beyond this is deleted"),
    key("retention", "event_days", "`90`", "events older than this are deleted, 1 to 36500"),

    key("playback", "session_minutes", "`60`", "how long a playback session lives unless it is extended, 1 to 1440"),
    key("playback", "max_range_hours", "`24`", "longest range of one playback session or download, 1 to 744"),
    key("playback", "bind_to_ip", "`false`", "whether signed addresses of media work only for the client that asked for them"),

    key("cache", "url", "in the process", "`redis://…` or `rediss://…` of a Redis 6 or Valkey, for several nodes").legacy("REDIS_URL"),

    key("limits", "user_per_minute", "`600`", "requests a minute of one account; API tokens have their own limit"),
    key("limits", "ip_per_minute", "`1000`", "requests a minute from one address, or one IPv6 network (/64); ten times as many from one IPv6 site (/48)"),
    key("limits", "concurrent", "`20`", "requests of one account or token at the same time"),
    key("limits", "sockets", "`20`", "WebSockets of one account or token at the same time"),
    key("limits", "connections", "`4096`", "connections at the same time, of all clients together; one address (IPv6: one /48 site) may have a quarter of them"),

    key("accounts", "session_days", "`30`", "how long a sign-in lives at most, however often it is used, 1 to 3650"),
    key("accounts", "idle_days", "`7`", "how long a sign-in lives without being used, 1 to 3650"),

    key("audit", "syslog", "none", "syslog receiver that gets all entries of the audit trail (RFC 5424): `udp://host:514`, `tcp://host:601` or `unix:///dev/log`"),
    key("audit", "bucket_prefix", "none", "folder in the bucket of `[storage]` that gets all entries of the audit trail, as objects of JSON lines"),

    key("oidc", "name", "required", "name of an OpenID provider, part of addresses: a-z, 0-9 and `-`"),
    key("oidc", "label", "the name", "what people read on the button"),
    key("oidc", "issuer", "required", "its issuer, letter by letter as it names itself"),
    key("oidc", "client_id", "required", "what the provider knows Nightjar as"),
    key("oidc", "client_secret", "required", "what proves to the provider that it is Nightjar; best from a variable, `${OIDC_SECRET}`"),
    key("oidc", "scopes", "`openid profile email`", "what is asked of the provider; some need one more for groups"),
    key("oidc", "role_claim", "none", "claim that names groups or roles, as `groups` or `realm_access.roles`"),
    key("oidc", "roles", "none", "what its values stand for, as `{ \"nightjar-admins\" = \"admin\" }`: `admin`, `operator` or `viewer`; the one that may do most counts"),
    key("oidc", "default_role", "none: they are refused", "role of those for whom nothing is mapped: `operator` or `viewer`"),
    key("oidc", "organization", "the first", "name of the organization that new accounts belong to"),
    key("oidc", "create_users", "`true`", "whether an account is made for somebody who comes for the first time"),
    key("oidc", "allowed_domains", "all", "domains of e-mail addresses that may come in; the provider must have verified the address"),
];

/// The sections' names.
pub(super) fn sections() -> Vec<&'static str> {
    let mut sections: Vec<_> = KEYS.iter().map(|key| key.section).collect();
    sections.dedup();
    sections
}

/// Sections that are lists, and the key that tells their members apart.
pub(super) fn named_by(section: &str) -> Option<&'static str> {
    match section {
        "cameras" => Some("id"),
        "oidc" => Some("name"),
        _ => None,
    }
}

/// The names of a section's keys.
pub(super) fn keys_of(section: &str) -> Vec<&'static str> {
    KEYS.iter().filter(|key| key.section == section).map(|key| key.name).collect()
}
