//! What a push tells while it goes on, as plain objects.

use serde::{Deserialize, Serialize};
#[cfg(feature = "wasm")]
use tsify::Tsify;

use crate::push::{Activity, ByteCounts, CommitMade, Event, FileCounts, Phase, Progress, RunState};

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
