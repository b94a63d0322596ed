//! Large files by the content-addressed store: every byte is read once, chunks that the store has are not sent, and files are
//! registered by shards before the commit names them.
//!
//! The data plane (lanes and their authority) is the driver's; this is what steers it. Files come by the belts `recall` and
//! `ingest` and end in `unregistered`, until a shard that names them was accepted. Each concern has its file: `token` (one that is
//! good), `recall` (where the old version of a file is), `ingest` (the pass), `query` (chunks the store is asked about), `xorbs`
//! (bodies on their way), `register` (flush and shards).
//!
//! Invariants: every xorb is stored before a shard that names it is asked for, every shard accepted before the commit; a xorb is
//! sent once however many lanes sealed it; each question of the authority is settled, whatever comes of it; nothing here waits
//! for a lane that is gone.

mod ingest;
mod query;
mod recall;
mod register;
mod token;
mod xorbs;

pub(super) use token::StoreToken;

use std::collections::VecDeque;

use self::ingest::Ingests;
use self::query::Queries;
use self::recall::Recalls;
use self::register::Register;
use self::xorbs::Xorbs;
use super::shared::Shared;
use super::types::{PushOptions, PushOutput};
use crate::error::{Code, Error};
use crate::exchange::Sent;
use crate::hash::XetHash;
use crate::http::Response;
use crate::limits::{INDEX_BYTES, LANE_BYTES, READ_STALL, UNDECIDED_BYTES, XORB_LEAST_BYTES};
use crate::small::SmallSet;
use crate::step::{Failure, Input, PackOptions, Step, StepId};
use crate::time::Millis;
use crate::xorb::XORB_MOST_BYTES;

/// Why the content store, or the Hub for it, is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A token.
    Token,
    /// Whether it has this chunk.
    Query(XetHash),
    /// Where the beginning of a file's old version is.
    Reconstruct(usize),
    /// That beginning.
    Recall(usize),
    /// To take this xorb; with the number of the token.
    Xorb(XetHash, u32),
    /// To take the shard; with the number of the token.
    Shard(u32),
}

/// Sealed xorbs that a lane may hold until the store has them.
const BODIES: u32 = 1;

/// See the module.
#[derive(Default)]
pub(super) struct Xet {
    pub(super) token: StoreToken,
    /// The step that is the data plane.
    pack: Option<StepId>,
    recalls: Recalls,
    ingests: Ingests,
    queries: Queries,
    xorbs: Xorbs,
    register: Register,
    cancels: VecDeque<StepId>,
    cancelled: SmallSet<StepId>,
    /// When the data plane was heard last.
    moved: Millis,
}

impl Xet {
    /// Whether files are on their way that may yet turn out to be something else than large and new.
    pub(super) fn is_ingesting(&self, shared: &Shared) -> bool {
        let belts = &shared.belts;
        self.recalls.is_busy() || self.ingests.is_busy() || !belts.recall.is_empty() || !belts.ingest.is_empty()
    }

    /// Whether files are not registered yet.
    pub(super) fn is_busy(&self, shared: &Shared) -> bool {
        !shared.unregistered.is_empty() || self.ingests.is_busy() || self.register.is_busy()
    }

    /// Whether the step is one of ours: open, or cancelled and late.
    pub(super) fn knows(&self, id: StepId) -> bool {
        self.is_open(id) || self.cancelled.contains(&id)
    }

    fn is_open(&self, id: StepId) -> bool {
        self.pack == Some(id) || self.ingests.knows(id) || self.register.knows(id)
    }

    /// Stops everything, the data plane last.
    pub(super) fn abandon(&mut self) {
        let open = self.ingests.abandon().into_iter().chain(self.register.abandon()).chain(self.pack.take());
        self.cancels.extend(open);
        self.cancelled.extend(self.cancels.iter().copied());
    }

    pub(super) fn next_cancel(&mut self) -> Option<StepId> {
        self.cancels.pop_front()
    }

    /// Whatever is read is given time from now on.
    pub(super) fn note_moved(&mut self, now: Millis) {
        self.moved = now;
    }

    /// When the data plane has been silent for too long, unless it waits for us.
    pub(super) fn wake_at(&self) -> Option<Millis> {
        (self.is_awaited() && !self.is_waiting_for_us()).then(|| self.moved + READ_STALL)
    }

    fn is_awaited(&self) -> bool {
        self.ingests.is_busy() || self.register.is_asking()
    }

    fn is_waiting_for_us(&self) -> bool {
        self.xorbs.is_busy() || self.queries.is_busy()
    }

    /// Errors: `file_unreadable` when nothing has moved for too long.
    pub(super) fn check_stall(&self, now: Millis) -> Result<(), Error> {
        if self.wake_at().is_some_and(|at| at <= now) {
            return Err(Error::new(
                Code::FileUnreadable,
                format!(
                    "Reading stands still since {} s; if the files are in a cloud folder, download them first",
                    READ_STALL.0 / 1000
                ),
            ));
        }
        Ok(())
    }

    /// Opens the data plane, once there is something to read.
    pub(super) fn open(&mut self, shared: &mut Shared) -> Option<Step<PushOutput>> {
        let belts = [&shared.belts.probe, &shared.belts.recall, &shared.belts.ingest];
        if !shared.by_xet || self.pack.is_some() || belts.iter().all(|belt| belt.is_empty()) {
            return None;
        }
        let id = shared.ids.issue();
        self.pack = Some(id);
        let options = pack_options(&shared.options, shared.meter.total_bytes());
        self.ingests.lanes = usize::from(options.lanes);
        // Open, sealed, and the platform's copy of a sealed one that is being sent.
        shared.credit.reserve(u64::from(options.lanes) * u64::from(2 * BODIES + 1) * options.xorb_bytes);
        Some(Step::Pack { id, options })
    }

    /// Sends what can be sent, and gives the next step for the data plane. `more`: files may come that nobody has sorted yet.
    pub(super) fn advance(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        more: bool,
    ) -> Result<Option<Step<PushOutput>>, Error> {
        self.queries.advance(shared, &mut self.token, now)?;
        self.recalls.advance(shared, &mut self.token, now)?;
        self.xorbs.advance(shared, &mut self.token, now)?;
        if self.pack.is_none() {
            return Ok(None);
        }
        let more = more || self.is_ingesting(shared);
        let step = match self.ingests.next_step(shared, now) {
            Some(step) => Some(step),
            None => self.register.next_step(shared, &mut self.token, now, more, &self.xorbs)?,
        };
        if step.is_some() {
            self.moved = now;
        }
        Ok(step)
    }

    /// Takes what the data plane says. `Ok(false)`: it was not asked.
    pub(super) fn take(&mut self, shared: &mut Shared, now: Millis, input: Input) -> Result<bool, Error> {
        let Some(id) = input.id() else { return Ok(false) };
        if !self.is_open(id) {
            return Ok(self.cancelled.contains(&id));
        }
        self.moved = now;
        let is_news = self.pack == Some(id);
        match input {
            Input::Sealed { xorb, hash, bytes, .. } if is_news => {
                self.xorbs.sealed(shared, xorb, parse(&hash)?, bytes)?
            }
            Input::Query { chunk, .. } if is_news => self.queries.asked(parse(&chunk)?),
            Input::Lost { xorbs, files, .. } if is_news => {
                self.xorbs.lost(shared, &xorbs);
                self.register.lost(&xorbs, &files)?;
                for file in files {
                    self.ingests.lost(shared, file)?;
                }
            }
            Input::Ingested { id, file } => {
                if !self.ingests.ingested(shared, id, file)? {
                    return Ok(false);
                }
                self.register.disturbed();
            }
            Input::Flushed { id } => return Ok(self.register.flushed(id)),
            Input::Shard { id, shard } => return self.register.taken(shared, id, shard),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A step failed. `Ok(false)`: it was not awaited.
    pub(super) fn failed(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        id: StepId,
        failure: Failure,
    ) -> Result<bool, Error> {
        if self.cancelled.contains(&id) {
            return Ok(true);
        }
        self.moved = now;
        if self.pack == Some(id) {
            self.pack = None;
            return Err(Error::new(failure.code, format!("Files cannot be packed here ({})", failure.message)));
        }
        if self.ingests.knows(id) {
            self.ingests.failed(shared, id, failure)?;
            self.register.disturbed();
            return Ok(true);
        }
        self.register.failed(id, failure)
    }

    /// A file is read on.
    pub(super) fn progress(&mut self, shared: &mut Shared, now: Millis, id: StepId, bytes: u64) {
        if self.is_open(id) {
            self.moved = now;
            self.ingests.progress(shared, now, id, bytes);
        }
    }

    /// Bytes of a body have left.
    pub(super) fn sent(&mut self, shared: &mut Shared, purpose: Purpose, sent: Sent) {
        if let Purpose::Xorb(hash, _) = purpose {
            self.xorbs.sent(shared, hash, sent);
        }
    }

    /// A request was answered, or will not be.
    pub(super) fn settled(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        purpose: Purpose,
        outcome: Result<Response, Failure>,
    ) -> Result<(), Error> {
        // What a lane waited for is not what it stalls on.
        self.moved = now;
        match purpose {
            Purpose::Token => self.token.settled(shared, now, outcome),
            Purpose::Query(chunk) => {
                let known = self.queries.settled(shared, &mut self.token, chunk, outcome);
                self.recalls.query_settled(shared, chunk, known);
                Ok(())
            }
            Purpose::Reconstruct(index) => {
                self.recalls.reconstructed(shared, now, index, outcome);
                Ok(())
            }
            Purpose::Recall(index) => {
                self.recalls.fetched(shared, index, outcome, self.queries.open());
                Ok(())
            }
            Purpose::Xorb(hash, token) => self.xorbs.settled(shared, &mut self.token, hash, token, outcome),
            Purpose::Shard(token) => self.register.settled(shared, &mut self.token, token, outcome),
        }
    }
}

/// A hash as the data plane writes it.
fn parse(hash: &str) -> Result<XetHash, Error> {
    XetHash::parse(hash).ok_or_else(|| Error::internal("the data plane named something by what is no hash"))
}

/// How the data plane of a push of `total` bytes packs: three eighths of the budget are for xorbs, sealed and open. While a
/// body is sent the platform holds it a second time.
fn pack_options(options: &PushOptions, total: u64) -> PackOptions {
    const MEBIBYTE: u64 = 1024 * 1024;
    let budget = options.buffer_budget_bytes;
    let wanted = total.div_ceil(LANE_BYTES).max(1);
    let lanes = u16::try_from(wanted).unwrap_or(u16::MAX).min(options.lanes.max(1));
    let bodies = u64::from(lanes) * u64::from(BODIES + 1);
    let xorb_bytes = (budget / 8 * 3 / bodies).clamp(XORB_LEAST_BYTES, XORB_MOST_BYTES as u64) / MEBIBYTE * MEBIBYTE;
    PackOptions {
        lanes,
        xorb_bytes,
        bodies: BODIES,
        undecided_bytes: (budget / 10 / u64::from(lanes)).clamp(MEBIBYTE, UNDECIDED_BYTES),
        index_bytes: (budget / 8).clamp(MEBIBYTE, INDEX_BYTES),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::{Hub, HubUrl, RepoId};

    #[test]
    fn memory_of_the_data_plane() {
        let hub = Hub { url: HubUrl::parse(HubUrl::PUBLIC).unwrap(), token: None };
        let mut options = PushOptions::new(hub, RepoId::parse("u/r").unwrap());
        // (what it shows, budget and total in MiB, lanes, lanes and xorb in MiB)
        let rows = [
            ("a page with two lanes", 160, 1_000, 2, (2, 15)),
            ("more lanes, smaller xorbs", 160, 1_000, 4, (4, 8)),
            ("never below the smallest", 160, 1_000, 16, (16, 8)),
            ("never above what a store takes", 4_096, 10_000, 1, (1, 64)),
            ("a small push needs no crowd", 160, 32, 8, (2, 15)),
            ("nothing at all", 160, 0, 8, (1, 30)),
            ("no lanes are one", 160, 1_000, 0, (1, 30)),
            ("an edge function", 16, 1_000, 1, (1, 8)),
        ];
        for (name, budget, total, lanes, expected) in rows {
            options.buffer_budget_bytes = budget << 20;
            options.lanes = lanes;
            let made = pack_options(&options, total << 20);
            assert_eq!((made.lanes, made.xorb_bytes >> 20), expected, "{name}");
            assert!((1 << 20..=16 << 20).contains(&made.undecided_bytes), "{name}");
        }
    }
}
