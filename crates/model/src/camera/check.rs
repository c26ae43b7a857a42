//! Which values a camera may have.

use std::ops::RangeInclusive;

use url::Url;

use super::Camera;
use crate::text::is_line;

/// Characters of a tag.
const TAG_CHARS: RangeInclusive<usize> = 1..=64;
/// Tags of a camera.
const MOST_TAGS: usize = 32;
/// Seconds of a segment.
const SEGMENT_SECS: RangeInclusive<u32> = 10..=86_400;
/// Characters of an address.
const MOST_URL_CHARS: usize = 2_048;

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// The field, as the API names it.
    pub field: &'static str,
    /// For a person; does not repeat the value.
    pub message: String,
}

/// Why a list is no list of tags.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTags {
    /// One is too short, too long, or has characters that nobody can see.
    #[error("a tag has 1 to 64 characters, none of them a control character or invisible")]
    Tag,
    /// There are too many.
    #[error("a camera has 32 tags at most")]
    TooMany,
}

/// Tags as they are kept: trimmed, sorted, each once.
pub fn normalize_tags<T: AsRef<str>>(tags: impl IntoIterator<Item = T>) -> Result<Vec<String>, InvalidTags> {
    let mut tags: Vec<String> = tags.into_iter().map(|tag| tag.as_ref().trim().to_owned()).collect();
    let is_tag = |tag: &String| TAG_CHARS.contains(&tag.chars().count()) && is_line(tag);
    if !tags.iter().all(is_tag) {
        return Err(InvalidTags::Tag);
    }
    tags.sort_unstable();
    tags.dedup();
    if tags.len() > MOST_TAGS { Err(InvalidTags::TooMany) } else { Ok(tags) }
}

impl Camera {
    /// What is wrong with its fields; nothing if it can be kept. Whether its key, address and
    /// serial number are unique only the catalog knows.
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        let mut add = |field, message: String| faults.push(FieldFault { field, message });
        if self.name.trim().is_empty() {
            add("name", "must not be empty".to_owned());
        }
        for (field, text, most) in self.texts() {
            if text.chars().count() > most {
                add(field, format!("must have {most} characters at most"));
            } else if !is_line(text) {
                add(field, "must not have control characters or invisible ones".to_owned());
            }
        }
        if self.serial_number.as_deref().is_some_and(|serial| serial.trim().is_empty()) {
            add("serial_number", "must not be empty: leave it out if it is not known".to_owned());
        }
        if let Err(error) = normalize_tags(&self.tags) {
            add("tags", error.to_string());
        }
        let urls = [("main_url", Some(&self.source.main_url)), ("sub_url", self.source.sub_url.as_ref())];
        for (field, url) in urls {
            if let Some(message) = url.and_then(address_fault) {
                add(field, message);
            }
        }
        if !SEGMENT_SECS.contains(&self.segment_secs) {
            add("segment_seconds", "must be 10 to 86400".to_owned());
        }
        faults
    }

    /// Its texts, with the number of characters that each may have.
    fn texts(&self) -> [(&'static str, &str, usize); 8] {
        [
            ("name", &self.name, 255),
            ("company", &self.company, 100),
            ("model", &self.model, 100),
            ("serial_number", self.serial_number.as_deref().unwrap_or_default(), 100),
            ("location", &self.location, 200),
            ("place", &self.place, 200),
            ("firmware", self.firmware.as_deref().unwrap_or_default(), 100),
            ("username", self.source.username.as_deref().unwrap_or_default(), 255),
        ]
    }
}

/// What is wrong with the address of a stream; it does not repeat it.
pub fn address_fault(url: &Url) -> Option<String> {
    if url.scheme() != "rtsp" {
        Some("must begin with rtsp://".to_owned())
    } else if url.host_str().is_none_or(str::is_empty) {
        Some("names no host".to_owned())
    } else if url.as_str().len() > MOST_URL_CHARS {
        Some(format!("must have {MOST_URL_CHARS} characters at most"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CameraId, CameraSource, OrgId};
    use nightjar_media::WallTime;

    fn camera() -> Camera {
        let source = CameraSource::new("rtsp://cam/main".parse().expect("a URL"));
        let id = CameraId(uuid::Uuid::nil());
        let key = "front".parse().expect("a key");
        Camera::new(id, OrgId::DEFAULT, key, source, WallTime::from_micros(0))
    }

    #[test]
    fn tags_are_trimmed_sorted_and_there_once() {
        let tags = normalize_tags([" gate", "Hof", "gate ", "ü"]).expect("are tags");
        assert_eq!(tags, ["Hof", "gate", "ü"]);
        assert_eq!(normalize_tags::<&str>([]), Ok(Vec::new()));
        for wrong in ["", "  ", "a\nb", "a\u{202e}b", &"x".repeat(65)] {
            assert_eq!(normalize_tags([wrong]), Err(InvalidTags::Tag), "{wrong:?}");
        }
        assert!(normalize_tags(["ü".repeat(64)]).is_ok());
        let many = |count: usize| normalize_tags((0..count).map(|number| number.to_string()));
        assert!(many(32).is_ok());
        assert_eq!(many(33), Err(InvalidTags::TooMany));
    }

    #[test]
    fn a_new_camera_has_no_faults() {
        assert_eq!(camera().faults(), []);
    }

    #[test]
    fn each_field_that_is_wrong_is_named_once() {
        let wrong = Camera {
            name: "  ".to_owned(),
            company: "x".repeat(101),
            location: "yard\u{7}".to_owned(),
            serial_number: Some(String::new()),
            tags: vec![String::new()],
            segment_secs: 9,
            source: CameraSource {
                sub_url: Some("rtsp:///main".parse().expect("a URL")),
                ..CameraSource::new("http://cam/".parse().expect("a URL"))
            },
            ..camera()
        };
        let fields: Vec<&str> = wrong.faults().iter().map(|fault| fault.field).collect();
        let expected = [
            "name",
            "company",
            "location",
            "serial_number",
            "tags",
            "main_url",
            "sub_url",
            "segment_seconds",
        ];
        assert_eq!(fields, expected);
    }
}
