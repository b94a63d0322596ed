//! `.gitignore` at the root of the repo, by git's own rules: the last rule wins, and nothing below an ignored folder comes back.

use gix_glob::Pattern;
use gix_glob::pattern::{Case, Mode as PatternMode};
use gix_glob::wildmatch::Mode;

/// The rules of one `.gitignore`.
pub struct Ignore {
    rules: Vec<Pattern>,
}

impl Ignore {
    /// Reads a `.gitignore`.
    pub fn parse(text: &[u8]) -> Self {
        Self { rules: gix_ignore::parse(text, false).map(|(pattern, _, _)| pattern).collect() }
    }

    /// Whether the file at this path is ignored.
    pub fn is_ignored(&self, path: &str) -> bool {
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        folders.into_iter().any(|folder| self.matches(folder, true)) || self.matches(path, false)
    }

    fn matches(&self, path: &str, is_dir: bool) -> bool {
        let basename = path.rfind('/').map(|at| at + 1);
        let hit = |pattern: &&Pattern| {
            pattern.matches_repo_relative_path(
                path.into(),
                basename,
                Some(is_dir),
                Case::Sensitive,
                Mode::NO_MATCH_SLASH_LITERAL,
            )
        };
        self.rules.iter().rev().find(hit).is_some_and(|pattern| !pattern.mode.contains(PatternMode::NEGATIVE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        let table = [
            ("*.log", "a.log", true),
            ("*.log", "d/a.log", true),
            ("*.log\n!keep.log", "keep.log", false),
            ("/only", "only", true),
            ("/only", "d/only", false),
            ("build/", "build/x/y", true),
            ("build/", "build", false),
            ("build/\n!build/keep", "build/keep", true),
            ("build/*\n!build/keep", "build/keep", false),
            ("a/**/z", "a/b/c/z", true),
            ("a/**/z", "a/z", true),
            ("**/tmp", "x/tmp/y", true),
            ("a/*.txt", "a/b/c.txt", false),
            ("# c\n\\#x", "#x", true),
            ("x\\ ", "x ", true),
            ("x ", "x", true),
            ("[ab]x", "ax", true),
            ("", "a", false),
        ];
        for (text, path, ignored) in table {
            assert_eq!(Ignore::parse(text.as_bytes()).is_ignored(path), ignored, "{text:?} {path:?}");
        }
    }
}
