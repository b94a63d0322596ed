//! The data plane of a push, in place: real lanes and a real authority, one small piece of work at a time, in an order that chance
//! makes up. Lanes may die.

use std::collections::{BTreeMap, VecDeque};

use hubferry::dedup::{Authority, Chunk, ReadyShard, Resume, Resumed};
use hubferry::error::Code;
use hubferry::hash::XetHash;
use hubferry::http::FileIdx;
use hubferry::ingest::{Beginning, Ingest, IngestOptions};
use hubferry::journal::FileKey;
use hubferry::shard::XorbInfo;
use hubferry::step::{Failure, Ingested, Input, PackOptions, ShardRef, StepId, Tell};
use hubferry::xorb::Compression;

use crate::sim_cas::{EPOCH_MS, unhex};
use crate::sim_hub::hex;

/// Bytes of a xorb here: small, so that there are many.
const XORB_BYTES: usize = 300_000;

struct Job {
    id: StepId,
    file: FileIdx,
    at: usize,
    is_begun: bool,
    sha256: Option<String>,
    key: Option<FileKey>,
    resume: Option<Resume>,
    resumed: u64,
}

struct Lane {
    number: u16,
    ingest: Ingest,
    /// The file that is read, and those behind it.
    jobs: VecDeque<Job>,
    /// Files that are read and wait for verdicts.
    ended: Vec<Job>,
    asked: VecDeque<Vec<Chunk>>,
}

struct Body {
    lane: u16,
    hash: XetHash,
    bytes: Vec<u8>,
}

pub struct SimLanes {
    pub id: StepId,
    pub options: PackOptions,
    xorb_bytes: usize,
    authority: Authority,
    lanes: Vec<Lane>,
    bodies: BTreeMap<u32, Body>,
    sealed: u32,
    shards: BTreeMap<u32, ReadyShard>,
    taken: u32,
    kept: BTreeMap<FileIdx, u64>,
    flush: Option<StepId>,
    /// What the machine is to be told, in this order.
    pub news: VecDeque<Input>,
    /// The most bytes that sealed and open xorbs took at a time.
    pub packed_peak: u64,
}

impl SimLanes {
    pub fn new(id: StepId, options: PackOptions, whole_xorbs: bool) -> SimLanes {
        let mut lanes = SimLanes {
            id,
            options,
            xorb_bytes: if whole_xorbs { options.xorb_bytes as usize } else { XORB_BYTES },
            authority: Authority::new(0, options.index_bytes as usize),
            lanes: Vec::new(),
            bodies: BTreeMap::new(),
            sealed: 0,
            shards: BTreeMap::new(),
            taken: 0,
            kept: BTreeMap::new(),
            flush: None,
            news: VecDeque::new(),
            packed_peak: 0,
        };
        (0..options.lanes).for_each(|_| lanes.add_lane());
        lanes
    }

    fn add_lane(&mut self) {
        let lane = self.authority.add_lane().expect("a number");
        let options =
            IngestOptions { lane, xorb_bytes: self.xorb_bytes, compression: Compression::Automatic, sha256: true };
        let ingest = Ingest::new(options).with_bodies(self.options.bodies as usize);
        self.lanes.push(Lane {
            number: lane,
            ingest,
            jobs: VecDeque::new(),
            ended: Vec::new(),
            asked: VecDeque::new(),
        });
    }

    pub fn keep(&mut self, file: FileIdx, bytes: u64) {
        self.kept.insert(file, bytes);
    }

    pub fn kept_bytes(&self) -> u64 {
        self.kept.values().sum()
    }

    /// Goes on from what an earlier push has written down; what is to be kept in its place, if it was not whole.
    pub fn restore(&mut self, records: &[u8], now_ms: u64) -> Option<Vec<u8>> {
        self.authority.restore(records, (EPOCH_MS + now_ms) / 1000).expect("our own records")
    }

    /// What is to be written down.
    pub fn take_records(&mut self, now_ms: u64) -> Vec<u8> {
        self.authority.take_records((EPOCH_MS + now_ms) / 1000)
    }

    pub fn ingest(
        &mut self,
        lane: usize,
        id: StepId,
        file: FileIdx,
        size: u64,
        sha256: Option<String>,
        key: Option<FileKey>,
    ) {
        let lane = lane % self.lanes.len();
        let resumed = key.and_then(|key| self.authority.resume(key, file, size, sha256.as_deref().map(unhex)));
        let resume = match resumed {
            Some(Resumed::Finished { hash, sha256 }) => {
                let (xet_hash, sha256) = (hash.to_string(), hex(&sha256));
                let made = Ingested { xet_hash, sha256, packed: 0, resumed: size };
                self.news.push_back(Input::Ingested { id, file: made });
                return;
            }
            Some(Resumed::Part(part)) => Some(part),
            None => None,
        };
        let resumed = resume.as_ref().map_or(0, |resume| resume.from);
        let at = resumed as usize;
        self.lanes[lane].jobs.push_back(Job { id, file, at, is_begun: false, sha256, key, resume, resumed });
    }

    pub fn flush(&mut self, id: StepId) {
        self.flush = Some(id);
    }

    pub fn shard(&mut self, id: StepId, most_bytes: u64) {
        let ready = self.authority.take_shard(most_bytes as usize).expect("files and places fit");
        let shard = ready.map(|ready| {
            let shard = self.taken;
            self.taken += 1;
            let made = ShardRef { shard, bytes: ready.body.len() as u64, files: ready.files.clone() };
            self.shards.insert(shard, ready);
            made
        });
        self.news.push_back(Input::Shard { id, shard });
    }

    pub fn tell(&mut self, tell: Tell) {
        match tell {
            Tell::Settled { chunk } => self.authority.settle(XetHash::parse(&chunk).expect("a hash")),
            Tell::Stored { xorb } => {
                if let Some(Body { lane, hash, bytes }) = self.bodies.remove(&xorb) {
                    self.authority.stored(hash);
                    if let Some(lane) = self.lanes.iter_mut().find(|one| one.number == lane) {
                        lane.ingest.reuse(bytes);
                    }
                }
            }
            Tell::Registered { shard } => {
                let ready = self.shards.remove(&shard).expect("a shard that was taken");
                self.authority.accepted(&ready);
            }
            Tell::Distrust { shard } => {
                let ready = self.shards.remove(&shard).expect("a shard that was taken");
                let files = self.authority.distrust(&ready);
                self.news.push_back(Input::Lost { id: self.id, xorbs: Vec::new(), files });
            }
            Tell::Forget { files } => {
                self.authority.forget(&files);
                for file in files {
                    self.kept.remove(&file);
                }
            }
        }
    }

    /// The body of a request; nothing when it is gone.
    pub fn xorb(&self, xorb: u32) -> Option<Vec<u8>> {
        self.bodies.get(&xorb).map(|body| body.bytes.clone())
    }

    pub fn shard_body(&self, shard: u32) -> Vec<u8> {
        self.shards[&shard].body.clone()
    }

    pub fn learn(&mut self, shard: &[u8], now_ms: u64) {
        // An answer that is cut is worth nothing, and harms nobody.
        let _ = self.authority.learn(shard, (EPOCH_MS + now_ms) / 1000);
    }

    pub fn recall(&mut self, records: &[u8]) {
        if let Some(chunk) = self.authority.recall(records) {
            self.news.push_back(Input::Query { id: self.id, chunk: chunk.to_string() });
        }
    }

    /// One piece of work on some lane; `reads` is told what was read. Whether there was something to do.
    pub fn work(
        &mut self,
        files: &[Vec<u8>],
        mut random: impl FnMut(u64) -> u64,
        mut reads: impl FnMut(FileIdx, u64),
    ) -> bool {
        // A body that was given back lets a lane go on.
        (0..self.lanes.len()).for_each(|lane| self.gather(lane));
        let first = random(self.lanes.len() as u64) as usize;
        for n in 0..self.lanes.len() {
            let lane = (first + n) % self.lanes.len();
            // What was read must be decided before it is sealed.
            let is_flushing = self.flush.is_some();
            let asks_first = is_flushing || random(2) == 0;
            if (asks_first && self.ask(lane))
                || (!is_flushing && self.read(lane, files, &mut random, &mut reads))
                || self.ask(lane)
            {
                self.gather(lane);
                return true;
            }
            if self.decide(lane) {
                self.gather(lane);
                return true;
            }
        }
        if self.lanes.iter().any(|lane| lane.ingest.undecided_chunks() > 0) {
            // A lane that holds as many bodies as it may goes on when one of them is stored.
            return false;
        }
        if let Some(id) = self.flush.take() {
            for lane in 0..self.lanes.len() {
                self.lanes[lane].ingest.flush();
                self.gather(lane);
            }
            self.news.push_back(Input::Flushed { id });
            return true;
        }
        false
    }

    fn read(
        &mut self,
        lane: usize,
        files: &[Vec<u8>],
        random: &mut impl FnMut(u64) -> u64,
        reads: &mut impl FnMut(FileIdx, u64),
    ) -> bool {
        let limit = self.options.undecided_bytes as usize;
        let kept = &mut self.kept;
        let Lane { ingest, jobs, ended, asked, .. } = &mut self.lanes[lane];
        let Some(job) = jobs.front_mut() else { return false };
        if ingest.undecided_bytes() > limit {
            return false;
        }
        let bytes = &files[job.file.0 as usize];
        if !std::mem::replace(&mut job.is_begun, true) {
            let (sha256, resume) = (job.sha256.is_none(), job.resume.take());
            ingest.begin_file(Beginning { file: job.file, sha256, key: job.key, resume }).expect("no file is open");
        }
        let from_memory = kept.remove(&job.file).unwrap_or(0) as usize;
        let end = bytes.len().min(job.at.max(from_memory) + 1 + random(400_000) as usize);
        ingest.feed(&bytes[job.at..end]).expect("a file is open");
        reads(job.file, (end - job.at.max(from_memory)) as u64);
        job.at = end;
        if let Some(checkpoint) = ingest.take_checkpoint(Vec::new()) {
            self.authority.checkpoint(checkpoint);
        }
        self.news.push_back(Input::Progress { id: job.id, bytes: end as u64 });
        let is_over = end == bytes.len();
        if is_over {
            ingest.end().expect("a file is open");
            ended.extend(jobs.pop_front());
        }
        let questions = ingest.take_questions(is_over && jobs.is_empty());
        if !questions.is_empty() {
            asked.push_back(questions);
        }
        true
    }

    fn ask(&mut self, lane: usize) -> bool {
        let limit = if self.flush.is_some() { 0 } else { self.options.undecided_bytes as usize };
        let Lane { number, ingest, jobs, asked, .. } = &mut self.lanes[lane];
        // Who does not read on must ask about what there is.
        if asked.is_empty() && (jobs.is_empty() || ingest.undecided_bytes() > limit) {
            let rest = ingest.take_questions(true);
            if !rest.is_empty() {
                asked.push_back(rest);
            }
        }
        let Some(questions) = asked.pop_front() else { return false };
        self.authority.ask(*number, &questions).expect("a lane");
        self.decide(lane);
        true
    }

    fn decide(&mut self, lane: usize) -> bool {
        let Lane { number, ingest, .. } = &mut self.lanes[lane];
        let verdicts = self.authority.decide(*number).expect("a lane");
        ingest.decide(&verdicts).expect("as many as questions");
        for query in self.authority.take_queries() {
            self.news.push_back(Input::Query { id: self.id, chunk: query.to_string() });
        }
        !verdicts.is_empty()
    }

    /// Passes on what a lane has made.
    fn gather(&mut self, lane: usize) {
        let SimLanes { id, authority, lanes, bodies, sealed, news, options, packed_peak, .. } = self;
        let Lane { number, ingest, ended, .. } = &mut lanes[lane];
        while let Some(made) = ingest.take_sealed() {
            let info = XorbInfo { hash: made.hash, body_bytes: made.body.len() as u32, chunks: made.chunks };
            authority.sealed(*number, info).expect("a lane");
            let (xorb, bytes) = (*sealed, made.body.len() as u64);
            *sealed += 1;
            news.push_back(Input::Sealed { id: *id, xorb, hash: made.hash.to_string(), bytes });
            bodies.insert(xorb, Body { lane: *number, hash: made.hash, bytes: made.body });
        }
        let held = bodies.values().filter(|body| body.lane == *number).count();
        assert!(held <= options.bodies as usize + 1, "a lane holds {held} bodies");
        while let Some(mut finished) = ingest.take_finished() {
            let at = ended.iter().position(|job| job.file == finished.file).expect("a file that was read");
            let job = ended.remove(at);
            let sha256 = finished.sha256.unwrap_or_else(|| unhex(job.sha256.as_deref().expect("one of both")));
            finished.sha256 = Some(sha256);
            let (xet_hash, packed) = (finished.hash.to_string(), finished.packed);
            news.push_back(if authority.finished(finished) {
                Input::Ingested {
                    id: job.id,
                    file: Ingested { xet_hash, sha256: hex(&sha256), packed, resumed: job.resumed },
                }
            } else {
                failed(job.id, "chunks were lost with another lane")
            });
        }
        let sealed: u64 = bodies.values().map(|body| body.bytes.len() as u64).sum();
        let open: u64 = lanes.iter().map(|lane| lane.ingest.open_xorb_bytes() as u64).sum();
        *packed_peak = (*packed_peak).max(sealed + open);
    }

    /// A lane dies with all that it holds, and another one takes its place.
    pub fn kill(&mut self, lane: usize) {
        let at = lane % self.lanes.len();
        let dead = self.lanes.remove(at);
        let xorbs: Vec<u32> =
            self.bodies.iter().filter(|(_, body)| body.lane == dead.number).map(|(number, _)| *number).collect();
        self.bodies.retain(|_, body| body.lane != dead.number);
        let files = self.authority.lost(dead.number);
        self.news.push_back(Input::Lost { id: self.id, xorbs, files });
        for job in dead.ended.into_iter().chain(dead.jobs) {
            self.news.push_back(failed(job.id, "the worker ended"));
        }
        self.add_lane();
    }
}

fn failed(id: StepId, why: &str) -> Input {
    Input::Failed { id, failure: Failure { code: Code::Internal, message: why.to_owned() } }
}
