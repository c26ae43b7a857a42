//! The part of a configuration that came from variables, as text that a backup keeps.

use crate::config::is_short_name;
use crate::serve::keys::{OLD_SECRET_KEYS, SECRET_KEY};

/// The variables of this process that say something about the configuration, or that its file names; as
/// systemd reads them in an `EnvironmentFile`.
pub(super) fn relevant_environment(file: Option<&str>) -> String {
    let variables = crate::process_env::all();
    let mut lines: Vec<String> = variables
        .into_iter()
        .filter(|(name, _)| is_relevant(name, file))
        .map(|(name, value)| format!("{name}={}\n", quote(&value)))
        .collect();
    lines.sort();
    lines.concat()
}

fn is_relevant(name: &str, file: Option<&str>) -> bool {
    let is_camera = name.starts_with("CAMERA") && name.ends_with("_RTSP_URL");
    name.starts_with("NIGHTJAR__")
        || [SECRET_KEY, OLD_SECRET_KEYS].contains(&name)
        || is_camera
        || is_short_name(name)
        || file.is_some_and(|text| text.contains(&format!("${{{name}}}")))
}

fn quote(value: &str) -> String {
    let mut quoted = String::from("\"");
    for c in value.chars() {
        match c {
            '\n' => quoted.push_str("\\n"),
            '"' | '\\' | '$' | '`' => quoted.extend(['\\', c]),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// Reads what [`relevant_environment`] wrote; lines of another form are left out.
pub(super) fn parse_environment(text: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(text);
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.filter_map(|(name, value)| Some((name.to_owned(), unquote(value)?))).collect()
}

fn unquote(value: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = value.strip_prefix('"')?.strip_suffix('"')?.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next()? {
                'n' => out.push('\n'),
                other => out.push(other),
            },
            other => out.push(other),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_were() {
        for value in
            ["", "plain", "a b", "quo\"te", "back\\slash\\", "$HOME `x`", "two\nlines", "ä=\u{1f980}"]
        {
            let line = format!("NAME={}\n", quote(value));
            assert_eq!(line.lines().count(), 1, "{line}");
            assert_eq!(parse_environment(line.as_bytes()), [("NAME".to_owned(), value.to_owned())]);
        }
    }

    #[test]
    fn only_what_configures_nightjar_is_kept() {
        for name in ["NIGHTJAR__SERVICE__LISTEN", SECRET_KEY, "S3_ENDPOINT", "CAMERA7_RTSP_URL"] {
            assert!(is_relevant(name, None), "{name}");
        }
        for name in ["HOME", "NIGHTJAR_ADMIN_PASSWORD", "NIGHTJAR_BACKUP_PASSPHRASE", "DOOR_PASSWORD"] {
            assert!(!is_relevant(name, None), "{name}");
        }
        assert!(is_relevant("DOOR_PASSWORD", Some("password = \"${DOOR_PASSWORD}\"")));
    }
}
