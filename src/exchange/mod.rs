//! Requests through their attempts: queued, sent, timed, cut, repeated, settled.
//!
//! [`Exchanges`] knows nothing of the Hub. Its owner starts an errand with a purpose, polls, and gets the purpose back
//! with the outcome, once. Invariants: an errand settles exactly once; each attempt has a step id of its own; no more
//! attempts are in the air than their lane and their host can bear; nothing is in the air past its deadline; nothing leaves while
//! there is no connection, and what is lost because of that does not count.
//!
//! Each idea has its file: `flight` (deadlines and stalls), `pacing` (the quota of calls, hosts that ask us to wait), `width` (how many
//! bodies side by side), `throttle` (the caller's limit on the speed). Which trouble is worth another attempt says
//! [`retry`].

mod errand;
mod flight;
mod pacing;
#[cfg(test)]
mod tests;
mod throttle;
mod width;

pub use errand::{Errand, Lane, Outgoing, Sent};

use std::collections::VecDeque;

use self::flight::Flight;
use self::pacing::Pacing;
use self::throttle::Throttle;
use self::width::Width;
use crate::http::{Answer, Response, without_query};
use crate::hub::ratelimit::RateLimit;
use crate::limits::{API_IN_FLIGHT, BODIES_BESIDE_CALLS, REQUESTS_PER_HOST};
use crate::retry::{self, Budget, Failures, Jitter, Kind, Patience, Trouble, Verdict};
use crate::small::{SmallMap, SmallSet};
use crate::step::{Failure, StepId};
use crate::time::Millis;
use crate::{Code, Error};

/// Hands out step ids; one per job, shared by everything that emits steps.
#[derive(Debug, Default)]
pub struct StepIds {
    next: u32,
}

impl StepIds {
    /// A fresh id.
    pub fn issue(&mut self) -> StepId {
        let id = StepId(self.next);
        self.next += 1;
        id
    }

    /// Whether `id` was handed out.
    pub fn issued(&self, id: StepId) -> bool {
        id.0 < self.next
    }
}

struct Waiting<P> {
    errand: Errand<P>,
    failures: Failures,
    not_before: Millis,
}

/// All requests of one job.
pub struct Exchanges<P> {
    jitter: Jitter,
    patience: Patience,
    budget: Budget,
    waiting: VecDeque<Waiting<P>>,
    flying: SmallMap<StepId, Flight<P>>,
    cancelled: SmallSet<StepId>,
    out: VecDeque<Outgoing<P>>,
    held: bool,
    /// Bodies go one at a time.
    is_gentle: bool,
    /// Since when there is no connection.
    offline_since: Option<Millis>,
    width: Width,
    pacing: Pacing,
    throttle: Throttle,
    sent_requests: u64,
}

impl<P: Clone> Exchanges<P> {
    /// Nothing to do yet.
    pub fn new(jitter: Jitter, patience: Patience) -> Exchanges<P> {
        Exchanges {
            jitter,
            patience,
            budget: Budget::default(),
            waiting: VecDeque::new(),
            flying: SmallMap::new(),
            cancelled: SmallSet::new(),
            out: VecDeque::new(),
            held: false,
            is_gentle: false,
            offline_since: None,
            width: Width::default(),
            pacing: Pacing::default(),
            throttle: Throttle::default(),
            sent_requests: 0,
        }
    }

    /// Queues an errand; its first attempt may leave at `not_before`.
    pub fn start(&mut self, errand: Errand<P>, not_before: Millis) {
        self.waiting.push_back(Waiting { errand, failures: Failures::default(), not_before });
    }

    /// Holds back new attempts, or lets them go again. What is in the air goes on.
    pub fn hold(&mut self, held: bool) {
        self.held = held;
    }

    /// There is a connection, or there is none. Whether that is news.
    pub fn connection(&mut self, now: Millis, online: bool) -> bool {
        if self.is_online() == online {
            return false;
        }
        let Some(since) = self.offline_since.take() else {
            self.offline_since = Some(now);
            for (_, flight) in self.flying.iter_mut() {
                flight.was_offline = true;
            }
            return true;
        };
        let outage = now.since(since);
        let is_stale = |flight: &mut Flight<P>| {
            flight.was_offline && flight.errand.kind != Kind::Change && flight.is_stale(now, outage)
        };
        let stale: Vec<StepId> = self.flying.iter_mut().filter_map(|(id, one)| is_stale(one).then_some(*id)).collect();
        for id in stale {
            self.cut(now, id);
        }
        true
    }

    /// Whether there is a connection, as far as we were told.
    pub fn is_online(&self) -> bool {
        self.offline_since.is_none()
    }

    /// Limits the bytes of bodies per second, or lets them go as they can.
    pub fn limit_speed(&mut self, now: Millis, limit: Option<u64>) {
        self.throttle.set(now, limit);
    }

    /// Sends bodies one at a time, or as many as go well.
    pub fn be_gentle(&mut self, on: bool) {
        self.is_gentle = on;
    }

    /// The driver was asleep: nobody is blamed for what did not happen meanwhile.
    pub fn give_time(&mut self, now: Millis) {
        for (_, flight) in self.flying.iter_mut() {
            flight.give_time(now);
        }
    }

    /// Cancels everything; nothing settles any more.
    pub fn abandon(&mut self) {
        self.waiting.clear();
        self.out.retain(|out| matches!(out, Outgoing::Cancel { .. }));
        for (id, _) in std::mem::take(&mut self.flying) {
            self.cancelled.insert(id);
            self.out.push_back(Outgoing::Cancel { id });
        }
    }

    /// Cancels the errands whose purpose `is` true for; they do not settle.
    pub fn forget(&mut self, is: impl Fn(&P) -> bool) {
        self.waiting.retain(|one| !is(&one.errand.purpose));
        self.out.retain(|out| !matches!(out, Outgoing::Settled { purpose, .. } if is(purpose)));
        let gone: Vec<StepId> =
            self.flying.iter().filter(|(_, flight)| is(&flight.errand.purpose)).map(|(id, _)| *id).collect();
        for id in gone {
            self.flying.remove(&id);
            self.cancelled.insert(id);
            self.out.push_back(Outgoing::Cancel { id });
        }
    }

    /// Attempts sent so far.
    pub fn sent_requests(&self) -> u64 {
        self.sent_requests
    }

    /// How many more errands the lane can take without queueing.
    pub fn room(&self, lane: Lane) -> usize {
        let waiting = self.waiting.iter().filter(|one| one.errand.lane() == lane).count();
        self.capacity(lane).saturating_sub(self.in_air(lane) + waiting)
    }

    /// Whether there is nothing to do.
    pub fn is_idle(&self) -> bool {
        self.flying.is_empty() && self.waiting.is_empty()
    }

    /// When something goes on, while everything waits for a time to come.
    pub fn waits_until(&self, now: Millis) -> Option<Millis> {
        let next = self.waiting.iter().map(|one| self.start_at(now, one)).min()?;
        (self.flying.is_empty() && next > now).then_some(next)
    }

    /// Whether [`poll`](Self::poll) has something to say now.
    pub fn has_output(&self, now: Millis) -> bool {
        !self.out.is_empty() || self.wake_at(now).is_some_and(|at| at <= now)
    }

    /// The next thing to do. Call until `None`; call again after an input, a [`start`](Self::start), or at
    /// [`wake_at`](Self::wake_at).
    #[must_use]
    pub fn poll(&mut self, now: Millis, ids: &mut StepIds) -> Option<Outgoing<P>> {
        self.cut_overdue(now);
        if let Some(out) = self.out.pop_front() {
            return Some(out);
        }
        if self.held {
            return None;
        }
        if let Some(place) = self.waiting.iter().position(|one| self.comes_too_late(now, one)) {
            let Waiting { errand, .. } = self.waiting.remove(place)?;
            let message = format!("{} cannot be asked now", without_query(&errand.request.url));
            let outcome = Err(Failure { code: Code::Timeout, message });
            return Some(Outgoing::Settled { purpose: errand.purpose, outcome });
        }
        if !self.is_online() {
            return None;
        }
        let place = self.waiting.iter().position(|one| self.start_at(now, one) <= now && self.has_room(&one.errand))?;
        let Waiting { errand, failures, .. } = self.waiting.remove(place)?;
        let id = ids.issue();
        let request = errand.request.clone();
        if errand.lane() == Lane::Api {
            let in_air = self.calls_in_air(errand.host());
            self.pacing.called(errand.host(), now, in_air);
        }
        if errand.is_heavy() {
            self.throttle.spend(now, request.body_bytes());
        }
        let is_body = errand.lane() == Lane::Body;
        self.flying.insert(id, Flight::new(now, errand, failures));
        if is_body {
            self.width.started(now, self.in_air(Lane::Body));
        }
        self.sent_requests += 1;
        Some(Outgoing::Send { id, request })
    }

    /// When to poll again though nothing happened.
    pub fn wake_at(&self, now: Millis) -> Option<Millis> {
        let deadlines = self.flying.values().map(|flight| flight.until);
        let can_start = !self.held && self.is_online();
        let starts = self.waiting.iter().filter(|one| can_start && self.has_room(&one.errand));
        deadlines.chain(starts.map(|one| self.start_at(now, one))).min()
    }

    /// Whether the step is one of ours (in the air, or cancelled and late).
    pub fn knows(&self, id: StepId) -> bool {
        self.flying.contains_key(&id) || self.cancelled.contains(&id)
    }

    /// An answer came.
    ///
    /// Errors: `internal` when the step is not awaited.
    pub fn response(&mut self, now: Millis, id: StepId, response: Response) -> Result<(), Error> {
        let in_air = self.in_air(Lane::Body);
        let Some(flight) = self.land(id)? else { return Ok(()) };
        let (kind, host) = (flight.errand.kind, flight.errand.host());
        if let (Lane::Api, Some(limit)) = (flight.errand.lane(), RateLimit::parse(&response)) {
            let others = self.calls_in_air(host);
            self.pacing.announced(host, now, &limit, others);
        }
        let is_read = flight.errand.request.answer == Answer::Text;
        let Some(trouble) = retry::trouble_of(&response, kind, is_read) else {
            self.budget.earn();
            if kind == Kind::Body && response.is_success() {
                self.width.moved(flight.untold());
                self.width.arrived(now, in_air);
            }
            self.settle(flight.errand, Ok(response));
            return Ok(());
        };
        if kind == Kind::Body && matches!(response.status, 429 | 503) {
            self.width.shrink();
        }
        let named = retry::named_wait(&response);
        let cause = match trouble {
            Trouble::Garbled => "the answer broke off, or is not the Hub's".to_owned(),
            _ => format!("the server answered {}", response.status),
        };
        if let Some(flight) = self.try_again(now, flight, trouble, named, cause) {
            self.settle(flight.errand, Ok(response));
        }
        Ok(())
    }

    /// An attempt failed without an answer.
    ///
    /// Errors: `internal` when the step is not awaited.
    pub fn failure(&mut self, now: Millis, id: StepId, failure: Failure) -> Result<(), Error> {
        if let Some(flight) = self.land(id)? {
            self.lost(now, flight, failure);
        }
        Ok(())
    }

    /// `bytes` of the body are sent; zero says that there will be more of this. Returns whose they are, and how many bytes of this
    /// attempt, when that is news.
    ///
    /// Errors: `internal` when the step is not awaited.
    pub fn progress(&mut self, now: Millis, id: StepId, bytes: u64) -> Result<Option<(P, Sent)>, Error> {
        if self.cancelled.contains(&id) {
            return Ok(None);
        }
        let Some(flight) = self.flying.get_mut(&id) else { return Err(not_awaited(id)) };
        let Some(sent) = flight.progress(now, bytes) else { return Ok(None) };
        if flight.errand.lane() == Lane::Body {
            self.width.moved(sent.fresh);
        }
        Ok(Some((flight.errand.purpose.clone(), sent)))
    }

    fn capacity(&self, lane: Lane) -> usize {
        match lane {
            Lane::Api => API_IN_FLIGHT,
            Lane::Body if self.is_gentle || self.throttle.is_on() => 1,
            Lane::Body => self.width.get(),
        }
    }

    fn in_air(&self, lane: Lane) -> usize {
        self.flying.values().filter(|flight| flight.errand.lane() == lane).count()
    }

    fn calls_in_air(&self, host: &str) -> u64 {
        let is_call = |flight: &&Flight<P>| flight.errand.lane() == Lane::Api && flight.errand.host() == host;
        self.flying.values().filter(is_call).count() as u64
    }

    fn has_room(&self, errand: &Errand<P>) -> bool {
        let (lane, host) = (errand.lane(), errand.host());
        let there = |flight: &&Flight<P>| flight.errand.host() == host;
        let bodies_there = |flight: &&Flight<P>| there(flight) && flight.errand.lane() == Lane::Body;
        self.in_air(lane) < self.capacity(lane)
            && self.flying.values().filter(there).count() < REQUESTS_PER_HOST
            && (lane == Lane::Api
                || !self.pacing.is_called(host)
                || self.flying.values().filter(bodies_there).count() < BODIES_BESIDE_CALLS)
    }

    fn start_at(&self, now: Millis, one: &Waiting<P>) -> Millis {
        let errand = &one.errand;
        let paced = self.pacing.start_at(errand.host(), now, errand.lane() == Lane::Api);
        let spaced = if errand.is_heavy() { self.throttle.start_at() } else { Millis(0) };
        one.not_before.max(paced).max(spaced)
    }

    /// Whether it is not worth waiting for: nobody needs the answer, and it would come late.
    fn comes_too_late(&self, now: Millis, one: &Waiting<P>) -> bool {
        one.errand.kind == Kind::Aside && (!self.is_online() || self.start_at(now, one) > now + one.errand.deadline)
    }

    fn cut_overdue(&mut self, now: Millis) {
        let overdue: Vec<StepId> =
            self.flying.iter().filter(|(_, flight)| flight.until <= now).map(|(id, _)| *id).collect();
        for id in overdue {
            self.cut(now, id);
        }
    }

    fn cut(&mut self, now: Millis, id: StepId) {
        let Some(flight) = self.flying.remove(&id) else { return };
        self.cancelled.insert(id);
        self.out.push_back(Outgoing::Cancel { id });
        if flight.errand.lane() == Lane::Body && !flight.was_offline {
            self.width.shrink();
        }
        let url = without_query(&flight.errand.request.url).to_owned();
        self.lost(
            now,
            flight,
            Failure { code: Code::Timeout, message: format!("nothing came back from {url} in time") },
        );
    }

    /// Takes the flight out of the air; `None` when it was cancelled before.
    fn land(&mut self, id: StepId) -> Result<Option<Flight<P>>, Error> {
        if self.cancelled.remove(&id) {
            return Ok(None);
        }
        self.flying.remove(&id).map(Some).ok_or_else(|| not_awaited(id))
    }

    fn lost(&mut self, now: Millis, flight: Flight<P>, failure: Failure) {
        let trouble = retry::trouble_with(&failure);
        let is_repeatable = matches!(flight.errand.kind, Kind::Call | Kind::Body);
        if trouble.is_some() && flight.was_offline && is_repeatable {
            let Flight { errand, failures, .. } = flight;
            self.waiting.push_front(Waiting { errand, failures, not_before: now });
            return;
        }
        let stands = match trouble {
            Some(trouble) => self.try_again(now, flight, trouble, None, failure.message.clone()),
            None => Some(flight),
        };
        if let Some(flight) = stands {
            self.settle(flight.errand, Err(failure));
        }
    }

    /// Queues another attempt, or gives the flight back whose outcome stands.
    fn try_again(
        &mut self,
        now: Millis,
        flight: Flight<P>,
        trouble: Trouble,
        named: Option<Millis>,
        cause: String,
    ) -> Option<Flight<P>> {
        let mut failures = flight.failures;
        let kind = flight.errand.kind;
        let verdict = retry::judge(trouble, kind, &mut failures, named, self.patience, &mut self.jitter);
        let Verdict::In(delay) = verdict else { return Some(flight) };
        let is_free = trouble == Trouble::Refused || self.patience == Patience::Endless;
        if !is_free && !self.budget.spend() {
            return Some(flight);
        }
        let errand = flight.errand;
        if trouble == Trouble::Refused || named.is_some() {
            self.pacing.hold(errand.host(), now + delay);
        }
        self.out.push_back(Outgoing::Retrying {
            purpose: errand.purpose.clone(),
            attempt: failures.count(),
            delay,
            cause,
        });
        self.waiting.push_front(Waiting { errand, failures, not_before: now + delay });
        None
    }

    fn settle(&mut self, errand: Errand<P>, outcome: Result<Response, Failure>) {
        self.out.push_back(Outgoing::Settled { purpose: errand.purpose, outcome });
    }
}

/// A driver answered a step that is not open.
pub fn not_awaited(id: StepId) -> Error {
    Error::internal(format!("step {} is not awaited: it was never issued, or it was answered before", id.0))
}

/// What a lost request means to the caller.
pub fn lost_error(failure: Failure) -> Error {
    let advice = match failure.code {
        Code::Offline => "; check the connection and try again",
        Code::Timeout => "; try again later",
        Code::Blocked => "; check the connection, and that no extension, firewall or CORS rule blocks the address",
        Code::FileChanged => "; choose the file again",
        _ => "",
    };
    Error::new(failure.code, format!("{}{advice}", failure.message))
}
