//! What became of chunks and files, and the shards that tell the store of it.
//!
//! Invariants: a file enters a shard when every xorb that holds a chunk of it is stored, not before; a xorb is listed in each
//! shard that needs it until one of them was accepted; chunk lists are dropped when they are not needed any more.

use std::collections::{HashSet, VecDeque};

use super::place::{Origin, Place, Run};
use crate::error::Error;
use crate::hash::{Sized, XetHash, range_hash};
use crate::http::FileIdx;
use crate::journal::FileKey;
use crate::shard::{FileInfo, RECORD_BYTES, Term, XorbInfo, write};

/// A file whose chunks are all decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedFile {
    /// Which one.
    pub file: FileIdx,
    /// By which the journal knows it.
    pub key: Option<FileKey>,
    /// Its name in the store.
    pub hash: XetHash,
    /// Its SHA-256, for git repos.
    pub sha256: Option<[u8; 32]>,
    /// Raw bytes of its chunks that were new, and packed.
    pub packed: u64,
    /// Its chunks in order.
    pub chunks: Vec<Sized>,
    /// Where they are: as many chunks in all as there are above.
    pub runs: Vec<Run>,
}

/// A shard that can be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadyShard {
    /// Its body.
    pub body: Vec<u8>,
    /// The files that it registers.
    pub files: Vec<FileIdx>,
    /// Those of them that the journal knows.
    pub keys: Vec<FileKey>,
    /// The xorbs that it lists; to be named when it was accepted.
    pub xorbs: Vec<XetHash>,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    lanes: Vec<LaneXorbs>,
    /// What earlier runs have stored.
    restored: LaneXorbs,
    waiting: VecDeque<Waiting>,
}

/// A file that is in no shard yet.
#[derive(Debug)]
struct Waiting {
    file: FinishedFile,
    /// Whether the journal has it.
    is_recorded: bool,
}

/// The xorbs of a lane, in the order of its chunks; of one that is gone only those that are stored.
#[derive(Debug, Default)]
struct LaneXorbs {
    packed: Vec<Packed>,
    is_gone: bool,
}

/// Whose, and which of its xorbs.
type At = (Origin, usize);

/// Where a stored chunk lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stored {
    /// The xorb's number in the journal.
    pub(super) number: Option<u32>,
    /// Which of its chunks it is.
    pub(super) start: u32,
    /// How many there are from it on.
    pub(super) most: u32,
    /// Whether the store has been told of its chunks.
    pub(super) is_registered: bool,
}

/// A xorb that a lane has sealed.
#[derive(Debug)]
struct Packed {
    /// The lane's number of its first chunk.
    first: u32,
    count: u32,
    /// Without its chunks once it is registered.
    info: XorbInfo,
    is_stored: bool,
    is_registered: bool,
    /// Its number in the journal.
    number: Option<u32>,
}

impl Ledger {
    pub(super) fn new(lanes: u16) -> Ledger {
        Ledger { lanes: (0..lanes).map(|_| LaneXorbs::default()).collect(), ..Ledger::default() }
    }

    /// An earlier run has stored a xorb; `count` of its chunks matter. They come in the order of their places.
    pub(super) fn restore(&mut self, number: u32, count: u32, info: XorbInfo, is_registered: bool) {
        let LaneXorbs { packed, is_gone } = &mut self.restored;
        *is_gone = true;
        let first = packed.last().map_or(0, |before| before.first + before.count);
        packed.push(Packed { first, count, info, is_stored: true, is_registered, number: Some(number) });
    }

    /// Whether there is anything of earlier runs.
    pub(super) fn has_restored(&self) -> bool {
        !self.restored.packed.is_empty()
    }

    /// Nothing is believed of what earlier runs have stored. Gives up the files that refer to it.
    pub(super) fn distrust(&mut self) -> Vec<FileIdx> {
        self.restored.packed.clear();
        self.give_up_broken()
    }

    pub(super) fn add_lane(&mut self) {
        self.lanes.push(LaneXorbs::default());
    }

    /// A lane has sealed its next xorb.
    pub(super) fn sealed(&mut self, lane: u16, info: XorbInfo) -> Result<(), Error> {
        let LaneXorbs { packed, is_gone } =
            self.lanes.get_mut(usize::from(lane)).ok_or_else(|| Error::internal("a lane sealed that is not there"))?;
        if !*is_gone {
            let first = packed.last().map_or(0, |before| before.first + before.count);
            let count = info.chunks.len() as u32;
            packed.push(Packed { first, count, info, is_stored: false, is_registered: false, number: None });
        }
        Ok(())
    }

    /// The store has a xorb. Equal ones of different lanes are stored together.
    pub(super) fn stored(&mut self, hash: XetHash) {
        self.each(hash, |packed| packed.is_stored = true);
    }

    /// A shard that listed this xorb was accepted: its chunks need not be told of again.
    pub(super) fn registered(&mut self, hash: XetHash) {
        self.each(hash, |packed| {
            packed.is_registered = true;
            packed.info.chunks = Vec::new();
        });
    }

    /// Takes a file; not one that refers to lost chunks.
    pub(super) fn finished(&mut self, file: FinishedFile, is_recorded: bool) -> bool {
        let is_whole = !self.is_broken(&file);
        if is_whole {
            self.waiting.push_back(Waiting { file, is_recorded });
        }
        is_whole
    }

    /// Numbers the stored xorbs that have no number.
    pub(super) fn number_stored(&mut self, mut number: impl FnMut(&XorbInfo) -> u32) {
        let all = self.lanes.iter_mut().flat_map(|lane| &mut lane.packed);
        for packed in all.filter(|packed| packed.is_stored && packed.number.is_none()) {
            packed.number = Some(number(&packed.info));
        }
    }

    /// Numbers of the xorbs with these hashes.
    pub(super) fn numbers(&self, hashes: &[XetHash]) -> Vec<u32> {
        let all = self.lanes.iter().chain([&self.restored]).flat_map(|lane| &lane.packed);
        all.filter(|packed| hashes.contains(&packed.info.hash)).filter_map(|packed| packed.number).collect()
    }

    /// Lets the waiting files be recorded that are not: the last one, or all.
    pub(super) fn record(&mut self, all: bool, mut record: impl FnMut(&Ledger, &FinishedFile) -> bool) {
        let mut waiting = std::mem::take(&mut self.waiting);
        let from = if all { 0 } else { waiting.len().saturating_sub(1) };
        for one in waiting.iter_mut().skip(from).filter(|one| !one.is_recorded) {
            one.is_recorded = record(self, &one.file);
        }
        self.waiting = waiting;
    }

    /// Where a chunk of a lane or of an earlier run lies, when that is stored.
    pub(super) fn stored_at(&self, place: Place) -> Option<Stored> {
        let Packed { first, count, is_stored, is_registered, number, .. } = self.at(self.holder(place)?)?;
        let start = place.number - first;
        let stored = Stored { number: *number, start, most: count - start, is_registered: *is_registered };
        is_stored.then_some(stored)
    }

    pub(super) fn forget(&mut self, files: &[FileIdx]) {
        let files: HashSet<FileIdx> = files.iter().copied().collect();
        self.waiting.retain(|one| !files.contains(&one.file.file));
    }

    /// A lane is gone: of its xorbs those are left that are stored. Gives up the files that refer to others.
    pub(super) fn lost(&mut self, lane: u16) -> Vec<FileIdx> {
        if let Some(lane) = self.lanes.get_mut(usize::from(lane)) {
            lane.is_gone = true;
            lane.packed.retain(|packed| packed.is_stored);
        }
        self.give_up_broken()
    }

    fn give_up_broken(&mut self) -> Vec<FileIdx> {
        let waiting = std::mem::take(&mut self.waiting);
        let (broken, whole): (VecDeque<_>, _) = waiting.into_iter().partition(|one| self.is_broken(&one.file));
        self.waiting = whole;
        broken.into_iter().map(|one| one.file.file).collect()
    }

    /// Whether the chunk went with its lane.
    pub(super) fn is_lost(&self, place: Place) -> bool {
        self.is_of_lost_lane(place) && self.holder(place).is_none()
    }

    fn is_of_lost_lane(&self, place: Place) -> bool {
        self.of(place.origin).is_some_and(|lane| lane.is_gone)
    }

    fn is_broken(&self, file: &FinishedFile) -> bool {
        let mut of_lost_lanes = file.runs.iter().filter(|run| self.is_of_lost_lane(run.start));
        of_lost_lanes.any(|run| !self.holds(*run))
    }

    /// Whether all chunks of a run are in sealed xorbs.
    fn holds(&self, mut run: Run) -> bool {
        while let Some(packed) = self.holder(run.start).and_then(|at| self.at(at)) {
            let count = packed.count - (run.start.number - packed.first);
            if count >= run.chunks {
                return true;
            }
            run = Run { start: run.start.plus(count), chunks: run.chunks - count };
        }
        false
    }

    /// A shard of files that are ready, of at most about `most_bytes` unless one file alone is larger.
    pub(super) fn take(
        &mut self,
        most_bytes: usize,
        known: impl Fn(Origin) -> Option<XetHash>,
    ) -> Result<Option<ReadyShard>, Error> {
        let mut files: Vec<FileInfo> = Vec::new();
        let mut named = HashSet::new();
        let (mut indexes, mut keys) = (Vec::new(), Vec::new());
        let mut listed: Vec<At> = Vec::new();
        let mut bytes = 3 * RECORD_BYTES;
        let mut later = VecDeque::new();
        while let Some(one) = self.waiting.pop_front() {
            let file = &one.file;
            let Some((info, xorbs)) = self.resolve(file, &known)? else {
                later.push_back(one);
                continue;
            };
            let fresh: Vec<At> = xorbs.into_iter().filter(|xorb| !listed.contains(xorb)).collect();
            let more = info.record_bytes()
                + fresh.iter().filter_map(|at| self.at(*at)).map(|xorb| xorb.info.record_bytes()).sum::<usize>();
            if !indexes.is_empty() && bytes + more > most_bytes {
                later.push_back(one);
                break;
            }
            bytes += more;
            listed.extend(fresh);
            indexes.push(file.file);
            keys.extend(file.key);
            // Equal files are one entry.
            if named.insert((info.hash, info.sha256)) {
                files.push(info);
            }
        }
        later.append(&mut self.waiting);
        self.waiting = later;
        if indexes.is_empty() {
            return Ok(None);
        }
        let xorbs: Vec<XorbInfo> = listed.iter().filter_map(|at| self.at(*at)).map(|xorb| xorb.info.clone()).collect();
        let hashes = xorbs.iter().map(|xorb| xorb.hash).collect();
        Ok(Some(ReadyShard { body: write(&files, &xorbs), files: indexes, keys, xorbs: hashes }))
    }

    /// The entry of a file and the xorbs to list for it; `None` while one of its xorbs is not stored.
    fn resolve(
        &self,
        file: &FinishedFile,
        known: &impl Fn(Origin) -> Option<XetHash>,
    ) -> Result<Option<(FileInfo, Vec<At>)>, Error> {
        let mut terms: Vec<Term> = Vec::new();
        let mut xorbs = Vec::new();
        let mut chunks = file.chunks.as_slice();
        for run in &file.runs {
            let mut run = *run;
            while run.chunks > 0 {
                let (xorb, start, most) = match known(run.start.origin) {
                    Some(xorb) => (xorb, run.start.number, run.chunks),
                    None => {
                        let Some(at) = self.holder(run.start) else { return Ok(None) };
                        let Some(packed) = self.at(at).filter(|packed| packed.is_stored) else { return Ok(None) };
                        if !packed.is_registered && !xorbs.contains(&at) {
                            xorbs.push(at);
                        }
                        let start = run.start.number - packed.first;
                        (packed.info.hash, start, packed.count - start)
                    }
                };
                let count = run.chunks.min(most);
                let (own, rest) = chunks
                    .split_at_checked(count as usize)
                    .ok_or_else(|| Error::internal("a file has fewer chunks than places"))?;
                append(&mut terms, xorb, start, own);
                chunks = rest;
                run = Run { start: run.start.plus(count), chunks: run.chunks - count };
            }
        }
        if !chunks.is_empty() {
            return Err(Error::internal("a file has more chunks than places"));
        }
        let mut at = 0;
        for term in &mut terms {
            let count = (term.end - term.start) as usize;
            term.range_hash = range_hash(file.chunks[at..at + count].iter().map(|chunk| chunk.hash));
            at += count;
        }
        Ok(Some((FileInfo { hash: file.hash, terms, sha256: file.sha256 }, xorbs)))
    }

    /// The sealed xorb that holds a chunk of a lane, or of an earlier run.
    fn holder(&self, place: Place) -> Option<At> {
        let packed = &self.of(place.origin)?.packed;
        let at = packed.partition_point(|xorb| xorb.first <= place.number).checked_sub(1)?;
        let inside = place.number - packed[at].first < packed[at].count;
        inside.then_some((place.origin, at))
    }

    fn of(&self, origin: Origin) -> Option<&LaneXorbs> {
        if origin.is_restored() { Some(&self.restored) } else { self.lanes.get(origin.as_lane()?) }
    }

    fn at(&self, (origin, at): At) -> Option<&Packed> {
        self.of(origin)?.packed.get(at)
    }

    fn each(&mut self, hash: XetHash, mut apply: impl FnMut(&mut Packed)) {
        let all = self.lanes.iter_mut().chain([&mut self.restored]).flat_map(|lane| &mut lane.packed);
        for packed in all.filter(|packed| packed.info.hash == hash) {
            apply(packed);
        }
    }
}

/// Adds chunks to the terms, to the last one where they follow it.
fn append(terms: &mut Vec<Term>, xorb: XetHash, start: u32, chunks: &[Sized]) {
    let bytes = chunks.iter().map(|chunk| chunk.size).sum::<u64>();
    let end = start + chunks.len() as u32;
    if let Some(last) = terms.last_mut()
        && last.xorb == xorb
        && last.end == start
        && let Some(sum) = u64::from(last.bytes).checked_add(bytes).and_then(|sum| u32::try_from(sum).ok())
    {
        last.end = end;
        last.bytes = sum;
        return;
    }
    terms.push(Term { xorb, bytes: bytes as u32, start, end, range_hash: XetHash::ZERO });
}
