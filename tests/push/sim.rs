//! A bad world on a virtual clock, between a push and the Hub of `sim_hub`: a driver that answers late, in any order, or
//! not at all.
//!
//! What goes wrong is decided by a [`Faults`] function of the request's route and how often it was seen.

use std::collections::{BTreeSet, HashMap};

use base64::Engine;
use hubferry::error::Code;
use hubferry::http::{BodyPart, FileIdx, Method, Request};
use hubferry::hub::{Hub, HubUrl, RepoId, Token};
use hubferry::push::{Event, FileOutcome, Operation, Push, PushOptions, PushOutput};
use hubferry::step::{DigestKind, Failure, Input, Probed, Step, StepId};
use hubferry::time::Millis;
use hubferry::{Error, limits};

use crate::sim_hub::refuse;
pub use crate::sim_hub::{HUB, Held, SimHub, TOKEN, git_blob, route, sha256};

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
    /// All upload URLs expire now.
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
        let mut push = Push::new(options)?;
        let count = operations.len();
        push.add(operations)?;
        let end = self.run(&mut push);
        self.outcomes = push.outcomes(0..count);
        end
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
                let bytes = files.iter().map(|f| if f.whole { f.size } else { f.size.min(512) }).sum();
                self.read(id, bytes);
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
            Step::Pack { .. } | Step::Ingest { .. } | Step::Flush { .. } | Step::Shard { .. } | Step::Tell(_) => {
                unreachable!("nobody asked for Xet")
            }
            Step::Wait { .. } | Step::Done(_) => unreachable!("handled by the loop"),
        }
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
            request.url.starts_with(HUB) && name != "complete",
            "the token goes to the Hub and to nobody else: {name}"
        );
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
                let body = self.body(&request);
                let mut response = self.hub.serve(&request, &body);
                if fault == Fault::HalfAnswer {
                    response.body.truncate(response.body.len() / 2);
                }
                let due = if fault == Fault::CutAfter { cut() } else { input(response) };
                if request.method == Method::Put {
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
                let body = self.body(&request);
                let response = self.hub.serve(&request, &body);
                self.later(id, 300, input(response));
            }
        }
    }

    fn later(&mut self, id: StepId, at_most: u64, due: Due) {
        let after_others = match &due {
            Due::Input(Input::Progress { .. }) => 0,
            _ => 20,
        };
        let at = self.now + Millis(1 + after_others + self.random(at_most));
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
                    let body = self.body(&request);
                    let _ = self.hub.serve(&request, &body);
                }
                Due::Input(input) => {
                    if !matches!(input, Input::Progress { .. }) {
                        self.open.remove(&id);
                        self.reading.remove(&id);
                        if self.commit_ids.remove(&id) {
                            self.commits_open -= 1;
                        }
                    }
                    inputs.push(input);
                }
            }
        }
        inputs
    }

    /// Lets everything happen that is still on its way to the Hub.
    pub fn settle(&mut self) {
        for (_, _, due) in std::mem::take(&mut self.due) {
            if let Due::Work(request) = due {
                let body = self.body(&request);
                let _ = self.hub.serve(&request, &body);
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
                BodyPart::Xorb { .. } | BodyPart::Shard { .. } => unreachable!("nobody asked for Xet"),
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
    assert!(after.bytes.sent <= after.bytes.total, "more sent than there is");
    assert!(after.files.uploaded <= after.files.total);
}

pub fn options() -> PushOptions {
    let hub = Hub { url: HubUrl::parse(HUB).expect("a URL"), token: Some(Token::parse(TOKEN).expect("a token")) };
    let mut options = PushOptions::new(hub, RepoId::parse("u/r").expect("a repo"));
    options.title = Some("ours".to_owned());
    options
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
