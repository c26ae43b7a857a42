//! The hard limits of size, so that nobody has to argue about them.

use std::fs;
use std::path::{Path, PathBuf};

const HARD_FILE: usize = 600;
const SOFT_FILE: usize = 400;
const TSX_FILE: usize = 250;
const FUNCTION: usize = 100;
/// Of code: what explains it and what tests it in place are no weight on whoever reads a crate.
const CRATE: usize = 6_000;

#[test]
fn no_file_is_too_long() {
    let mut long = Vec::new();
    for path in sources(&["rs", "ts", "tsx", "py", "mjs"]) {
        let limit = if has_extension(&path, "tsx") { TSX_FILE } else { HARD_FILE };
        let lines = read(&path).lines().count();
        if lines > limit && !is_exempt(&path) {
            long.push(format!("{} has {lines} lines, the limit is {limit}", path.display()));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn nine_files_in_ten_are_within_the_soft_limit() {
    let files = sources(&["rs"]);
    let long: Vec<_> = files
        .iter()
        .filter(|path| read(path).lines().count() > SOFT_FILE)
        .map(|path| path.display().to_string())
        .collect();
    assert!(
        long.len() * 10 <= files.len(),
        "more than a tenth have over {SOFT_FILE} lines:\n{}",
        long.join("\n")
    );
}

#[test]
fn no_function_is_too_long() {
    let mut long = Vec::new();
    for path in sources(&["rs"]) {
        for (name, lines) in functions(&read(&path)) {
            if lines > FUNCTION {
                long.push(format!("{}: {name} has {lines} lines, the limit is {FUNCTION}", path.display()));
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn no_crate_is_too_large() {
    let crates = fs::read_dir(root().join("crates")).expect("crates/");
    for folder in crates.map(|entry| entry.expect("readable").path()) {
        let mut files = Vec::new();
        collect(&folder.join("src"), &["rs"], &mut files);
        let tests: Vec<PathBuf> = files.iter().flat_map(|path| test_modules(path)).collect();
        files.retain(|path| !tests.contains(path));
        let lines: usize = files.iter().map(|path| code_lines(&read(path))).sum();
        assert!(lines <= CRATE, "{} has {lines} lines of code, the limit is {CRATE}", folder.display());
    }
}

/// Lines that are neither empty nor a comment nor the tests of a file.
fn code_lines(code: &str) -> usize {
    let tested = code.find("#[cfg(test)]\nmod tests {").unwrap_or(code.len());
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    code[..tested].lines().filter(is_code).count()
}

/// The files of a module's tests, where they have one of their own.
fn test_modules(path: &Path) -> Vec<PathBuf> {
    let is_root = path.file_name().is_some_and(|name| name == "lib.rs" || name == "main.rs");
    let folder = if is_root { path.parent().map(Path::to_owned) } else { Some(path.with_extension("")) };
    let names = test_module_names(&read(path));
    names.iter().flat_map(|name| Some(folder.as_ref()?.join(format!("{name}.rs")))).collect()
}

fn test_module_names(code: &str) -> Vec<String> {
    let lines = code.lines().zip(code.lines().skip(1));
    let declared = lines.filter(|(before, _)| *before == "#[cfg(test)]").map(|(_, line)| line);
    let names = declared.filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

#[test]
fn tests_in_files_of_their_own_are_found() {
    let code = "mod a;\n#[cfg(test)]\nmod b;\n#[cfg(test)]\nmod c {\n}\n#[cfg(test)]\nuse d;\n";
    assert_eq!(test_module_names(code), ["b"]);
}

#[test]
fn only_code_counts() {
    let code = "//! What it is.\n\n/// One.\nfn one() {}\n\n#[cfg(test)]\nmod tests {\n    fn two() {}\n}\n";
    assert_eq!(code_lines(code), 1);
}

#[test]
fn modules_lie_beside_their_folders() {
    let old: Vec<_> = sources(&["rs"]).into_iter().filter(|path| path.ends_with("mod.rs")).collect();
    assert!(old.is_empty(), "use foo.rs beside foo/ instead of {old:?}");
}

#[test]
fn nothing_is_left_for_later() {
    // Written apart, so that this file does not find itself.
    let marks =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("todo", "!("), concat!("unimplemented", "!(")];
    let mut found = Vec::new();
    for path in sources(&["rs", "ts", "tsx", "py"]) {
        for (number, line) in read(&path).lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark)) {
                found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_function_scanner_counts_bodies() {
    let code = "impl A {\n    pub(crate) async fn long(\n        &self,\n    ) -> u8 {\n        1\n    }\n}\nfn one() {}\ntrait T {\n    fn open(&self);\n}\n";
    assert_eq!(functions(code), [("long".to_owned(), 5), ("one".to_owned(), 1)]);
}

/// Functions with the number of lines from `fn` to their closing brace. As `cargo fmt --check`
/// is part of the tests, the closing brace is the first one with the indentation of `fn`.
fn functions(code: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        if let Some(name) = function_name(line)
            && let Some(length) = body_length(&lines[start..])
        {
            found.push((name, length));
        }
    }
    found
}

/// Lines of the function that begins with the first line; none if it is only declared.
fn body_length(lines: &[&str]) -> Option<usize> {
    if lines[0].ends_with('}') {
        return Some(1);
    }
    let indent = indentation(lines[0]);
    let end = lines
        .iter()
        .position(|line| indentation(line) == indent && (line.ends_with(';') || line.trim_start() == "}"))?;
    lines[end].ends_with('}').then_some(end + 1)
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn function_name(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let modifiers = ["pub", "pub(crate)", "pub(super)", "const", "async"];
    let first = words.find(|word| !modifiers.contains(word))?;
    if first != "fn" {
        return None;
    }
    let name = words.next()?;
    Some(name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
}

/// Generated files, and flat tables without logic.
fn is_exempt(path: &Path) -> bool {
    path.components()
        .any(|part| matches!(part.as_os_str().to_str(), Some("generated" | "testdata" | "corpus")))
        || [".gen.ts", ".d.ts"].iter().any(|end| path.to_string_lossy().ends_with(end))
}

fn sources(extensions: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in ["crates", "web", "bench", "scripts", "tests", "fuzz"] {
        collect(&root().join(folder), extensions, &mut files);
    }
    assert!(!files.is_empty(), "no sources found below {}", root().display());
    files
}

fn collect(folder: &Path, extensions: &[&str], files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.expect("readable").path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if !["node_modules", "dist", "target", ".venv", "__pycache__"].contains(&name) {
                collect(&path, extensions, files);
            }
        } else if extensions.iter().any(|extension| has_extension(&path, extension)) {
            files.push(path);
        }
    }
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|it| it == extension)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("readable UTF-8")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
