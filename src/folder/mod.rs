//! Folders as the Hub's clients see them: paths in a repo, patterns, filters, ignore files, and what is worth a second look.
//!
//! Pure functions over strings. Which files exist is the caller's business.

mod check;
mod defaults;
mod filter;
mod gitignore;
mod glob;
mod litter;
mod path;
mod pattern;
mod rules;
mod secrets;

pub use check::{Finding, FolderCheck, Severity, Unicode, Wanted};
pub use defaults::DEFAULT_IGNORE_PATTERNS;
pub use filter::{Filter, filter_repo_objects};
pub use gitignore::{IgnoreFile, IgnoreRule};
pub use path::{check_path_in_repo, normalize_path_in_repo};
pub use pattern::Pattern;
pub use rules::{FolderRules, LeftOut, LeftOutBy, RuleNumber};
