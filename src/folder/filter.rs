//! Allow and ignore patterns, as `filter_repo_objects` of the Hub's Python client applies them.

use super::pattern::Pattern;

/// Allow and ignore patterns, ready to use.
///
/// Shape: a path passes when there are no allow patterns or one of them matches, and no ignore pattern matches. A pattern
/// that ends in `/` stands for everything below; backslashes count as `/`, in patterns and in paths.
/// Source: `huggingface_hub` filter_repo_objects; vectors in `tests/vectors/filters.json`.
#[derive(Debug, Clone)]
pub struct Filter {
    allow: Option<Vec<Pattern>>,
    ignore: Vec<Pattern>,
}

impl Filter {
    /// Reads patterns; `None` for `allow` is no constraint, an empty list lets nothing pass.
    pub fn new<S: AsRef<str>>(allow: Option<&[S]>, ignore: Option<&[S]>) -> Filter {
        Filter { allow: allow.map(compile), ignore: ignore.map(compile).unwrap_or_default() }
    }

    /// Whether the path passes.
    pub fn passes(&self, path: &str) -> bool {
        let path = path.replace('\\', "/");
        let matches = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(&path));
        self.allow.as_deref().is_none_or(matches) && !matches(&self.ignore)
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

fn compile<S: AsRef<str>>(patterns: &[S]) -> Vec<Pattern> {
    patterns
        .iter()
        .map(|pattern| {
            let mut pattern = pattern.as_ref().replace('\\', "/");
            if pattern.ends_with('/') {
                pattern.push('*');
            }
            Pattern::new(&pattern)
        })
        .collect()
}
