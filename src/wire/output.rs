//! What a push ends with, as plain objects.

use serde::{Deserialize, Serialize};
#[cfg(feature = "wasm")]
use tsify::Tsify;

use super::commits::DryRunView;
use crate::push::{CommitMade, FileOutcome, FileState, PushOutput};

/// [`CommitMade`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct CommitView {
    /// Its id.
    pub oid: String,
    /// Its page.
    pub url: String,
    /// Operations in it.
    pub files: u64,
}

impl From<CommitMade> for CommitView {
    fn from(made: CommitMade) -> CommitView {
        CommitView { oid: made.oid, url: made.url, files: made.files }
    }
}

/// [`PushOutput`]; the files are pulled apart from it, page by page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct PushOutputView {
    /// The head now.
    pub head: CommitView,
    /// The commits made.
    pub commits: Vec<CommitView>,
    /// Whether the paths were read back.
    pub verified: bool,
    /// The pull request's page, when one was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub pull_request_url: Option<String>,
    /// What the Hub's hooks said.
    pub hook_output: String,
    /// Sums of bytes.
    pub bytes: ByteView,
    /// What a dry run found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub plan: Option<DryRunView>,
}

/// Sums of bytes of a finished push.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct ByteView {
    /// All added files.
    pub total: u64,
    /// Read.
    pub read: u64,
    /// Found on the Hub.
    pub deduplicated: u64,
    /// Sent.
    pub sent: u64,
}

impl From<PushOutput> for PushOutputView {
    fn from(output: PushOutput) -> PushOutputView {
        PushOutputView {
            head: output.head.into(),
            commits: output.commits.into_iter().map(CommitView::from).collect(),
            verified: output.verified,
            pull_request_url: output.pull_request_url,
            hook_output: output.hook_output,
            bytes: ByteView {
                total: output.bytes.total,
                read: output.bytes.read,
                deduplicated: output.bytes.deduplicated,
                sent: output.bytes.sent,
            },
            plan: output.plan.map(DryRunView::from),
        }
    }
}

/// [`FileOutcome`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct FileOutcomeView {
    /// Path in the repo.
    pub path: String,
    /// Its oid, when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub oid: Option<String>,
    /// Its name in the content store, when it is stored there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub xet_hash: Option<String>,
    /// Size in bytes.
    pub size: u64,
    /// What became of it.
    #[cfg_attr(feature = "wasm", tsify(type = "\"added\" | \"updated\" | \"unchanged\" | \"ignored\" | \"failed\""))]
    pub state: String,
}

impl From<FileOutcome> for FileOutcomeView {
    fn from(file: FileOutcome) -> FileOutcomeView {
        FileOutcomeView {
            path: file.path,
            oid: file.oid,
            xet_hash: file.xet_hash,
            size: file.size,
            state: match file.state {
                FileState::Added => "added",
                FileState::Updated => "updated",
                FileState::Unchanged => "unchanged",
                FileState::Ignored => "ignored",
                FileState::Failed => "failed",
            }
            .to_owned(),
        }
    }
}
