//! The configuration in effect, for people; without anything secret.

use std::fmt::Write;

use nightjar_model::redact_url;
use url::Url;

use super::schema::{KEYS, named_by};
use super::types::{CameraConfig, Config, Retention};

/// A few aligned lines: what applies, and where it came from.
pub(crate) fn summary(config: &Config) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        // Writing to a String can not fail.
        let _ = writeln!(out, "  {name:<12} {value}");
    };
    let service = &config.service;
    line(
        "file",
        config
            .file
            .as_ref()
            .map_or("none (environment and defaults)".to_owned(), |p| p.display().to_string()),
    );
    let metrics = service.metrics_listen().map_or(String::new(), |at| format!(", metrics also on {at}"));
    line("listen", format!("{}{metrics}", service.listen));
    if let Some(tls) = &config.tls {
        line("tls", tls.certificate.display().to_string());
    }
    line("data", format!("{} (node {})", service.data_dir.display(), service.node.0));
    line("database", database_url(config.database.url.expose()));
    let recording = &config.recording;
    line("footage", format!("{}, named {}", recording.footage_dir.display(), recording.key_template));
    line(
        "bucket",
        match &config.storage {
            Some(storage) => {
                format!("{} at {} ({})", storage.bucket, redact_url(&storage.endpoint), storage.region)
            }
            None => "none: footage stays on this disk".to_owned(),
        },
    );
    for provider in &config.oidc {
        line("sign-in", format!("{} at {} as {}", provider.name, provider.issuer, provider.client_id));
    }
    line("cameras", config.cameras.len().to_string());
    for camera in &config.cameras {
        line("", camera_line(camera));
    }
    out
}

/// Every key there is: for people who have the binary and not the guide.
pub(crate) fn reference() -> String {
    let mut out = String::new();
    let mut section = "";
    for key in KEYS {
        if key.section != section {
            section = key.section;
            let title = match named_by(section) {
                Some(_) => format!("\n[[{section}]]"),
                None => format!("\n[{section}]"),
            };
            // Writing to a String can not fail.
            let _ = writeln!(out, "{title}");
        }
        let legacy = key.legacy.map_or(String::new(), |name| format!("; also {name}"));
        let _ = writeln!(out, "  {:<24} {} (default: {}{legacy})", key.name, key.doc, key.default);
    }
    out.replace('`', "")
}

fn camera_line(camera: &CameraConfig) -> String {
    let off = if camera.enabled { "" } else { ", disabled" };
    format!(
        "{} \"{}\" {} {} segments of {} s{}{off}",
        camera.key,
        camera.name,
        redact_url(&camera.source.main_url),
        camera.mode.as_str(),
        camera.segment_secs,
        retention_words(camera.retention),
    )
}

fn retention_words(retention: Retention) -> String {
    let age = retention.max_age_secs.map(|secs| format!(", kept {:.1} days", secs as f64 / 86_400.0));
    let size = retention.max_bytes.map(|bytes| format!(", at most {:.1} GB", bytes as f64 / 1e9));
    age.unwrap_or_default() + &size.unwrap_or_default()
}

fn database_url(url: &str) -> String {
    if url.starts_with("sqlite:") {
        return url.to_owned();
    }
    Url::parse(url).map_or_else(|_| "***".to_owned(), |url| redact_url(&url))
}
