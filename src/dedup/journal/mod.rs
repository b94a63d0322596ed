//! What an authority writes down while it works, so that one of a later run goes on from there.
//!
//! Only what is stored is written: a xorb when the store has it, a file as far as its chunks are in such xorbs. So whatever part of
//! the records is left, from their beginning on, is true. A run that goes on takes the old xorbs as if one more lane had packed them.
//!
//! Invariants: records only grow, until they are made short as a whole ([`compact`]); what is broken, foreign or too old is dropped with
//! all that rests on it, and costs work, never content.

mod format;
mod replay;

use self::format::{SPAN_END_MOST, Span};
use self::replay::Replay;
use super::Authority;
use super::place::Run;
use super::shards::{FinishedFile, Ledger, ReadyShard};
use crate::error::Error;
use crate::hash::{Sha256, Sized, Tree, XetHash};
use crate::http::FileIdx;
use crate::journal::FileKey;
use crate::shard::XorbInfo;
use crate::small::SmallMap;

/// How far a lane is with a file: what has found its place since it said so last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The file.
    pub key: FileKey,
    /// How many of its chunks come before these.
    pub first: u32,
    /// The saved state of its SHA-256, as far as it was read; empty where nobody makes it.
    pub digest: Vec<u8>,
    /// The chunks.
    pub chunks: Vec<Sized>,
    /// Where they are.
    pub runs: Vec<Run>,
}

/// Where a lane goes on with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The first byte that is read again.
    pub from: u64,
    /// The saved state of its SHA-256: bytes below its length are not digested again. Empty for none.
    pub digest: Vec<u8>,
    /// Its first chunks, which are stored: their bytes are not cut again.
    pub chunks: Vec<Sized>,
    /// Where they are.
    pub runs: Vec<Run>,
}

impl Resume {
    /// At the beginning.
    pub fn nothing() -> Resume {
        Resume { from: 0, digest: Vec::new(), chunks: Vec::new(), runs: Vec::new() }
    }
}

/// What is known of a file from an earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resumed {
    /// All of it: it is finished in this run as well.
    Finished {
        /// Its name in the store.
        hash: XetHash,
        /// Its SHA-256.
        sha256: [u8; 32],
    },
    /// A part.
    Part(Resume),
}

/// The records of this run.
#[derive(Debug, Default)]
pub(super) struct Records {
    out: Vec<u8>,
    /// What earlier runs have left.
    old: Replay,
    /// The number of the next xorb.
    next: u32,
    /// Numbers of the xorbs that the store told us of.
    known: SmallMap<u32, u32>,
    open: SmallMap<FileKey, Open>,
    /// A xorb was stored since all was looked through.
    has_news: bool,
    /// When it was looked at last, in seconds since 1970.
    now: u64,
}

/// A file that is read: what lanes told of it and is not written.
#[derive(Debug, Default)]
struct Open {
    first: u32,
    digest: Vec<u8>,
    chunks: Vec<Sized>,
    runs: Vec<Run>,
}

/// Makes records short: what is registered is left out, but for the chunks of the newest xorbs, up to about `most_bytes` of their lists.
///
/// Errors: `internal` when they cannot be read.
pub fn compact(stream: &[u8], most_bytes: usize) -> Result<Vec<u8>, Error> {
    let (mut replay, _) = Replay::read(stream).ok_or_else(unreadable)?;
    replay.compact(most_bytes);
    Ok(replay.write())
}

impl Authority {
    /// Goes on from the records of earlier runs, and writes down what comes to pass from now on. To be called before all else. Other
    /// records to be kept in place of these, when some of them were too old or not whole.
    ///
    /// Errors: `internal` when they are broken or not ours; then nothing is known, and new ones are written.
    pub fn restore(&mut self, stream: &[u8], now_seconds: u64) -> Result<Option<Vec<u8>>, Error> {
        self.records = Some(Records { now: now_seconds, ..Records::default() });
        let (mut old, is_whole) = Replay::read(stream).ok_or_else(unreadable)?;
        let is_old = old.expire(now_seconds);
        old.place().ok_or_else(unreadable)?;
        for (&number, xorb) in old.xorbs.iter() {
            let chunks = if xorb.is_registered { Vec::new() } else { xorb.info.chunks.clone() };
            let info = XorbInfo { chunks, ..xorb.info };
            self.ledger.restore(number, xorb.count(), info, xorb.is_registered);
        }
        for (hash, place) in old.chunks() {
            self.index.insert(hash, place);
        }
        let better = (is_old || !is_whole).then(|| old.write());
        self.records = Some(Records { next: old.next, old, now: now_seconds, ..Records::default() });
        Ok(better)
    }

    /// What is known of a file of `size` bytes; one that is known whole is taken as finished. When its SHA-256 is given, no lane makes it.
    pub fn resume(&mut self, key: FileKey, file: FileIdx, size: u64, digest: Option<[u8; 32]>) -> Option<Resumed> {
        let old = &self.records.as_ref()?.old;
        let known = old.files.get(&key)?;
        let (chunks, runs) = old.content(known)?;
        let cut: u64 = chunks.iter().map(|chunk| chunk.size).sum();
        if let Some((hash, sha256)) = known.finished
            && cut == size
            && file_hash(&chunks) == hash
        {
            if digest.is_some_and(|digest| digest != sha256) {
                // Another content of the same size and date.
                return None;
            }
            let whole = FinishedFile { file, key: Some(key), hash, sha256: Some(sha256), packed: 0, chunks, runs };
            return self.ledger.finished(whole, true).then_some(Resumed::Finished { hash, sha256 });
        }
        let state = known.digest.clone();
        let digested = Sha256::restore(&state).map_or(0, |state| state.length());
        let from = if digest.is_none() { digested.min(cut) } else { cut };
        let is_use = cut.max(digested) <= size && !chunks.is_empty();
        is_use.then_some(Resumed::Part(Resume { from, digest: state, chunks, runs }))
    }

    /// A lane is on its way through a file.
    pub fn checkpoint(&mut self, checkpoint: Checkpoint) {
        if let Some(records) = &mut self.records {
            records.checkpoint(checkpoint, &self.ledger, &self.known);
        }
    }

    /// What is to be written down, behind all that was before: whole frames, perhaps none.
    pub fn take_records(&mut self, now_seconds: u64) -> Vec<u8> {
        let Some(records) = &mut self.records else { return Vec::new() };
        records.now = now_seconds;
        if std::mem::take(&mut records.has_news) {
            records.gather(&mut self.ledger, &self.known);
        }
        std::mem::take(&mut records.out)
    }

    /// The store has refused a shard because it does not have what that names: nothing that earlier runs have stored is believed any
    /// more. The files that must be ingested again; none when there was no such thing.
    pub fn distrust(&mut self, shard: &ReadyShard) -> Vec<FileIdx> {
        if !self.ledger.has_restored() {
            return Vec::new();
        }
        let mut again = shard.files.clone();
        again.extend(self.ledger.distrust());
        self.forget_lost_chunks();
        if let Some(records) = &mut self.records {
            records.distrust();
        }
        again
    }
}

impl Records {
    pub(super) fn note_stored(&mut self) {
        self.has_news = true;
    }

    fn checkpoint(&mut self, checkpoint: Checkpoint, ledger: &Ledger, known: &[XetHash]) {
        let Checkpoint { key, first, digest, chunks, runs } = checkpoint;
        let follows = |open: &&mut Open| open.first + open.chunks.len() as u32 == first;
        if let Some(open) = self.open.get_mut(&key).filter(follows) {
            open.digest = digest;
            open.chunks.extend(chunks);
            open.runs.extend(runs);
        } else if first == 0 || self.old.files.get(&key).is_some_and(|old| old.chunks == first) {
            self.open.insert(key, Open { first, digest, chunks, runs });
        } else {
            // It goes on from what is not believed any more.
            self.open.remove(&key);
            return;
        }
        if let Some(mut open) = self.open.remove(&key) {
            self.advance(key, &mut open, ledger, known);
            self.open.insert(key, open);
        }
    }

    /// A file is finished, if it was taken. Until all of it is stored it is written as far as it is.
    pub(super) fn finished(&mut self, key: FileKey, is_taken: bool, ledger: &mut Ledger, known: &[XetHash]) {
        if !is_taken {
            self.open.remove(&key);
            return;
        }
        ledger.record(false, |ledger, file| {
            let is_stored = self.finish(file, ledger, known);
            if let Some(open) = self.open.get_mut(&key) {
                open.chunks = file.chunks.get(open.first as usize..).unwrap_or_default().to_vec();
                open.runs = without(&file.runs, open.first);
            }
            is_stored
        });
    }

    pub(super) fn registered(&mut self, xorbs: &[u32], files: &[FileKey]) {
        if xorbs.is_empty() && files.is_empty() {
            return;
        }
        self.out.extend(format::registered(xorbs, files));
    }

    fn distrust(&mut self) {
        self.old = Replay { next: self.old.next, ..Replay::default() };
        self.open = SmallMap::new();
        self.out.extend(format::forgotten(self.old.next));
    }

    /// Writes what can be written since xorbs were stored.
    fn gather(&mut self, ledger: &mut Ledger, known: &[XetHash]) {
        ledger.number_stored(|info| self.number(info));
        ledger.record(true, |ledger, file| self.finish(file, ledger, known));
        for (key, mut open) in std::mem::take(&mut self.open) {
            self.advance(key, &mut open, ledger, known);
            self.open.insert(key, open);
        }
    }

    fn number(&mut self, info: &XorbInfo) -> u32 {
        let number = self.next;
        self.next += 1;
        self.out.extend(format::xorb(number, self.now, info));
        number
    }

    /// Writes the chunks of a file that are stored, as far as they follow each other.
    fn advance(&mut self, key: FileKey, open: &mut Open, ledger: &Ledger, known: &[XetHash]) {
        let (spans, chunks) = self.spans(&open.runs, &open.chunks, ledger, known);
        if spans.is_empty() {
            return;
        }
        self.out.extend(format::checkpoint(key, open.first, &open.digest, &spans));
        open.first += chunks as u32;
        open.chunks.drain(..chunks);
        open.runs = without(&open.runs, chunks as u32);
    }

    /// Writes a finished file; `false` while not all of it is stored.
    fn finish(&mut self, file: &FinishedFile, ledger: &Ledger, known: &[XetHash]) -> bool {
        let (Some(key), Some(sha256)) = (file.key, &file.sha256) else { return false };
        // Most wait for their last chunk.
        if let Some(last) = file.runs.last()
            && last.start.origin.as_known().is_none()
            && ledger.stored_at(last.start.plus(last.chunks - 1)).is_none()
        {
            return false;
        }
        let (spans, chunks) = self.spans(&file.runs, &file.chunks, ledger, known);
        let is_stored = chunks == file.chunks.len();
        if is_stored {
            self.open.remove(&key);
            self.out.extend(format::finished(key, file.hash, sha256, &spans));
        }
        is_stored
    }

    /// Where chunks are, up to the first one that is not stored, and how many they are.
    fn spans(&mut self, runs: &[Run], chunks: &[Sized], ledger: &Ledger, known: &[XetHash]) -> (Vec<Span>, usize) {
        let mut spans = Vec::new();
        let mut done = 0;
        for run in runs {
            let mut run = *run;
            while run.chunks > 0 {
                let Some(span) = self.span(run, &chunks[done.min(chunks.len())..], ledger, known) else {
                    return (spans, done);
                };
                run = Run { start: run.start.plus(span.chunks), chunks: run.chunks - span.chunks };
                done += span.chunks as usize;
                spans.push(span);
            }
        }
        (spans, done)
    }

    /// The beginning of a run as a span; `chunks` are those of the run and what follows.
    fn span(&mut self, run: Run, chunks: &[Sized], ledger: &Ledger, known: &[XetHash]) -> Option<Span> {
        let (xorb, start, most, is_listed) = match run.start.origin.as_known() {
            Some(at) => (self.number_known(at, known)?, run.start.number, run.chunks, true),
            None => {
                let stored = ledger.stored_at(run.start)?;
                (stored.number?, stored.start, stored.most, stored.is_registered)
            }
        };
        let count = run.chunks.min(most);
        let own = chunks.get(..count as usize)?;
        let list = if is_listed { own.to_vec() } else { Vec::new() };
        (start.checked_add(count)? <= SPAN_END_MOST).then_some(Span { xorb, start, chunks: count, list })
    }

    /// The number of a xorb that the store told us of: it is as good as stored now.
    fn number_known(&mut self, at: usize, known: &[XetHash]) -> Option<u32> {
        let info = XorbInfo { hash: *known.get(at)?, body_bytes: 0, chunks: Vec::new() };
        let at = at as u32;
        if let Some(number) = self.known.get(&at) {
            return Some(*number);
        }
        let number = self.number(&info);
        self.known.insert(at, number);
        Some(number)
    }
}

/// The runs behind so many chunks.
fn without(runs: &[Run], mut chunks: u32) -> Vec<Run> {
    let mut rest = Vec::new();
    for run in runs {
        let done = run.chunks.min(chunks);
        chunks -= done;
        if done < run.chunks {
            rest.push(Run { start: run.start.plus(done), chunks: run.chunks - done });
        }
    }
    rest
}

fn file_hash(chunks: &[Sized]) -> XetHash {
    let mut tree = Tree::new();
    chunks.iter().for_each(|chunk| tree.push(*chunk));
    tree.file_hash()
}

fn unreadable() -> Error {
    Error::internal("the records of an earlier run cannot be read")
}
