//! A push's options, operations, events and results as plain objects.

use serde::{Deserialize, Serialize};
#[cfg(feature = "wasm")]
use tsify::Tsify;

use super::commits::DryRunView;
use crate::error::{Code, Error};
use crate::http::FileIdx;
use crate::hub::{Hub, HubUrl, RepoId, Token};
use crate::json::{Fields, Json, Misfit, Read};
use crate::push::{
    Activity, ByteCounts, CommitMade, Commits, Event, FileCounts, FileOutcome, FileState, OnFileError, Operation,
    Phase, Progress, PushOptions, PushOutput, RunState,
};
use crate::retry::Patience;
use crate::time::Millis;

reads!(RepoSpec, PushSpec, OperationSpec);

/// A repo as the caller names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(untagged, try_from = "Json")]
pub enum RepoSpec {
    /// `user/name`, `datasets/user/name`, `spaces/user/name`.
    Short(String),
    /// Type and name.
    Long {
        /// `model`, `dataset` or `space`.
        #[serde(rename = "type")]
        repo_type: String,
        /// `user/name`.
        name: String,
    },
}

impl Read for RepoSpec {
    fn read(json: Json) -> Result<RepoSpec, Misfit> {
        match json {
            Json::Text(text) => Ok(RepoSpec::Short(text)),
            Json::Object(_) => {
                let mut long = Fields::of(json)?;
                Ok(RepoSpec::Long { repo_type: long.get("type")?, name: long.get("name")? })
            }
            other => {
                let wanted = "a repo, such as \"user/name\" or { type: \"dataset\", name: \"user/name\" }";
                Err(Misfit::wanted(wanted, &other))
            }
        }
    }
}

impl RepoSpec {
    /// The repo.
    ///
    /// Errors: as [`RepoId::new`].
    pub fn parse(&self) -> Result<RepoId, Error> {
        match self {
            RepoSpec::Short(text) => RepoId::parse(text),
            RepoSpec::Long { repo_type, name } => RepoId::new(repo_type, name),
        }
    }
}

/// Reads the Hub's address and the token.
///
/// Errors: `invalid_input`, as [`HubUrl::parse`] and [`Token::parse`].
pub(super) fn hub(hub_url: Option<&str>, access_token: Option<&str>) -> Result<Hub, Error> {
    Ok(Hub {
        url: HubUrl::parse(hub_url.unwrap_or(HubUrl::PUBLIC))?,
        token: access_token.map(Token::parse).transpose()?,
    })
}

/// [`PushOptions`].
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase", try_from = "Json")]
pub struct PushSpec {
    /// The repo.
    pub repo: RepoSpec,
    /// Default: the public Hub.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub hub_url: Option<String>,
    /// The token.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub access_token: Option<String>,
    /// Default: `main`.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub branch: Option<String>,
    /// Make a missing branch.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub create_branch: Option<bool>,
    /// Expected head.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub parent_commit: Option<String>,
    /// First line of the message.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub title: Option<String>,
    /// Rest of the message.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub description: Option<String>,
    /// Leave out what the Hub's ignore rules ignore; default true.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub ignore_by_hub: Option<bool>,
    /// Open a pull request and commit there.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub is_pull_request: Option<bool>,
    /// Merge it after its last commit; default false.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub merge: Option<bool>,
    /// `one` or `auto`; default `one`.
    #[cfg_attr(feature = "wasm", tsify(optional, type = "\"one\" | \"auto\""))]
    pub commits: Option<String>,
    /// Ask which files go with the next commit; default false.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub ask_plan: Option<bool>,
    /// `fail` or `skip`; default `fail`.
    #[cfg_attr(feature = "wasm", tsify(optional, type = "\"fail\" | \"skip\""))]
    pub on_file_error: Option<String>,
    /// Find out what would be done; default false.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub dry_run: Option<bool>,
    /// Tell how far the push is so often; default never.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub report_seconds: Option<f64>,
    /// Files of the repo that match one of these go, unless they are added.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub delete_patterns: Option<Vec<String>>,
    /// The folder of the repo to which those are relative; default the root.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub delete_under: Option<String>,
    /// Read back after the commit; default true.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub verify: Option<bool>,
    /// Store large files by Xet; default false.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub use_xet: Option<bool>,
    /// Lanes that the driver can run side by side; default 1.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub lanes: Option<u16>,
    /// Milliseconds since 1970 at time zero of the driver's clock.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub epoch_at_zero_ms: Option<f64>,
    /// Memory budget in bytes.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub buffer_budget_bytes: Option<u64>,
    /// How long passing failures are borne; default `normal`.
    #[cfg_attr(feature = "wasm", tsify(optional, type = "\"normal\" | \"endless\""))]
    pub patience: Option<String>,
    /// Seed of the jitter; 32 random bits will do.
    pub seed: u32,
}

impl Read for PushSpec {
    fn read(json: Json) -> Result<PushSpec, Misfit> {
        let mut spec = Fields::of(json)?;
        Ok(PushSpec {
            repo: spec.get("repo")?,
            hub_url: spec.get("hubUrl")?,
            access_token: spec.get("accessToken")?,
            branch: spec.get("branch")?,
            create_branch: spec.get("createBranch")?,
            parent_commit: spec.get("parentCommit")?,
            title: spec.get("title")?,
            description: spec.get("description")?,
            ignore_by_hub: spec.get("ignoreByHub")?,
            is_pull_request: spec.get("isPullRequest")?,
            merge: spec.get("merge")?,
            commits: spec.get("commits")?,
            ask_plan: spec.get("askPlan")?,
            on_file_error: spec.get("onFileError")?,
            dry_run: spec.get("dryRun")?,
            report_seconds: spec.get("reportSeconds")?,
            delete_patterns: spec.get("deletePatterns")?,
            delete_under: spec.get("deleteUnder")?,
            verify: spec.get("verify")?,
            use_xet: spec.get("useXet")?,
            lanes: spec.get("lanes")?,
            epoch_at_zero_ms: spec.get("epochAtZeroMs")?,
            buffer_budget_bytes: spec.get("bufferBudgetBytes")?,
            patience: spec.get("patience")?,
            seed: spec.get("seed")?,
        })
    }
}

impl PushSpec {
    /// Checks everything that can be checked without a request.
    ///
    /// Errors: `invalid_input` or `unsupported`.
    pub fn parse(self) -> Result<PushOptions, Error> {
        let mut options =
            PushOptions::new(hub(self.hub_url.as_deref(), self.access_token.as_deref())?, self.repo.parse()?);
        if let Some(branch) = self.branch {
            options.revision = branch;
        }
        options.create_branch = self.create_branch.unwrap_or(false);
        options.parent_commit = self.parent_commit;
        options.title = self.title;
        options.description = self.description;
        options.ignore_by_hub = self.ignore_by_hub.unwrap_or(true);
        options.pull_request = self.is_pull_request.unwrap_or(false);
        options.merge = self.merge.unwrap_or(false);
        options.commits = match self.commits.as_deref() {
            None | Some("one") => Commits::One,
            Some("auto") => Commits::Auto,
            Some(_) => return Err(Error::invalid("commits must be \"one\" or \"auto\"")),
        };
        options.ask_plan = self.ask_plan.unwrap_or(false);
        options.on_file_error = match self.on_file_error.as_deref() {
            None | Some("fail") => OnFileError::Fail,
            Some("skip") => OnFileError::Skip,
            Some(_) => return Err(Error::invalid("onFileError must be \"fail\" or \"skip\"")),
        };
        options.dry_run = self.dry_run.unwrap_or(false);
        options.report_every = match self.report_seconds {
            Some(seconds) if seconds > 0.0 => Some(Millis((seconds * 1000.0).max(1.0) as u64)),
            Some(_) => return Err(Error::invalid("reportSeconds must be more than zero")),
            None => None,
        };
        options.delete_patterns = self.delete_patterns.unwrap_or_default();
        options.delete_under = self.delete_under.unwrap_or_default();
        options.verify = self.verify.unwrap_or(true);
        options.use_xet = self.use_xet.unwrap_or(false);
        options.lanes = self.lanes.unwrap_or(1).max(1);
        options.epoch_at_zero = Millis(self.epoch_at_zero_ms.unwrap_or(0.0).max(0.0) as u64);
        if let Some(bytes) = self.buffer_budget_bytes {
            options.buffer_budget_bytes = bytes;
        }
        options.patience = patience(self.patience.as_deref())?;
        options.seed = u64::from(self.seed);
        Ok(options)
    }
}

fn patience(name: Option<&str>) -> Result<Patience, Error> {
    match name {
        None | Some("normal") => Ok(Patience::Normal),
        Some("endless") => Ok(Patience::Endless),
        Some(other) => {
            let message = format!("patience must be \"normal\" or \"endless\", and not {other:?}");
            Err(Error::new(Code::InvalidInput, message))
        }
    }
}

/// [`Operation`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(tag = "operation", rename_all = "camelCase", rename_all_fields = "camelCase", try_from = "Json")]
pub enum OperationSpec {
    /// Add or replace.
    AddOrUpdate {
        /// Path in the repo.
        path: String,
        /// Index of the content in the driver's list.
        file: u32,
        /// Size in bytes.
        size: u64,
        /// When it was changed last, in milliseconds since 1970.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        modified_ms: Option<u64>,
    },
    /// Delete a file, or a folder when the path ends in `/`.
    Delete {
        /// Path in the repo.
        path: String,
    },
}

impl Read for OperationSpec {
    fn read(json: Json) -> Result<OperationSpec, Misfit> {
        let mut spec = Fields::of(json)?;
        let operation: String = spec.get("operation")?;
        let path = spec.get("path")?;
        match operation.as_str() {
            "addOrUpdate" => Ok(OperationSpec::AddOrUpdate {
                path,
                file: spec.get("file")?,
                size: spec.get("size")?,
                modified_ms: spec.get("modifiedMs")?,
            }),
            "delete" => Ok(OperationSpec::Delete { path }),
            other => Err(Misfit::new(format!("must be an operation, and there is none called {other:?}"))),
        }
    }
}

impl From<OperationSpec> for Operation {
    fn from(spec: OperationSpec) -> Operation {
        match spec {
            OperationSpec::AddOrUpdate { path, file, size, modified_ms } => {
                Operation::AddOrUpdate { path, file: FileIdx(file), size, modified_ms }
            }
            OperationSpec::Delete { path } => Operation::Delete { path },
        }
    }
}

/// [`Event`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EventView {
    /// A phase begins.
    Phase {
        /// Its name.
        #[cfg_attr(feature = "wasm", tsify(type = "\"preuploading\" | \"uploadingLargeFiles\" | \"committing\""))]
        phase: String,
    },
    /// One file moved on.
    FileProgress {
        /// Path in the repo.
        path: String,
        /// 0 to 1.
        progress: f64,
        /// What it is doing.
        #[cfg_attr(feature = "wasm", tsify(type = "\"hashing\" | \"uploading\" | \"error\""))]
        state: String,
    },
    /// Something will be tried again.
    Retry {
        /// Path in the repo, when one file is concerned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        path: Option<String>,
        /// Attempt that failed, from 1.
        attempt: u32,
        /// Milliseconds to the next.
        delay_ms: u64,
        /// Why.
        cause: String,
    },
    /// Worth knowing.
    Warning {
        /// Stable word.
        code: String,
        /// For people.
        message: String,
        /// Paths concerned.
        paths: Vec<String>,
    },
    /// A commit stands.
    Commit {
        /// Its id.
        oid: String,
        /// Its page.
        url: String,
        /// Operations in it.
        files: u64,
    },
    /// How far the push is.
    Report {
        /// A snapshot.
        progress: ProgressView,
    },
}

impl From<Event> for EventView {
    fn from(event: Event) -> EventView {
        match event {
            Event::Phase(phase) => EventView::Phase { phase: phase_name(phase).to_owned() },
            Event::FileProgress { path, progress, activity } => EventView::FileProgress {
                path,
                progress,
                state: match activity {
                    Activity::Hashing => "hashing",
                    Activity::Uploading => "uploading",
                    Activity::Error => "error",
                }
                .to_owned(),
            },
            Event::Retry { path, attempt, delay_ms, cause } => EventView::Retry { path, attempt, delay_ms, cause },
            Event::Warning { code, message, paths } => EventView::Warning { code: code.to_owned(), message, paths },
            Event::Commit(CommitMade { oid, url, files }) => EventView::Commit { oid, url, files },
            Event::Report(progress) => EventView::Report { progress: progress.into() },
        }
    }
}

fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Preuploading => "preuploading",
        Phase::UploadingLargeFiles => "uploadingLargeFiles",
        Phase::Committing => "committing",
    }
}

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

/// [`Progress`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ProgressView {
    /// Whether it goes on.
    #[cfg_attr(feature = "wasm", tsify(type = "\"running\" | \"paused\" | \"offline\" | \"waiting\""))]
    pub state: String,
    /// When it does, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub waiting_until_ms: Option<u64>,
    /// Phase.
    #[cfg_attr(feature = "wasm", tsify(type = "\"preuploading\" | \"uploadingLargeFiles\" | \"committing\""))]
    pub phase: String,
    /// Counts of files.
    pub files: CountView,
    /// Sums of bytes.
    #[cfg_attr(
        feature = "wasm",
        tsify(
            type = "{ total: number; read: number; deduplicated: number; sent: number; registered: number; committed: number }"
        )
    )]
    pub bytes: ByteCountView,
    /// Smoothed speed.
    pub bytes_per_second: f64,
    /// Seconds to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub eta_seconds: Option<f64>,
    /// Requests so far.
    pub requests: u64,
}

/// [`FileCounts`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct CountView {
    /// All.
    pub total: u64,
    /// Oid known.
    pub hashed: u64,
    /// In the store.
    pub uploaded: u64,
    /// In a commit.
    pub committed: u64,
    /// Unchanged or ignored.
    pub skipped: u64,
    /// Failed.
    pub failed: u64,
}

/// [`ByteCounts`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ByteCountView {
    /// All.
    pub total: u64,
    /// Read.
    pub read: u64,
    /// Found on the Hub.
    pub deduplicated: u64,
    /// Sent.
    pub sent: u64,
    /// Acknowledged.
    pub registered: u64,
    /// In a commit.
    pub committed: u64,
}

impl From<Progress> for ProgressView {
    fn from(progress: Progress) -> ProgressView {
        let FileCounts { total, hashed, uploaded, committed, skipped, failed } = progress.files;
        let files = CountView { total, hashed, uploaded, committed, skipped, failed };
        let ByteCounts { total, read, deduplicated, sent, registered, committed } = progress.bytes;
        let state = match progress.state {
            RunState::Running => "running",
            RunState::Paused => "paused",
            RunState::Offline => "offline",
            RunState::Waiting => "waiting",
        };
        ProgressView {
            state: state.to_owned(),
            waiting_until_ms: progress.waiting_until.map(|until| until.0),
            phase: phase_name(progress.phase).to_owned(),
            files,
            bytes: ByteCountView { total, read, deduplicated, sent, registered, committed },
            bytes_per_second: progress.bytes_per_second,
            eta_seconds: progress.eta_seconds,
            requests: progress.requests,
        }
    }
}
