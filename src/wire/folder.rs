//! What is said of folders, as plain objects.

use serde::{Deserialize, Serialize};
#[cfg(feature = "wasm")]
use tsify::Tsify;

use crate::folder::{Finding, LeftOut, LeftOutBy, Severity};

/// [`LeftOut`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct LeftOutView {
    /// The kind of rule.
    pub by: LeftOutByView,
    /// The rule in short.
    pub rule: String,
    /// The rule as a sentence.
    pub reason: String,
}

/// [`LeftOutBy`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub enum LeftOutByView {
    /// Git's own files, and those of the Hub's clients.
    Default,
    /// What operating systems leave behind.
    System,
    /// An ignore file.
    Gitignore,
    /// The caller's patterns.
    Patterns,
}

impl From<&LeftOut> for LeftOutView {
    fn from(left: &LeftOut) -> LeftOutView {
        let by = match left.by {
            LeftOutBy::Default => LeftOutByView::Default,
            LeftOutBy::System => LeftOutByView::System,
            LeftOutBy::Gitignore => LeftOutByView::Gitignore,
            LeftOutBy::Patterns => LeftOutByView::Patterns,
        };
        LeftOutView { by, rule: left.rule.clone(), reason: left.reason.clone() }
    }
}

/// [`Finding`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct FindingView {
    /// A stable word.
    #[cfg_attr(feature = "wasm", tsify(type = "string"))]
    pub code: &'static str,
    /// Its weight.
    pub severity: SeverityView,
    /// For people.
    pub message: String,
    /// The first paths.
    pub paths: Vec<String>,
    /// How many paths there are.
    pub total: u64,
}

/// [`Severity`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub enum SeverityView {
    /// The Hub would refuse it.
    Error,
    /// Worth a look.
    Warning,
}

impl From<Finding> for FindingView {
    fn from(found: Finding) -> FindingView {
        let severity = match found.severity {
            Severity::Error => SeverityView::Error,
            Severity::Warning => SeverityView::Warning,
        };
        let Finding { code, message, paths, total, .. } = found;
        FindingView { code, severity, message, paths, total }
    }
}
