//! Requests through their attempts: queued, sent, timed, cut, repeated, settled.
//!
//! [`Exchanges`] knows nothing of the Hub. Its owner starts an errand with a purpose, polls, and gets the purpose back
//! with the outcome, once. Invariants: an errand settles exactly once; each attempt has a step id of its own; no more
//! than the lane's number of attempts are in the air; nothing is in the air past its deadline.

use std::collections::VecDeque;

use crate::http::{Request, Response};
use crate::hub::Replay;
use crate::limits;
use crate::retry::{self, Jitter, Verdict};
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

/// Which queue a request stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Small JSON calls.
    Api,
    /// Content: LFS objects and parts, xorbs and shards.
    Body,
}

impl Lane {
    /// Attempts in the air side by side.
    fn capacity(self) -> usize {
        match self {
            Lane::Api => limits::API_IN_FLIGHT,
            Lane::Body => limits::BODIES_IN_FLIGHT,
        }
    }
}

/// One request to be carried out, and what its owner wants to be reminded of.
#[derive(Debug, Clone)]
pub struct Errand<P> {
    /// Comes back with the outcome.
    pub purpose: P,
    /// The request.
    pub request: Request,
    /// Whether it may be repeated blindly.
    pub replay: Replay,
    /// Its queue.
    pub lane: Lane,
    /// How long the answer may take once the body is sent.
    pub patience: Millis,
    /// Attempts at most, the first included.
    pub attempts: u32,
}

impl<P> Errand<P> {
    /// An API call with the usual deadline.
    pub fn api(purpose: P, request: Request, replay: Replay) -> Errand<P> {
        Errand { purpose, request, replay, lane: Lane::Api, patience: limits::API_DEADLINE, attempts: limits::ATTEMPTS }
    }

    /// An API call whose answer nobody needs: one attempt, and not for long.
    pub fn once(purpose: P, request: Request, patience: Millis) -> Errand<P> {
        Errand { purpose, request, replay: Replay::Safe, lane: Lane::Api, patience, attempts: 1 }
    }

    /// A body on its way to a store.
    pub fn body(purpose: P, request: Request) -> Errand<P> {
        let (lane, patience) = (Lane::Body, limits::COMMIT_DEADLINE);
        Errand { purpose, request, replay: Replay::Safe, lane, patience, attempts: limits::ATTEMPTS }
    }
}

/// What the owner has to do or to know next.
#[derive(Debug)]
pub enum Outgoing<P> {
    /// Send this.
    Send {
        /// The attempt's step.
        id: StepId,
        /// The request.
        request: Request,
    },
    /// Stop waiting for this.
    Cancel {
        /// The attempt's step.
        id: StepId,
    },
    /// An attempt failed and another will follow.
    Retrying {
        /// Whose.
        purpose: P,
        /// The attempt that failed, from 1.
        attempt: u32,
        /// Span until the next.
        delay: Millis,
        /// Why, in a sentence.
        cause: String,
    },
    /// An errand is over.
    Settled {
        /// Whose.
        purpose: P,
        /// The last answer, or why there is none.
        outcome: Result<Response, Failure>,
    },
}

/// How far a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Bytes since the last report.
    pub fresh: u64,
    /// Bytes of this attempt.
    pub so_far: u64,
}

struct Waiting<P> {
    errand: Errand<P>,
    attempt: u32,
    not_before: Millis,
}

struct Flight<P> {
    errand: Errand<P>,
    attempt: u32,
    deadline: Millis,
    sent: u64,
}

/// All requests of one job.
pub struct Exchanges<P> {
    jitter: Jitter,
    waiting: VecDeque<Waiting<P>>,
    flying: SmallMap<StepId, Flight<P>>,
    cancelled: SmallSet<StepId>,
    out: VecDeque<Outgoing<P>>,
    held: bool,
    sent_requests: u64,
}

impl<P: Clone> Exchanges<P> {
    /// Nothing to do yet.
    pub fn new(jitter: Jitter) -> Exchanges<P> {
        Exchanges {
            jitter,
            waiting: VecDeque::new(),
            flying: SmallMap::new(),
            cancelled: SmallSet::new(),
            out: VecDeque::new(),
            held: false,
            sent_requests: 0,
        }
    }

    /// Queues an errand; its first attempt may leave at `not_before`.
    pub fn start(&mut self, errand: Errand<P>, not_before: Millis) {
        self.waiting.push_back(Waiting { errand, attempt: 1, not_before });
    }

    /// Holds back new attempts, or lets them go again. What is in the air goes on.
    pub fn hold(&mut self, held: bool) {
        self.held = held;
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
        let flying = self.flying.values().filter(|flight| flight.errand.lane == lane).count();
        let waiting = self.waiting.iter().filter(|one| one.errand.lane == lane).count();
        lane.capacity().saturating_sub(flying + waiting)
    }

    /// Whether [`poll`](Self::poll) has something to say now.
    pub fn has_output(&self, now: Millis) -> bool {
        !self.out.is_empty() || self.wake_at().is_some_and(|at| at <= now)
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
        let place = self.waiting.iter().position(|one| one.not_before <= now && self.has_room(one.errand.lane))?;
        let Waiting { errand, attempt, .. } = self.waiting.remove(place)?;
        let id = ids.issue();
        let request = errand.request.clone();
        let travel = Millis(request.body_bytes().saturating_mul(1000) / limits::SLOWEST_BYTES_PER_SECOND);
        let deadline = now + errand.patience + travel;
        self.flying.insert(id, Flight { errand, attempt, deadline, sent: 0 });
        self.sent_requests += 1;
        Some(Outgoing::Send { id, request })
    }

    /// When to poll again though nothing happened.
    pub fn wake_at(&self) -> Option<Millis> {
        let deadlines = self.flying.values().map(|flight| flight.deadline);
        let starts =
            self.waiting.iter().filter(|one| !self.held && self.has_room(one.errand.lane)).map(|one| one.not_before);
        deadlines.chain(starts).min()
    }

    /// Whether the step is one of ours (in the air, or cancelled and late).
    pub fn knows(&self, id: StepId) -> bool {
        self.flying.contains_key(&id) || self.cancelled.contains(&id)
    }

    /// An answer came.
    ///
    /// Errors: `internal` when the step is not awaited.
    pub fn response(&mut self, now: Millis, id: StepId, response: Response) -> Result<(), Error> {
        let Some(Flight { errand, attempt, .. }) = self.land(id)? else { return Ok(()) };
        match retry::after_response(&response, attempt, errand.attempts, errand.replay, &mut self.jitter) {
            Verdict::In(delay) => {
                let cause = format!("the server answered {}", response.status);
                self.repeat(now, errand, attempt, delay, cause);
            }
            Verdict::Stands => {
                self.out.push_back(Outgoing::Settled { purpose: errand.purpose, outcome: Ok(response) });
            }
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

    /// `bytes` of the body are sent. Returns whose they are, and how many bytes of this attempt, when that is news.
    ///
    /// Errors: `internal` when the step is not awaited.
    pub fn progress(&mut self, now: Millis, id: StepId, bytes: u64) -> Result<Option<(P, Sent)>, Error> {
        if self.cancelled.contains(&id) {
            return Ok(None);
        }
        let Some(flight) = self.flying.get_mut(&id) else { return Err(not_awaited(id)) };
        let total = flight.errand.request.body_bytes();
        let bytes = bytes.min(total);
        let fresh = bytes.saturating_sub(flight.sent);
        if fresh == 0 {
            return Ok(None);
        }
        flight.sent = bytes;
        let sent = Sent { fresh, so_far: bytes };
        flight.deadline = now + if bytes < total { limits::STALL } else { flight.errand.patience };
        Ok(Some((flight.errand.purpose.clone(), sent)))
    }

    fn has_room(&self, lane: Lane) -> bool {
        self.flying.values().filter(|flight| flight.errand.lane == lane).count() < lane.capacity()
    }

    fn cut_overdue(&mut self, now: Millis) {
        let overdue: Vec<StepId> =
            self.flying.iter().filter(|(_, flight)| flight.deadline <= now).map(|(id, _)| *id).collect();
        for id in overdue {
            let Some(flight) = self.flying.remove(&id) else { continue };
            self.cancelled.insert(id);
            self.out.push_back(Outgoing::Cancel { id });
            let url = crate::http::without_query(&flight.errand.request.url).to_owned();
            let message = format!("nothing came back from {url} in time");
            self.lost(now, flight, Failure { code: Code::Timeout, message });
        }
    }

    /// Takes the flight out of the air; `None` when it was cancelled before.
    fn land(&mut self, id: StepId) -> Result<Option<Flight<P>>, Error> {
        if self.cancelled.remove(&id) {
            return Ok(None);
        }
        self.flying.remove(&id).map(Some).ok_or_else(|| not_awaited(id))
    }

    fn lost(&mut self, now: Millis, flight: Flight<P>, failure: Failure) {
        let Flight { errand, attempt, .. } = flight;
        match retry::after_failure(&failure, attempt, errand.attempts, errand.replay, &mut self.jitter) {
            Verdict::In(delay) => self.repeat(now, errand, attempt, delay, failure.message),
            Verdict::Stands => {
                self.out.push_back(Outgoing::Settled { purpose: errand.purpose, outcome: Err(failure) });
            }
        }
    }

    fn repeat(&mut self, now: Millis, errand: Errand<P>, attempt: u32, delay: Millis, cause: String) {
        self.out.push_back(Outgoing::Retrying { purpose: errand.purpose.clone(), attempt, delay, cause });
        self.waiting.push_front(Waiting { errand, attempt: attempt + 1, not_before: now + delay });
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
