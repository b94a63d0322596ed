//! The data plane of one push by Xet: one lane that packs, and the authority that it asks, in place.
//!
//! Invariants: but for the sample of a probe a byte is read once; files are read one after the other, and nothing is read while what
//! was read cannot go on (verdicts are owed, or bodies wait for the store); of a file that was stopped its chunks stay usable. There is
//! one lane, and it is never lost, so nothing is ever told to be packed anew but what the store has distrusted.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::changes::Changes;
use super::clock::{Pace, now_seconds};
use super::driver::News;
use super::source::{PIECE_BYTES, UploadFile, WINDOW_BYTES, internal};
use crate::dedup::{Authority, FinishedFile, ReadyShard};
use crate::error::Error;
use crate::hash::{XetHash, hex, unhex};
use crate::http::FileIdx;
use crate::ingest::{Ingest, IngestOptions};
use crate::shard::XorbInfo;
use crate::small::SmallMap;
use crate::step::{Failure, Ingested, Input, PackOptions, ShardRef, StepId, Tell};
use crate::xorb::Compression;

/// The only lane.
const LANE: u16 = 0;

/// See the module. Clones are the same data plane.
#[derive(Clone)]
pub(super) struct Packing(Rc<Inner>);

struct Inner {
    id: StepId,
    undecided_bytes: usize,
    news: News,
    state: RefCell<State>,
    changes: Changes,
    /// Whether a file is read.
    is_reading: Cell<bool>,
    /// How many wait for the open xorb to be sealed; nothing is read meanwhile.
    flushing: Cell<u32>,
}

struct State {
    ingest: Ingest,
    authority: Authority,
    /// Sealed and not stored, by their number in the push.
    bodies: SmallMap<u32, Vec<u8>>,
    /// All that were sealed.
    xorbs: Vec<XetHash>,
    /// Not accepted yet.
    shards: SmallMap<u32, ReadyShard>,
    shards_taken: u32,
    /// Finished, and not fetched.
    finished: SmallMap<FileIdx, FinishedFile>,
    /// Whole files that a probe has read.
    kept: SmallMap<FileIdx, Vec<u8>>,
}

impl Packing {
    /// The data plane of this step.
    pub(super) fn new(id: StepId, options: PackOptions, news: News) -> Packing {
        let lane = IngestOptions {
            lane: LANE,
            xorb_bytes: options.xorb_bytes as usize,
            compression: Compression::Automatic,
            sha256: true,
        };
        let undecided_bytes = options.undecided_bytes as usize;
        let ingest = Ingest::new(lane).with_bodies(options.bodies as usize).with_undecided(undecided_bytes);
        let state = State {
            ingest,
            authority: Authority::new(1, options.index_bytes as usize),
            bodies: SmallMap::new(),
            xorbs: Vec::new(),
            shards: SmallMap::new(),
            shards_taken: 0,
            finished: SmallMap::new(),
            kept: SmallMap::new(),
        };
        Packing(Rc::new(Inner {
            id,
            undecided_bytes,
            news,
            state: RefCell::new(state),
            changes: Changes::default(),
            is_reading: Cell::new(false),
            flushing: Cell::new(0),
        }))
    }

    /// Keeps the whole of a file for [`ingest`](Self::ingest).
    pub(super) fn keep(&self, file: FileIdx, bytes: Vec<u8>) {
        self.0.state.borrow_mut().kept.insert(file, bytes);
    }

    /// Takes a file through the pass; `sha256` is its digest, where it is known. Dropping the future stops it.
    pub(super) async fn ingest(
        &self,
        index: FileIdx,
        file: &UploadFile,
        size: u64,
        sha256: Option<String>,
        report: impl Fn(u64),
    ) -> Result<Ingested, Failure> {
        self.wait_until(|inner| !inner.is_reading.get() && inner.flushing.get() == 0).await;
        let reading = Reading::begin(self.clone(), index, sha256.is_none()).map_err(of_engine)?;
        let mut kept = self.0.state.borrow_mut().kept.remove(&index).filter(|kept| kept.len() as u64 == size);
        let pace = Pace::new();
        let mut from = 0;
        while from < size {
            let window = match kept.take() {
                Some(whole) => whole,
                None => file.read(from, (from + WINDOW_BYTES).min(size)).await?,
            };
            from += window.len() as u64;
            for piece in window.chunks(PIECE_BYTES) {
                pace.turn().await;
                self.room().await.map_err(of_engine)?;
                self.0.state.borrow_mut().ingest.feed(piece).map_err(of_engine)?;
                self.go_on(false).map_err(of_engine)?;
            }
            report(from);
        }
        reading.end().map_err(of_engine)?;
        // Nobody knows how long it is to the next file: what is packed is decided now.
        self.go_on(true).map_err(of_engine)?;
        self.wait_until(|inner| inner.state.borrow().finished.contains_key(&index)).await;
        self.finish(index, sha256.as_deref()).map_err(of_engine)
    }

    /// Seals what was packed.
    pub(super) async fn flush(&self) -> Result<(), Failure> {
        let flushing = Flushing::begin(self.clone());
        loop {
            self.go_on(true).map_err(of_engine)?;
            let seen = self.0.changes.count();
            if self.0.state.borrow().ingest.undecided_chunks() == 0 {
                break;
            }
            self.0.changes.since(seen).await;
        }
        self.0.state.borrow_mut().ingest.flush();
        drop(flushing);
        self.go_on(false).map_err(of_engine)
    }

    /// A shard of what is ready; none when nothing is.
    pub(super) fn shard(&self, most_bytes: u64) -> Result<Option<ShardRef>, Failure> {
        let state = &mut *self.0.state.borrow_mut();
        let Some(ready) = state.authority.take_shard(most_bytes as usize).map_err(of_engine)? else { return Ok(None) };
        let shard = state.shards_taken;
        state.shards_taken += 1;
        let of = ShardRef { shard, bytes: ready.body.len() as u64, files: ready.files.clone() };
        state.shards.insert(shard, ready);
        Ok(Some(of))
    }

    /// Looks at the body of a sealed xorb.
    pub(super) fn xorb<T>(&self, xorb: u32, look: impl FnOnce(&[u8]) -> T) -> Result<T, Failure> {
        let state = self.0.state.borrow();
        state.bodies.get(&xorb).map(|body| look(body)).ok_or_else(|| internal("there is no such xorb"))
    }

    /// Looks at the body of a shard.
    pub(super) fn shard_body<T>(&self, shard: u32, look: impl FnOnce(&[u8]) -> T) -> Result<T, Failure> {
        let state = self.0.state.borrow();
        state.shards.get(&shard).map(|ready| look(&ready.body)).ok_or_else(|| internal("there is no such shard"))
    }

    /// Hands the store's answer to a query to the authority; what cannot be read teaches nothing.
    pub(super) fn learn(&self, answer: &[u8]) {
        let _ = self.0.state.borrow_mut().authority.learn(answer, now_seconds());
    }

    /// Hands records of a xorb that the store has to the authority, which may ask about a chunk.
    pub(super) fn recall(&self, records: &[u8]) {
        let asked = self.0.state.borrow_mut().authority.recall(records);
        if let Some(chunk) = asked {
            self.0.news.put(Input::Query { id: self.0.id, chunk: chunk.to_string() });
        }
    }

    /// Passes a word on.
    pub(super) fn tell(&self, tell: Tell) {
        self.take(tell);
        if let Err(error) = self.go_on(false) {
            self.0.news.put(Input::Failed { id: self.0.id, failure: of_engine(error) });
        }
    }

    fn take(&self, tell: Tell) {
        let state = &mut *self.0.state.borrow_mut();
        match tell {
            Tell::Settled { chunk } => {
                if let Some(chunk) = XetHash::parse(&chunk) {
                    state.authority.settle(chunk);
                }
            }
            Tell::Stored { xorb } => {
                if let Some(hash) = state.xorbs.get(xorb as usize) {
                    state.authority.stored(*hash);
                }
                if let Some(body) = state.bodies.remove(&xorb) {
                    state.ingest.reuse(body);
                }
            }
            Tell::Registered { shard } => {
                if let Some(ready) = state.shards.remove(&shard) {
                    state.authority.accepted(&ready);
                }
            }
            Tell::Distrust { shard } => {
                let files = state.shards.remove(&shard).map(|ready| state.authority.distrust(&ready));
                let lost = Input::Lost { id: self.0.id, xorbs: Vec::new(), files: files.unwrap_or_default() };
                self.0.news.put(lost);
            }
            Tell::Forget { files } => {
                state.authority.forget(&files);
                for file in &files {
                    state.kept.remove(file);
                }
            }
        }
    }

    /// Lets the lane and the authority speak, until neither has anything to say; `all` asks about every chunk there is.
    fn go_on(&self, all: bool) -> Result<(), Error> {
        let Inner { id, news, .. } = &*self.0;
        let state = &mut *self.0.state.borrow_mut();
        let questions = state.ingest.take_questions(all);
        if !questions.is_empty() {
            state.authority.ask(LANE, &questions)?;
        }
        let verdicts = state.authority.decide(LANE)?;
        if !verdicts.is_empty() {
            state.ingest.decide(&verdicts)?;
        }
        for chunk in state.authority.take_queries() {
            news.put(Input::Query { id: *id, chunk: chunk.to_string() });
        }
        while let Some(sealed) = state.ingest.take_sealed() {
            let (xorb, bytes) = (state.xorbs.len() as u32, sealed.body.len() as u64);
            let info = XorbInfo { hash: sealed.hash, body_bytes: bytes as u32, chunks: sealed.chunks };
            state.authority.sealed(LANE, info)?;
            state.xorbs.push(sealed.hash);
            state.bodies.insert(xorb, sealed.body);
            news.put(Input::Sealed { id: *id, xorb, hash: sealed.hash.to_string(), bytes });
        }
        while let Some(file) = state.ingest.take_finished() {
            state.finished.insert(file.file, file);
        }
        self.0.changes.tell();
        Ok(())
    }

    /// Waits until the engine can take more.
    async fn room(&self) -> Result<(), Error> {
        let is_full = || self.0.state.borrow().ingest.undecided_bytes() >= self.0.undecided_bytes;
        loop {
            if is_full() {
                self.go_on(true)?;
            }
            let seen = self.0.changes.count();
            if !is_full() && self.0.flushing.get() == 0 {
                return Ok(());
            }
            self.0.changes.since(seen).await;
        }
    }

    async fn wait_until(&self, is_so: impl Fn(&Inner) -> bool) {
        loop {
            let seen = self.0.changes.count();
            if is_so(&self.0) {
                return;
            }
            self.0.changes.since(seen).await;
        }
    }

    /// Tells the authority of a finished file.
    fn finish(&self, index: FileIdx, sha256: Option<&str>) -> Result<Ingested, Error> {
        let state = &mut *self.0.state.borrow_mut();
        let file = state.finished.remove(&index);
        let mut file = file.ok_or_else(|| Error::internal("a file is finished that was not begun"))?;
        let digest = sha256.and_then(unhex).or(file.sha256);
        let digest = digest.ok_or_else(|| Error::internal("a file is finished and its SHA-256 is not known"))?;
        file.sha256 = Some(digest);
        let ingested =
            Ingested { xet_hash: file.hash.to_string(), sha256: hex(&digest), packed: file.packed, resumed: 0 };
        match state.authority.finished(file) {
            true => Ok(ingested),
            false => Err(Error::internal("a file refers to chunks that are lost")),
        }
    }
}

/// A file that is read; the next one waits for its end.
struct Reading {
    packing: Packing,
    is_over: bool,
}

impl Reading {
    fn begin(packing: Packing, file: FileIdx, sha256: bool) -> Result<Reading, Error> {
        packing.0.state.borrow_mut().finished.remove(&file);
        packing.0.state.borrow_mut().ingest.begin_with(file, sha256)?;
        packing.0.is_reading.set(true);
        Ok(Reading { packing, is_over: false })
    }

    fn end(mut self) -> Result<(), Error> {
        self.is_over = true;
        self.packing.0.state.borrow_mut().ingest.end()
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        if !self.is_over {
            self.packing.0.state.borrow_mut().ingest.abandon();
        }
        self.packing.0.is_reading.set(false);
        self.packing.0.changes.tell();
    }
}

/// Somebody waits for the open xorb to be sealed.
struct Flushing(Packing);

impl Flushing {
    fn begin(packing: Packing) -> Flushing {
        packing.0.flushing.set(packing.0.flushing.get() + 1);
        Flushing(packing)
    }
}

impl Drop for Flushing {
    fn drop(&mut self) {
        self.0.0.flushing.set(self.0.0.flushing.get() - 1);
        self.0.0.changes.tell();
    }
}

fn of_engine(error: Error) -> Failure {
    internal(error.to_string())
}
