//! Whole pushes that chance makes up, each from one seed: contents around all limits, answers that are late, lost or wrong, pauses,
//! aborts, spells without a connection, lanes that die, one commit or several, programs
//! that end in the middle and are begun again. Whatever happens, a push settles, what it says is what the repo holds, and nothing is done twice.
//!
//! `HUBFERRY_RUNS` says how many; a seed that failed once stands in [`KEPT_SEEDS`] for good, with what it showed.

use std::collections::{BTreeMap, BTreeSet};

use hubferry::Error;
use hubferry::error::Code;
use hubferry::push::{CommitState, Commits, Operation, PushOptions, PushOutput, plan_commit};
use hubferry::time::Millis;

use crate::sim::{Chance, Fault, Faults, Held, SimHub, World, no_faults, noise, options, sha256, xet_options};
use crate::sim_hub::ME;

/// Seeds that failed, and what they showed.
const KEPT_SEEDS: [(u64, &str); 4] = [
    (533, "a list of the whole repo that is answered 404 is no empty one"),
    (8563, "nor is it in a push of several commits"),
    (1113, "what a dead lane has sent in vain counts once in the progress"),
    (9919, "also in a push that was begun again"),
];

/// Runs unless `HUBFERRY_RUNS` says otherwise.
const RUNS: u64 = 300;

/// Of a hundred pushes, those that end in the middle and are begun again.
const CRASHES: u64 = 30;

/// Everything that chance decides before a push begins.
struct Plan {
    hub: SimHub,
    options: PushOptions,
    files: Vec<(String, Vec<u8>)>,
    deletes: Vec<String>,
    faults: Spoiler,
    pauses: Vec<u32>,
    abort_after: Option<u32>,
    deaths: Vec<u32>,
    /// After so many steps the program ends and is begun again, with or without what was written last.
    crashes: Vec<(u32, bool)>,
    keeps_journal: bool,
    is_gentle: bool,
    /// Bytes a second.
    limit: Option<u64>,
    slowness_ms: u64,
    /// When the connection goes, and comes back.
    connection: Vec<(Millis, bool)>,
    planner: fn(&CommitState) -> usize,
}

/// What spoils requests, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spoiler {
    Nothing,
    /// What passes, seldom enough for six attempts.
    Passing(u64),
    /// Anything.
    Anything(u64),
}

const PASSING: [Fault; 15] = [
    Fault::Status(408),
    Fault::Status(425),
    Fault::Status(429),
    Fault::Later(429, 11),
    Fault::Status(500),
    Fault::Status(502),
    Fault::Later(503, 2),
    Fault::Status(504),
    Fault::StatusAfter(504),
    Fault::CutBefore,
    Fault::CutMiddle,
    Fault::CutAfter,
    Fault::Hang,
    Fault::Silence,
    Fault::LateTwin,
];

const OTHERS: [Fault; 13] = [
    Fault::Status(400),
    Fault::Status(401),
    Fault::Status(403),
    Fault::Status(404),
    Fault::Status(409),
    Fault::Status(413),
    Fault::Status(422),
    Fault::HalfAnswer,
    Fault::Html,
    Fault::Damaged,
    Fault::Expire,
    Fault::ForeignCommit,
    Fault::ForeignTwin,
];

impl Spoiler {
    fn faults(self, seed: u64) -> Faults {
        let mut chance = Chance::new(seed);
        Box::new(move |kind, _| match self {
            // Nobody can tell whether a pull request will yet be opened: then none is.
            Spoiler::Passing(_) if kind == "open-pull" => Fault::None,
            Spoiler::Passing(percent) if chance.percent(percent) => chance.pick(&PASSING),
            // Somebody else's file may only stand where the commit goes to.
            Spoiler::Anything(percent) if chance.percent(percent) => match chance.below(PASSING.len() as u64 + 13) {
                n if n < PASSING.len() as u64 => PASSING[n as usize],
                _ => match chance.pick(&OTHERS) {
                    Fault::ForeignCommit | Fault::ForeignTwin if kind != "commit" => Fault::None,
                    // Who is told that a commit holds something else believes it.
                    Fault::Damaged if kind == "read-back" => Fault::None,
                    fault => fault,
                },
            },
            _ => Fault::None,
        })
    }
}

impl Plan {
    fn new(seed: u64) -> Plan {
        let mut chance = Chance::new(seed);
        let by_xet = chance.percent(60);
        let is_pull = chance.percent(25);
        let contents = contents(&mut chance, by_xet);
        let mut hub = if by_xet { SimHub::with_xet() } else { SimHub::new() };
        hub.verify = chance.percent(50);
        hub.part_bytes = chance.percent(60).then(|| chance.pick(&[1_500, 4_096, 100_000]));
        hub.page = Some(chance.pick(&[1, 3, 1_000]));
        if chance.percent(50) {
            hub = with_old_versions(hub, &contents, &mut chance);
        }
        hub.read_only = is_pull && chance.percent(50);
        let mut options = PushOptions {
            seed: chance.draw(),
            pull_request: is_pull,
            lanes: 1 + chance.below(4) as u16,
            buffer_budget_bytes: chance.pick(&[16, 48, 160]) << 20,
            ..if by_xet { xet_options() } else { options() }
        };
        if chance.percent(35) {
            (options.commits, options.ask_plan) = (Commits::Auto, true);
        }
        let mut deletes = Vec::new();
        if chance.percent(30) {
            options.delete_patterns = vec!["old/*".to_owned()];
        } else if chance.percent(30) {
            deletes = hub.tree.keys().filter(|path| path.starts_with("old/")).take(2).cloned().collect();
        }
        options.merge = is_pull && !hub.read_only && options.delete_patterns.is_empty() && deletes.is_empty();
        let faults = match chance.below(10) {
            0..2 => Spoiler::Nothing,
            2..6 => Spoiler::Passing(chance.pick(&[2, 5])),
            _ => Spoiler::Anything(chance.pick(&[2, 5, 15, 40])),
        };
        let crashes: Vec<(u32, bool)> = match chance.below(100) {
            0..CRASHES => (0..1 + chance.below(3)).map(|_| (chance.below(400) as u32, chance.percent(50))).collect(),
            _ => Vec::new(),
        };
        if !crashes.is_empty() {
            // A folder is what is pushed again, and a folder has no operations of its own.
            deletes.clear();
        }
        let is_calm = !crashes.is_empty() || chance.percent(67);
        Plan {
            keeps_journal: !crashes.is_empty() || chance.percent(40),
            crashes,
            hub,
            options,
            files: contents,
            deletes,
            faults,
            pauses: (0..chance.below(4)).map(|_| chance.below(300) as u32).collect(),
            abort_after: chance.percent(12).then(|| chance.below(400) as u32),
            deaths: if chance.percent(20) { vec![chance.below(200) as u32] } else { Vec::new() },
            slowness_ms: chance.pick(&[0, 0, 1_000, 12_000]),
            connection: if is_calm { Vec::new() } else { spells(&mut chance) },
            planner: chance.pick(&[plan_commit as fn(&CommitState) -> usize, one_by_one, by_fives]),
            is_gentle: chance.percent(20),
            limit: chance.percent(15).then(|| chance.pick(&[30_000, 1_000_000])),
        }
    }

    fn operations(&self, world: &mut World) -> Vec<Operation> {
        let files: Vec<(&str, Vec<u8>)> =
            self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
        let mut operations = world.adds(&files);
        operations.extend(self.deletes.iter().map(|path| Operation::Delete { path: path.clone() }));
        operations
    }

    /// What the repo must hold in the end: contents, by their path.
    fn goal(&self) -> BTreeMap<String, Vec<u8>> {
        let mut goal = contents_of(&self.hub, &self.hub.tree);
        if !self.options.delete_patterns.is_empty() {
            goal.retain(|path, _| !path.starts_with("old/"));
        }
        for path in &self.deletes {
            goal.remove(path);
        }
        goal.extend(self.files.iter().cloned());
        goal
    }
}

/// Spells without a connection.
fn spells(chance: &mut Chance) -> Vec<(Millis, bool)> {
    let mut at = 0;
    let times = 1 + chance.below(3);
    let spell = |_| {
        let gone = at + chance.below(6_000);
        at = gone + 1 + chance.below(400_000);
        [(Millis(gone), false), (Millis(at), true)]
    };
    (0..times).flat_map(spell).collect()
}

fn one_by_one(state: &CommitState) -> usize {
    state.files.len().min(1)
}

/// Waits for five files, as long as there may be some.
fn by_fives(state: &CommitState) -> usize {
    if state.files.len() >= 5 || !state.more { state.files.len().min(5) } else { 0 }
}

/// Files with sizes around every limit, some of them equal, some alike.
fn contents(chance: &mut Chance, by_xet: bool) -> Vec<(String, Vec<u8>)> {
    const SIZES: [u64; 22] = [
        0, 1, 511, 512, 513, 999, 1_000, 1_001, 1_499, 1_500, 1_501, 3_000, 4_097, 8_191, 8_193, 20_000, 65_536,
        131_073, 300_000, 524_288, 1_048_576, 1_048_577,
    ];
    let count = match chance.below(40) {
        0 => 257 + chance.below(20),
        1 => 1_001,
        _ => 1 + chance.below(12),
    };
    let is_crowd = count > 100;
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for n in 0..count {
        let folder = chance.pick(&["", "a/", "a/b/", "odd #?%&+ \u{e9}/"]);
        let path = if n == 0 && chance.percent(30) { "README.md".to_owned() } else { format!("{folder}f{n}.bin") };
        let size = if is_crowd { chance.pick(&SIZES[..10]) } else { chance.pick(&SIZES) } as usize;
        let bytes = match files.last() {
            Some((_, before)) if chance.percent(20) => before.clone(),
            // A new beginning, and the same end.
            Some((_, before)) if by_xet && chance.percent(20) => {
                let mut bytes = noise(chance.draw(), 10_000);
                bytes.extend_from_slice(before);
                bytes
            }
            _ if chance.percent(10) => b"0123456789".repeat(size / 10),
            _ => noise(chance.draw(), size),
        };
        files.push((path, bytes));
    }
    files
}

/// What was pushed before: some of the files as they are, some as they were, and a folder that may go.
fn with_old_versions(hub: SimHub, files: &[(String, Vec<u8>)], chance: &mut Chance) -> SimHub {
    let mut old =
        vec![("old/small".to_owned(), b"old".to_vec()), ("old/large".to_owned(), noise(chance.draw(), 5_000))];
    old.extend((0..chance.below(5)).map(|n| (format!("old/{n}"), vec![n as u8; 10])));
    for (path, bytes) in files {
        if chance.percent(60) {
            continue;
        }
        let mut bytes = bytes.clone();
        if chance.percent(50) && !bytes.is_empty() {
            let at = chance.below(bytes.len() as u64) as usize;
            bytes[at] ^= 1;
        }
        old.push((path.clone(), bytes));
    }
    let by_xet = hub.cas.offered;
    let mut world = World::new(hub, chance.draw(), no_faults());
    let old: Vec<(&str, Vec<u8>)> = old.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    let operations = world.adds(&old);
    let options = PushOptions { title: Some("old versions".into()), ..if by_xet { xet_options() } else { options() } };
    world.push(options, operations).expect("the first push");
    world.hub
}

/// What a tree holds, content by content.
fn contents_of(hub: &SimHub, tree: &BTreeMap<String, Held>) -> BTreeMap<String, Vec<u8>> {
    let content = |held: &Held| match held {
        Held::Regular(bytes) => bytes.clone(),
        Held::Lfs { oid, size } => {
            let bytes = hub.objects.get(oid).cloned().or_else(|| hub.cas.read(oid)).expect("a stored content");
            assert_eq!((bytes.len() as u64, &sha256(&bytes)), (*size, oid), "the store holds what it says");
            bytes
        }
    };
    tree.iter().map(|(path, held)| (path.clone(), content(held))).collect()
}

/// One push to its end, with its pauses, and perhaps stopped.
fn push(plan: &Plan, world: &mut World) -> Result<PushOutput, Error> {
    world.deaths = plan.deaths.clone().into();
    world.slowness_ms = plan.slowness_ms;
    world.connection = plan.connection.clone().into();
    world.planner = plan.planner;
    let operations = plan.operations(world);
    world.kept.is_on = plan.keeps_journal;
    for &(turns, torn) in &plan.crashes {
        let mut push = world.open_push(plan.options.clone(), operations.clone());
        let ended = world.run_for(&mut push, turns);
        world.crash(torn);
        if ended {
            break;
        }
    }
    let mut push = world.open_push(plan.options.clone(), operations);
    push.gentle(plan.is_gentle);
    push.limit_speed(plan.limit);
    for &turns in &plan.pauses {
        if world.run_for(&mut push, turns) {
            break;
        }
        push.pause();
        world.run_for(&mut push, 40);
        world.now.0 += 1 + u64::from(turns) * 7_000;
        push.resume();
    }
    if let Some(turns) = plan.abort_after
        && !world.run_for(&mut push, turns)
    {
        push.abort();
    }
    let end = world.run(&mut push);
    assert_eq!(world.run(&mut push), end, "the end is final");
    world.settle();
    end
}

/// Runs a seed; panics when something is not as it must be.
fn run(seed: u64) {
    let plan = Plan::new(seed);
    let mut world = World::new(plan.hub.clone(), seed, plan.faults.faults(seed ^ 0x5EED));
    let end = push(&plan, &mut world);

    assert_eq!(world.receipts.again, Vec::<String>::new(), "nothing is sent without need");
    if plan.options.use_xet && plan.deaths.is_empty() && plan.crashes.is_empty() && plan.hub.cas.posted.is_empty() {
        let mut chunks: Vec<_> = world.hub.cas.store.stored_chunks().iter().map(|chunk| chunk.sort_key()).collect();
        let all = chunks.len();
        chunks.sort_unstable();
        chunks.dedup();
        assert_eq!(chunks.len(), all, "no chunk stands in two xorbs");
    }
    for oid in plan.hub.objects.keys() {
        assert!(!world.receipts.worked.keys().any(|body| body.contains(oid.as_str())), "{oid} was there");
    }
    assert!(
        world.reading_peak <= plan.options.buffer_budget_bytes + (8 << 20),
        "read {} at a time",
        world.reading_peak
    );
    assert!(world.kept_peak <= plan.options.buffer_budget_bytes, "kept {}", world.kept_peak);
    assert!(world.packed_peak <= plan.options.buffer_budget_bytes, "packed {}", world.packed_peak);

    let pulls: Vec<_> = world.hub.pulls.iter().filter(|pull| pull.author == ME).collect();
    assert!(pulls.len() <= usize::from(plan.options.pull_request), "{} pull requests", pulls.len());
    let (tree, history) =
        pulls.first().map_or((&world.hub.tree, &world.hub.history), |pull| (&pull.tree, &pull.history));
    let is_merged = pulls.iter().any(|pull| pull.status == "merged");
    if plan.options.pull_request && !is_merged {
        let mut main = world.hub.tree.clone();
        main.remove("theirs");
        assert_eq!(main, plan.hub.tree, "main is as it was");
    }
    let ours: Vec<_> = history.iter().filter(|commit| commit.is_ours()).collect();
    let is_chain = plan.options.commits == Commits::Auto;
    assert!(is_chain || ours.len() <= 1, "{} commits", ours.len());
    let mut lines = BTreeSet::new();
    for line in ours.iter().flat_map(|commit| &commit.lines) {
        assert!(lines.insert(line["value"]["path"].to_string()), "{line} was committed twice");
    }
    let mut held = contents_of(&world.hub, tree);
    held.remove("theirs");
    let goal = plan.goal();
    match &end {
        Ok(output) => {
            let told = output.commits.len();
            assert!(told == ours.len() || (told < ours.len() && !plan.crashes.is_empty()), "it tells of its commits");
            assert!(held == goal, "the repo holds what was pushed");
            assert_eq!(is_merged, plan.options.merge && !ours.is_empty(), "it is merged when it shall be");
            if is_merged {
                let mut main = contents_of(&world.hub, &world.hub.tree);
                main.remove("theirs");
                assert!(main == goal, "and then main has it");
            }
        }
        Err(error) => {
            let is_stopped = plan.abort_after.is_some() && error.code == Code::Aborted;
            assert!(
                is_stopped || !matches!(plan.faults, Spoiler::Nothing | Spoiler::Passing(_)),
                "must pass: {error:?}"
            );
            assert_ne!(error.code, Code::Internal, "{error}");
            // A check of the README.md that was answered 400 says that it is not valid.
            let is_readme = error.path.as_deref() == Some("README.md");
            assert!(is_readme || error.code != Code::InvalidInput, "{error}");
            let untouched = contents_of(&plan.hub, &plan.hub.tree);
            if is_chain {
                let is_known = |(path, bytes)| goal.get(path) == Some(bytes) || untouched.get(path) == Some(bytes);
                assert!(held.iter().all(is_known), "whole files, as they were or as they shall be");
            } else {
                assert!(held == untouched || (ours.len() == 1 && held == goal), "the whole push, or nothing of it");
            }
        }
    }
}

/// What a seed's panic says.
fn why(seed: u64) -> Option<String> {
    let panic = std::panic::catch_unwind(|| run(seed)).err()?;
    let text =
        panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    Some(format!("seed {seed}: {}", text.unwrap_or_default()))
}

#[test]
fn any_push_settles_and_does_nothing_twice() {
    let runs = std::env::var("HUBFERRY_RUNS").map_or(RUNS, |runs| runs.parse().expect("HUBFERRY_RUNS is a number"));
    let first: u64 = std::env::var("HUBFERRY_SEED").map_or(0, |seed| seed.parse().expect("HUBFERRY_SEED is a number"));
    let next = std::sync::atomic::AtomicU64::new(first);
    let failed = std::sync::Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if seed >= first + runs {
                        return;
                    }
                    if let Some(why) = why(seed) {
                        failed.lock().expect("no panic while it is held").push(why);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("no panic while it is held");
    assert!(failed.is_empty(), "{} of {runs} runs:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn kept_seeds() {
    let failed: Vec<String> =
        KEPT_SEEDS.iter().filter_map(|(seed, shows)| Some(format!("{shows}: {}", why(*seed)?))).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
