//! The end of a push: its commits, each exactly once, and a look at what stands.
//!
//! One commit waits until everything is stored. Several follow each other, each with the one before as its parent, each as soon
//! as its files are stored, while later files are read and sent: `gather` finds the files, `plan` says how many of them, `pace`
//! what a commit can be expected to take, `lines` what it says, `life` sends it, `read_back` looks at it.
//!
//! Invariants: one commit at a time; a file is in one commit; what is deleted goes with the first; nothing is committed that is
//! not stored; a commit that fails in spite of all attempts goes in smaller pieces, unless it is small.

mod gather;
mod life;
mod lines;
mod pace;
mod plan;
mod read_back;

pub(super) use lines::deletes;
pub(super) use pace::Pace;
pub(super) use plan::choose;
pub use plan::{CommitFile, CommitState, plan_commit};

use std::collections::VecDeque;

use self::gather::{Gather, is_wanted};
use self::life::{Attempt, Fate, Life};
use self::read_back::ReadBack;
use super::ask::moved;
use super::file::Mode;
use super::plan as operations;
use super::pull::Pull;
use super::shared::{Purpose, Shared};
use super::types::{Activity, CommitMade, Commits, Event, FileState, Phase, PushOutput};
use crate::error::{Code, Error};
use crate::http::Response;
use crate::hub::commit::{Commit, CommitDone};
use crate::limits::{COMMIT_REBASES, PLAN_EVERY, PLANNED_FILES};
use crate::step::{Failure, Step, StepId};
use crate::time::Millis;

/// What the end of a push needs next.
pub(super) enum Turn {
    /// Something to happen.
    Wait,
    /// This.
    Step(Box<Step<PushOutput>>),
    /// Nothing: the push is over.
    Done(Box<PushOutput>),
}

/// The files of the next commit.
struct Chosen {
    files: Vec<usize>,
    is_full: bool,
}

#[derive(Default)]
pub(super) struct Finish {
    gather: Gather,
    pace: Pace,
    /// The caller is asked.
    asked: Option<StepId>,
    /// He was, and nobody waits for it.
    cancelled: Option<StepId>,
    asked_at: Option<Millis>,
    /// The caller's answer.
    answer: Option<u64>,
    chosen: Option<Chosen>,
    /// Pieces of a commit that failed.
    pieces: VecDeque<Vec<usize>>,
    pull: Pull,
    life: Life,
    read_back: ReadBack,
    parts: u32,
    rebases: u32,
    made: Vec<CommitMade>,
    hook_output: String,
    wake_at: Option<Millis>,
}

impl Finish {
    /// Commits what can be. `is_all`: every file is in its place.
    pub(super) fn advance(&mut self, shared: &mut Shared, now: Millis, is_all: bool) -> Result<Turn, Error> {
        self.wake_at = None;
        if self.pull.is_busy() || self.life.is_busy() || self.asked.is_some() {
            return Ok(Turn::Wait);
        }
        if shared.options.commits == Commits::One {
            return if is_all { self.advance_one(shared, now) } else { Ok(Turn::Wait) };
        }
        self.advance_several(shared, now, is_all)
    }

    fn advance_one(&mut self, shared: &mut Shared, now: Millis) -> Result<Turn, Error> {
        if !self.made.is_empty() {
            return self.close(shared, now);
        }
        let files = (0..shared.files.len()).filter(|&index| shared.files[index].skipped.is_none()).collect();
        if !self.commit(shared, now, &Chosen { files, is_full: false })? {
            return self.close(shared, now);
        }
        Ok(Turn::Wait)
    }

    fn advance_several(&mut self, shared: &mut Shared, now: Millis, is_all: bool) -> Result<Turn, Error> {
        if !self.read_back.is_busy() {
            self.read_back.check()?;
        }
        if shared.parent.is_none() {
            return Ok(Turn::Wait);
        }
        self.gather.begin(now);
        loop {
            if self.chosen.is_none() {
                if let Some(files) = self.pieces.pop_front() {
                    self.chosen = Some(Chosen { files, is_full: false });
                } else {
                    match self.choose(shared, now, is_all)? {
                        Some(Turn::Wait) | None if self.chosen.is_none() => return Ok(Turn::Wait),
                        Some(Turn::Wait) | None => {}
                        Some(turn) => return Ok(turn),
                    }
                }
                let Some(chosen) = &mut self.chosen else { return Ok(Turn::Wait) };
                chosen.files.retain(|&index| is_wanted(&shared.files[index]));
                shared.await_shards(&chosen.files);
            }
            if !shared.awaited.is_empty() {
                return Ok(Turn::Wait);
            }
            if let Some(at) = self.pace.not_before(now) {
                self.wake_at = Some(at);
                return Ok(Turn::Wait);
            }
            let Some(mut chosen) = self.chosen.take() else { return Ok(Turn::Wait) };
            chosen.files.retain(|&index| is_wanted(&shared.files[index]));
            if self.commit(shared, now, &chosen)? {
                if !self.life.is_busy() {
                    // The pull request comes first.
                    self.chosen = Some(chosen);
                }
                return Ok(Turn::Wait);
            }
        }
    }

    /// Chooses the files of the next commit, unless more are waited for.
    fn choose(&mut self, shared: &mut Shared, now: Millis, is_all: bool) -> Result<Option<Turn>, Error> {
        if let Some(at) = self.pace.not_before(now) {
            // Meanwhile it grows.
            self.wake_at = Some(at);
            return Ok(None);
        }
        let (asks, most) = (shared.options.ask_plan, self.pace.most());
        let more = self.gather.look(shared, now, if asks { PLANNED_FILES } else { most + 1 });
        if self.gather.is_empty() && !more {
            // What is left, if anything, is what is deleted.
            if !is_all {
                return Ok(None);
            }
            if lines::deletes(shared).is_empty() {
                return self.close(shared, now).map(Some);
            }
            self.chosen = Some(Chosen { files: Vec::new(), is_full: false });
            return Ok(None);
        }
        let mut count = 0;
        if !self.gather.is_empty() {
            count = self.gather.choose(shared, now, more, most);
            if asks {
                match self.answer.take() {
                    Some(answer) if answer > 0 => count = usize::try_from(answer).unwrap_or(usize::MAX),
                    Some(_) if more => count = 0,
                    // Nothing more comes to wait for.
                    Some(_) => {}
                    None => return Ok(self.ask(shared, now, more, most)),
                }
            }
        }
        if count == 0 {
            self.wake_at = self.gather.wake_at(now);
            return Ok(None);
        }
        let files = self.gather.take(shared, count, now);
        self.chosen = Some(Chosen { is_full: files.len() >= most, files });
        Ok(None)
    }

    /// Asks the caller, now and then.
    fn ask(&mut self, shared: &mut Shared, now: Millis, more: bool, most: usize) -> Option<Turn> {
        let next = self.asked_at.map(|at| at + PLAN_EVERY).filter(|at| *at > now && more);
        if let Some(at) = next {
            self.wake_at = Some(at);
            return None;
        }
        let state = CommitState {
            files: self.gather.shown(shared),
            more,
            most: most as u64,
            waited: self.gather.waited(now),
            commits: self.made.len() as u64,
        };
        let id = shared.ids.issue();
        self.asked = Some(id);
        self.asked_at = Some(now);
        Some(Turn::Step(Box::new(Step::PlanCommit { id, state })))
    }

    /// Whether this is what the caller was asked; if so, takes the answer.
    pub(super) fn planned(&mut self, id: StepId, files: u64) -> bool {
        let is_ours = self.asked == Some(id);
        if is_ours {
            self.asked = None;
            self.answer = Some(files);
        }
        is_ours
    }

    /// The same for a failure.
    ///
    /// Errors: that failure.
    pub(super) fn plan_failed(&mut self, id: StepId, failure: &Failure) -> Result<bool, Error> {
        if self.asked != Some(id) {
            return Ok(self.cancelled == Some(id));
        }
        self.asked = None;
        Err(Error::new(failure.code, format!("planCommits did not say which files to commit ({})", failure.message)))
    }

    /// Stops asking.
    pub(super) fn abandon(&mut self) -> Option<StepId> {
        self.cancelled = self.asked.take();
        self.cancelled
    }

    pub(super) fn wake_at(&self) -> Option<Millis> {
        self.wake_at
    }

    /// Sends a commit of these files, or opens the pull request for it. `false`: there is nothing to commit.
    fn commit(&mut self, shared: &mut Shared, now: Millis, chosen: &Chosen) -> Result<bool, Error> {
        let Some(parent) = shared.parent.clone() else { return Ok(true) };
        let is_one = shared.options.commits == Commits::One;
        let lines = if is_one { lines::of_all(shared)? } else { lines::of_some(shared, &chosen.files)? };
        if lines.is_empty() {
            return Ok(false);
        }
        enter(shared, Phase::UploadingLargeFiles);
        if is_one || self.is_last(shared, chosen) {
            enter(shared, Phase::Committing);
        }
        if shared.options.pull_request && shared.pull.is_none() {
            self.pull.open(shared, now)?;
            return Ok(true);
        }
        self.parts += 1;
        let commit = Commit {
            repo: shared.options.repo.clone(),
            revision: shared.target(),
            title: operations::part_title(shared, self.parts),
            description: shared.options.description.clone(),
            parent_commit: Some(parent),
            lines,
        };
        let Chosen { files, is_full } = chosen;
        let attempt =
            Attempt { commit: Box::new(commit), files: files.clone(), part: self.parts, is_full: *is_full, since: now };
        self.life.begin(shared, now, attempt)?;
        Ok(true)
    }

    /// Whether no commit follows, as far as can be told.
    fn is_last(&self, shared: &Shared, chosen: &Chosen) -> bool {
        let wanted = shared.files.iter().filter(|file| is_wanted(file)).count();
        wanted <= chosen.files.len()
    }

    pub(super) fn settled(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        purpose: Purpose,
        outcome: Result<Response, Failure>,
    ) -> Result<(), Error> {
        match purpose {
            Purpose::Pull => self.pull.settled(shared, now, outcome),
            Purpose::ReadBack(batch) if !self.life.asks(&batch) => {
                self.read_back.settled(shared, &batch, outcome);
                Ok(())
            }
            purpose => match self.life.settled(shared, now, purpose, outcome)? {
                Fate::Open => Ok(()),
                Fate::Made(attempt, done) => self.stands(shared, now, attempt, done),
                Fate::Outrun(attempt, head) => self.rebase(shared, &attempt, &head),
                Fate::Failed(attempt, error) => self.divide(shared, attempt, error),
                Fate::Diminished(attempt) => {
                    self.parts = attempt.part - 1;
                    self.chosen = (shared.options.commits == Commits::Auto)
                        .then_some(Chosen { files: attempt.files, is_full: attempt.is_full });
                    Ok(())
                }
            },
        }
    }

    /// A commit is there.
    fn stands(&mut self, shared: &mut Shared, now: Millis, attempt: Attempt, done: CommitDone) -> Result<(), Error> {
        let Attempt { files, is_full, since, commit, .. } = attempt;
        let operations = if commit.lines.is_empty() { files.len() } else { commit.lines.len() };
        let made = CommitMade { oid: done.oid, url: done.url, files: operations as u64 };
        shared.note_commit(&made);
        shared.events.push_back(Event::Commit(made.clone()));
        for &index in &files {
            let file = &mut shared.files[index];
            if file.skipped.is_some() {
                continue;
            }
            file.done = true;
            let (size, inline) = (file.size, file.mode == Some(Mode::Regular));
            shared.meter.committed(1, size);
            if inline {
                shared.meter.bytes_sent(size, size);
                shared.tell_progress(index, 1.0, Activity::Uploading);
            }
        }
        self.pace.made(now, now.since(since), is_full);
        self.life.forget_given_up();
        self.rebases = 0;
        shared.parent = Some(made.oid.clone());
        shared.deletes_are_done = true;
        if shared.options.commits == Commits::One {
            let all: Vec<usize> = (0..shared.files.len()).collect();
            self.look_at(shared, now, &made.oid, &all)?;
        } else {
            // What was unchanged before them stays so, whoever commits later.
            let last = files.iter().max().copied().unwrap_or(0);
            for file in shared.files.iter_mut().take(last) {
                file.done |= file.skipped == Some(FileState::Unchanged);
            }
            self.look_at(shared, now, &made.oid, &files)?;
        }
        if !done.hook_output.is_empty() {
            let feed = if self.hook_output.is_empty() { "" } else { "\n" };
            self.hook_output = format!("{}{feed}{}", self.hook_output, done.hook_output);
        }
        self.made.push(made);
        Ok(())
    }

    fn look_at(&mut self, shared: &mut Shared, now: Millis, commit: &str, files: &[usize]) -> Result<(), Error> {
        if !shared.options.verify {
            return Ok(());
        }
        self.read_back.ask(shared, now, commit, files)
    }

    /// Builds on somebody else's commit: what was unchanged may have changed with it.
    fn rebase(&mut self, shared: &mut Shared, attempt: &Attempt, head: &str) -> Result<(), Error> {
        self.rebases += 1;
        if shared.options.parent_commit.is_some() || self.rebases > COMMIT_REBASES {
            let Commit { revision, repo, .. } = &*attempt.commit;
            let message = format!("Branch {revision} of {repo} has a newer commit ({head}); read it again and retry");
            return Err(moved(shared, message));
        }
        shared.parent = Some(head.to_owned());
        shared.events.push_back(Event::Retry {
            path: None,
            attempt: self.rebases,
            delay_ms: 0,
            cause: "another commit came first".to_owned(),
        });
        // On the new head none of the old ones can be made any more: their numbers are free.
        self.parts = (shared.journal.before.commits.len() + self.made.len()) as u32;
        self.life.forget_given_up();
        self.pieces.clear();
        self.gather.reset();
        for (index, file) in shared.files.iter_mut().enumerate() {
            if file.skipped == Some(FileState::Unchanged) && !file.done {
                file.skipped = None;
                shared.meter.file_unskipped(file.size);
                shared.belts.ask.push_back(index);
            }
        }
        Ok(())
    }

    /// A commit failed for good: sends it in pieces, if that can help.
    ///
    /// Errors: `error`, if it cannot.
    fn divide(&mut self, shared: &mut Shared, attempt: Attempt, mut error: Error) -> Result<(), Error> {
        let too_large = error.refusal.as_ref().is_some_and(|refusal| refusal.status == 413);
        let may_help =
            too_large || matches!(error.code, Code::ServerError | Code::Timeout | Code::Blocked | Code::Protocol);
        let pieces = if may_help && shared.options.commits == Commits::Auto {
            self.pace.failed(attempt.files.len())
        } else {
            None
        };
        let Some(most) = pieces else {
            if !self.made.is_empty() {
                error.message.push_str(&format!("; {} commit(s) before it stand", self.made.len()));
            }
            return Err(error);
        };
        shared.events.push_back(Event::Retry {
            path: None,
            attempt: 1,
            delay_ms: 0,
            cause: format!(
                "a commit of {} files failed, so it is sent in pieces: {}",
                attempt.files.len(),
                error.message
            ),
        });
        for piece in attempt.files.chunks(most).rev() {
            self.pieces.push_front(piece.to_vec());
        }
        self.life.give_up(attempt);
        Ok(())
    }

    /// Everything is committed: ends the push, once all has been looked at.
    fn close(&mut self, shared: &mut Shared, now: Millis) -> Result<Turn, Error> {
        let Some(last) = self.made.last() else {
            let Some(oid) = shared.parent.clone() else { return Ok(Turn::Wait) };
            // An earlier run of this push has committed, and did not live to go on.
            if std::mem::take(&mut shared.pull_is_draft) {
                self.pull.make_ready(shared, now)?;
                return Ok(Turn::Wait);
            }
            if shared.pull.is_some() && shared.options.merge && !self.pull.is_merged() {
                self.pull.merge(shared, now)?;
                return Ok(Turn::Wait);
            }
            let url = shared.options.hub.page_url(&shared.options.repo, &format!("/commit/{oid}"));
            let head = CommitMade { oid, url, files: 0 };
            return Ok(Turn::Done(Box::new(self.output(shared, head, true))));
        };
        enter(shared, Phase::Committing);
        if shared.pull.is_some() && !self.pull.is_made_ready() {
            self.pull.make_ready(shared, now)?;
            return Ok(Turn::Wait);
        }
        if self.read_back.is_busy() {
            return Ok(Turn::Wait);
        }
        self.read_back.check()?;
        if shared.pull.is_some() && shared.options.merge && !self.pull.is_merged() {
            self.pull.merge(shared, now)?;
            return Ok(Turn::Wait);
        }
        let head = last.clone();
        let verified = shared.options.verify && !self.read_back.is_lost();
        Ok(Turn::Done(Box::new(self.output(shared, head, verified))))
    }

    fn output(&self, shared: &Shared, head: CommitMade, verified: bool) -> PushOutput {
        PushOutput {
            head,
            commits: self.made.clone(),
            verified,
            pull_request_url: shared.pull_request_url(),
            hook_output: self.hook_output.clone(),
            bytes: shared.meter.totals(),
            plan: None,
        }
    }
}

/// Users of the Hub's JavaScript client expect every phase, also the empty ones.
fn enter(shared: &mut Shared, phase: Phase) {
    if shared.meter.enter(phase) {
        shared.events.push_back(Event::Phase(phase));
    }
}

impl Shared {
    /// The revision that gets the commits.
    pub(super) fn target(&self) -> String {
        self.pull.map_or_else(|| self.options.revision.clone(), |num| format!("refs/pr/{num}"))
    }

    pub(super) fn pull_request_url(&self) -> Option<String> {
        self.pull.map(|num| self.options.hub.page_url(&self.options.repo, &format!("/discussions/{num}")))
    }
}
