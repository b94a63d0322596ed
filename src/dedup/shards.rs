//! What became of chunks and files, and the shards that tell the store of it.
//!
//! Invariants: a file enters a shard when every xorb that holds a chunk of it is stored, not before; a xorb is listed in each
//! shard that needs it until one of them was accepted; chunk lists are dropped when they are not needed any more.

use std::collections::{HashSet, VecDeque};

use super::place::{Origin, Place, Run};
use crate::error::Error;
use crate::hash::{Sized, XetHash, range_hash};
use crate::http::FileIdx;
use crate::shard::{FileInfo, RECORD_BYTES, Term, XorbInfo, write};

/// A file whose chunks are all decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedFile {
    /// Which one.
    pub file: FileIdx,
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
    /// The xorbs that it lists; to be named when it was accepted.
    pub xorbs: Vec<XetHash>,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    lanes: Vec<LaneXorbs>,
    waiting: VecDeque<FinishedFile>,
}

/// The xorbs of a lane, in the order of its chunks; of a lost lane only those that are stored.
#[derive(Debug, Default)]
struct LaneXorbs {
    packed: Vec<Packed>,
    is_gone: bool,
}

/// Which lane, and which of its xorbs.
type At = (usize, usize);

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
}

impl Ledger {
    pub(super) fn new(lanes: u16) -> Ledger {
        Ledger { lanes: (0..lanes).map(|_| LaneXorbs::default()).collect(), waiting: VecDeque::new() }
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
            packed.push(Packed { first, count, info, is_stored: false, is_registered: false });
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
    pub(super) fn finished(&mut self, file: FinishedFile) -> bool {
        let is_whole = !self.is_broken(&file);
        if is_whole {
            self.waiting.push_back(file);
        }
        is_whole
    }

    pub(super) fn forget(&mut self, files: &[FileIdx]) {
        let files: HashSet<FileIdx> = files.iter().copied().collect();
        self.waiting.retain(|file| !files.contains(&file.file));
    }

    /// A lane is gone: of its xorbs those are left that are stored. Gives up the files that refer to others.
    pub(super) fn lost(&mut self, lane: u16) -> Vec<FileIdx> {
        if let Some(lane) = self.lanes.get_mut(usize::from(lane)) {
            lane.is_gone = true;
            lane.packed.retain(|packed| packed.is_stored);
        }
        let (broken, whole) = std::mem::take(&mut self.waiting).into_iter().partition(|file| self.is_broken(file));
        self.waiting = whole;
        let broken: VecDeque<FinishedFile> = broken;
        broken.into_iter().map(|file| file.file).collect()
    }

    /// Whether the chunk went with its lane.
    pub(super) fn is_lost(&self, place: Place) -> bool {
        self.is_of_lost_lane(place) && self.holder(place).is_none()
    }

    fn is_of_lost_lane(&self, place: Place) -> bool {
        place.origin.as_lane().and_then(|lane| self.lanes.get(lane)).is_some_and(|lane| lane.is_gone)
    }

    fn is_broken(&self, file: &FinishedFile) -> bool {
        let of_lost_lanes = file.runs.iter().filter(|run| self.is_of_lost_lane(run.start));
        of_lost_lanes
            .flat_map(|run| (0..run.chunks).map(|n| run.start.plus(n)))
            .any(|place| self.holder(place).is_none())
    }

    /// A shard of files that are ready, of at most about `most_bytes` unless one file alone is larger.
    pub(super) fn take(
        &mut self,
        most_bytes: usize,
        known: impl Fn(Origin) -> Option<XetHash>,
    ) -> Result<Option<ReadyShard>, Error> {
        let mut files: Vec<FileInfo> = Vec::new();
        let mut named = HashSet::new();
        let mut indexes = Vec::new();
        let mut listed: Vec<At> = Vec::new();
        let mut bytes = 3 * RECORD_BYTES;
        let mut later = VecDeque::new();
        while let Some(file) = self.waiting.pop_front() {
            let Some((info, xorbs)) = self.resolve(&file, &known)? else {
                later.push_back(file);
                continue;
            };
            let fresh: Vec<At> = xorbs.into_iter().filter(|xorb| !listed.contains(xorb)).collect();
            let more = info.record_bytes()
                + fresh.iter().map(|&(lane, at)| self.lanes[lane].packed[at].info.record_bytes()).sum::<usize>();
            if !indexes.is_empty() && bytes + more > most_bytes {
                later.push_back(file);
                break;
            }
            bytes += more;
            listed.extend(fresh);
            indexes.push(file.file);
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
        let xorbs: Vec<XorbInfo> = listed.iter().map(|&(lane, at)| self.lanes[lane].packed[at].info.clone()).collect();
        let hashes = xorbs.iter().map(|xorb| xorb.hash).collect();
        Ok(Some(ReadyShard { body: write(&files, &xorbs), files: indexes, xorbs: hashes }))
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
                        let Some((lane, at)) = self.holder(run.start) else { return Ok(None) };
                        let packed = &self.lanes[lane].packed[at];
                        if !packed.is_stored {
                            return Ok(None);
                        }
                        if !packed.is_registered && !xorbs.contains(&(lane, at)) {
                            xorbs.push((lane, at));
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

    /// The sealed xorb that holds a chunk of a lane.
    fn holder(&self, place: Place) -> Option<At> {
        let lane = place.origin.as_lane()?;
        let packed = &self.lanes.get(lane)?.packed;
        let at = packed.partition_point(|xorb| xorb.first <= place.number).checked_sub(1)?;
        let inside = place.number - packed[at].first < packed[at].count;
        inside.then_some((lane, at))
    }

    fn each(&mut self, hash: XetHash, mut apply: impl FnMut(&mut Packed)) {
        for packed in self.lanes.iter_mut().flat_map(|lane| &mut lane.packed).filter(|packed| packed.info.hash == hash)
        {
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
