//! The table of crates in docs/ARCHITECTURE.md, executable: who may use whom.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// Each crate and what it may use. `media` is below everything: whoever may use `model` may use
/// it too (docs/adr/0001). Crates of later issues are listed already, so that they find their place.
const MAY_USE: &[(&str, &[&str])] = &[
    ("media", &[]),
    ("model", &["media"]),
    ("codec", &["media"]),
    ("format", &["media", "codec"]),
    ("protocol", &["media", "codec"]),
    ("hub", &["media"]),
    ("cache", &["media", "model"]),
    ("database", &["media", "model"]),
    ("audit", &["media", "model", "database"]),
    ("backup", &["media", "model", "database"]),
    ("catalog", &["media", "model", "database", "audit"]),
    ("access", &["media", "model", "catalog", "cache"]),
    ("storage", &["media", "model"]),
    ("audit-export", &["media", "model", "catalog", "storage"]),
    ("devices", &["media", "model"]),
    ("sources", &["media", "model", "codec", "format", "protocol", "hub"]),
    ("events", &["media", "model", "catalog"]),
    ("recorder", &["media", "model", "format", "hub", "catalog", "storage"]),
    ("live", &["media", "model", "codec", "format", "protocol", "hub"]),
    ("playback", &["media", "model", "format", "catalog", "storage"]),
    ("http", &["media", "model", "catalog", "cache", "access", "playback", "events"]),
    ("api-accounts", &["model", "catalog", "access", "http"]),
    (
        "api",
        &[
            "media",
            "model",
            "catalog",
            "cache",
            "access",
            "live",
            "playback",
            "events",
            "http",
            "api-accounts",
        ],
    ),
    ("sandbox", &[]),
    ("simulator", &["media", "codec", "format", "protocol"]),
];

/// Libraries that belong to one crate only. `server` may serve its metrics with axum, and tests
/// may use it to be a server that misbehaves.
const HOMES: &[(&str, &[&str])] = &[
    ("sqlx", &["database"]),
    ("sea-orm", &["database", "audit", "catalog"]),
    ("sea-orm-migration", &["catalog"]),
    ("axum", &["http", "api-accounts", "api", "server"]),
    ("object_store", &["storage"]),
    ("redis", &["cache"]),
    ("moka", &["cache"]),
    ("str0m", &["live"]),
    ("retina", &["sources"]),
    ("anyhow", &["server"]),
    ("landlock", &["sandbox"]),
    ("nix", &["sandbox"]),
    ("seccompiler", &["sandbox"]),
];

/// What tests may use beyond their crate's own dependencies; `format` and `storage` to make the
/// footage that the API serves, `seccompiler` to take something from the kernel.
const TESTS_MAY_USE: &[&str] = &["simulator", "axum", "format", "storage", "seccompiler"];

#[test]
fn every_edge_between_crates_is_in_the_table() {
    let metadata = metadata();
    let table: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    for package in metadata.workspace_packages() {
        let name = short(&package.name);
        // They use all there is: the program, and the fuzz targets of every parser, which nobody ships.
        if ["server", "fuzz"].contains(&name) {
            continue;
        }
        let Some(allowed) = table.get(name) else {
            wrong.push(format!("the crate `{name}` is not in the table"));
            continue;
        };
        for (used, kind) in edges(package) {
            let in_tests = kind == DependencyKind::Development && TESTS_MAY_USE.contains(&used);
            if !allowed.contains(&used) && !in_tests {
                wrong.push(format!("`{name}` must not use `{used}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_crate_is_named_after_its_folder() {
    for package in metadata().workspace_packages() {
        let folder = package.manifest_path.parent().and_then(|folder| folder.file_name());
        assert_eq!(folder, Some(short(&package.name)), "{}", package.manifest_path);
    }
}

#[test]
fn libraries_stay_in_their_home() {
    let homes: BTreeMap<&str, &[&str]> = HOMES.iter().copied().collect();
    let mut wrong = Vec::new();
    for package in metadata().workspace_packages() {
        let name = short(&package.name);
        for dependency in &package.dependencies {
            let in_tests = dependency.kind == DependencyKind::Development
                && TESTS_MAY_USE.contains(&dependency.name.as_str());
            if let Some(home) = homes.get(dependency.name.as_str())
                && !home.contains(&name)
                && !in_tests
            {
                wrong.push(format!(
                    "`{name}` uses `{}`, whose home is {}",
                    dependency.name,
                    home.join(" or ")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn plain_crates_touch_neither_runtime_nor_socket_nor_clock() {
    let forbidden = ["tokio", "tokio-util", "futures", "rustix", "socket2", "mio", "rand", "tracing"];
    for package in metadata().workspace_packages() {
        if ["media", "model", "codec", "format", "protocol"].contains(&short(&package.name)) {
            for dependency in package.dependencies.iter().filter(|it| it.kind == DependencyKind::Normal) {
                let name = dependency.name.as_str();
                assert!(
                    !forbidden.contains(&name),
                    "`{}` must stay plain code, without {name}",
                    package.name
                );
            }
        }
    }
}

#[test]
fn every_library_has_its_reason_written_down() {
    let page = std::fs::read_to_string(root().join("docs/dependencies.md")).expect("docs/dependencies.md");
    let mut missing: Vec<String> = metadata()
        .workspace_packages()
        .iter()
        .flat_map(|package| &package.dependencies)
        .filter(|dependency| dependency.path.is_none())
        .filter(|dependency| !page.contains(&format!("| `{}`", dependency.name)))
        .map(|dependency| dependency.name.clone())
        .collect();
    missing.sort();
    missing.dedup();
    assert!(missing.is_empty(), "no line in docs/dependencies.md for: {}", missing.join(", "));
}

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata works in this workspace")
}

fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn short(package: &str) -> &str {
    package.strip_prefix("nightjar-").unwrap_or(package)
}

fn edges(package: &Package) -> impl Iterator<Item = (&str, DependencyKind)> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.name.starts_with("nightjar-"))
        .map(|dependency| (short(&dependency.name), dependency.kind))
}
