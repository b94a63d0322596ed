//! Sealed xorbs on their way to the store.
//!
//! Invariants: a xorb is sent once, however many lanes sealed it; its lanes are told when the store has it, all of them; what a
//! lost lane sealed is sent no more, unless another lane has it too.

use std::collections::{HashMap, VecDeque};

use super::super::shared::{self, Shared};
use super::super::types::{Event, Phase};
use super::{Purpose, StoreToken};
use crate::cas::xorb::PostXorb;
use crate::error::{Code, Error};
use crate::exchange::{Errand, Lane, Sent, lost_error};
use crate::hash::XetHash;
use crate::http::Response;
use crate::hub::Endpoint;
use crate::limits::XET_REPEATS;
use crate::step::{Failure, Tell};
use crate::time::Millis;

enum State {
    Waiting,
    /// One of its bodies is in the air.
    Sending(Box<PostXorb>),
    Stored,
}

struct Xorb {
    /// The bodies that lanes hold.
    numbers: Vec<u32>,
    bytes: u64,
    state: State,
    /// The most bytes that ever left.
    high: u64,
    repeats: u32,
}

#[derive(Default)]
pub(super) struct Xorbs {
    all: HashMap<XetHash, Xorb>,
    waiting: VecDeque<XetHash>,
    unstored: usize,
}

impl Xorbs {
    /// Whether a body is not stored.
    pub(super) fn is_busy(&self) -> bool {
        self.unstored > 0
    }

    /// Those that are not stored.
    pub(super) fn unstored(&self) -> Vec<XetHash> {
        if self.unstored == 0 {
            return Vec::new();
        }
        self.all.keys().copied().filter(|hash| self.is_unstored(hash)).collect()
    }

    /// Whether this one is on its way; not when it was lost.
    pub(super) fn is_unstored(&self, hash: &XetHash) -> bool {
        self.all.get(hash).is_some_and(|xorb| !matches!(xorb.state, State::Stored))
    }

    /// A lane has sealed one.
    pub(super) fn sealed(&mut self, shared: &mut Shared, number: u32, hash: XetHash, bytes: u64) -> Result<(), Error> {
        if bytes == 0 {
            return Err(Error::internal("a lane sealed nothing"));
        }
        if shared.meter.enter(Phase::UploadingLargeFiles) {
            shared.events.push_back(Event::Phase(Phase::UploadingLargeFiles));
        }
        match self.all.get_mut(&hash) {
            Some(Xorb { state: State::Stored, .. }) => shared.tells.push_back(Tell::Stored { xorb: number }),
            Some(xorb) => xorb.numbers.push(number),
            None => {
                let xorb = Xorb { numbers: vec![number], bytes, state: State::Waiting, high: 0, repeats: 0 };
                self.all.insert(hash, xorb);
                self.waiting.push_back(hash);
                self.unstored += 1;
                shared.meter.xorb_sealed(bytes);
            }
        }
        Ok(())
    }

    /// Sends while there is room.
    pub(super) fn advance(&mut self, shared: &mut Shared, token: &mut StoreToken, now: Millis) -> Result<(), Error> {
        while shared.exchanges.room(Lane::Body) > 0 && !self.waiting.is_empty() {
            let Some((cas, token_number)) = token.cas(shared, now)? else { return Ok(()) };
            let Some(hash) = self.waiting.pop_front() else { return Ok(()) };
            let Some(xorb) = self.all.get_mut(&hash).filter(|xorb| matches!(xorb.state, State::Waiting)) else {
                continue;
            };
            let Some(&number) = xorb.numbers.first() else { continue };
            let post = PostXorb { cas, hash, xorb: number, bytes: xorb.bytes };
            let request = post.request(&shared.options.hub)?;
            xorb.state = State::Sending(Box::new(post));
            let purpose = shared::Purpose::Xet(Purpose::Xorb(hash, token_number));
            shared.exchanges.start(Errand::body(purpose, request), now);
        }
        Ok(())
    }

    pub(super) fn sent(&mut self, shared: &mut Shared, hash: XetHash, sent: Sent) {
        if let Some(xorb) = self.all.get_mut(&hash) {
            shared.meter.bytes_sent(sent.fresh, xorb.raise(sent.so_far));
        }
    }

    pub(super) fn settled(
        &mut self,
        shared: &mut Shared,
        token: &mut StoreToken,
        hash: XetHash,
        token_number: u32,
        outcome: Result<Response, Failure>,
    ) -> Result<(), Error> {
        let response = outcome.map_err(lost_error)?;
        let Some(xorb) = self.all.get_mut(&hash) else { return Ok(()) };
        let State::Sending(post) = &xorb.state else { return Ok(()) };
        match post.parse(&response, &shared.options.hub) {
            Ok(_) => {
                let rest = xorb.raise(xorb.bytes);
                shared.meter.bytes_sent(rest, rest);
                xorb.state = State::Stored;
                self.unstored -= 1;
                shared.tells.extend(std::mem::take(&mut xorb.numbers).into_iter().map(|xorb| Tell::Stored { xorb }));
                Ok(())
            }
            Err(error) => {
                xorb.repeats = may_repeat(token, token_number, xorb.repeats, error)?;
                xorb.state = State::Waiting;
                self.waiting.push_front(hash);
                Ok(())
            }
        }
    }

    /// These bodies are gone.
    pub(super) fn lost(&mut self, shared: &mut Shared, numbers: &[u32]) {
        let mut gone = Vec::new();
        for (&hash, xorb) in &mut self.all {
            let before = xorb.numbers.len();
            xorb.numbers.retain(|number| !numbers.contains(number));
            if xorb.numbers.len() == before || matches!(xorb.state, State::Stored) {
                continue;
            }
            if let State::Sending(post) = &xorb.state
                && !xorb.numbers.contains(&post.xorb)
            {
                xorb.state = State::Waiting;
                self.waiting.push_front(hash);
                shared
                    .exchanges
                    .forget(|purpose| matches!(purpose, shared::Purpose::Xet(Purpose::Xorb(sent, _)) if *sent == hash));
            }
            if xorb.numbers.is_empty() {
                gone.push(hash);
            }
        }
        for hash in gone {
            if let Some(xorb) = self.all.remove(&hash) {
                self.waiting.retain(|waiting| *waiting != hash);
                self.unstored -= 1;
                shared.meter.xorb_lost(xorb.bytes, xorb.high);
            }
        }
    }
}

impl Xorb {
    /// `bytes` of an attempt have left; returns how many of them left for the first time.
    fn raise(&mut self, bytes: u64) -> u64 {
        let first = bytes.min(self.bytes).saturating_sub(self.high);
        self.high += first;
        first
    }
}

/// Whether a body may go again after this answer, and how often it then has: with a new token, or because what answered was not the
/// store.
///
/// Errors: the answer, when it stands.
pub(super) fn may_repeat(token: &mut StoreToken, token_number: u32, repeats: u32, error: Error) -> Result<u32, Error> {
    match error.code {
        Code::Unauthorized => token.refused(token_number),
        Code::Protocol => {}
        _ => return Err(error),
    }
    if repeats < XET_REPEATS { Ok(repeats + 1) } else { Err(error) }
}
