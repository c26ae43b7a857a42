//! Object keys from a template, such as `{camera}/{YYYYMMDD}/{HH-MM-SS}_{camera}.mp4`.

use chrono::{DateTime, Utc};
use nightjar_media::WallTime;
use nightjar_model::{CameraKey, OrgId, StreamName};

/// A checked template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTemplate(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Camera,
    Stream,
    /// A `chrono` format.
    Time(&'static str),
}

/// Why a template is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A placeholder that we do not know.
    #[error(
        "`{{{0}}}` is not a placeholder; there are {{camera}}, {{stream}}, {{YYYYMMDD}}, {{YYYY-MM-DD}}, {{YYYY}}, {{MM}}, {{DD}}, {{HH-MM-SS}}, {{HHMMSS}} and {{HH}}"
    )]
    UnknownPlaceholder(String),
    /// A `{` without its `}`.
    #[error("a `{{` is not closed")]
    Unclosed,
    /// The path would be absolute, leave the folder, or hold odd characters.
    #[error(
        "`{0}` is not allowed in a key: use letters, digits and `_ - . /`, without `..` or a leading `/`"
    )]
    Forbidden(String),
    /// Not enough to tell segments apart.
    #[error(
        "the template must contain {{camera}} and a date and a time of day, or segments would share a name"
    )]
    Ambiguous,
    /// Not an mp4.
    #[error("the template must end in `.mp4`")]
    Extension,
}

impl KeyTemplate {
    /// Checks a template.
    ///
    /// # Errors
    /// When it could give bad or clashing names.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            push_text(&mut parts, &rest[..open])?;
            let close = rest[open..].find('}').ok_or(TemplateError::Unclosed)? + open;
            parts.push(placeholder(&rest[open + 1..close])?);
            rest = &rest[close + 1..];
        }
        push_text(&mut parts, rest)?;
        if !text.ends_with(".mp4") {
            return Err(TemplateError::Extension);
        }
        if text.starts_with('/') || text.split('/').any(|part| part.is_empty() || part == "." || part == "..")
        {
            return Err(TemplateError::Forbidden(text.to_owned()));
        }
        let has =
            |wanted: &[&str]| parts.iter().any(|part| matches!(part, Part::Time(t) if wanted.contains(t)));
        let dated = has(&["%Y%m%d", "%Y-%m-%d"]) || (has(&["%Y"]) && has(&["%m"]) && has(&["%d"]));
        if !parts.contains(&Part::Camera) || !dated || !has(&["%H-%M-%S", "%H%M%S"]) {
            return Err(TemplateError::Ambiguous);
        }
        Ok(Self(parts))
    }

    /// The key of a segment that starts at `start`. What tells it from another one of the same
    /// second comes before the extension, because a name that exists is never overwritten.
    /// Organizations other than the first have a folder each, as their cameras' names are their own.
    pub(crate) fn key(
        &self,
        org: OrgId,
        camera: &CameraKey,
        stream: StreamName,
        start: WallTime,
        suffix: &str,
    ) -> String {
        let time = DateTime::<Utc>::from_timestamp_micros(start.micros()).unwrap_or_default();
        let mut key = String::with_capacity(128);
        if org != OrgId::DEFAULT {
            key.push_str(&format!("org-{org}/"));
        }
        for part in &self.0 {
            match part {
                Part::Text(text) => key.push_str(text),
                Part::Camera => key.push_str(camera.as_str()),
                Part::Stream => key.push_str(stream.as_str()),
                Part::Time(format) => key.push_str(&time.format(format).to_string()),
            }
        }
        key.truncate(key.len() - ".mp4".len());
        key.push_str(suffix);
        key.push_str(".mp4");
        key
    }
}

impl Default for KeyTemplate {
    fn default() -> Self {
        Self::parse("{camera}/{YYYYMMDD}/{HH-MM-SS}_{camera}.mp4").expect("the default template is valid")
    }
}

fn push_text(parts: &mut Vec<Part>, text: &str) -> Result<(), TemplateError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    if let Some(bad) = text.chars().find(|&c| !allowed(c)) {
        return Err(TemplateError::Forbidden(bad.to_string()));
    }
    if !text.is_empty() {
        parts.push(Part::Text(text.to_owned()));
    }
    Ok(())
}

fn placeholder(name: &str) -> Result<Part, TemplateError> {
    Ok(match name {
        "camera" => Part::Camera,
        "stream" => Part::Stream,
        "YYYYMMDD" => Part::Time("%Y%m%d"),
        "YYYY-MM-DD" => Part::Time("%Y-%m-%d"),
        "YYYY" => Part::Time("%Y"),
        "MM" => Part::Time("%m"),
        "DD" => Part::Time("%d"),
        "HH-MM-SS" => Part::Time("%H-%M-%S"),
        "HHMMSS" => Part::Time("%H%M%S"),
        "HH" => Part::Time("%H"),
        _ => return Err(TemplateError::UnknownPlaceholder(name.to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nightjar_model::parse_rfc3339;

    fn key(template: &str, suffix: &str) -> String {
        let camera = "camera-1".parse().expect("valid");
        let start = parse_rfc3339("2025-12-14T01:30:00.250Z").expect("valid");
        let template = KeyTemplate::parse(template).expect("valid");
        template.key(OrgId::DEFAULT, &camera, StreamName::Main, start, suffix)
    }

    #[test]
    fn the_default_gives_the_layout_of_the_requirements() {
        let default = "{camera}/{YYYYMMDD}/{HH-MM-SS}_{camera}.mp4";
        assert_eq!(key(default, ""), "camera-1/20251214/01-30-00_camera-1.mp4");
        assert_eq!(key(default, "-2"), "camera-1/20251214/01-30-00_camera-1-2.mp4");
        assert_eq!(
            key("{YYYY}/{MM}/{DD}/{camera}-{stream}/{HHMMSS}.mp4", ""),
            "2025/12/14/camera-1-main/013000.mp4"
        );
    }

    #[test]
    fn organizations_do_not_share_folders() {
        let org = OrgId(uuid::Uuid::from_u128(7));
        let camera = "front".parse().expect("valid");
        let key = KeyTemplate::default().key(org, &camera, StreamName::Main, WallTime::default(), "");
        assert_eq!(key, format!("org-{org}/front/19700101/00-00-00_front.mp4"));
    }

    #[test]
    fn templates_that_could_lose_footage_are_refused() {
        for (bad, error) in [
            ("{camera}/{HH-MM-SS}.mp4", TemplateError::Ambiguous),
            ("{YYYYMMDD}/{HH-MM-SS}.mp4", TemplateError::Ambiguous),
            ("{camera}/{YYYYMMDD}/{HH-MM-SS}.mkv", TemplateError::Extension),
            ("{camera}/{date}/{HH-MM-SS}.mp4", TemplateError::UnknownPlaceholder("date".into())),
            ("{camera/x.mp4", TemplateError::Unclosed),
        ] {
            assert_eq!(KeyTemplate::parse(bad), Err(error), "{bad}");
        }
        for bad in [
            "/{camera}/{YYYYMMDD}{HHMMSS}.mp4",
            "../{camera}{YYYYMMDD}{HHMMSS}.mp4",
            "{camera} {YYYYMMDD}{HHMMSS}.mp4",
        ] {
            assert!(matches!(KeyTemplate::parse(bad), Err(TemplateError::Forbidden(_))), "{bad}");
        }
    }
}
