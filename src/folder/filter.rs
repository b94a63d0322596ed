//! Allow and ignore patterns, as `filter_repo_objects` of the Hub's Python client applies them.

use super::pattern::Pattern;

/// Allow and ignore patterns, ready to use.
///
/// Shape: a path passes when there are no allow patterns or one of them matches, and no ignore pattern matches. A pattern
/// that ends in `/` stands for everything below; backslashes count as `/`, in patterns and in paths.
/// Source: `huggingface_hub` filter_repo_objects; vectors in `tests/vectors/filters.json`.
#[derive(Debug, Clone)]
pub struct Filter {
    allow: Option<Vec<Named>>,
    ignore: Vec<Named>,
}

/// A pattern, and how the caller wrote it.
#[derive(Debug, Clone)]
struct Named {
    text: String,
    pattern: Pattern,
}

/// What keeps a path from passing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blocked {
    /// The ignore pattern at this place.
    By(usize),
    /// That no allow pattern matches.
    NotAllowed,
}

impl Filter {
    /// Reads patterns; `None` for `allow` is no constraint, an empty list lets nothing pass.
    pub fn new<S: AsRef<str>>(allow: Option<&[S]>, ignore: Option<&[S]>) -> Filter {
        Filter { allow: allow.map(compile), ignore: ignore.map(compile).unwrap_or_default() }
    }

    /// Whether the path passes.
    pub fn passes(&self, path: &str) -> bool {
        self.blocked(path).is_none()
    }

    /// What keeps a path from passing.
    pub(super) fn blocked(&self, path: &str) -> Option<Blocked> {
        let path = path.replace('\\', "/");
        let ignored = self.ignore.iter().position(|ignore| ignore.pattern.matches(&path));
        ignored.map(Blocked::By).or_else(|| match &self.allow {
            Some(allow) if !allow.iter().any(|allow| allow.pattern.matches(&path)) => Some(Blocked::NotAllowed),
            _ => None,
        })
    }

    /// What keeps everything below a folder from passing: an ignore pattern that ends in `*` and matches the folder with a
    /// slash. Nothing when that cannot be said of all at once.
    pub(super) fn blocks_below(&self, folder: &str) -> Option<Blocked> {
        let folder = format!("{}/", folder.replace('\\', "/"));
        let covers = |ignore: &Named| ignore.pattern.ends_open() && ignore.pattern.matches(&folder);
        self.ignore.iter().position(covers).map(Blocked::By)
    }

    /// The ignore pattern at a place, as it was written.
    pub(super) fn ignore_pattern(&self, place: usize) -> Option<&str> {
        self.ignore.get(place).map(|ignore| ignore.text.as_str())
    }
}

/// The indexes of the paths that pass, in order.
pub fn filter_repo_objects<S: AsRef<str>, P: AsRef<str>>(
    paths: &[P],
    allow: Option<&[S]>,
    ignore: Option<&[S]>,
) -> Vec<usize> {
    let filter = Filter::new(allow, ignore);
    (0..paths.len()).filter(|&index| filter.passes(paths[index].as_ref())).collect()
}

fn compile<S: AsRef<str>>(patterns: &[S]) -> Vec<Named> {
    let named = |text: &str| {
        let mut pattern = text.replace('\\', "/");
        if pattern.ends_with('/') {
            pattern.push('*');
        }
        Named { text: text.to_owned(), pattern: Pattern::new(&pattern) }
    };
    patterns.iter().map(|pattern| named(pattern.as_ref())).collect()
}
