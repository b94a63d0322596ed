//! The machine of one push: from a list of operations to one commit on the Hub, or to several.
//!
//! It asks what is there, reads what it must, asks what the Hub wants stored where, sends contents, commits, and reads
//! back. It holds small values only: never a byte of a file's content besides the 512 that preupload wants to see.
//!
//! Contract: [`add`](Push::add) all operations, then `poll` until `Wait` or `Done`; after each `handle`, `poll` again; at
//! `until`, `poll` again. Every step with an id is answered once, by that id. `Done` is final and repeats.
//!
//! Invariants: every push settles, whatever fails and in whatever order answers come; contents are stored before the
//! commit that names them is sent; at most one commit is in flight, and every commit names its parent; what was known on
//! the Hub is not sent. When anything fails for good, everything in flight is cancelled before `Done`.
//!
//! The stages stand in their own files and hand files on through the belts of `shared`: `ask` → `read` → `sort` →
//! `store` (LFS) or `xet` → `finish`. Beside them, `preflight` and `card` decide whether anything may be read, `mirror` lists what the
//! commit deletes, and `pull` opens the pull request that gets it.

mod ask;
mod card;
mod commits;
mod credit;
mod dry_run;
mod earlier;
mod file;
mod journal;
mod meter;
mod mirror;
mod plan;
mod preflight;
mod pull;
mod read;
mod shared;
mod sort;
mod store;
mod types;
mod xet;

pub use commits::{CommitFile, CommitState, plan_commit};
pub use types::{
    Activity, ByteCounts, ByteTotals, CommitMade, Commits, DryRun, Event, FileCounts, FileOutcome, FileState,
    OnFileError, Operation, Phase, Progress, PushOptions, PushOutput, RunState, check_parent_commit,
};

use std::ops::Range;

use self::ask::Ask;
use self::card::CheckCard;
use self::commits::{Finish, Turn};
use self::mirror::Mirror;
use self::preflight::Preflight;
use self::read::Read;
use self::shared::{Purpose, Shared};
use self::sort::Sort;
use self::store::Store;
use self::xet::Xet;
use crate::error::{Code, Error};
use crate::exchange::Outgoing;
use crate::limits::{JOURNAL_LEAST_BYTES, JOURNAL_LEAST_FILES, OVERSLEPT};
use crate::step::{Input, Step, StepId};
use crate::time::Millis;

/// One push under way.
pub struct Push {
    shared: Shared,
    preflight: Preflight,
    ask: Ask,
    mirror: Mirror,
    card: CheckCard,
    read: Read,
    sort: Sort,
    store: Store,
    xet: Xet,
    finish: Finish,
    started: bool,
    paused: bool,
    /// The next poll is the first one after a pause, or after a time without connection.
    resumed: bool,
    /// When the caller is told next how far it is.
    report_at: Option<Millis>,
    /// The caller knows that there was no connection.
    told_offline: bool,
    now: Millis,
    /// When the driver is to come back: at once, unless it was told to wait.
    awaited: Option<Millis>,
    end: Option<Result<PushOutput, Error>>,
}

impl Push {
    /// A push without operations.
    ///
    /// Errors: `invalid_input` for a branch name or parent commit that cannot be.
    pub fn new(options: PushOptions) -> Result<Push, Error> {
        plan::check_options(&options)?;
        Ok(Push {
            shared: Shared::new(options),
            preflight: Preflight::default(),
            ask: Ask::default(),
            mirror: Mirror::default(),
            card: CheckCard::default(),
            read: Read::default(),
            sort: Sort::default(),
            store: Store::default(),
            xet: Xet::default(),
            finish: Finish::default(),
            started: false,
            paused: false,
            resumed: false,
            report_at: None,
            told_offline: false,
            now: Millis(0),
            awaited: None,
            end: None,
        })
    }

    /// Adds operations, in the order of the commit. May be called several times before the first `poll`.
    ///
    /// Errors: `invalid_input` for a path that no repo takes; `internal` after the first `poll`.
    pub fn add(&mut self, operations: Vec<Operation>) -> Result<(), Error> {
        if self.started {
            return Err(Error::internal("operations must be added before the first poll"));
        }
        plan::add(&mut self.shared, operations)
    }

    /// Whether a journal saves enough to be kept: the push is large, and its files can be known again.
    pub fn is_worth_a_journal(&self) -> bool {
        let files = &self.shared.files;
        let is_large =
            self.shared.meter.total_bytes() >= JOURNAL_LEAST_BYTES || files.len() as u64 >= JOURNAL_LEAST_FILES;
        is_large && files.iter().any(|file| file.key.is_some())
    }

    /// Keeps a journal from now on, and takes over what an earlier run of the same push has written: its stream of records, or nothing.
    /// After the last `add` and before the first `poll`. How many of its bytes are taken over: what stands behind them (a record that was
    /// not written whole) must be forgotten before more is written. With none the push runs as new, and all is to be forgotten.
    ///
    /// Errors: `internal` after the first `poll`.
    pub fn restore(&mut self, now: Millis, control: &[u8]) -> Result<usize, Error> {
        if self.started {
            return Err(Error::internal("a journal must be restored before the first poll"));
        }
        self.set_clock(now);
        Ok(journal::restore(&mut self.shared, control))
    }

    /// The next step.
    ///
    /// The value may change after [`handle`](Self::handle), [`pause`](Self::pause), [`resume`](Self::resume),
    /// [`abort`](Self::abort), or when the time of a [`Step::Wait`] has come.
    pub fn poll(&mut self, now: Millis) -> Step<PushOutput> {
        self.set_clock(now);
        if self.awaited.take().is_some_and(|until| now.since(until) > OVERSLEPT) {
            self.shared.exchanges.give_time(now);
            self.resumed = true;
        }
        let step = self.next_step(now);
        self.awaited = match &step {
            Step::Wait { until } => *until,
            Step::Done(_) => None,
            _ => Some(now),
        };
        step
    }

    fn next_step(&mut self, now: Millis) -> Step<PushOutput> {
        if !self.started && self.end.is_none() {
            self.started = true;
            let result = plan::close(&mut self.shared).and_then(|()| self.ask.begin(&mut self.shared, now));
            self.fail_on(result);
        }
        if std::mem::take(&mut self.resumed) {
            // Nobody is blamed for standing still while everything did.
            self.read.note_moved(now);
            self.xet.note_moved(now);
        }
        self.report(now);
        loop {
            if let Some(event) = self.shared.events.pop_front() {
                return Step::Event(event);
            }
            if let Some(out) = self.shared.exchanges.poll(now, &mut self.shared.ids) {
                match out {
                    Outgoing::Send { id, request } => return Step::Send { id, request },
                    Outgoing::Cancel { id } => return Step::Cancel { id },
                    Outgoing::Retrying { purpose, attempt, delay, cause } => {
                        let path = self.store.path_of(&self.shared, &purpose);
                        self.shared.events.push_back(Event::Retry { path, attempt, delay_ms: delay.0, cause });
                    }
                    Outgoing::Settled { purpose, outcome } => {
                        let result = self.settle(now, purpose, outcome);
                        self.fail_on(result);
                    }
                }
                continue;
            }
            if let Some(id) = self.read.next_cancel().or_else(|| self.xet.next_cancel()).or_else(|| self.cancel_plan())
            {
                return Step::Cancel { id };
            }
            if let Some(step) = self.shared.next_record(self.end.is_some()) {
                return step;
            }
            if let Some(end) = &self.end {
                return Step::Done(end.clone());
            }
            if let Some(tell) = self.shared.next_tell() {
                return Step::Tell(tell);
            }
            if self.paused {
                return self.wait(now);
            }
            match self.advance(now) {
                Ok(Some(step)) => return step,
                Ok(None) if self.end.is_some() || self.has_output(now) => {}
                Ok(None) => return self.wait(now),
                Err(error) => self.fail(error),
            }
        }
    }

    /// Takes one answer.
    ///
    /// Errors: `internal` when the driver answers a step that is not open; the push goes on.
    pub fn handle(&mut self, now: Millis, input: Input) -> Result<(), Error> {
        self.set_clock(now);
        let shared = &mut self.shared;
        match input {
            Input::Connection { online } => {
                self.connection(online);
                Ok(())
            }
            Input::Response { id, response } => shared.exchanges.response(now, id, response),
            Input::Failed { id, failure } if shared.exchanges.knows(id) => shared.exchanges.failure(now, id, failure),
            Input::FileFailed { id, file, failure } => {
                shared.broken.push(file);
                shared.exchanges.failure(now, id, failure)
            }
            Input::Planned { id, files } => {
                let is_awaited = self.finish.planned(id, files);
                self.outcome_of_input(Ok(is_awaited || self.end.is_some()))
            }
            Input::Recorded { id } => {
                let is_ours = shared.recorded(id);
                self.outcome_of_input(Ok(is_ours))
            }
            Input::Failed { id, failure } if shared.journal.knows(id) => {
                shared.not_recorded(id, &failure);
                Ok(())
            }
            Input::Failed { id, failure } if self.xet.knows(id) => {
                let result = self.xet.failed(shared, now, id, failure);
                self.outcome_of_input(result)
            }
            Input::Failed { id, failure } => {
                let result = match self.finish.plan_failed(id, &failure) {
                    Ok(false) => self.read.failed(shared, id, failure),
                    result => result,
                };
                self.outcome_of_input(result)
            }
            Input::Progress { id, bytes } if shared.exchanges.knows(id) => {
                match shared.exchanges.progress(now, id, bytes)? {
                    Some((Purpose::Xet(purpose), sent)) => self.xet.sent(shared, purpose, sent),
                    Some((purpose, sent)) => self.store.sent(shared, now, &purpose, sent),
                    None => {}
                }
                Ok(())
            }
            Input::Progress { id, bytes } if self.xet.knows(id) => {
                self.xet.progress(shared, now, id, bytes);
                Ok(())
            }
            Input::Progress { id, bytes } => self.read.progress(shared, now, id, bytes),
            Input::Probed { id, files } => {
                let result = self.read.probed(shared, now, id, files);
                self.outcome_of_input(result)
            }
            Input::Digested { id, digest } => {
                let result = self.read.digested(shared, now, id, digest);
                self.outcome_of_input(result)
            }
            news => {
                let result = self.xet.take(shared, now, news);
                self.outcome_of_input(result)
            }
        }
    }

    /// A snapshot.
    pub fn progress(&mut self, now: Millis) -> Progress {
        let requests = self.shared.exchanges.sent_requests();
        let (state, waiting_until) = self.state(now);
        Progress { state, waiting_until, ..self.shared.meter.snapshot(now, requests) }
    }

    /// Whether anything goes on; if not, and it is known, until when, in time since 1970.
    fn state(&self, now: Millis) -> (RunState, Option<Millis>) {
        let exchanges = &self.shared.exchanges;
        let is_reading = self.read.wake_at().is_some() || self.xet.wake_at().is_some();
        if self.paused {
            return (RunState::Paused, None);
        }
        if !exchanges.is_online() {
            return (RunState::Offline, None);
        }
        // The Hub's number of commits an hour holds a push up without a request that waits.
        let held_up = || self.finish.wake_at().filter(|&at| at > now && exchanges.is_idle());
        let until = exchanges.waits_until(now).or_else(held_up);
        match until.filter(|_| !is_reading && self.end.is_none()) {
            Some(until) => (RunState::Waiting, Some(self.shared.options.epoch_at_zero + until)),
            None => (RunState::Running, None),
        }
    }

    /// What became of the added files with these indexes, in the order of the operations.
    pub fn outcomes(&self, range: Range<usize>) -> Vec<FileOutcome> {
        let end = range.end.min(self.shared.files.len());
        let files = self.shared.files.get(range.start.min(end)..end).unwrap_or_default();
        files.iter().map(file::FileEntry::outcome).collect()
    }

    /// Starts nothing new until [`resume`](Self::resume); what is under way goes on.
    pub fn pause(&mut self) {
        self.paused = true;
        self.shared.exchanges.hold(true);
    }

    /// Goes on.
    pub fn resume(&mut self) {
        self.resumed |= std::mem::take(&mut self.paused);
        self.shared.exchanges.hold(false);
    }

    /// Limits the speed at which contents are sent, in bytes per second; none lets them go as fast as they can.
    pub fn limit_speed(&mut self, bytes_per_second: Option<u64>) {
        self.shared.exchanges.limit_speed(self.now, bytes_per_second);
    }

    /// Leaves room for others: one file is read and one body sent at a time.
    pub fn gentle(&mut self, on: bool) {
        self.shared.is_gentle = on;
        self.shared.exchanges.be_gentle(on);
    }

    /// Cancels everything under way; the push ends with `aborted`. A commit that was made by then stands; its event told.
    pub fn abort(&mut self) {
        self.fail(Error::new(Code::Aborted, "The push was stopped"));
    }

    /// Lets every stage start what it can. `Some` is a step; `None` means that nothing can start now.
    fn advance(&mut self, now: Millis) -> Result<Option<Step<PushOutput>>, Error> {
        let shared = &mut self.shared;
        self.preflight.advance(shared, &mut self.xet.token, now)?;
        self.ask.advance(shared, now)?;
        if self.preflight.has_passed() {
            self.ask.route(shared);
        }
        self.mirror.advance(shared, now)?;
        self.card.advance(shared, now)?;
        self.read.check_stall(now)?;
        self.xet.check_stall(now)?;
        let sends = !shared.options.dry_run;
        if self.preflight.has_passed()
            && let Some(step) = self.xet.open(shared).or_else(|| self.read.next_step(shared, now))
        {
            return Ok(Some(step));
        }
        let asking = self.preflight.is_busy() || self.ask.is_busy() || self.card.is_busy();
        // What is probed may be held up by what was: then the Hub is asked about that first.
        let probing = self.read.is_probing() || (shared.belts.is_before_sort_busy() && !self.read.is_starved());
        self.sort.advance(shared, now, asking || probing)?;
        let sorting = asking
            || shared.belts.is_before_sort_busy()
            || self.read.is_probing()
            || self.sort.is_busy()
            || !shared.belts.sort.is_empty();
        if !sorting {
            self.sort.tell_ignored(shared);
        }
        let hashing = sorting || self.read.is_digesting() || !shared.belts.digest.is_empty();
        // Too much for one commit must be known before anything is sent.
        let may_send = sends && !(shared.holding && sorting);
        if may_send && let Some(step) = self.xet.advance(shared, now, hashing)? {
            return Ok(Some(step));
        }
        let hashing = hashing || self.xet.is_ingesting(shared);
        if may_send {
            self.store.advance(shared, now, hashing)?;
        }
        let storing = hashing || self.store.is_busy() || self.xet.is_busy(shared);
        let is_all = !storing && !self.mirror.is_busy() && !shared.belts.any();
        if !sends {
            if is_all && self.mirror.is_known(shared) {
                self.end = Some(Ok(dry_run::output(shared)));
            }
            return Ok(None);
        }
        if !self.mirror.is_known(shared) {
            return Ok(None);
        }
        match self.finish.advance(shared, now, is_all)? {
            Turn::Wait => Ok(None),
            Turn::Step(step) => Ok(Some(*step)),
            Turn::Done(output) => {
                // Nobody needs what the store may yet say about chunks.
                shared.exchanges.forget(|purpose| matches!(purpose, Purpose::Xet(_)));
                self.xet.abandon();
                self.end = Some(Ok(shared.with_earlier(*output)));
                Ok(None)
            }
        }
    }

    /// Tells how far the push is, when it is time.
    fn report(&mut self, now: Millis) {
        let Some(every) = self.shared.options.report_every.filter(|_| self.end.is_none()) else { return };
        match self.report_at {
            Some(at) if at <= now => {
                let progress = self.progress(now);
                self.shared.events.push_back(Event::Report(progress));
                self.report_at = Some(now + every);
            }
            Some(_) => {}
            None => self.report_at = Some(now + every),
        }
    }

    /// When the push has ended, nobody waits for the caller's plan.
    fn cancel_plan(&mut self) -> Option<StepId> {
        self.end.as_ref()?;
        self.finish.abandon()
    }

    /// Without a connection nothing new is sent; the push goes on by itself when there is one.
    fn connection(&mut self, online: bool) {
        if !self.shared.exchanges.connection(self.now, online) || self.end.is_some() {
            return;
        }
        self.resumed = true;
        if !online && !std::mem::replace(&mut self.told_offline, true) {
            self.shared.events.push_back(Event::Warning {
                code: "offline",
                message: "There is no connection; the push goes on by itself when there is one".to_owned(),
                paths: Vec::new(),
            });
        }
    }

    fn settle(
        &mut self,
        now: Millis,
        purpose: Purpose,
        outcome: Result<crate::http::Response, crate::step::Failure>,
    ) -> Result<(), Error> {
        let shared = &mut self.shared;
        match purpose {
            Purpose::Head | Purpose::CreateBranch | Purpose::Ask(_) | Purpose::PullStatus | Purpose::Earlier(_) => {
                self.ask.settled(shared, now, purpose, outcome)
            }
            Purpose::MayWrite => self.preflight.settled(shared, outcome),
            Purpose::Xet(xet::Purpose::Token) if self.preflight.awaits_token() => {
                let is_offered = self.xet.token.first(shared, now, outcome)?;
                shared.offers_xet = is_offered;
                if is_offered && !shared.options.dry_run {
                    shared.go_by_xet();
                }
                self.preflight.token_settled(is_offered);
                Ok(())
            }
            Purpose::Xet(purpose) => self.xet.settled(shared, now, purpose, outcome),
            Purpose::Mirror => self.mirror.settled(shared, now, outcome),
            Purpose::CheckCard => self.card.settled(shared, outcome),
            Purpose::Preupload(_) => self.sort.settled(shared, purpose, outcome),
            Purpose::LfsBatch(_) | Purpose::Put(_) | Purpose::Part(..) | Purpose::Complete(_) | Purpose::Verify(_) => {
                self.store.settled(shared, now, purpose, outcome)
            }
            Purpose::Pull | Purpose::Commit | Purpose::History(_) | Purpose::ReadBack(_) => {
                self.finish.settled(shared, now, purpose, outcome)
            }
        }
    }

    /// Nothing can start now: what there is to be kept goes first.
    fn wait(&mut self, now: Millis) -> Step<PushOutput> {
        let until = self.wake_at(now);
        self.shared.next_record(true).unwrap_or(Step::Wait { until })
    }

    fn set_clock(&mut self, now: Millis) {
        self.now = now;
        self.shared.journal.set_clock(self.shared.options.epoch_at_zero.0.saturating_add(now.0));
    }

    /// Whether a stage has left something to be fetched at once.
    fn has_output(&self, now: Millis) -> bool {
        !self.shared.events.is_empty() || self.shared.has_tell() || self.shared.exchanges.has_output(now)
    }

    fn wake_at(&self, now: Millis) -> Option<Millis> {
        // While it is paused, only what is in the air has its time.
        let stages = [self.store.wake_at(), self.xet.wake_at(), self.read.wake_at(), self.finish.wake_at()];
        let stages = stages.into_iter().filter(|_| !self.paused);
        stages.chain([self.shared.exchanges.wake_at(now), self.report_at]).flatten().min()
    }

    /// A wrong answer ends the push; a wrong use of the machine is the driver's to hear of.
    fn outcome_of_input(&mut self, result: Result<bool, Error>) -> Result<(), Error> {
        match result {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::internal("an answer came for a step that is not awaited")),
            Err(error) => {
                self.fail(error);
                Ok(())
            }
        }
    }

    fn fail_on(&mut self, result: Result<(), Error>) {
        if let Err(error) = result {
            self.fail(error);
        }
    }

    fn fail(&mut self, error: Error) {
        if self.end.is_some() {
            return;
        }
        self.shared.exchanges.abandon();
        self.shared.journal.abandon();
        if error.code == Code::Rejected {
            self.shared.distrust_journal();
        }
        self.read.abandon();
        self.xet.abandon();
        if let Some(path) = &error.path {
            let path = path.clone();
            self.shared.meter.file_failed();
            self.shared.events.push_back(Event::FileProgress { path, progress: 0.0, activity: Activity::Error });
        }
        self.end = Some(Err(error));
    }
}
