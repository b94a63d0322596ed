//! Folders as the Hub's clients see them: paths in a repo, patterns, filters.
//!
//! Pure functions over strings. Which files exist is the caller's business.

mod defaults;
mod filter;
mod path;
mod pattern;

pub use defaults::DEFAULT_IGNORE_PATTERNS;
pub use filter::{Filter, filter_repo_objects};
pub use path::{check_path_in_repo, normalize_path_in_repo};
pub use pattern::Pattern;
