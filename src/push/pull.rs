//! The pull request that gets the commits: opened when the first is due, made ready when the last one stands, and merged then if
//! that is wanted.
//!
//! Invariant: at most one is opened. Nothing makes a second attempt harmless here, so an attempt whose answer was lost is
//! never repeated: the list of pull requests is read until one shows that is newer than the newest one before, has our
//! title and is ours. Only when the Hub itself said that it failed, and none shows, it is asked once more. It is the same with the
//! merge, for which the pull request's own status tells.

use super::plan;
use super::shared::{Purpose, Shared};
use super::types::Event;
use crate::error::{Code, Error};
use crate::exchange::{Errand, lost_error};
use crate::http::Response;
use crate::hub::discussions::{AskPull, ListPulls, MakeReady, MergePull, OpenPull, Pull as Listed, PullStatus};
use crate::hub::whoami::WhoAmI;
use crate::hub::{Endpoint, Replay};
use crate::journal::control::{Opening, Record};
use crate::limits::PULL_LOOKS;
use crate::retry;
use crate::step::Failure;
use crate::time::Millis;

/// What the Hub is asked.
enum Question {
    /// Which pull requests are there.
    List,
    /// Who we are.
    Who,
    /// To make it ready.
    Ready,
    /// How far it is.
    Status,
    /// To merge it.
    Merge,
}

#[derive(Default)]
enum State {
    /// Nothing is under way.
    #[default]
    Idle,
    /// The newest one before ours is looked for.
    Counting,
    /// It is being opened.
    Opening,
    /// It may be open, though this came back.
    Looking(Error),
    /// One of these is ours, if it was opened by us.
    Recognizing(Vec<Listed>, Error),
    /// The commit stands, the draft becomes a pull request.
    MakingReady,
    /// It may be ready, though this came back.
    LookingAtDraft(Error),
    /// It is being merged.
    Merging,
    /// It may be merged, though this came back.
    LookingAtMerge(Error),
}

#[derive(Default)]
pub(super) struct Pull {
    state: State,
    newest_before: u64,
    tries: u32,
    looks: u32,
    is_made_ready: bool,
    is_merged: bool,
}

impl Pull {
    pub(super) fn is_busy(&self) -> bool {
        !matches!(self.state, State::Idle)
    }

    /// Begins; in the end `shared.pull` has the number, or the push has failed.
    pub(super) fn open(&mut self, shared: &mut Shared, now: Millis) -> Result<(), Error> {
        if let Some(opening) = shared.journal.before.opening.take() {
            // An earlier run of this push has asked, and may have been heard.
            self.newest_before = opening.newest_before;
            self.tries = 1;
            return self.look(shared, now, Error::new(Code::ServerError, "the answer about the pull request was lost"));
        }
        self.state = State::Counting;
        ask(shared, now, Question::List)
    }

    /// Its last commit stands.
    pub(super) fn make_ready(&mut self, shared: &mut Shared, now: Millis) -> Result<(), Error> {
        self.is_made_ready = true;
        self.state = State::MakingReady;
        ask(shared, now, Question::Ready)
    }

    /// Whether that was asked for.
    pub(super) fn is_made_ready(&self) -> bool {
        self.is_made_ready
    }

    /// It is ready: merges it.
    pub(super) fn merge(&mut self, shared: &mut Shared, now: Millis) -> Result<(), Error> {
        self.tries = 0;
        self.try_to_merge(shared, now)
    }

    /// Whether it is merged.
    pub(super) fn is_merged(&self) -> bool {
        self.is_merged
    }

    pub(super) fn settled(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        outcome: Result<Response, Failure>,
    ) -> Result<(), Error> {
        let outcome = outcome.map_err(lost_error);
        match std::mem::take(&mut self.state) {
            State::Idle => Err(Error::internal("an answer was handed to the wrong stage")),
            State::Counting => {
                let pulls = list(shared).parse(&outcome?, &shared.options.hub)?;
                self.newest_before = pulls.iter().map(|pull| pull.num).max().unwrap_or(0);
                self.try_to_open(shared, now)
            }
            State::Opening => {
                let opened = outcome.and_then(|response| opening(shared).parse(&response, &shared.options.hub));
                match opened {
                    Ok(num) => {
                        opened_as(shared, num);
                        Ok(())
                    }
                    Err(error) if may_be_open(error.code) => self.look(shared, now, error),
                    Err(error) => Err(error),
                }
            }
            State::Looking(cause) => {
                let pulls = list(shared).parse(&outcome?, &shared.options.hub)?;
                self.seen(shared, now, pulls, cause)
            }
            State::Recognizing(candidates, cause) => {
                let me = WhoAmI.parse(&outcome?, &shared.options.hub)?;
                let ours: Vec<&Listed> =
                    candidates.iter().filter(|pull| me.get("name").as_str() == Some(pull.author.as_str())).collect();
                match ours[..] {
                    [pull] => {
                        opened_as(shared, pull.num);
                        Ok(())
                    }
                    [] => self.look_again(shared, now, cause),
                    _ => Err(unknown(shared, cause)),
                }
            }
            State::MakingReady => {
                let done = outcome.and_then(|response| ready(shared).parse(&response, &shared.options.hub));
                if let Err(error) = done {
                    self.state = State::LookingAtDraft(error);
                    ask(shared, now, Question::Status)?;
                }
                Ok(())
            }
            State::LookingAtDraft(cause) => {
                let seen = outcome.and_then(|response| status(shared).parse(&response, &shared.options.hub));
                if matches!(seen, Ok(PullStatus::Draft) | Err(_)) {
                    shared.events.push_back(Event::Warning {
                        code: "pull_request_draft",
                        message: format!(
                            "The pull request has the commit, but is a draft still; mark it as ready on its page ({})",
                            cause.message
                        ),
                        paths: Vec::new(),
                    });
                }
                Ok(())
            }
            State::Merging => {
                match outcome.and_then(|response| merging(shared).parse(&response, &shared.options.hub)) {
                    Ok(()) => {
                        self.is_merged = true;
                        Ok(())
                    }
                    // Nothing of a refusal is ambiguous, but that somebody else, or a twin of ours, may have been faster.
                    Err(error) => self.look_at_merge(shared, now, error),
                }
            }
            State::LookingAtMerge(cause) => {
                let seen = status(shared).parse(&outcome?, &shared.options.hub)?;
                self.seen_unmerged(shared, now, seen, cause)
            }
        }
    }

    fn try_to_merge(&mut self, shared: &mut Shared, now: Millis) -> Result<(), Error> {
        self.tries += 1;
        self.looks = 0;
        self.state = State::Merging;
        ask(shared, now, Question::Merge)
    }

    fn look_at_merge(&mut self, shared: &mut Shared, now: Millis, cause: Error) -> Result<(), Error> {
        self.looks += 1;
        let at = if self.looks == 1 { now } else { now + retry::backoff(self.looks) };
        self.state = State::LookingAtMerge(cause);
        ask(shared, at, Question::Status)
    }

    /// Judges what has become of a merge of which the answer was not good.
    fn seen_unmerged(&mut self, shared: &mut Shared, now: Millis, seen: PullStatus, cause: Error) -> Result<(), Error> {
        if seen == PullStatus::Merged {
            self.is_merged = true;
            return Ok(());
        }
        let may_come = may_be_open(cause.code);
        if may_come && self.looks < PULL_LOOKS {
            return self.look_at_merge(shared, now, cause);
        }
        // What is merged is refused: a twin that arrives late harms nobody.
        if may_come && shared.options.patience.allows(self.tries) {
            shared.events.push_back(Event::Retry {
                path: None,
                attempt: self.tries,
                delay_ms: 0,
                cause: cause.into_account().message,
            });
            return self.try_to_merge(shared, now);
        }
        Err(unmerged(shared, cause))
    }

    fn try_to_open(&mut self, shared: &mut Shared, now: Millis) -> Result<(), Error> {
        self.tries += 1;
        self.looks = 0;
        self.state = State::Opening;
        let opening = opening(shared);
        let record = Record::Opening(Opening { title: opening.title.clone(), newest_before: self.newest_before });
        let errand = Errand::api(Purpose::Pull, opening.request(&shared.options.hub)?, Replay::Unsafe);
        shared.start_recorded(&record, errand, now);
        Ok(())
    }

    /// Reads the list after a pause that gets longer.
    fn look(&mut self, shared: &mut Shared, now: Millis, cause: Error) -> Result<(), Error> {
        self.looks += 1;
        let at = if self.looks == 1 { now } else { now + retry::backoff(self.looks) };
        self.state = State::Looking(cause);
        ask(shared, at, Question::List)
    }

    fn seen(&mut self, shared: &mut Shared, now: Millis, pulls: Vec<Listed>, cause: Error) -> Result<(), Error> {
        let title = opening(shared).title;
        let candidates: Vec<Listed> =
            pulls.into_iter().filter(|pull| pull.num > self.newest_before && pull.title.trim() == title).collect();
        if candidates.is_empty() {
            return self.look_again(shared, now, cause);
        }
        self.state = State::Recognizing(candidates, cause);
        ask(shared, now, Question::Who)
    }

    fn look_again(&mut self, shared: &mut Shared, now: Millis, cause: Error) -> Result<(), Error> {
        if self.looks < PULL_LOOKS {
            return self.look(shared, now, cause);
        }
        if cause.code != Code::ServerError || !shared.options.patience.allows(self.tries) {
            return Err(unknown(shared, cause));
        }
        shared.events.push_back(Event::Retry {
            path: None,
            attempt: self.tries,
            delay_ms: 0,
            cause: cause.into_account().message,
        });
        self.try_to_open(shared, now)
    }
}

/// The pull request is there.
fn opened_as(shared: &mut Shared, num: u64) {
    shared.pull = Some(num);
    shared.journal.note(&Record::Pull(num));
}

/// Whether the pull request may have been opened in spite of this error.
fn may_be_open(code: Code) -> bool {
    matches!(code, Code::ServerError | Code::Timeout | Code::Offline | Code::Blocked | Code::Protocol)
}

fn unknown(shared: &Shared, mut cause: Error) -> Error {
    let page = shared.options.hub.page_url(&shared.options.repo, "/discussions");
    cause.message = format!(
        "The pull request was not opened, or nobody can tell; nothing was committed ({}). See {page} and push again",
        cause.message
    );
    cause
}

fn unmerged(shared: &Shared, mut cause: Error) -> Error {
    let page = shared.pull_request_url().unwrap_or_default();
    cause.message = format!(
        "The pull request holds all commits, but was not merged ({}); merge it on its page: {page}",
        cause.message
    );
    cause
}

fn ask(shared: &mut Shared, at: Millis, question: Question) -> Result<(), Error> {
    let hub = &shared.options.hub;
    let (request, replay) = match question {
        Question::List => (list(shared).request(hub)?, Replay::Safe),
        Question::Who => (WhoAmI.request(hub)?, Replay::Safe),
        Question::Merge => (merging(shared).request(hub)?, MergePull::REPLAY),
        Question::Ready => (ready(shared).request(hub)?, Replay::Safe),
        Question::Status => (status(shared).request(hub)?, Replay::Safe),
    };
    shared.exchanges.start(Errand::api(Purpose::Pull, request, replay), at);
    Ok(())
}

fn list(shared: &Shared) -> ListPulls {
    ListPulls { repo: shared.options.repo.clone() }
}

fn opening(shared: &Shared) -> OpenPull {
    let title = plan::title(shared);
    let description = shared.options.description.as_deref().unwrap_or_default();
    OpenPull {
        repo: shared.options.repo.clone(),
        title: title.lines().next().unwrap_or_default().trim().to_owned(),
        description: if description.is_empty() { "Opened with hubferry".to_owned() } else { description.to_owned() },
    }
}

fn ready(shared: &Shared) -> MakeReady {
    MakeReady { repo: shared.options.repo.clone(), num: shared.pull.unwrap_or_default() }
}

fn merging(shared: &Shared) -> MergePull {
    MergePull { repo: shared.options.repo.clone(), num: shared.pull.unwrap_or_default() }
}

fn status(shared: &Shared) -> AskPull {
    AskPull { repo: shared.options.repo.clone(), num: shared.pull.unwrap_or_default() }
}
