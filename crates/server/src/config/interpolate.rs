//! `${NAME}` in the file's texts.

/// Puts variables in. `$${` stays a literal `${`. The error names what is wrong, never a value.
///
/// It works on values, after the file was parsed: whatever a variable holds, it can not add a
/// key or break the file, and places in messages stay true.
pub(super) fn interpolate(
    text: &str,
    lookup: &impl Fn(&str) -> Option<String>,
) -> Result<(String, bool), String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some(at) = rest.find("${") {
        let (before, after) = rest.split_at(at);
        if let Some(before) = before.strip_suffix('$') {
            out.push_str(before);
            out.push_str("${");
            rest = &after[2..];
            continue;
        }
        out.push_str(before);
        let Some(end) = after.find('}') else {
            return Err("`${` without `}`; write `$${` for the characters themselves".to_owned());
        };
        let name = &after[2..end];
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err("`${…}` must hold the name of a variable: letters, digits and `_`".to_owned());
        }
        match lookup(name) {
            Some(value) => out.push_str(&value),
            None => return Err(format!("the variable `{name}` is not set in the environment")),
        }
        changed = true;
        rest = &after[end + 1..];
    }
    out.push_str(rest);
    Ok((out, changed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_a(text: &str) -> Result<(String, bool), String> {
        interpolate(text, &|name| (name == "A").then(|| "${B}".to_owned()))
    }

    #[test]
    fn variables_are_put_in_once() {
        assert_eq!(with_a("x${A}y"), Ok(("x${B}y".to_owned(), true)));
        assert_eq!(with_a("$${A} costs $5"), Ok(("${A} costs $5".to_owned(), false)));
    }

    #[test]
    fn a_missing_or_broken_variable_is_told() {
        assert!(with_a("${C}").is_err_and(|text| text.contains("`C` is not set")));
        assert!(with_a("${A").is_err());
        assert!(with_a("${A:-x}").is_err());
    }
}
