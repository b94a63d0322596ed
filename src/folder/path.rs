//! Paths in a repo: Python's normalization, and on top of it what no Hub takes.

use crate::error::Error;
use crate::quote::Quoted;

/// Folders that belong to git and to the Hub's clients.
const RESERVED: [&str; 2] = [".git", ".cache"];

/// Normalizes a path as the Hub's Python client does, character for character; `None` where that one refuses.
///
/// Shape: one leading `/` and then one leading `./` are dropped; everything else stays, a trailing slash too.
/// Source: `huggingface_hub` 2.4 `_validate_path_in_repo`; vectors in `tests/vectors/paths.json`.
pub fn normalize_path_in_repo(path: &str) -> Option<&str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    if path == "." || path == ".." || path.starts_with("../") {
        return None;
    }
    let path = path.strip_prefix("./").unwrap_or(path);
    if path.split('/').any(|component| component == ".." || RESERVED.contains(&component)) {
        return None;
    }
    Some(path)
}

/// Normalizes a path and refuses what cannot stand in a repo. A trailing slash stays: it means a folder.
///
/// Errors: `invalid_input` that names the path, what is wrong with it, and what to do.
pub fn check_path_in_repo(path: &str) -> Result<String, Error> {
    let wrong = |why: String| Err(Error::invalid(format!("path {path} {why}", path = Quoted(path))).at(path));
    if let Some(odd) = path.chars().find(|c| c.is_control()) {
        return wrong(format!("contains the control character U+{:04X}; rename it", u32::from(odd)));
    }
    let is_up = |component: &str| component == "..";
    if path.split(['/', '\\']).any(is_up) {
        return wrong("leads out of its folder by \"..\"; give the path from the repo's root".to_owned());
    }
    if let Some(reserved) = path.split('/').find(|component| RESERVED.contains(component)) {
        return wrong(format!(
            "goes through {reserved}, which no repo takes; leave it out or rename the folder",
            reserved = Quoted(reserved)
        ));
    }
    let Some(normalized) = normalize_path_in_repo(path) else {
        return wrong("names no file; give the path from the repo's root, such as data/train.csv".to_owned());
    };
    let bare = normalized.strip_suffix('/').unwrap_or(normalized);
    if bare.is_empty() {
        return wrong("is empty; give the path from the repo's root, such as data/train.csv".to_owned());
    }
    for component in bare.split('/') {
        match component {
            "" => return wrong("has two slashes in a row or at its start; write one".to_owned()),
            "." => return wrong("has a \".\" between its slashes; leave it out".to_owned()),
            _ => {}
        }
    }
    Ok(normalized.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    #[test]
    fn taken() {
        // (path, as it goes to the Hub)
        let rows = [
            ("a", "a"),
            ("/a", "a"),
            ("./a", "a"),
            ("/./a", "a"),
            ("folder/", "folder/"),
            ("a b/c d.bin", "a b/c d.bin"),
            ("...", "..."),
            ("a/..b/c..", "a/..b/c.."),
            (".gitignore", ".gitignore"),
            ("a\\b", "a\\b"),
            ("données/ü.csv", "données/ü.csv"),
        ];
        for (path, expected) in rows {
            assert_eq!(check_path_in_repo(path).unwrap(), expected, "{path:?}");
        }
    }

    #[test]
    fn refused() {
        // (path, a word of the reason)
        let rows = [
            ("", "empty"),
            ("/", "empty"),
            ("./", "empty"),
            (".", "names no file"),
            ("..", "leads out"),
            ("../a", "leads out"),
            ("a/..", "leads out"),
            ("a/../b", "leads out"),
            ("..\\a", "leads out"),
            ("a\\..\\b", "leads out"),
            ("a\\../b", "leads out"),
            (".git", ".git"),
            ("a/.git/config", ".git"),
            (".cache/other", ".cache"),
            ("a//b", "two slashes"),
            ("//a", "two slashes"),
            ("a//", "two slashes"),
            ("a/./b", "between its slashes"),
            ("././a", "between its slashes"),
            ("a/.", "between its slashes"),
            ("a\0b", "U+0000"),
            ("a\nb", "U+000A"),
            ("a\u{7f}", "U+007F"),
            ("a\u{85}", "U+0085"),
        ];
        for (path, reason) in rows {
            let error = check_path_in_repo(path).unwrap_err();
            assert_eq!(error.code, Code::InvalidInput, "{path:?}");
            assert_eq!(error.path.as_deref(), Some(path), "{path:?}");
            assert!(error.message.contains(reason), "{path:?}: {}", error.message);
        }
    }
}
