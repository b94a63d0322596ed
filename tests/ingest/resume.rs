//! Whatever moment a run ends at, the next one goes on from what was written down: the same files come out, and what is stored is
//! neither sent nor, beyond a bound, read again.

use std::collections::{HashSet, VecDeque};

use hubferry::dedup::{Authority, Chunk, Resume, Resumed, compact};
use hubferry::hash::{Sha256, XetHash};
use hubferry::http::FileIdx;
use hubferry::ingest::{Beginning, Ingest, IngestOptions};
use hubferry::journal::FileKey;
use hubferry::shard::XorbInfo;
use hubferry::xorb::Compression;
use proptest::prelude::*;

use crate::store::Store;
use crate::{SHARD_BYTES, XORB_BYTES, chooser, content, noise};

/// Bytes of a lane that may wait for verdicts here.
const UNDECIDED_BYTES: usize = 200_000;

/// Bytes of a window at most.
const WINDOW_BYTES: usize = 100_000;

const NOW: u64 = 1_800_000_000;

/// What stays when a run ends: the store, and the records on the device.
#[derive(Default, Clone)]
struct Left {
    store: Store,
    stream: Vec<u8>,
    /// Bytes of the last piece of the stream.
    tail: usize,
    registered: HashSet<usize>,
    /// Bytes that were read in all runs.
    read: usize,
}

struct Job {
    file: usize,
    at: usize,
    is_begun: bool,
    resume: Option<Resume>,
    /// Made by somebody else than the lane.
    beside: Option<Sha256>,
}

struct Lane {
    ingest: Ingest,
    jobs: VecDeque<Job>,
    ended: VecDeque<Job>,
    asked: VecDeque<Vec<Chunk>>,
}

/// One run; it ends after so many turns, if it has not come to its end.
struct Run<'a> {
    left: &'a mut Left,
    files: &'a [Vec<u8>],
    authority: Authority,
    lanes: Vec<Lane>,
    unstored: VecDeque<(u16, XetHash, Vec<u8>)>,
    /// Chunks that were packed in this run.
    packed: Vec<XetHash>,
    /// What the store knew when the run began is not answered for.
    now: u64,
}

fn key(file: usize) -> FileKey {
    FileKey([file as u8; 16])
}

impl<'a> Run<'a> {
    fn new(left: &'a mut Left, files: &'a [Vec<u8>], lanes: u16, now: u64) -> Run<'a> {
        let mut authority = Authority::new(lanes, 1 << 22);
        match authority.restore(&left.stream, now) {
            Ok(None) => {}
            Ok(Some(better)) => left.stream = better,
            Err(_) => left.stream.clear(),
        }
        let lane = |lane| {
            let compression = Compression::Automatic;
            let options = IngestOptions { lane, xorb_bytes: XORB_BYTES, compression, sha256: true };
            let ingest = Ingest::new(options).with_bodies(1);
            Lane { ingest, jobs: VecDeque::new(), ended: VecDeque::new(), asked: VecDeque::new() }
        };
        let lanes = (0..lanes).map(lane).collect();
        let mut run = Run { left, files, authority, lanes, unstored: VecDeque::new(), packed: Vec::new(), now };
        let open: Vec<usize> = (0..files.len()).filter(|file| !run.left.registered.contains(file)).collect();
        open.into_iter().for_each(|file| run.begin(file));
        run
    }

    fn begin(&mut self, file: usize) {
        let size = self.files[file].len();
        let resume = match self.authority.resume(key(file), FileIdx(file as u32), size as u64, None) {
            Some(Resumed::Finished { sha256, .. }) => {
                assert_eq!(sha256, digest(&self.files[file]));
                return;
            }
            Some(Resumed::Part(resume)) => Some(resume),
            None => None,
        };
        let at = resume.as_ref().map_or(0, |resume| resume.from as usize);
        let state = resume.as_ref().and_then(|resume| Sha256::restore(&resume.digest).ok());
        let beside = (file % 3 == 1).then(|| state.unwrap_or_default());
        let count = self.lanes.len();
        self.lanes[file % count].jobs.push_back(Job { file, at, is_begun: false, resume, beside });
    }

    /// Lanes and authority take turns as `choose` says, until all is registered (`true`) or the turns are over.
    fn go(&mut self, mut choose: impl FnMut() -> u32, turns: usize) -> bool {
        for _ in 0..turns {
            if self.left.registered.len() == self.files.len() {
                return true;
            }
            let lane = choose() as usize % self.lanes.len();
            match choose() % 5 {
                0 | 1 => self.read(lane, 1 + choose() as usize % WINDOW_BYTES),
                2 => self.decide(lane),
                3 => self.store(choose().is_multiple_of(8)),
                _ if choose().is_multiple_of(4) => self.shard(),
                _ => {}
            }
            self.gather(lane);
            self.write();
        }
        false
    }

    fn write(&mut self) {
        let records = self.authority.take_records(self.now);
        if !records.is_empty() {
            self.left.tail = records.len();
            self.left.stream.extend(records);
        }
    }

    fn read(&mut self, lane: usize, bytes: usize) {
        let Lane { ingest, jobs, ended, asked } = &mut self.lanes[lane];
        let Some(job) = jobs.front_mut().filter(|_| ingest.undecided_bytes() < UNDECIDED_BYTES) else {
            asked.push_back(ingest.take_questions(true));
            return;
        };
        if !std::mem::replace(&mut job.is_begun, true) {
            let resume = job.resume.take();
            let sha256 = job.beside.is_none();
            let file = FileIdx(job.file as u32);
            ingest.begin_file(Beginning { file, sha256, key: Some(key(job.file)), resume }).unwrap();
        }
        let content = &self.files[job.file];
        let window = &content[job.at..content.len().min(job.at + bytes)];
        ingest.feed(window).unwrap();
        if let Some(beside) = &mut job.beside {
            let known = (beside.length() as usize).saturating_sub(job.at).min(window.len());
            beside.update(&window[known..]);
        }
        self.left.read += window.len();
        job.at += window.len();
        let state = job.beside.as_ref().map(Sha256::save).unwrap_or_default();
        if let Some(checkpoint) = ingest.take_checkpoint(state) {
            self.authority.checkpoint(checkpoint);
        }
        if job.at == content.len() {
            ingest.end().unwrap();
            ended.extend(jobs.pop_front());
        }
        let questions = ingest.take_questions(false);
        if !questions.is_empty() {
            asked.push_back(questions);
        }
    }

    fn decide(&mut self, lane: usize) {
        let Lane { ingest, asked, .. } = &mut self.lanes[lane];
        if let Some(asked) = asked.pop_front() {
            self.authority.ask(lane as u16, &asked).unwrap();
        }
        let verdicts = self.authority.decide(lane as u16).unwrap();
        ingest.decide(&verdicts).unwrap();
        for query in self.authority.take_queries() {
            if let Some(answer) = self.left.store.answer(query) {
                self.authority.learn(&answer, 0).unwrap();
            }
            self.authority.settle(query);
        }
    }

    fn store(&mut self, idle: bool) {
        if let Some((lane, hash, body)) = self.unstored.pop_front() {
            self.authority.stored(hash);
            self.lanes[usize::from(lane)].ingest.reuse(body);
        } else if idle {
            for lane in 0..self.lanes.len() {
                if self.lanes[lane].jobs.is_empty() && self.lanes[lane].ingest.undecided_chunks() == 0 {
                    self.lanes[lane].ingest.flush();
                    self.gather(lane);
                }
            }
        }
    }

    fn gather(&mut self, lane: usize) {
        while let Some(sealed) = self.lanes[lane].ingest.take_sealed() {
            self.packed.extend(sealed.chunks.iter().map(|chunk| chunk.hash));
            let info = XorbInfo { hash: sealed.hash, body_bytes: sealed.body.len() as u32, chunks: sealed.chunks };
            self.left.store.take_xorb(sealed.hash, &sealed.body);
            self.authority.sealed(lane as u16, info).unwrap();
            self.unstored.push_back((lane as u16, sealed.hash, sealed.body));
        }
        while let Some(mut finished) = self.lanes[lane].ingest.take_finished() {
            let job = self.lanes[lane].ended.pop_front().expect("a file that was read");
            finished.sha256 = finished.sha256.or(job.beside.map(Sha256::digest_bytes));
            assert_eq!(finished.sha256, Some(digest(&self.files[job.file])));
            if !self.authority.finished(finished) {
                self.begin(job.file);
            }
        }
    }

    fn shard(&mut self) {
        while let Some(shard) = self.authority.take_shard(SHARD_BYTES).unwrap() {
            if self.left.store.would_take(&shard.body) {
                self.left.store.take_shard(&shard.body);
                self.authority.accepted(&shard);
                self.left.registered.extend(shard.files.iter().map(|file| file.0 as usize));
            } else {
                for file in self.authority.distrust(&shard) {
                    self.begin(file.0 as usize);
                }
            }
        }
    }
}

impl Left {
    /// The chunks of which the records say that they are stored.
    fn recorded(&self, files: &[Vec<u8>]) -> HashSet<[u64; 4]> {
        let mut authority = Authority::new(1, 1 << 22);
        authority.restore(&self.stream, NOW).unwrap();
        let all = self.store.stored_chunks();
        let ask = |hash: &XetHash| Chunk { hash: *hash, bytes: 1, is_first: false };
        let asked: Vec<Chunk> = all.iter().map(ask).collect();
        let mut known = HashSet::new();
        for chunk in asked {
            authority.ask(0, &[chunk]).unwrap();
            for verdict in authority.decide(0).unwrap() {
                if verdict != hubferry::dedup::Verdict::New {
                    known.insert(chunk.hash.sort_key());
                }
            }
            authority.take_queries().into_iter().for_each(|query| authority.settle(query));
        }
        assert!(files.len() < 256, "keys are made from numbers");
        known
    }

    /// The device lost the end of what was written last.
    fn cut_tail(&mut self, bytes: usize) {
        let bytes = bytes.min(self.tail);
        self.stream.truncate(self.stream.len() - bytes);
        self.tail = 0;
    }

    fn check(&self, files: &[Vec<u8>]) {
        for file in files {
            assert!(self.store.read(&digest(file)) == *file, "a file is another one");
        }
    }
}

fn digest(file: &[u8]) -> [u8; 32] {
    let mut sha256 = Sha256::new();
    sha256.update(file);
    sha256.digest_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_push_that_is_killed_again_and_again_comes_to_the_same_end(
        files in prop::collection::vec(content(), 1..6),
        kills in prop::collection::vec((1..4_u16, 0..400_usize, any::<u64>(), 0..200_usize, 0..3_u8), 0..5),
        seed in any::<u64>(),
    ) {
        let mut left = Left::default();
        for (lanes, turns, seed, cut, memory) in kills {
            let stored = left.recorded(&files);
            let mut run = Run::new(&mut left, &files, lanes, NOW);
            run.go(chooser(seed), turns);
            prop_assert!(run.packed.iter().all(|chunk| !stored.contains(&chunk.sort_key())), "a stored chunk was packed again");
            left.cut_tail(cut);
            match memory {
                // What the store was told of may be forgotten, and made short.
                0 => left.registered.clear(),
                1 => left.stream = compact(&left.stream, 10_000).unwrap(),
                _ => {}
            }
        }
        let stored = left.recorded(&files);
        let mut run = Run::new(&mut left, &files, 2, NOW);
        prop_assert!(run.go(chooser(seed), 1_000_000));
        prop_assert!(run.packed.iter().all(|chunk| !stored.contains(&chunk.sort_key())));
        left.check(&files);
    }

    #[test]
    fn records_that_are_damaged_or_old_cost_work_and_nothing_else(
        files in prop::collection::vec(content(), 1..4),
        turns in 50..500_usize,
        at in any::<prop::sample::Index>(),
        damage in 0..4_u8,
        seed in any::<u64>(),
    ) {
        let mut left = Left::default();
        Run::new(&mut left, &files, 2, NOW).go(chooser(seed), turns);
        let mut now = NOW;
        match damage {
            0 if !left.stream.is_empty() => { let at = at.index(left.stream.len()); left.stream[at] ^= 0x10; }
            1 => { let end = at.index(left.stream.len() + 1); left.stream.truncate(end); }
            2 => now += 21 * 3_600,
            _ => left.stream.extend(noise(seed, 40)),
        }
        let mut run = Run::new(&mut left, &files, 2, now);
        prop_assert!(run.go(chooser(seed ^ 5), 1_000_000));
        left.check(&files);
    }

    #[test]
    fn a_store_that_lost_its_xorbs_gets_them_again(
        files in prop::collection::vec(content(), 1..5),
        turns in 50..600_usize,
        seed in any::<u64>(),
    ) {
        let mut left = Left::default();
        Run::new(&mut left, &files, 2, NOW).go(chooser(seed), turns);
        left.store.sweep();
        let mut run = Run::new(&mut left, &files, 2, NOW);
        prop_assert!(run.go(chooser(seed ^ 9), 1_000_000));
        left.check(&files);
    }
}

/// Of each lane: a body that is sealed, one that is open, what is undecided, and a window.
#[test]
fn little_is_read_again() {
    let files: Vec<Vec<u8>> = (0..4).map(|seed| noise(seed + 100, 4_000_000)).collect();
    let total: usize = files.iter().map(Vec::len).sum();
    for seed in 0..6 {
        let lanes = 1 + seed as u16 % 3;
        let mut left = Left::default();
        let mut kills = 0;
        while !Run::new(&mut left, &files, lanes, NOW).go(chooser(seed * 31 + kills as u64), 900) {
            kills += 1;
        }
        let bound = kills * usize::from(lanes) * (2 * XORB_BYTES + UNDECIDED_BYTES + 2 * WINDOW_BYTES);
        let again = left.read - total;
        assert!(kills > 0 && again <= bound, "{again} bytes were read again after {kills} kills, {bound} may be");
        left.check(&files);
    }
}

#[test]
fn a_file_that_was_read_to_its_end_goes_on_from_what_is_stored_of_it() {
    let files = vec![noise(70, XORB_BYTES / 2 * 3)];
    let mut left = Left::default();
    let mut run = Run::new(&mut left, &files, 1, NOW);
    while !run.lanes[0].jobs.is_empty() || run.lanes[0].ingest.undecided_chunks() > 0 {
        run.read(0, WINDOW_BYTES);
        run.decide(0);
        run.gather(0);
        run.write();
    }
    assert_eq!(run.unstored.len(), 1, "the rest is in a xorb that is open");
    run.store(false);
    run.write();
    left.read = 0;
    let mut run = Run::new(&mut left, &files, 1, NOW);
    assert!(run.go(chooser(5), 1_000_000));
    assert!(left.read <= XORB_BYTES / 2 + 2 * WINDOW_BYTES, "{} bytes", left.read);
    left.check(&files);
}

#[test]
fn what_is_finished_is_not_read_at_all() {
    let files: Vec<Vec<u8>> = (0..3).map(|seed| noise(seed + 50, 700_000)).collect();
    let mut left = Left::default();
    let mut run = Run::new(&mut left, &files, 1, NOW);
    assert!(run.go(chooser(3), 1_000_000));
    left.registered.clear();
    left.read = 0;
    let before = left.store.bytes();
    let mut run = Run::new(&mut left, &files, 1, NOW);
    assert!(run.go(chooser(4), 1_000_000));
    assert_eq!((left.read, left.store.bytes()), (0, before));
}
