//! What goes into a push and what comes out of it: plain values.

use crate::error::{Code, Error};
use crate::http::FileIdx;
use crate::hub::{Hub, RepoId};
use crate::limits;
use crate::quote::Quoted;
use crate::retry::Patience;
use crate::time::Millis;

/// How one push shall run.
#[derive(Debug, Clone)]
pub struct PushOptions {
    /// The Hub and the token.
    pub hub: Hub,
    /// The repo; it must exist.
    pub repo: RepoId,
    /// The branch (or `refs/pr/N`) that gets the commit.
    pub revision: String,
    /// Make the branch from the default branch's head when it is missing.
    pub create_branch: bool,
    /// The head that the caller expects, 5 to 40 hex digits. None: the head that is found.
    pub parent_commit: Option<String>,
    /// First line of the commit message; none: made from the operations.
    pub title: Option<String>,
    /// The rest of the commit message.
    pub description: Option<String>,
    /// Leave out what the Hub's ignore rules ignore.
    pub ignore_by_hub: bool,
    /// Open a pull request and commit there.
    pub pull_request: bool,
    /// Merge that pull request after its last commit.
    pub merge: bool,
    /// How many commits.
    pub commits: Commits,
    /// Ask the driver which files go with the next commit; only with [`Commits::Auto`].
    pub ask_plan: bool,
    /// What becomes of files that cannot be read.
    pub on_file_error: OnFileError,
    /// Find out what would be done, and change nothing on the Hub.
    pub dry_run: bool,
    /// How often [`Event::Report`] is told; none is never.
    pub report_every: Option<Millis>,
    /// Files of the repo that match one of these go with the same commit, unless it adds them; relative to `delete_under`.
    pub delete_patterns: Vec<String>,
    /// The folder of the repo in which `delete_patterns` are looked for; empty is the root.
    pub delete_under: String,
    /// Read the paths back after the commit and compare.
    pub verify: bool,
    /// Store large files by Xet where the Hub offers it.
    pub use_xet: bool,
    /// Lanes that the driver can run side by side.
    pub lanes: u16,
    /// Milliseconds since 1970 at the machine's time zero: tokens end at a date.
    pub epoch_at_zero: Millis,
    /// Memory that this push may hold in buffers, in bytes.
    pub buffer_budget_bytes: u64,
    /// How long passing failures are borne.
    pub patience: Patience,
    /// Seed of the jitter.
    pub seed: u64,
}

impl PushOptions {
    /// The defaults: branch `main`, verified, a page's memory budget.
    pub fn new(hub: Hub, repo: RepoId) -> PushOptions {
        PushOptions {
            hub,
            repo,
            revision: "main".to_owned(),
            create_branch: false,
            parent_commit: None,
            title: None,
            description: None,
            ignore_by_hub: true,
            pull_request: false,
            merge: false,
            commits: Commits::One,
            ask_plan: false,
            on_file_error: OnFileError::Fail,
            dry_run: false,
            report_every: None,
            delete_patterns: Vec::new(),
            delete_under: String::new(),
            verify: true,
            use_xet: false,
            lanes: 1,
            epoch_at_zero: Millis(0),
            buffer_budget_bytes: limits::BUFFER_BUDGET_BYTES,
            patience: Patience::Normal,
            seed: 0,
        }
    }
}

/// How many commits a push makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Commits {
    /// One, when everything is stored.
    #[default]
    One,
    /// As many as it needs, one after the other, each as soon as its files are stored.
    Auto,
}

/// What a file means that changes, vanishes or cannot be read while it is pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFileError {
    /// The end of the push.
    #[default]
    Fail,
    /// A warning: the push goes on without it.
    Skip,
}

/// One commit operation, as the caller asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Add a file or replace it.
    AddOrUpdate {
        /// Path in the repo.
        path: String,
        /// Where the content is.
        file: FileIdx,
        /// Its size in bytes.
        size: u64,
        /// When it was changed last, in milliseconds since 1970. None: nothing of it is remembered from one push to the next.
        modified_ms: Option<u64>,
    },
    /// Delete a file, or a folder when `path` ends in `/`.
    Delete {
        /// Path in the repo.
        path: String,
    },
}

/// The phases that users of the Hub's JavaScript client know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Phase {
    /// Asking the Hub and reading beginnings of files.
    #[default]
    Preuploading,
    /// Hashing and sending LFS content.
    UploadingLargeFiles,
    /// The commit is on its way.
    Committing,
}

/// Whether a push goes on at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RunState {
    /// It does.
    #[default]
    Running,
    /// The caller has paused it.
    Paused,
    /// There is no connection; it goes on by itself.
    Offline,
    /// Everything waits for a time to come: a server has asked for it, or does not answer well.
    Waiting,
}

/// What a file is doing, for its progress bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Being read.
    Hashing,
    /// Being sent.
    Uploading,
    /// Failed.
    Error,
}

/// What the caller is told while a push runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A new phase begins.
    Phase(Phase),
    /// One file moved on.
    FileProgress {
        /// Its path in the repo.
        path: String,
        /// 0 to 1 within its activity; 1 while uploading means the Hub has it.
        progress: f64,
        /// What it is doing.
        activity: Activity,
    },
    /// Something will be tried again.
    Retry {
        /// The file concerned, when it is one file.
        path: Option<String>,
        /// The attempt that failed, from 1.
        attempt: u32,
        /// Milliseconds until the next one.
        delay_ms: u64,
        /// Why, in a sentence.
        cause: String,
    },
    /// Worth knowing, not an error.
    Warning {
        /// A stable word.
        code: &'static str,
        /// For people.
        message: String,
        /// The paths concerned.
        paths: Vec<String>,
    },
    /// A commit stands.
    Commit(CommitMade),
    /// How far the push is, every [`PushOptions::report_every`].
    Report(Progress),
}

/// A commit that the Hub made for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitMade {
    /// Its id.
    pub oid: String,
    /// Its page.
    pub url: String,
    /// How many operations it holds.
    pub files: u64,
}

/// What became of one added file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// The path is new.
    Added,
    /// The path had other content.
    Updated,
    /// The repo held this content already.
    Unchanged,
    /// The Hub's ignore rules left it out.
    Ignored,
    /// It could not be read, and the push went on without it.
    Failed,
}

/// One added file in the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOutcome {
    /// Path in the repo.
    pub path: String,
    /// SHA-256 of an LFS file, git blob oid of a regular one; none when it was ignored before it was read.
    pub oid: Option<String>,
    /// Its name in the content store, when it is stored there.
    pub xet_hash: Option<String>,
    /// Size in bytes.
    pub size: u64,
    /// What became of it.
    pub state: FileState,
}

/// The result of a push.
#[derive(Debug, Clone, PartialEq)]
pub struct PushOutput {
    /// The commit that is the head now, as far as we know: ours, or the one found when nothing had to change.
    pub head: CommitMade,
    /// The commits made; empty when nothing had to change.
    pub commits: Vec<CommitMade>,
    /// Whether the paths were read back and are what was sent.
    pub verified: bool,
    /// The pull request's page, when one was opened.
    pub pull_request_url: Option<String>,
    /// What the Hub's hooks said.
    pub hook_output: String,
    /// Bytes of all added files, of those read, found on the Hub, and sent.
    pub bytes: ByteTotals,
    /// What a dry run found; the files' own states beside it.
    pub plan: Option<DryRun>,
}

/// What a push would do, beside what becomes of each added file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DryRun {
    /// Paths that it would delete: files, and folders with a `/` at their end.
    pub deleted: Vec<String>,
    /// Sum of the sizes of the files that it would add or update.
    pub bytes: u64,
    /// Requests that it would send at most, if none has to be repeated.
    pub requests: u64,
    /// Commits that it would make, if each is made in good time.
    pub commits: u64,
}

/// The bytes of a finished push.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ByteTotals {
    /// Sum of the sizes of all added files.
    pub total: u64,
    /// Bytes read by probes, digests and the pass of Xet.
    pub read: u64,
    /// Bytes the Hub had already.
    pub deduplicated: u64,
    /// Bytes of content sent, repetitions included.
    pub sent: u64,
}

/// A snapshot of a push; never goes back within one push, but for its state, speed and time left.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Progress {
    /// Whether it goes on.
    pub state: RunState,
    /// When it does, while it waits for a time.
    ///
    /// Units: milliseconds since 1970, when the options say what the driver's clock is.
    pub waiting_until: Option<Millis>,
    /// The phase.
    pub phase: Phase,
    /// Counts of added files.
    pub files: FileCounts,
    /// Sums of bytes.
    pub bytes: ByteCounts,
    /// Smoothed speed of everything that moves, in bytes per second.
    pub bytes_per_second: f64,
    /// Seconds to the end, once that can be said.
    pub eta_seconds: Option<f64>,
    /// Requests sent so far, repetitions included.
    pub requests: u64,
}

/// Counts of added files. A file counts in every stage it has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileCounts {
    /// All.
    pub total: u64,
    /// Those whose oid is known.
    pub hashed: u64,
    /// Large files that the Hub's store holds.
    pub uploaded: u64,
    /// Those in a commit.
    pub committed: u64,
    /// Unchanged or ignored.
    pub skipped: u64,
    /// Failed.
    pub failed: u64,
}

/// Sums of bytes of added files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ByteCounts {
    /// All.
    pub total: u64,
    /// Read so far.
    pub read: u64,
    /// Found on the Hub.
    pub deduplicated: u64,
    /// Sent so far; what is sent again does not count twice.
    pub sent: u64,
    /// Acknowledged by the store.
    pub registered: u64,
    /// In a commit.
    pub committed: u64,
}

/// A parent commit as the Hub takes it.
///
/// Errors: `invalid_input` unless it is 5 to 40 hex digits.
pub fn check_parent_commit(text: &str) -> Result<(), Error> {
    let hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hex && (5..=40).contains(&text.len()) {
        return Ok(());
    }
    Err(Error::new(
        Code::InvalidInput,
        format!("parentCommit {text} must be a commit id: 5 to 40 hex digits", text = Quoted(text)),
    ))
}
