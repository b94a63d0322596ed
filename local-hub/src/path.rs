//! Paths inside a repo: which ones a commit may write. Git could hold more; the Hub does not take it.

/// A path that a commit may write: relative, `/`-separated, without empty, `.`, `..` or `.git` components.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepoPath(String);

impl RepoPath {
    /// Checks a path.
    /// Errors: the reason, as a sentence for the client.
    pub fn new(text: &str) -> Result<Self, String> {
        let bad = |why: &str| Err(format!("Invalid path in repo: {text:?} {why}"));
        if text.is_empty() {
            return bad("is empty");
        }
        if text.len() > 4096 {
            return Err("Invalid path in repo: longer than 4096 bytes".to_owned());
        }
        if text.contains('\\') {
            return bad("has a backslash");
        }
        if text.chars().any(char::is_control) {
            return bad("has a control character");
        }
        if text.split('/').count() > 256 {
            return Err("Invalid path in repo: deeper than 256 folders".to_owned());
        }
        for component in text.split('/') {
            match component {
                "" => return bad("has an empty component"),
                "." | ".." => return bad("has a '.' or '..' component"),
                _ if component.eq_ignore_ascii_case(".git") => return bad("has a .git component"),
                _ if component.len() > 255 => return bad("has a component longer than 255 bytes"),
                _ => {}
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// A folder's path: as [`RepoPath::new`], and one slash at the end is taken off.
    pub fn folder(text: &str) -> Result<Self, String> {
        Self::new(text.strip_suffix('/').unwrap_or(text))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let long = "x".repeat(256);
        let table = [
            ("a", true),
            ("a/b c/ü.txt", true),
            (".gitignore", true),
            ("x.git/y", true),
            (".cached", true),
            ("", false),
            ("/a", false),
            ("a/", false),
            ("a//b", false),
            (".", false),
            ("..", false),
            ("a/../b", false),
            ("./a", false),
            (".git", false),
            ("a/.GIT/config", false),
            ("..\\ddd", false),
            ("a\0b", false),
            ("a\nb", false),
            (long.as_str(), false),
        ];
        for (path, good) in table {
            assert_eq!(RepoPath::new(path).is_ok(), good, "{path:?}");
        }
        assert!(RepoPath::new("a/".repeat(300).trim_end_matches('/')).is_err());
        assert_eq!(RepoPath::folder("a/b/").unwrap().as_str(), "a/b");
        assert!(RepoPath::folder("/").is_err());
    }
}
