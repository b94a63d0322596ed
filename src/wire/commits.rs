//! What is said of several commits, and of a push that is only tried, as plain objects.

use serde::{Deserialize, Serialize};
#[cfg(feature = "wasm")]
use tsify::Tsify;

use crate::json::{Fields, Json, Misfit, Read};
use crate::push::{CommitFile, CommitState, DryRun};
use crate::time::Millis;

reads!(CommitStateView);

/// [`CommitState`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase", try_from = "Json")]
pub struct CommitStateView {
    /// Files that can be committed.
    pub files: Vec<CommitFileView>,
    /// Others may come.
    pub more: bool,
    /// Files that the commit should have at most.
    pub most: u64,
    /// Time since the last commit.
    pub waited_ms: u64,
    /// Commits so far.
    pub commits: u64,
}

/// [`CommitFile`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct CommitFileView {
    /// Path in the repo.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// Whether its content stands in the commit.
    pub inline: bool,
}

impl Read for CommitStateView {
    fn read(json: Json) -> Result<CommitStateView, Misfit> {
        Fields::read(json, |state| CommitStateView {
            files: state.get("files"),
            more: state.flag("more"),
            most: state.get("most"),
            waited_ms: state.get("waitedMs"),
            commits: state.get("commits"),
        })
    }
}

impl Read for CommitFileView {
    fn read(json: Json) -> Result<CommitFileView, Misfit> {
        Fields::read(json, |file| CommitFileView {
            path: file.get("path"),
            size: file.get("size"),
            inline: file.flag("inline"),
        })
    }
}

impl From<CommitState> for CommitStateView {
    fn from(state: CommitState) -> CommitStateView {
        let CommitState { files, more, most, waited, commits } = state;
        let files = files.into_iter().map(|CommitFile { path, size, inline }| CommitFileView { path, size, inline });
        CommitStateView { files: files.collect(), more, most, waited_ms: waited.0, commits }
    }
}

impl From<CommitStateView> for CommitState {
    fn from(view: CommitStateView) -> CommitState {
        let CommitStateView { files, more, most, waited_ms, commits } = view;
        let files = files.into_iter().map(|CommitFileView { path, size, inline }| CommitFile { path, size, inline });
        CommitState { files: files.collect(), more, most, waited: Millis(waited_ms), commits }
    }
}

/// [`DryRun`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct DryRunView {
    /// Paths that would go.
    pub deleted: Vec<String>,
    /// Bytes of the files that would be added or updated.
    pub bytes: u64,
    /// Requests at most.
    pub requests: u64,
    /// Commits.
    pub commits: u64,
}

impl From<DryRun> for DryRunView {
    fn from(DryRun { deleted, bytes, requests, commits }: DryRun) -> DryRunView {
        DryRunView { deleted, bytes, requests, commits }
    }
}
