//! Values from the environment and from flags, laid over the file's.

use url::form_urlencoded::byte_serialize;

use super::Override;
use super::document::{Node, Table, Value};
use super::problem::{Origin, Problems, suggestion};
use super::schema::{KEYS, keys_of, named_by, sections};

const PREFIX: &str = "NIGHTJAR__";

/// Lays the environment over the document: first the names of the first recorder, then ours.
/// An empty variable of the former counts as not set, as compose files and charts leave them.
pub(super) fn overlay(document: &mut Table, environment: &[(String, String)], problems: &mut Problems) {
    for (name, value) in environment.iter().filter(|(_, value)| !value.is_empty()) {
        let origin = Origin::Environment(name.clone());
        if let Some(key) = KEYS.iter().find(|key| key.legacy == Some(name)) {
            set(document, key.section, key.name, value, &origin, problems);
        }
    }
    overlay_hosts(document, environment, problems);
    overlay_numbered_cameras(document, environment, problems);
    let mut ours: Vec<_> = environment.iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
    ours.sort();
    for (name, value) in ours {
        let origin = Origin::Environment(name.clone());
        let path = name[PREFIX.len()..].to_lowercase();
        let parts: Vec<&str> = path.split("__").collect();
        set_path(document, &parts, value, &origin, problems);
    }
}

/// Lays the flags over the document.
pub(super) fn overlay_flags(document: &mut Table, overrides: &[Override], problems: &mut Problems) {
    for Override { flag, path, value } in overrides {
        let parts: Vec<&str> = path.split('.').collect();
        set_path(document, &parts, value, &Origin::Flag(flag.clone()), problems);
    }
}

/// `DB_HOST` and `REDIS_HOST`, as compose files name other containers. Other programs have variables of these names too, so
/// they count only where the file has no address.
fn overlay_hosts(document: &mut Table, environment: &[(String, String)], problems: &mut Problems) {
    let value = |name: &str| {
        let found = environment.iter().find(|(known, value)| known == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    };
    let or = |name: &str, usual: &'static str| value(name).map_or(usual.to_owned(), str::to_owned);
    let escaped = |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let mut addresses = Vec::new();
    if let Some(host) = value("DB_HOST") {
        let (user, password) = (escaped(&or("DB_USER", "reolink")), escaped(&or("DB_PASSWORD", "")));
        let (port, name) = (or("DB_PORT", "5432"), escaped(&or("DB_NAME", "reolink_server")));
        let login = if password.is_empty() { user } else { format!("{user}:{password}") };
        addresses.push(("DB_HOST", "database", format!("postgres://{login}@{host}:{port}/{name}")));
    }
    if let Some(host) = value("REDIS_HOST") {
        addresses.push(("REDIS_HOST", "cache", format!("redis://{host}:{}", or("REDIS_PORT", "6379"))));
    }
    for (name, section, url) in addresses {
        let origin = Origin::Environment(name.to_owned());
        if document.table_mut(section, &origin).is_none_or(|table| table.text("url").is_none()) {
            set(document, section, "url", &url, &origin, problems);
        }
    }
}

/// `CAMERA1_RTSP_URL`, `CAMERA2_RTSP_URL`, …: the cameras `camera-1`, `camera-2`, ….
fn overlay_numbered_cameras(document: &mut Table, environment: &[(String, String)], problems: &mut Problems) {
    let mut numbered: Vec<(u32, &str, &str)> = environment
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .filter_map(|(name, value)| {
            let number = name.strip_prefix("CAMERA")?.strip_suffix("_RTSP_URL")?;
            // `CAMERA01_…` would be a second name for the same camera.
            let plain = !number.starts_with(['0', '+']);
            Some((number.parse().ok().filter(|_| plain)?, name.as_str(), value.as_str()))
        })
        .collect();
    numbered.sort_unstable();
    for (number, name, url) in numbered {
        let origin = Origin::Environment(name.to_owned());
        let id = format!("camera-{number}");
        if let Some(camera) = member_mut(document, ("cameras", &id), &origin, problems) {
            if camera.text("name").is_none() {
                camera.set("name", &format!("Camera {number}"), &origin);
            }
            camera.set("rtsp_url", url, &origin);
        }
    }
}

fn set_path(document: &mut Table, parts: &[&str], value: &str, origin: &Origin, problems: &mut Problems) {
    match parts {
        [list, id, key] if named_by(list).is_some() => {
            set_member(document, (list, id), key, value, origin, problems);
        }
        ["cameras", ..] => problems.add(
            origin,
            "a camera's key is named by its id too: NIGHTJAR__CAMERAS__FRONT_DOOR__PASSWORD for the \
             password of `front-door`",
        ),
        ["oidc", ..] => problems.add(
            origin,
            "a provider's key is named by its name too: NIGHTJAR__OIDC__GOOGLE__CLIENT_SECRET for the \
             secret of `google`",
        ),
        [section, key] if sections().contains(section) => {
            if keys_of(section).contains(key) {
                set(document, section, key, value, origin, problems);
            } else {
                let near = suggestion(key, &keys_of(section));
                problems.add(origin, format!("unknown key `{key}` in [{section}]{near}"));
            }
        }
        [section, ..] if !sections().contains(section) => {
            problems.add(origin, format!("unknown section `{section}`{}", suggestion(section, &sections())));
        }
        _ => problems.add(origin, "a key is named by its section and its name: section.key"),
    }
}

fn set(
    document: &mut Table,
    section: &str,
    key: &str,
    value: &str,
    origin: &Origin,
    problems: &mut Problems,
) {
    match document.table_mut(section, origin) {
        Some(table) => table.set(key, value, origin),
        None => problems.add(origin, format!("`{section}` in the file is not a [{section}] section")),
    }
}

/// Sets a key of one of a list.
fn set_member(
    document: &mut Table,
    (list, id): (&str, &str),
    key: &str,
    value: &str,
    origin: &Origin,
    problems: &mut Problems,
) {
    if !keys_of(list).contains(&key) {
        let near = suggestion(key, &keys_of(list));
        let one = if list == "cameras" { "a camera" } else { "a provider" };
        problems.add(origin, format!("unknown key `{key}` of {one}{near}"));
    } else if let Some(member) = member_mut(document, (list, id), origin, problems) {
        member.set(key, value, origin);
    }
}

/// The member whose id is `id`, `_` and `-` and letter case taken as equal; a new one if none is.
fn member_mut<'a>(
    document: &'a mut Table,
    (list, id): (&str, &str),
    origin: &Origin,
    problems: &mut Problems,
) -> Option<&'a mut Table> {
    let named_by = named_by(list)?;
    let Some(members) = document.list_mut(list, origin) else {
        problems.add(origin, format!("`{list}` in the file is not a list of [[{list}]]"));
        return None;
    };
    let folded = |id: &str| id.to_lowercase().replace('_', "-");
    let is_it = |node: &Node| match &node.value {
        Value::Table(member) => member.text(named_by).is_some_and(|known| folded(known) == folded(id)),
        _ => false,
    };
    let at = members.iter().position(is_it).unwrap_or_else(|| {
        let mut member = Table::default();
        member.set(named_by, &folded(id), origin);
        members.push(Node { origin: origin.clone(), value: Value::Table(member) });
        members.len() - 1
    });
    match &mut members[at].value {
        Value::Table(member) => Some(member),
        _ => None,
    }
}
