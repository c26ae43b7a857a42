//! Texts that people enter, and that other people must be able to read as they are.

/// Whether a text shows what it holds on one line: no control characters, no line breaks, and nothing
/// that is invisible or turns the direction of what follows. See [`is_plain`].
pub fn is_line(text: &str) -> bool {
    text.chars().all(is_plain)
}

/// The same for a text of several lines: tabs and line feeds are allowed.
pub fn is_paragraph(text: &str) -> bool {
    text.chars().all(|c| is_plain(c) || matches!(c, '\n' | '\t'))
}

/// The text without what [`is_line`] refuses: for what others have said, and we only show.
pub fn to_line(text: &str) -> String {
    text.chars().filter(|c| is_plain(*c)).collect()
}

/// Whether a character is seen where it stands and changes nothing around it.
///
/// Refused are control characters, line and paragraph separators, bidirectional controls (which make
/// `gate<RLO>gnp.exe` look like another name), and characters without a shape, by which two names look the
/// same: Unicode's `Default_Ignorable_Code_Point` (UAX #44) without the variation selectors that emoji need.
/// Strict on purpose: joiners (U+200C, U+200D) are among them.
pub fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_scripts_are_plain() {
        for name in ["Hof", "Tür 2 – Süd", "前門", "Ворота", "بوابة", "שער", "Gate ❤️", "e\u{301}"]
        {
            assert!(is_line(name), "{name}");
        }
        assert!(is_paragraph("two\n\tlines") && !is_line("two\nlines"));
    }

    #[test]
    fn what_is_invisible_or_turns_the_text_is_not() {
        for c in [
            '\0',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{61c}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{202a}',
            '\u{202e}',
            '\u{2028}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{3164}',
            '\u{feff}',
            '\u{e0041}',
        ] {
            let name = format!("a{c}b");
            assert!(!is_line(&name) && !is_paragraph(&name), "{}", c.escape_unicode());
            assert_eq!(to_line(&name), "ab");
        }
    }
}
