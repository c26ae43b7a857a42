//! What a client sent, said back to it. A password or token in the wrong place is not repeated: answers are
//! kept by proxies, developer tools and bug reports. So only what looks like a word is.

use uuid::Uuid;

/// Longest word: no token and no key is so short.
const MOST: usize = 31;

/// The text, if it is an id or a word in small letters, as ids, names of parameters and values of
/// enumerations are.
pub fn word(text: &str) -> Option<&str> {
    let plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'.' | b':')
    };
    // As recovery codes of a second factor are written.
    let is_code = text.len() == 19 && text.split('-').all(|group| group.len() == 4);
    let is_word = (1..=MOST).contains(&text.len()) && text.bytes().all(plain) && !is_code;
    let is_id = text.len() == 36 && Uuid::try_parse(text).is_ok();
    (is_word || is_id).then_some(text)
}

/// What `serde` says is wrong, without the value that is: `invalid type: string, expected a boolean`.
pub fn without_value(said: &str) -> String {
    for (start, end) in [("string \"", "\", expected"), ("string \"", "\"")] {
        if let Some(at) = said.find(start)
            && let Some(to) = said.rfind(end).filter(|to| *to > at + start.len() - 1)
        {
            return format!("{}string{}", &said[..at], &said[to + 1..]);
        }
    }
    without_unknown_word(said)
}

/// The same for ``unknown variant `x`, expected …`` and ``unknown field `x`, expected …``: a word may stay.
fn without_unknown_word(said: &str) -> String {
    for kind in ["unknown variant `", "unknown field `"] {
        let Some(rest) = said.strip_prefix(kind) else { continue };
        // What was typed may hold anything; what follows it begins like this.
        let ends = ["`, expected ", "`, there are no "].iter().filter_map(|end| rest.rfind(end));
        let (text, after) = rest.split_at(ends.max().unwrap_or(rest.len()));
        if word(text).is_none() {
            return format!("{}{}", kind.trim_end_matches(" `"), after.trim_start_matches('`'));
        }
    }
    said.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_words_are_said_back_and_nothing_else() {
        for text in ["front-door", "online", "camera:read", "x.m4s", "0190aaaa-0000-7000-8000-000000000000"] {
            assert_eq!(word(text), Some(text));
        }
        let key = "0f".repeat(32);
        let token = format!("njt_{}", "a".repeat(40));
        for text in [
            "abcd-2345-efgh-67ab",
            "",
            "Four barn owls",
            "Hunter2!",
            "rtsp://a:b@c/",
            "njt_AbC",
            "eyJhbGciOi.J",
            &key,
            &token,
        ] {
            assert_eq!(word(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_without_the_value() {
        for (said, told) in [
            (
                "invalid type: string \"hunter2\", expected a boolean",
                "invalid type: string, expected a boolean",
            ),
            (
                "invalid type: string \"a\\\", expected b\", expected u32",
                "invalid type: string, expected u32",
            ),
            ("invalid value: string \"x\", expected y", "invalid value: string, expected y"),
            ("invalid type: string \"\", expected u8", "invalid type: string, expected u8"),
            ("invalid type: integer `5`, expected a string", "invalid type: integer `5`, expected a string"),
            (
                "unknown variant `udpp`, expected `tcp` or `udp`",
                "unknown variant `udpp`, expected `tcp` or `udp`",
            ),
            ("unknown variant `Hunter2!`, expected `tcp`", "unknown variant, expected `tcp`"),
            ("unknown field `x`, expected `y`", "unknown field `x`, expected `y`"),
            ("unknown field `A`, expected `B`, expected `y`", "unknown field, expected `y`"),
            ("unknown field `Hunter2`, there are no fields", "unknown field, there are no fields"),
            ("missing field `name`", "missing field `name`"),
        ] {
            assert_eq!(without_value(said), told);
        }
    }
}
