//! Who owns a chunk: the one place that all lanes of a push ask.
//!
//! Invariants: the first lane that asks about a chunk owns it; a chunk is new to exactly one lane, unless the guard against
//! splinters lets a second one pack it too, or the first one is lost. The number of a lost lane is never used again, and late words
//! of it are not heard. Nothing here ever fails a push.

use std::collections::VecDeque;

use super::fragments::Fragments;
use super::index::Index;
use super::journal::Records;
use super::place::{Origin, Place};
use super::queries::Queries;
use super::shards::{FinishedFile, Ledger, ReadyShard};
use crate::error::Error;
use crate::hash::{XetHash, chunk_hash};
use crate::http::FileIdx;
use crate::shard::{self, XorbInfo};
use crate::xorb::Chunks;

/// Different keys of answers that are kept: each costs a hash per chunk.
const MOST_KEYS: usize = 8;

/// A chunk that a lane asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// Its hash.
    pub hash: XetHash,
    /// Its raw bytes.
    pub bytes: u32,
    /// Whether a file begins with it.
    pub is_first: bool,
}

/// What is to be done with a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Pack it: it is the next new chunk of the lane that asked.
    New,
    /// It is, or will be, there.
    Known(Place),
}

/// See the module.
#[derive(Debug)]
pub struct Authority {
    pub(super) index: Index,
    lanes: Vec<Lane>,
    answers: Vec<Keyed>,
    pub(super) known: Vec<XetHash>,
    queries: Queries,
    index_bytes: usize,
    pub(super) ledger: Ledger,
    /// What is written down, if anything is.
    pub(super) records: Option<Records>,
}

/// What is remembered of a lane between two questions.
#[derive(Debug, Default)]
struct Lane {
    undecided: VecDeque<Chunk>,
    /// New chunks so far.
    packed: u32,
    fragments: Fragments,
    last: Option<Place>,
    /// The chunk in front that the store is asked about.
    waits_for: Option<XetHash>,
    /// The chunk in front that it was asked about.
    asked: Option<XetHash>,
    is_gone: bool,
}

/// What answers under one key tell.
#[derive(Debug)]
struct Keyed {
    key: [u8; 32],
    index: Index,
}

impl Authority {
    /// For a push with so many lanes, with an index of at most about `index_bytes` for its own chunks, and as much per
    /// key of the store's answers.
    pub fn new(lanes: u16, index_bytes: usize) -> Authority {
        Authority {
            index: Index::new(index_bytes),
            lanes: (0..lanes).map(|_| Lane::default()).collect(),
            answers: Vec::new(),
            known: Vec::new(),
            queries: Queries::new(),
            index_bytes,
            ledger: Ledger::new(lanes),
            records: None,
        }
    }

    /// One more lane, in place of a lost one. Its number; none when numbers are used up.
    pub fn add_lane(&mut self) -> Option<u16> {
        let number = u16::try_from(self.lanes.len()).ok()?;
        Origin::lane(number).as_lane()?;
        self.lanes.push(Lane::default());
        self.ledger.add_lane();
        Some(number)
    }

    /// Takes the next chunks of a lane, in their order.
    ///
    /// Errors: `internal` for a lane that there is not.
    pub fn ask(&mut self, lane: u16, chunks: &[Chunk]) -> Result<(), Error> {
        let lane = self.lane(lane)?;
        if !lane.is_gone {
            lane.undecided.extend(chunks);
        }
        Ok(())
    }

    /// Says what a lane is to do with its chunks, as far as that can be said: a chunk about which the store is asked holds
    /// up those behind it, until [`settle`](Self::settle).
    ///
    /// Errors: `internal` for a lane that there is not.
    pub fn decide(&mut self, lane: u16) -> Result<Vec<Verdict>, Error> {
        let mut state = std::mem::take(self.lane(lane)?);
        let mut verdicts = Vec::with_capacity(state.undecided.len());
        while state.waits_for.is_none()
            && let Some(chunk) = state.undecided.front().copied()
        {
            if chunk.is_first {
                state.begin_file();
            }
            let run = self.run(&state.undecided);
            if run.is_none() && state.asked != Some(chunk.hash) {
                let is_open = self.queries.is_open(chunk.hash);
                if !is_open && self.queries.wants(chunk) {
                    self.queries.ask(chunk.hash);
                    state.waits_for = Some(chunk.hash);
                } else if is_open {
                    state.waits_for = Some(chunk.hash);
                }
                if state.waits_for.is_some() {
                    break;
                }
            }
            let taken = match run {
                Some((place, count)) if state.takes(place, count) => {
                    verdicts.extend((0..count).map(|n| Verdict::Known(place.plus(n))));
                    count
                }
                _ => {
                    let place = Place { origin: Origin::lane(lane), number: state.packed };
                    state.packed += 1;
                    state.note(place, 1);
                    self.index.insert(chunk.hash, place);
                    verdicts.push(Verdict::New);
                    1
                }
            };
            let decided = state.undecided.drain(..taken as usize);
            self.queries.decided(decided.map(|chunk| u64::from(chunk.bytes)).sum());
        }
        *self.lane(lane)? = state;
        Ok(verdicts)
    }

    /// The store has answered about a chunk (see [`learn`](Self::learn)), or will not: nobody waits for it any more.
    pub fn settle(&mut self, query: XetHash) {
        if self.queries.is_open(query) {
            let is_hit = self.find(query).is_some();
            self.queries.settle(query, is_hit);
        }
        for lane in self.lanes.iter_mut().filter(|lane| lane.waits_for == Some(query)) {
            lane.waits_for = None;
            lane.asked = Some(query);
        }
    }

    /// Takes a look at the beginning of an old version of a file: records of a xorb, as the store keeps them. The chunk to ask the
    /// store about, because its answer tells where that version's chunks are; none when that is known, or the records cannot be
    /// read.
    pub fn recall(&mut self, records: &[u8]) -> Option<XetHash> {
        let first = Chunks::of(records).next()?.ok()?;
        let hash = chunk_hash(&first.bytes);
        if self.find(hash).is_some() || self.queries.is_open(hash) {
            return None;
        }
        self.queries.expect(hash);
        Some(hash)
    }

    /// The chunks that the store should be asked about, since the last call.
    pub fn take_queries(&mut self) -> Vec<XetHash> {
        self.queries.take()
    }

    /// Takes the store's answer to a query in. How many chunks it tells of; none when its key has ended.
    ///
    /// Errors: `protocol` when it cannot be read; the push goes on without it.
    pub fn learn(&mut self, answer: &[u8], now_seconds: u64) -> Result<usize, Error> {
        let Some(answer) = shard::Answer::read(answer, now_seconds)? else { return Ok(0) };
        let at = match self.answers.iter().position(|keyed| keyed.key == answer.key) {
            Some(at) => at,
            None => {
                if self.answers.len() == MOST_KEYS {
                    self.answers.remove(0);
                }
                self.answers.push(Keyed { key: answer.key, index: Index::new(self.index_bytes) });
                self.answers.len() - 1
            }
        };
        let mut learnt = 0;
        for xorb in &answer.xorbs {
            let Some(origin) = Origin::known(self.known.len()) else { break };
            self.known.push(xorb.hash);
            for (number, chunk) in (0..).zip(&xorb.chunks) {
                self.answers[at].index.insert(chunk.hash, Place { origin, number });
                learnt += 1;
            }
        }
        Ok(learnt)
    }

    /// A lane has sealed its next xorb.
    ///
    /// Errors: `internal` for a lane that there is not.
    pub fn sealed(&mut self, lane: u16, xorb: XorbInfo) -> Result<(), Error> {
        self.ledger.sealed(lane, xorb)
    }

    /// The store has this xorb.
    pub fn stored(&mut self, xorb: XetHash) {
        self.ledger.stored(xorb);
        if let Some(records) = &mut self.records {
            records.note_stored();
        }
    }

    /// A file is finished: it enters a shard as soon as all its xorbs are stored. `false` when it refers to chunks that went with a
    /// lane: then it must be ingested again.
    #[must_use = "a file that is not taken must be ingested again"]
    pub fn finished(&mut self, file: FinishedFile) -> bool {
        let key = file.key;
        let is_taken = self.ledger.finished(file, key.is_none());
        if let (Some(records), Some(key)) = (&mut self.records, key) {
            records.finished(key, is_taken, &mut self.ledger, &self.known);
        }
        is_taken
    }

    /// These files shall be in no shard.
    pub fn forget(&mut self, files: &[FileIdx]) {
        self.ledger.forget(files);
    }

    /// A shard of the files that are ready, of at most about `most_bytes`; `None` when there is none.
    ///
    /// Errors: `internal` when a file's chunks and places do not fit each other.
    pub fn take_shard(&mut self, most_bytes: usize) -> Result<Option<ReadyShard>, Error> {
        let known = &self.known;
        self.ledger.take(most_bytes, |origin| known.get(origin.as_known()?).copied())
    }

    /// A shard was accepted.
    pub fn accepted(&mut self, shard: &ReadyShard) {
        if let Some(records) = &mut self.records {
            records.registered(&self.ledger.numbers(&shard.xorbs), &shard.keys);
        }
        for xorb in &shard.xorbs {
            self.ledger.registered(*xorb);
        }
    }

    /// A lane is gone, with every chunk that is in no stored xorb. The finished files that refer to one of those, and must be
    /// ingested again.
    pub fn lost(&mut self, lane: u16) -> Vec<FileIdx> {
        match self.lanes.get_mut(usize::from(lane)) {
            Some(state) if !state.is_gone => *state = Lane { is_gone: true, ..Lane::default() },
            _ => return Vec::new(),
        }
        let broken = self.ledger.lost(lane);
        self.forget_lost_chunks();
        broken
    }

    pub(super) fn forget_lost_chunks(&mut self) {
        let ledger = &self.ledger;
        self.index.forget(|place| ledger.is_lost(place));
    }

    fn lane(&mut self, lane: u16) -> Result<&mut Lane, Error> {
        let found = self.lanes.get_mut(usize::from(lane));
        found.ok_or_else(|| Error::internal("a lane asked that is not there"))
    }

    /// Where the first of these chunks is, and how many of those behind it follow it there.
    fn run(&self, chunks: &VecDeque<Chunk>) -> Option<(Place, u32)> {
        let start = self.find(chunks.front()?.hash)?;
        let follows = |(n, chunk): &(u32, &Chunk)| !chunk.is_first && self.find(chunk.hash) == Some(start.plus(*n));
        let more = (1..).zip(chunks.iter().skip(1)).take_while(follows).count();
        Some((start, 1 + more as u32))
    }

    fn find(&self, hash: XetHash) -> Option<Place> {
        let masked = |keyed: &Keyed| keyed.index.find(crate::hash::masked(hash, &keyed.key));
        self.index.find(hash).or_else(|| self.answers.iter().find_map(masked))
    }
}

impl Lane {
    /// Ranges are judged file by file, and never go on from one file into the next.
    fn begin_file(&mut self) {
        self.fragments = Fragments::default();
        self.last = None;
    }

    /// Whether known chunks are taken; then they are counted.
    fn takes(&mut self, place: Place, count: u32) -> bool {
        let continues = self.last.is_some_and(|last| last.plus(1) == place);
        if !continues && self.fragments.refuses(count) {
            return false;
        }
        self.note(place, count);
        true
    }

    fn note(&mut self, place: Place, count: u32) {
        if self.last.is_some_and(|last| last.plus(1) == place) {
            self.fragments.extend(count);
        } else {
            self.fragments.start(count);
        }
        self.last = Some(place.plus(count - 1));
    }
}
