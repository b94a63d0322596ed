//! `.gitignore` files, with git's own meaning.
//!
//! In a file the last rule that matches decides, and one that begins with `!` takes back. Which file speaks first, and that
//! nothing below an ignored folder comes back, is the business of [`super::FolderRules`].

use super::glob::Glob;

/// The rules of one ignore file.
///
/// Source: git 2.47, `gitignore(5)` and `dir.c`; vectors in `tests/vectors/gitignore.json`, made by `git check-ignore`.
/// Matching is case-sensitive, as in a repo on the Hub.
#[derive(Debug, Clone, Default)]
pub struct IgnoreFile {
    rules: Vec<IgnoreRule>,
}

/// One line of an ignore file.
#[derive(Debug, Clone)]
pub struct IgnoreRule {
    /// Counted from 1.
    pub line: usize,
    /// As it was written, without what git overlooks.
    pub text: String,
    /// Whether it takes back what an earlier rule ignores.
    pub negated: bool,
    only_folders: bool,
    /// Whether the name alone is compared, at any depth.
    anywhere: bool,
    glob: Glob,
}

impl IgnoreFile {
    /// Reads an ignore file; every text is one.
    pub fn parse(text: &[u8]) -> IgnoreFile {
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        let lines = text.split(|byte| *byte == b'\n').enumerate();
        IgnoreFile { rules: lines.filter_map(|(index, line)| IgnoreRule::parse(index + 1, line)).collect() }
    }

    /// The rule at a place that [`IgnoreFile::rule_for`] gave.
    pub fn rule(&self, place: usize) -> Option<&IgnoreRule> {
        self.rules.get(place)
    }

    /// The rule that decides about a path; nothing when no rule matches. Paths are relative to the file's folder.
    pub fn rule_for(&self, path: &str, is_folder: bool) -> Option<(usize, &IgnoreRule)> {
        let path = path.as_bytes();
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
        self.rules.iter().enumerate().rev().find(|(_, rule)| {
            (is_folder || !rule.only_folders) && rule.glob.matches(if rule.anywhere { name } else { path })
        })
    }
}

impl IgnoreRule {
    /// Reads one line; nothing for empty ones and comments.
    fn parse(line: usize, text: &[u8]) -> Option<IgnoreRule> {
        if text.first() == Some(&b'#') {
            return None;
        }
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        // Git's lines end at a zero.
        let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
        let text = without_trailing_spaces(text);
        let (negated, pattern) = match text.strip_prefix(b"!") {
            Some(pattern) => (true, pattern),
            None => (false, text),
        };
        let (only_folders, pattern) = match pattern.strip_suffix(b"/") {
            Some(pattern) => (true, pattern),
            None => (false, pattern),
        };
        if pattern.is_empty() {
            return None;
        }
        let anywhere = !pattern.contains(&b'/');
        let glob = Glob::new(pattern.strip_prefix(b"/").unwrap_or(pattern));
        let text = String::from_utf8_lossy(text).into_owned();
        Some(IgnoreRule { line, text, negated, only_folders, anywhere, glob })
    }
}

/// Spaces at the end go, unless a backslash keeps them.
fn without_trailing_spaces(text: &[u8]) -> &[u8] {
    let mut end = 0;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at += match byte {
            b' ' => {
                at += 1;
                continue;
            }
            // One at the very end keeps all spaces before it.
            b'\\' => 2,
            _ => 1,
        };
        end = at.min(text.len());
    }
    &text[..end]
}
