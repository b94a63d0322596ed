//! The end of a push: one commit exactly once, and a look at what stands.
//!
//! Every commit names its parent, so a late twin is refused by the Hub. When nobody knows whether a commit was made (the
//! answer was lost, or another commit came first), the history since the parent tells: the first commit after it with our
//! title is ours; none means that the commit can be sent again; somebody else's means a new parent, unless the caller
//! insisted on the old one.

mod plan;

pub use plan::{CommitFile, CommitState, plan_commit};

use std::sync::Arc;

use super::file::{FileEntry, Mode};
use super::plan as operations;
use super::pull::Pull;
use super::shared::{Batch, Line, Purpose, Shared};
use super::types::{Activity, CommitMade, Event, FileState, Phase, PushOutput};
use crate::error::{Code, Error};
use crate::exchange::{Errand, lost_error};
use crate::http::Response;
use crate::hub::commit::{Commit, CommitDone, CommitLine};
use crate::hub::commits::{CommitInfo, ListCommits};
use crate::hub::paths_info::PathsInfo;
use crate::hub::{Endpoint, Replay};
use crate::limits::{ATTEMPTS, COMMIT_DEADLINE, COMMIT_REBASES, PATHS_INFO_PATHS};
use crate::retry;
use crate::step::Failure;
use crate::time::Millis;

#[derive(Default)]
enum State {
    /// Files are still on their way.
    #[default]
    Idle,
    /// The commit was sent.
    Posting(Box<Commit>),
    /// The history is being read, because of this error.
    LookingBack(Box<Commit>, Error),
    /// The commit stands; its paths are being read back.
    ReadingBack { made: CommitMade, hook_output: String, batches: usize, wrong: Vec<String>, lost: bool },
}

#[derive(Default)]
pub(super) struct Finish {
    state: State,
    pull: Pull,
    tries: u32,
    rebases: u32,
}

impl Finish {
    /// All contents are in place: commits. `Some` is the end of the push.
    pub(super) fn advance(&mut self, shared: &mut Shared, now: Millis) -> Result<Option<PushOutput>, Error> {
        match &self.state {
            _ if self.pull.is_busy() => Ok(None),
            State::Idle => self.commit(shared, now),
            State::ReadingBack { batches: 0, .. } => self.close(shared).map(Some),
            _ => Ok(None),
        }
    }

    pub(super) fn settled(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        purpose: Purpose,
        outcome: Result<Response, Failure>,
    ) -> Result<(), Error> {
        if matches!(purpose, Purpose::Pull) {
            return self.pull.settled(shared, now, outcome);
        }
        match (purpose, std::mem::take(&mut self.state)) {
            (Purpose::Commit, State::Posting(commit)) => {
                let answer = match outcome {
                    Ok(response) => commit.parse(&response, &shared.options.hub),
                    Err(failure) => Err(lost_error(failure)),
                };
                match answer {
                    Ok(done) => self.made(shared, now, &commit, done),
                    Err(error) if is_open(error.code) => self.look_back(shared, now, commit, error),
                    Err(error) => Err(error),
                }
            }
            (Purpose::History(endpoint), State::LookingBack(commit, cause)) => {
                let response = outcome.map_err(lost_error)?;
                let page = endpoint.parse(&response, &shared.options.hub)?;
                self.judge(shared, now, commit, cause, &page.commits)
            }
            (Purpose::ReadBack(batch), state @ State::ReadingBack { .. }) => {
                self.state = state;
                self.read_back(shared, &batch, outcome);
                Ok(())
            }
            _ => Err(Error::internal("an answer was handed to the wrong stage")),
        }
    }

    fn commit(&mut self, shared: &mut Shared, now: Millis) -> Result<Option<PushOutput>, Error> {
        let Some(parent) = shared.parent.clone() else { return Ok(None) };
        let lines = lines(shared)?;
        if lines.is_empty() {
            let url = shared.options.hub.page_url(&shared.options.repo, &format!("/commit/{parent}"));
            return Ok(Some(PushOutput {
                head: CommitMade { oid: parent, url, files: 0 },
                commits: Vec::new(),
                verified: true,
                pull_request_url: shared.pull_request_url(),
                hook_output: String::new(),
                bytes: shared.meter.totals(),
                plan: None,
            }));
        }
        // Users of the Hub's JavaScript client expect every phase, also the empty ones.
        for phase in [Phase::UploadingLargeFiles, Phase::Committing] {
            if shared.meter.enter(phase) {
                shared.events.push_back(Event::Phase(phase));
            }
        }
        if shared.options.pull_request && shared.pull.is_none() {
            self.pull.open(shared, now)?;
            return Ok(None);
        }
        let commit = Commit {
            repo: shared.options.repo.clone(),
            revision: shared.target(),
            title: operations::title(shared),
            description: shared.options.description.clone(),
            parent_commit: Some(parent),
            lines,
        };
        self.post(shared, now, Box::new(commit))?;
        Ok(None)
    }

    fn post(&mut self, shared: &mut Shared, now: Millis, commit: Box<Commit>) -> Result<(), Error> {
        let delay = if self.tries == 0 { Millis(0) } else { retry::backoff(self.tries) };
        self.tries += 1;
        let mut errand = Errand::api(Purpose::Commit, commit.request(&shared.options.hub)?, Replay::Unsafe);
        errand.patience = COMMIT_DEADLINE;
        shared.exchanges.start(errand, now + delay);
        self.state = State::Posting(commit);
        Ok(())
    }

    /// Reads the history to learn what became of the commit; `cause` is the error when nothing good comes of it.
    fn look_back(&mut self, shared: &mut Shared, now: Millis, commit: Box<Commit>, cause: Error) -> Result<(), Error> {
        if self.tries >= ATTEMPTS {
            return Err(cause);
        }
        let endpoint = ListCommits {
            repo: shared.options.repo.clone(),
            revision: commit.revision.clone(),
            limit: None,
            next: None,
        };
        let request = endpoint.request(&shared.options.hub)?;
        let purpose = Purpose::History(Arc::new(endpoint));
        shared.exchanges.start(Errand::api(purpose, request, Replay::Safe), now);
        self.state = State::LookingBack(commit, cause);
        Ok(())
    }

    /// Judges the newest commits of the branch, newest first.
    fn judge(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        commit: Box<Commit>,
        cause: Error,
        history: &[CommitInfo],
    ) -> Result<(), Error> {
        let parent = commit.parent_commit.as_deref().unwrap_or_default();
        let Some(at) = history.iter().position(|one| one.id == parent) else {
            return Err(Error::new(
                Code::Conflict,
                format!(
                    "Branch {} of {} was rewritten while we pushed: {parent} is not in its recent history; try again",
                    commit.revision, commit.repo
                ),
            ));
        };
        let since = &history[..at];
        let Some(first) = since.last() else {
            let cause_text = cause.into_account().message;
            shared.events.push_back(Event::Retry {
                path: None,
                attempt: self.tries,
                delay_ms: retry::backoff(self.tries).0,
                cause: cause_text,
            });
            return self.post(shared, now, commit);
        };
        if first.title == commit.title.lines().next().unwrap_or_default().trim() {
            let url = shared.options.hub.page_url(&commit.repo, &format!("/commit/{}", first.id));
            let done = CommitDone { oid: first.id.clone(), url, hook_output: String::new(), pull_request_url: None };
            return self.made(shared, now, &commit, done);
        }
        self.rebases += 1;
        if shared.options.parent_commit.is_some() || self.rebases > COMMIT_REBASES {
            return Err(Error::new(
                Code::Conflict,
                format!(
                    "Branch {} of {} has a newer commit ({}); read it again and retry",
                    commit.revision, commit.repo, history[0].id
                ),
            ));
        }
        self.rebase(shared, &history[0].id);
        Ok(())
    }

    /// Builds on somebody else's commit: what was unchanged may have changed with it.
    fn rebase(&mut self, shared: &mut Shared, head: &str) {
        shared.parent = Some(head.to_owned());
        shared.events.push_back(Event::Retry {
            path: None,
            attempt: self.rebases,
            delay_ms: 0,
            cause: "another commit came first".to_owned(),
        });
        self.tries = 0;
        for (index, file) in shared.files.iter_mut().enumerate() {
            if file.skipped == Some(FileState::Unchanged) {
                file.skipped = None;
                shared.meter.file_unskipped(file.size);
                shared.belts.ask.push_back(index);
            }
        }
    }

    fn made(&mut self, shared: &mut Shared, now: Millis, commit: &Commit, done: CommitDone) -> Result<(), Error> {
        let made = CommitMade { oid: done.oid, url: done.url, files: commit.lines.len() as u64 };
        shared.events.push_back(Event::Commit(made.clone()));
        for index in 0..shared.files.len() {
            let file = &shared.files[index];
            if file.skipped.is_some() {
                continue;
            }
            let (size, inline) = (file.size, file.mode == Some(Mode::Regular));
            shared.meter.committed(1, size);
            if inline {
                shared.meter.bytes_sent(size, size);
                shared.tell_progress(index, 1.0, Activity::Uploading);
            }
        }
        let batches = if shared.options.verify { self.ask_back(shared, now, &made.oid)? } else { 0 };
        let lost = !shared.options.verify;
        if shared.pull.is_some() {
            self.pull.make_ready(shared, now)?;
        }
        self.state = State::ReadingBack { made, hook_output: done.hook_output, batches, wrong: Vec::new(), lost };
        Ok(())
    }

    fn ask_back(&self, shared: &mut Shared, now: Millis, revision: &str) -> Result<usize, Error> {
        let standing: Vec<usize> = operations::standing(shared)
            .into_iter()
            .filter(|&index| shared.files[index].skipped != Some(FileState::Ignored))
            .collect();
        let mut batches = 0;
        for files in standing.chunks(PATHS_INFO_PATHS) {
            let endpoint = PathsInfo {
                repo: shared.options.repo.clone(),
                revision: revision.to_owned(),
                paths: files.iter().map(|&index| shared.files[index].path.clone()).collect(),
                expand: false,
            };
            let request = endpoint.request(&shared.options.hub)?;
            let purpose = Purpose::ReadBack(Arc::new(Batch { endpoint, files: files.to_vec() }));
            shared.exchanges.start(Errand::api(purpose, request, Replay::Safe), now);
            batches += 1;
        }
        Ok(batches)
    }

    /// Compares. A look that fails says nothing about the commit, which stands: it is a warning.
    fn read_back(&mut self, shared: &mut Shared, batch: &Batch<PathsInfo>, outcome: Result<Response, Failure>) {
        let State::ReadingBack { batches, wrong, lost, .. } = &mut self.state else { return };
        *batches -= 1;
        let entries =
            outcome.map_err(lost_error).and_then(|response| batch.endpoint.parse(&response, &shared.options.hub));
        match entries {
            Ok(entries) => {
                let held: std::collections::HashMap<&str, (&str, u64)> = entries
                    .iter()
                    .map(|entry| match &entry.lfs {
                        Some(lfs) => (entry.path.as_str(), (lfs.oid.as_str(), lfs.size)),
                        None => (entry.path.as_str(), (entry.oid.as_str(), entry.size)),
                    })
                    .collect();
                for &index in &batch.files {
                    let file = &shared.files[index];
                    let ours = (file.oid().map_or("", String::as_str), file.size);
                    if held.get(file.path.as_str()) != Some(&ours) {
                        wrong.push(file.path.clone());
                    }
                }
            }
            Err(error) => {
                *lost = true;
                shared.events.push_back(Event::Warning {
                    code: "not_verified",
                    message: format!("The commit stands, but it could not be read back: {error}"),
                    paths: batch.files.iter().map(|&index| shared.files[index].path.clone()).collect(),
                });
            }
        }
    }

    fn close(&mut self, shared: &Shared) -> Result<PushOutput, Error> {
        let State::ReadingBack { made, hook_output, wrong, lost, .. } = &self.state else {
            return Err(Error::internal("a push was closed before its commit"));
        };
        if let Some(path) = wrong.first() {
            return Err(Error::new(
                Code::Integrity,
                format!(
                    "Commit {} was made, but the Hub holds other content than was sent at {} path(s), first {path:?}; \
                     push again",
                    made.oid,
                    wrong.len()
                ),
            )
            .at(path));
        }
        Ok(PushOutput {
            head: made.clone(),
            commits: vec![made.clone()],
            verified: !lost,
            pull_request_url: shared.pull_request_url(),
            hook_output: hook_output.clone(),
            bytes: shared.meter.totals(),
            plan: None,
        })
    }
}

impl Shared {
    /// The revision that gets the commit.
    fn target(&self) -> String {
        self.pull.map_or_else(|| self.options.revision.clone(), |num| format!("refs/pr/{num}"))
    }

    fn pull_request_url(&self) -> Option<String> {
        self.pull.map(|num| self.options.hub.page_url(&self.options.repo, &format!("/discussions/{num}")))
    }
}

/// Whether the commit may have been made, or may yet be, in spite of this error.
fn is_open(code: Code) -> bool {
    matches!(code, Code::Conflict | Code::ServerError | Code::Timeout | Code::Offline | Code::Blocked | Code::Protocol)
}

/// The commit's lines: what the patterns delete, then the operations in the caller's order. Files that need no line are
/// left out.
fn lines(shared: &Shared) -> Result<Vec<CommitLine>, Error> {
    let mut lines = Vec::with_capacity(shared.mirrored.len() + shared.lines.len());
    lines.extend(shared.mirrored.iter().map(|path| CommitLine::DeleteFile { path: path.clone() }));
    for line in &shared.lines {
        match line {
            Line::Add(index) => {
                let file = &shared.files[*index];
                if file.skipped.is_none() {
                    lines.push(add_line(file)?);
                }
            }
            Line::DeleteFile(path) => lines.push(CommitLine::DeleteFile { path: path.clone() }),
            Line::DeleteFolder(path) => lines.push(CommitLine::DeleteFolder { path: path.clone() }),
        }
    }
    Ok(lines)
}

fn add_line(file: &FileEntry) -> Result<CommitLine, Error> {
    match (file.mode, &file.sha256) {
        (Some(Mode::Regular), _) => Ok(CommitLine::File { path: file.path.clone(), file: file.file, size: file.size }),
        (Some(Mode::Lfs), Some(oid)) => {
            Ok(CommitLine::LfsFile { path: file.path.clone(), oid: oid.clone(), size: file.size })
        }
        _ => Err(Error::internal("a file came to the commit before it was sorted").at(&file.path)),
    }
}
