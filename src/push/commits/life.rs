//! The life of one commit: sent, looked for when nobody knows whether it was made, sent again.
//!
//! Every commit names its parent, so a late twin is refused by the Hub. When nobody knows whether a commit was made (the
//! answer was lost, or another commit came first), the history since the parent tells: the first commit after it is ours when it
//! has our title and holds what ours does, because others use the same titles; none means that the commit can be sent again;
//! somebody else's means a new parent, unless the caller insisted on the old one.

use std::sync::Arc;

use super::super::read::read_error;
use super::super::shared::{Batch, Purpose, Shared};
use super::super::types::{Commits, Event};
use super::read_back;
use crate::error::{Code, Error};
use crate::exchange::{Errand, lost_error};
use crate::http::Response;
use crate::hub::commit::{Commit, CommitDone, CommitLine};
use crate::hub::commits::{CommitInfo, ListCommits};
use crate::hub::paths_info::PathsInfo;
use crate::hub::{Endpoint, Replay};
use crate::journal::control::{Posting, Record};
use crate::limits::{COMMIT_DEADLINE, COMMIT_SCALE};
use crate::retry::Patience;
use crate::step::Failure;
use crate::time::Millis;

/// A commit on its way.
pub(super) struct Attempt {
    pub(super) commit: Box<Commit>,
    /// The files that it adds.
    pub(super) files: Vec<usize>,
    /// Which of the push's commits it is, from 1. Commits with other content have other numbers.
    pub(super) part: u32,
    /// More files would not have fitted.
    pub(super) is_full: bool,
    /// When it was first sent.
    pub(super) since: Millis,
}

/// What became of a commit.
pub(super) enum Fate {
    /// Nobody knows yet.
    Open,
    /// It stands.
    Made(Attempt, CommitDone),
    /// It was not made: the branch is at this commit of somebody else.
    Outrun(Attempt, String),
    /// It was not made, and is not tried again.
    Failed(Attempt, Error),
    /// One of its files is gone: it can be sent without.
    Diminished(Attempt),
}

#[derive(Default)]
enum State {
    #[default]
    Idle,
    /// The commit was sent.
    Posting(Attempt),
    /// The history is being read, because of this error.
    LookingBack(Attempt, Error),
    /// The commit that has our title is being read.
    Comparing(Box<Candidate>),
}

/// A commit that may be ours.
struct Candidate {
    /// What is under way.
    attempt: Attempt,
    /// What was given up before, when it would be that.
    earlier: Option<Attempt>,
    done: CommitDone,
    /// The newest commit of the branch.
    head: String,
    /// Questions that are open.
    open: usize,
    differs: bool,
}

#[derive(Default)]
pub(super) struct Life {
    state: State,
    tries: u32,
    /// A file of it is gone.
    is_diminished: bool,
    /// Commits that were given up and may yet be made, late: they hold what their pieces hold.
    given_up: Vec<Attempt>,
}

impl Life {
    pub(super) fn is_busy(&self) -> bool {
        !matches!(self.state, State::Idle)
    }

    /// Whether this was asked to recognize a commit.
    pub(super) fn asks(&self, batch: &Batch<PathsInfo>) -> bool {
        matches!(&self.state, State::Comparing(candidate) if candidate.done.oid == batch.endpoint.revision)
    }

    /// Sends a commit.
    pub(super) fn begin(&mut self, shared: &mut Shared, now: Millis, attempt: Attempt) -> Result<(), Error> {
        self.tries = 0;
        self.is_diminished = false;
        self.post(shared, now, attempt)
    }

    /// A commit will be sent in pieces.
    pub(super) fn give_up(&mut self, mut attempt: Attempt) {
        attempt.commit.lines = Vec::<CommitLine>::new();
        self.given_up.push(attempt);
    }

    /// The branch moved on: what was given up will not be made any more.
    pub(super) fn forget_given_up(&mut self) {
        self.given_up.clear();
    }

    /// An answer came, or will not come.
    pub(super) fn settled(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        purpose: Purpose,
        outcome: Result<Response, Failure>,
    ) -> Result<Fate, Error> {
        match (purpose, std::mem::take(&mut self.state)) {
            (Purpose::Commit, State::Posting(attempt)) => {
                let answer = match outcome {
                    Ok(response) => attempt.commit.parse(&response, &shared.options.hub),
                    Err(failure) if failure.is_of_file() => {
                        return self.file_failed(shared, now, attempt, failure);
                    }
                    Err(failure) => Err(lost_error(failure)),
                };
                match answer {
                    Ok(done) => Ok(Fate::Made(attempt, done)),
                    Err(error) if is_open(error.code) => self.look_back(shared, now, attempt, error),
                    Err(error) => Ok(Fate::Failed(attempt, error)),
                }
            }
            (Purpose::History(endpoint), State::LookingBack(attempt, cause)) => {
                let response = outcome.map_err(lost_error)?;
                let page = endpoint.parse(&response, &shared.options.hub)?;
                self.judge(shared, now, attempt, cause, &page.commits)
            }
            (Purpose::ReadBack(batch), State::Comparing(mut candidate)) => {
                candidate.open -= 1;
                candidate.differs |= !read_back::compare(shared, &batch, outcome)?.is_empty();
                Ok(self.recognize(candidate))
            }
            _ => Err(Error::internal("an answer was handed to the wrong stage")),
        }
    }

    fn post(&mut self, shared: &mut Shared, now: Millis, attempt: Attempt) -> Result<(), Error> {
        let delay = if self.tries == 0 { Millis(0) } else { shared.options.patience.wait_after(self.tries) };
        self.tries += 1;
        let mut errand = Errand::api(Purpose::Commit, attempt.commit.request(&shared.options.hub)?, Replay::Unsafe);
        errand.deadline = COMMIT_DEADLINE;
        let posting = Record::Posting(Posting {
            parent: attempt.commit.parent_commit.clone().unwrap_or_default(),
            title: attempt.commit.title.lines().next().unwrap_or_default().trim().to_owned(),
            files: attempt.commit.lines.len() as u64,
        });
        shared.start_recorded(&posting, errand, now + delay);
        self.state = State::Posting(attempt);
        Ok(())
    }

    /// A file whose content stands in the commit changed while that was sent, or cannot be read any more.
    fn file_failed(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        attempt: Attempt,
        failure: Failure,
    ) -> Result<Fate, Error> {
        let Some(index) = shared.take_broken(&attempt.files) else { return Err(lost_error(failure)) };
        let error = read_error(&shared.files[index].path, failure);
        shared.leave_out(index, error.clone())?;
        self.is_diminished = true;
        self.look_back(shared, now, attempt, error)
    }

    /// Reads the history to learn what became of the commit; `cause` is the error when nothing good comes of it.
    fn look_back(&mut self, shared: &mut Shared, now: Millis, attempt: Attempt, cause: Error) -> Result<Fate, Error> {
        let endpoint = ListCommits {
            repo: shared.options.repo.clone(),
            revision: attempt.commit.revision.clone(),
            limit: None,
            next: None,
        };
        let request = endpoint.request(&shared.options.hub)?;
        let purpose = Purpose::History(Arc::new(endpoint));
        shared.exchanges.start(Errand::api(purpose, request, Replay::Safe), now);
        self.state = State::LookingBack(attempt, cause);
        Ok(Fate::Open)
    }

    /// Judges the newest commits of the branch, newest first.
    fn judge(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        attempt: Attempt,
        cause: Error,
        history: &[CommitInfo],
    ) -> Result<Fate, Error> {
        let commit = &attempt.commit;
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
            if self.is_diminished {
                return Ok(Fate::Diminished(attempt));
            }
            // What can be divided is, before anybody is patient with the whole of it.
            let is_divisible = shared.options.commits == Commits::Auto && attempt.files.len() > COMMIT_SCALE[0];
            let is_passing = cause.code != Code::Conflict && !is_divisible;
            let patience = if is_passing { shared.options.patience } else { Patience::Normal };
            if !patience.allows(self.tries) {
                return Ok(Fate::Failed(attempt, cause));
            }
            shared.events.push_back(Event::Retry {
                path: None,
                attempt: self.tries,
                delay_ms: shared.options.patience.wait_after(self.tries).0,
                cause: cause.into_account().message,
            });
            self.post(shared, now, attempt)?;
            return Ok(Fate::Open);
        };
        let url = shared.options.hub.page_url(&commit.repo, &format!("/commit/{}", first.id));
        let done = CommitDone { oid: first.id.clone(), url, hook_output: String::new(), pull_request_url: None };
        let head = history[0].id.clone();
        let earlier = match is_title(&first.title, &attempt) {
            true => None,
            false => match self.given_up.iter().position(|earlier| is_title(&first.title, earlier)) {
                Some(at) => Some(self.given_up.swap_remove(at)),
                None => return Ok(Fate::Outrun(attempt, head)),
            },
        };
        let open = read_back::ask_all(shared, now, &done.oid, earlier.as_ref().unwrap_or(&attempt))?;
        Ok(self.recognize(Box::new(Candidate { attempt, earlier, done, head, open, differs: false })))
    }

    /// What has our title is ours when it holds what ours does.
    fn recognize(&mut self, candidate: Box<Candidate>) -> Fate {
        if candidate.open > 0 {
            self.state = State::Comparing(candidate);
            return Fate::Open;
        }
        let Candidate { attempt, earlier, done, head, differs, .. } = *candidate;
        if differs { Fate::Outrun(attempt, head) } else { Fate::Made(earlier.unwrap_or(attempt), done) }
    }
}

fn is_title(title: &str, attempt: &Attempt) -> bool {
    title == attempt.commit.title.lines().next().unwrap_or_default().trim()
}

/// Whether the commit may have been made, or may yet be, in spite of this error.
fn is_open(code: Code) -> bool {
    matches!(code, Code::Conflict | Code::ServerError | Code::Timeout | Code::Offline | Code::Blocked | Code::Protocol)
}
