//! A bad world on a virtual clock, between a push and the Hub of `sim_hub`: a driver that answers late, in any order, or
//! not at all.
//!
//! What goes wrong is decided by a [`Faults`] function of the request's route and how often it was seen.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use base64::Engine;
use hubferry::error::Code;
use hubferry::http::{Answer, BodyPart, FileIdx, Method, Request, Response};
use hubferry::hub::{Hub, HubUrl, RepoId, Token};
use hubferry::push::{Event, FileOutcome, Operation, Push, PushOptions, PushOutput};
use hubferry::step::{DigestKind, Failure, Input, Probed, Step, StepId};
use hubferry::time::Millis;
use hubferry::{Error, limits};

use crate::sim_cas::{CAS, CAS_TOKEN, EPOCH_MS};
use crate::sim_hub::refuse;
pub use crate::sim_hub::{HUB, Held, SimHub, TOKEN, git_blob, route, sha256};
use crate::sim_lanes::SimLanes;

/// What goes wrong with one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// This status, and no work done.
    Status(u16),
    /// The connection breaks before the work.
    CutBefore,
    /// The work is done, the answer is lost.
    CutAfter,
    /// The work is done, the answer is half.
    HalfAnswer,
    /// Nothing ever comes back; no work done.
    Hang,
    /// Nothing ever comes back; the work is done a long time later.
    LateTwin,
    /// All upload URLs and all tokens of the content store expire now.
    Expire,
    /// Somebody else commits just before.
    ForeignCommit,
    /// Somebody else opens a pull request with our title just before.
    ForeignPull,
}

/// The fault for the nth (from 1) attempt on a route.
pub type Faults = Box<dyn FnMut(&str, u32) -> Fault>;

pub fn no_faults() -> Faults {
    Box::new(|_, _| Fault::None)
}

/// The first `times` attempts on `route` have this fault.
pub fn fault_on(route: &'static str, fault: Fault, times: u32) -> Faults {
    Box::new(move |seen, nth| if seen == route && nth <= times { fault } else { Fault::None })
}

enum Due {
    Input(Input),
    Work(Request),
    /// An answer whose bytes go to the authority.
    Learn(Response, Vec<u8>, Answer),
    /// Some lane does a piece of work.
    Lanes,
}

/// One push in the bad world.
pub struct World {
    pub hub: SimHub,
    pub files: Vec<Vec<u8>>,
    pub now: Millis,
    pub events: Vec<Event>,
    pub requests: Vec<(&'static str, Request)>,
    /// When each of them was sent.
    pub sent_at: Vec<Millis>,
    pub outcomes: Vec<FileOutcome>,
    pub probes: u64,
    pub digests: u64,
    /// The most bytes that reads asked for at a time.
    pub reading_peak: u64,
    /// Bytes read of each file: by probes and digests, and by the pass.
    pub read: BTreeMap<FileIdx, u64>,
    pub lanes: Option<SimLanes>,
    /// The most bytes that lanes packed, and that probes kept, at a time.
    pub packed_peak: u64,
    pub kept_peak: u64,
    /// Pieces of work after which some lane dies.
    pub deaths: VecDeque<u32>,
    /// Lanes seal xorbs at the size that they are told; otherwise at a small one.
    pub whole_xorbs: bool,
    /// Milliseconds that every answer takes besides.
    pub slowness_ms: u64,
    /// Requests that were answered 401.
    pub refusals: u32,
    worked: u32,
    reading: HashMap<StepId, u64>,
    faults: Faults,
    seen: HashMap<&'static str, u32>,
    due: Vec<(Millis, StepId, Due)>,
    rng: u64,
    open: BTreeSet<StepId>,
    commits_open: u32,
    commit_ids: BTreeSet<StepId>,
}

impl World {
    pub fn new(hub: SimHub, seed: u64, faults: Faults) -> World {
        World {
            hub,
            files: Vec::new(),
            now: Millis(0),
            events: Vec::new(),
            requests: Vec::new(),
            sent_at: Vec::new(),
            outcomes: Vec::new(),
            probes: 0,
            digests: 0,
            reading_peak: 0,
            read: BTreeMap::new(),
            lanes: None,
            packed_peak: 0,
            kept_peak: 0,
            deaths: VecDeque::new(),
            whole_xorbs: false,
            slowness_ms: 0,
            refusals: 0,
            worked: 0,
            reading: HashMap::new(),
            faults,
            seen: HashMap::new(),
            due: Vec::new(),
            rng: seed,
            open: BTreeSet::new(),
            commits_open: 0,
            commit_ids: BTreeSet::new(),
        }
    }

    pub fn count(&self, route: &str) -> usize {
        self.requests.iter().filter(|(seen, _)| *seen == route).count()
    }

    fn random(&mut self, below: u64) -> u64 {
        self.rng = self.rng.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.rng >> 33) % below.max(1)
    }

    /// A push with these operations, run to its end.
    pub fn push(&mut self, options: PushOptions, operations: Vec<Operation>) -> Result<PushOutput, Error> {
        self.settle();
        let mut push = Push::new(options)?;
        let count = operations.len();
        push.add(operations)?;
        let end = self.run(&mut push);
        self.outcomes = push.outcomes(0..count);
        end
    }

    /// Lets a machine take so many turns, or fewer when it ends; whether it has.
    pub fn run_for(&mut self, push: &mut Push, turns: u32) -> bool {
        for _ in 0..turns {
            match push.poll(self.now) {
                Step::Done(_) => return true,
                Step::Wait { until } => {
                    if self.due.is_empty() && until.is_none() {
                        return false;
                    }
                    for input in self.ripen(until) {
                        push.handle(self.now, input).expect("an awaited answer");
                    }
                }
                step => self.take(step),
            }
        }
        false
    }

    /// Runs a machine to its end; panics when it does not settle in a virtual day.
    pub fn run(&mut self, push: &mut Push) -> Result<PushOutput, Error> {
        let mut last = push.progress(self.now);
        for _ in 0..1_000_000 {
            match push.poll(self.now) {
                Step::Done(end) => {
                    assert!(self.open.is_empty(), "steps left open at the end: {:?}", self.open);
                    return end;
                }
                Step::Wait { until } => {
                    for input in self.ripen(until) {
                        push.handle(self.now, input).expect("an awaited answer");
                    }
                }
                step => self.take(step),
            }
            let progress = push.progress(self.now);
            if !self.events.iter().any(|event| matches!(event, Event::Retry { cause, .. } if cause.contains("first"))) {
                assert_forward(&last, &progress);
            }
            last = progress;
        }
        panic!("the push does not settle");
    }

    /// Does what a step asks for.
    pub fn take(&mut self, step: Step<PushOutput>) {
        match step {
            Step::Probe { id, files } => {
                self.probes += files.len() as u64;
                assert!(files.len() <= limits::PROBE_FILES);
                let bytes_of = |f: &hubferry::step::ProbeFile| if f.whole { f.size } else { f.size.min(512) };
                self.read(id, files.iter().map(bytes_of).sum());
                for probe in &files {
                    *self.read.entry(probe.file).or_default() += bytes_of(probe);
                    if probe.keep {
                        self.lanes.as_mut().expect("a data plane").keep(probe.file, bytes_of(probe));
                    }
                }
                self.kept_peak = self.kept_peak.max(self.lanes.as_ref().map_or(0, SimLanes::kept_bytes));
                let results = files
                    .iter()
                    .map(|probe| {
                        let bytes = &self.files[probe.file.0 as usize];
                        if bytes.len() as u64 != probe.size {
                            return Err(Failure { code: Code::FileChanged, message: "the size differs".into() });
                        }
                        let sample = &bytes[..bytes.len().min(512)];
                        Ok(Probed {
                            sample: base64::prelude::BASE64_STANDARD.encode(sample),
                            git_blob: probe.whole.then(|| git_blob(bytes)),
                            sha256: probe.whole.then(|| sha256(bytes)),
                            text: probe.text.then(|| String::from_utf8_lossy(bytes).into_owned()),
                        })
                    })
                    .collect();
                self.later(id, 50, Due::Input(Input::Probed { id, files: results }));
            }
            Step::Digest { id, file, size, kind } => {
                self.digests += 1;
                self.read(id, size.min(limits::DIGEST_CREDIT_BYTES));
                *self.read.entry(file).or_default() += size;
                let bytes = &self.files[file.0 as usize];
                let input = if bytes.len() as u64 == size {
                    let digest = match kind {
                        DigestKind::Sha256 => sha256(bytes),
                        DigestKind::GitBlob => git_blob(bytes),
                    };
                    Input::Digested { id, digest }
                } else {
                    let failure = Failure { code: Code::FileChanged, message: "the size differs".into() };
                    Input::Failed { id, failure }
                };
                self.later(id, 500, Due::Input(input));
            }
            Step::Send { id, request } => self.send(id, request),
            Step::Cancel { id } => {
                assert!(self.open.remove(&id), "{id:?} was cancelled, but is not open");
                self.end_lanes(id);
                self.reading.remove(&id);
                if self.commit_ids.remove(&id) {
                    self.commits_open -= 1;
                }
                self.due.retain(|(_, due, what)| *due != id || matches!(what, Due::Work(_)));
                // A cancelled step may be answered late all the same.
                if self.random(4) == 0 {
                    let failure = Failure { code: Code::Blocked, message: "cut".into() };
                    self.due.push((self.now + Millis(7), id, Due::Input(Input::Failed { id, failure })));
                }
            }
            Step::Event(event) => self.events.push(event),
            Step::Pack { id, options } => {
                assert!(self.lanes.is_none(), "the data plane is opened once");
                self.open.insert(id);
                self.lanes = Some(SimLanes::new(id, options, self.whole_xorbs));
            }
            Step::Ingest { id, file, size, sha256 } => {
                self.read(id, size.min(limits::DIGEST_CREDIT_BYTES));
                if self.files[file.0 as usize].len() as u64 == size {
                    let lane = self.random(16) as usize;
                    self.lanes().ingest(lane, id, file, sha256);
                    self.wake_lanes();
                } else {
                    let failure = Failure { code: Code::FileChanged, message: "the size differs".into() };
                    self.later(id, 100, Due::Input(Input::Failed { id, failure }));
                }
            }
            Step::Flush { id } => {
                self.open.insert(id);
                self.lanes().flush(id);
                self.wake_lanes();
            }
            Step::Shard { id, most_bytes } => {
                self.open.insert(id);
                self.lanes().shard(id, most_bytes);
                self.wake_lanes();
            }
            Step::Tell(tell) => {
                self.lanes().tell(tell);
                self.wake_lanes();
            }
            Step::Wait { .. } | Step::Done(_) => unreachable!("handled by the loop"),
        }
    }

    fn lanes(&mut self) -> &mut SimLanes {
        self.lanes.as_mut().expect("a data plane")
    }

    /// Lets some lane work soon, unless one will.
    fn wake_lanes(&mut self) {
        if !self.due.iter().any(|(_, _, due)| matches!(due, Due::Lanes)) {
            let (at, id) = (self.now + Millis(1 + self.random(20)), self.lanes().id);
            self.due.push((at, id, Due::Lanes));
        }
    }

    fn end_lanes(&mut self, id: StepId) {
        if let Some(lanes) = self.lanes.take_if(|lanes| lanes.id == id) {
            self.packed_peak = self.packed_peak.max(lanes.packed_peak);
            self.due.retain(|(_, _, due)| !matches!(due, Due::Lanes));
        }
    }

    /// One piece of work of the lanes, and what they have to say by then.
    fn work(&mut self) -> Vec<Input> {
        let Some(mut lanes) = self.lanes.take() else { return Vec::new() };
        self.worked += 1;
        if self.deaths.front().is_some_and(|at| *at <= self.worked) {
            self.deaths.pop_front();
            lanes.kill(self.random(16) as usize);
        }
        let mut rng = self.rng;
        let random = |below: u64| {
            rng = rng.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (rng >> 33) % below.max(1)
        };
        let read = &mut self.read;
        let worked = lanes.work(&self.files, random, |file, bytes| *read.entry(file).or_default() += bytes);
        self.rng = rng;
        let news: Vec<Input> = lanes.news.drain(..).collect();
        self.lanes = Some(lanes);
        if worked {
            self.wake_lanes();
        }
        news
    }

    fn read(&mut self, id: StepId, bytes: u64) {
        self.open.insert(id);
        self.reading.insert(id, bytes);
        self.reading_peak = self.reading_peak.max(self.reading.values().sum());
    }

    fn send(&mut self, id: StepId, request: Request) {
        let name = route(&request);
        assert_eq!(
            request.headers.iter().any(|(header, _)| *header == "authorization"),
            (request.url.starts_with(HUB) && name != "complete") || request.url.starts_with(CAS),
            "tokens go to the Hub and to the content store: {name}"
        );
        for (_, value) in request.headers.iter().filter(|(header, _)| *header == "authorization") {
            let token = if request.url.starts_with(HUB) { TOKEN } else { CAS_TOKEN };
            assert!(value.contains(token), "each its own token: {name}");
        }
        assert!(self.open.insert(id), "{id:?} stands twice");
        if name == "commit" {
            assert_eq!(self.commits_open, 0, "one commit at a time");
            self.commits_open += 1;
            self.commit_ids.insert(id);
        }
        let nth = self.seen.entry(name).or_default();
        *nth += 1;
        let fault = (self.faults)(name, *nth);
        self.requests.push((name, request.clone()));
        self.sent_at.push(self.now);
        let input = |response| Due::Input(Input::Response { id, response });
        let cut =
            || Due::Input(Input::Failed { id, failure: Failure { code: Code::Blocked, message: "reset".into() } });
        match fault {
            Fault::None | Fault::CutAfter | Fault::HalfAnswer | Fault::ForeignCommit | Fault::ForeignPull => {
                if fault == Fault::ForeignPull {
                    self.hub.open("ours", "somebody");
                }
                if fault == Fault::ForeignCommit {
                    self.hub.foreign_commit("somebody else", vec![("theirs", Held::Regular(b"x".to_vec()))]);
                }
                let (mut response, mut bytes) = self.serve(&request);
                self.refusals += u32::from(response.status == 401);
                if fault == Fault::HalfAnswer {
                    response.body.truncate(response.body.len() / 2);
                    bytes.truncate(bytes.len() / 2);
                }
                let due = match request.answer {
                    _ if fault == Fault::CutAfter => cut(),
                    Answer::Dedup | Answer::Recall => Due::Learn(response, bytes, request.answer),
                    Answer::Text | Answer::Stream => input(response),
                };
                if request.method == Method::Put || name == "xorb" {
                    let half = request.body_bytes() / 2;
                    self.later(id, 20, Due::Input(Input::Progress { id, bytes: half }));
                }
                self.later(id, 300, due);
            }
            Fault::Status(status) => self.later(id, 300, input(refuse(status, None, "a fault"))),
            Fault::CutBefore => self.later(id, 300, cut()),
            Fault::Hang => {}
            Fault::LateTwin => self.due.push((self.now + Millis(200_000), id, Due::Work(request))),
            Fault::Expire => {
                self.hub.generation += 1;
                self.hub.cas.expire();
                let (response, _) = self.serve(&request);
                self.later(id, 300, input(response));
            }
        }
    }

    fn serve(&mut self, request: &Request) -> (Response, Vec<u8>) {
        self.hub.now_ms = self.now.0;
        let body = self.body(request);
        match route(request) {
            name @ ("xorb" | "shard" | "chunk" | "reconstruction" | "data") => {
                self.hub.cas.serve(name, request, &body, self.now.0)
            }
            _ => (self.hub.serve(request, &body), Vec::new()),
        }
    }

    fn later(&mut self, id: StepId, at_most: u64, due: Due) {
        let after_others = match &due {
            Due::Input(Input::Progress { .. }) => 0,
            _ => 20,
        };
        let slowness =
            if matches!(due, Due::Input(Input::Response { .. }) | Due::Learn(..)) { self.slowness_ms } else { 0 };
        let at = self.now + Millis(1 + after_others + slowness + self.random(at_most));
        self.due.push((at, id, due));
    }

    /// Advances the clock to the next thing that happens, and returns what the machine must be told.
    pub fn ripen(&mut self, until: Option<Millis>) -> Vec<Input> {
        let next = self.due.iter().map(|(at, _, _)| *at).chain(until).min();
        let Some(next) = next else { panic!("the push waits for nothing, for ever") };
        assert!(next.0 < 86_400_000, "the push does not settle in a day");
        self.now = self.now.max(next);
        let mut ripe: Vec<usize> = (0..self.due.len()).filter(|&i| self.due[i].0 <= self.now).collect();
        ripe.reverse();
        let mut inputs = Vec::new();
        for index in ripe {
            let (_, id, due) = self.due.swap_remove(index);
            match due {
                Due::Work(request) => {
                    let _ = self.serve(&request);
                }
                Due::Learn(response, bytes, answer) => {
                    let now_ms = self.now.0;
                    if response.is_success()
                        && let Some(lanes) = &mut self.lanes
                    {
                        match answer {
                            Answer::Dedup => lanes.learn(&bytes, now_ms),
                            _ => lanes.recall(&bytes),
                        }
                        inputs.extend(lanes.news.drain(..));
                    }
                    inputs.push(Input::Response { id, response });
                }
                Due::Lanes => inputs.extend(self.work()),
                Due::Input(input) => inputs.push(input),
            }
        }
        for input in &inputs {
            let stays = matches!(
                input,
                Input::Progress { .. } | Input::Sealed { .. } | Input::Query { .. } | Input::Lost { .. }
            );
            if !stays {
                let id = input.id();
                self.open.remove(&id);
                self.reading.remove(&id);
                if self.commit_ids.remove(&id) {
                    self.commits_open -= 1;
                }
            }
        }
        inputs
    }

    /// Lets everything happen that is still on its way to the Hub.
    pub fn settle(&mut self) {
        for (_, _, due) in std::mem::take(&mut self.due) {
            if let Due::Work(request) = due {
                let _ = self.serve(&request);
            }
        }
    }

    fn body(&self, request: &Request) -> Vec<u8> {
        let mut body = Vec::new();
        for part in &request.body {
            match part {
                BodyPart::Text(text) => body.extend_from_slice(text.as_bytes()),
                BodyPart::Slice { file, start, end } => body.extend_from_slice(self.slice(*file, *start, *end)),
                BodyPart::Base64 { file, start, end } => {
                    let text = base64::prelude::BASE64_STANDARD.encode(self.slice(*file, *start, *end));
                    body.extend_from_slice(text.as_bytes());
                }
                BodyPart::Xorb { xorb, .. } => {
                    let lanes = self.lanes.as_ref().expect("a data plane");
                    body = lanes.xorb(*xorb).expect("a body that is sent is there");
                }
                BodyPart::Shard { shard, .. } => {
                    body = self.lanes.as_ref().expect("a data plane").shard_body(*shard);
                }
            }
        }
        assert_eq!(body.len() as u64, request.body_bytes());
        body
    }

    fn slice(&self, file: FileIdx, start: u64, end: u64) -> &[u8] {
        &self.files[file.0 as usize][start as usize..end as usize]
    }

    /// Registers contents and returns the operations that add them.
    pub fn adds(&mut self, files: &[(&str, Vec<u8>)]) -> Vec<Operation> {
        files
            .iter()
            .map(|(path, bytes)| {
                self.files.push(bytes.clone());
                let file = FileIdx(self.files.len() as u32 - 1);
                Operation::AddOrUpdate { path: (*path).to_owned(), file, size: bytes.len() as u64 }
            })
            .collect()
    }
}

fn assert_forward(before: &hubferry::push::Progress, after: &hubferry::push::Progress) {
    let numbers = |p: &hubferry::push::Progress| {
        let (f, b) = (&p.files, &p.bytes);
        [
            p.phase as u64,
            f.total,
            f.hashed,
            f.uploaded,
            f.committed,
            f.skipped,
            b.total,
            b.read,
            b.deduplicated,
            b.sent,
            b.registered,
            b.committed,
            p.requests,
        ]
    };
    for (before, after) in numbers(before).iter().zip(numbers(after)) {
        assert!(after >= *before, "progress goes back");
    }
    // A chunk that does not shrink has eight bytes more in a xorb.
    assert!(after.bytes.sent <= after.bytes.total + after.bytes.total / 1000 + 1000, "more sent than there is");
    assert!(after.bytes.deduplicated <= after.bytes.total);
    assert!(after.files.uploaded <= after.files.total);
}

pub fn options() -> PushOptions {
    let hub = Hub { url: HubUrl::parse(HUB).expect("a URL"), token: Some(Token::parse(TOKEN).expect("a token")) };
    let mut options = PushOptions::new(hub, RepoId::parse("u/r").expect("a repo"));
    options.title = Some("ours".to_owned());
    options
}

/// The same, by the content store where the Hub has one.
pub fn xet_options() -> PushOptions {
    PushOptions { use_xet: true, lanes: 3, epoch_at_zero: Millis(EPOCH_MS), ..options() }
}

/// Bytes that do not shrink and do not repeat.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// A folder with everything: empty, small, large, equal contents, sizes around the limits.
pub fn folder() -> Vec<(&'static str, Vec<u8>)> {
    let bytes = |seed: u8, length: usize| (0..length).map(|i| (i as u8).wrapping_mul(31).wrapping_add(seed)).collect();
    vec![
        ("README.md", b"# hello\n".to_vec()),
        ("empty", Vec::new()),
        ("a/one.bin", bytes(1, 5_000)),
        ("a/twin.bin", bytes(1, 5_000)),
        ("a/b/two.bin", bytes(2, 2_000_000)),
        ("just-regular", bytes(3, 1_000)),
        ("just-lfs", bytes(4, 1_001)),
        ("odd #?%&+ \u{e9}.txt", bytes(5, 511)),
        ("three.bin", bytes(6, 1_048_577)),
    ]
}
