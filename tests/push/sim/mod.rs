//! A bad world on a virtual clock, between a push and the Hub of `sim_hub`: a driver that answers late, in any order, or
//! not at all.
//!
//! [`World`] runs a push to its end: `take` does what its steps ask for, `air` holds what is on its way, `plane` lets the
//! lanes work, and `fault` says what goes wrong.

mod air;
mod chance;
mod fault;
mod forward;
mod kept;
mod plane;
mod receipts;
mod samples;
mod take;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use hubferry::Error;
use hubferry::http::{FileIdx, Request};
use hubferry::push::{
    CommitState, Event, FileOutcome, Operation, Progress, Push, PushOptions, PushOutput, plan_commit,
};
use hubferry::step::{Step, StepId};
use hubferry::time::Millis;

use self::air::Due;
pub use self::chance::Chance;
pub use self::fault::{Fault, Faults, fault_on, no_faults};
use self::forward::assert_forward;
pub use self::kept::Kept;
use self::receipts::Receipts;
pub use self::samples::{folder, noise, options, xet_options};
pub use crate::sim_hub::{HUB, Held, SimHub, TOKEN, git_blob, route, sha256};
use crate::sim_lanes::SimLanes;

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
    /// What the data plane has written down; of an earlier push when it was put there.
    pub records: Vec<u8>,
    /// The most bytes that lanes packed, and that probes kept, at a time.
    pub packed_peak: u64,
    pub kept_peak: u64,
    /// Pieces of work after which some lane dies.
    pub deaths: VecDeque<u32>,
    /// Lanes seal xorbs at the size that they are told; otherwise at a small one.
    pub whole_xorbs: bool,
    /// Milliseconds that every answer takes besides.
    pub slowness_ms: u64,
    /// When the connection goes and comes back. While it is gone, nothing may be sent, and what is in the air is lost.
    pub connection: VecDeque<(Millis, bool)>,
    pub is_offline: bool,
    /// The journal of its pushes.
    pub kept: Kept,
    /// Requests that were answered 401.
    pub refusals: u32,
    /// Who plans commits, when the push asks.
    pub planner: fn(&CommitState) -> usize,
    /// Attempts with which something went wrong.
    pub faulted: u32,
    /// Who has got which body.
    pub receipts: Receipts,
    worked: u32,
    /// Somebody else's commit came first.
    overtaken: bool,
    reading: HashMap<StepId, u64>,
    faults: Faults,
    seen: HashMap<&'static str, u32>,
    due: Vec<(Millis, StepId, Due)>,
    rng: u64,
    open: BTreeSet<StepId>,
    /// Answered in the same moment: the machine may cancel these before it sees the answer.
    just_answered: BTreeSet<StepId>,
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
            records: Vec::new(),
            packed_peak: 0,
            kept_peak: 0,
            deaths: VecDeque::new(),
            whole_xorbs: false,
            slowness_ms: 0,
            connection: VecDeque::new(),
            is_offline: false,
            kept: Kept::default(),
            refusals: 0,
            planner: plan_commit,
            faulted: 0,
            receipts: Receipts::default(),
            worked: 0,
            overtaken: false,
            reading: HashMap::new(),
            faults,
            seen: HashMap::new(),
            due: Vec::new(),
            rng: seed,
            open: BTreeSet::new(),
            just_answered: BTreeSet::new(),
            commits_open: 0,
            commit_ids: BTreeSet::new(),
        }
    }

    pub fn count(&self, route: &str) -> usize {
        self.requests.iter().filter(|(seen, _)| *seen == route).count()
    }

    /// Attempts of a kind so far; see [`Faults`].
    pub fn asked(&self, kind: &str) -> u32 {
        self.seen.get(kind).copied().unwrap_or(0)
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
        self.restore(&mut push);
        let end = self.run(&mut push);
        if end.is_ok() {
            // Nobody goes on from a push that has ended well.
            self.records.clear();
        }
        self.outcomes = push.outcomes(0..count);
        end
    }

    /// A push with these operations that has not begun, with what was kept of an earlier one.
    pub fn open_push(&mut self, options: PushOptions, operations: Vec<Operation>) -> Push {
        let mut push = Push::new(options).expect("good options");
        push.add(operations).expect("good operations");
        self.restore(&mut push);
        push
    }

    /// Lets a machine take so many turns, or fewer when it ends; whether it has.
    pub fn run_for(&mut self, push: &mut Push, turns: u32) -> bool {
        let mut last = push.progress(self.now);
        for _ in 0..turns {
            match push.poll(self.now) {
                Step::Done(_) => return true,
                Step::Wait { until } => {
                    if self.due.is_empty() && until.is_none() {
                        return false;
                    }
                    for input in self.ripen(until) {
                        let shown = format!("{input:?}");
                        push.handle(self.now, input).unwrap_or_else(|error| panic!("{shown}: {error}"));
                    }
                }
                step => self.take(step),
            }
            self.watch(push, &mut last);
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
                        let shown = format!("{input:?}");
                        push.handle(self.now, input).unwrap_or_else(|error| panic!("{shown}: {error}"));
                    }
                }
                step => self.take(step),
            }
            self.watch(push, &mut last);
        }
        panic!("the push does not settle: at {:?}, after {} requests", self.now, self.requests.len());
    }

    /// Progress goes forward, unless somebody else's commit came first.
    fn watch(&self, push: &mut Push, last: &mut Progress) {
        let progress = push.progress(self.now);
        if !self.overtaken {
            assert_forward(last, &progress);
        }
        *last = progress;
    }

    /// Registers contents and returns the operations that add them.
    pub fn adds(&mut self, files: &[(&str, Vec<u8>)]) -> Vec<Operation> {
        files
            .iter()
            .map(|(path, bytes)| {
                self.files.push(bytes.clone());
                let file = FileIdx(self.files.len() as u32 - 1);
                let (path, size) = ((*path).to_owned(), bytes.len() as u64);
                Operation::AddOrUpdate { path, file, size, modified_ms: Some(1_760_000_000_000) }
            })
            .collect()
    }
}
