//! The fault matrix: every kind of request that a push makes, met by every fault, once, the third time, three times, every time.
//!
//! Each case settles within bounded virtual time; the repo holds the whole push, in one commit, or is untouched; nothing that a
//! store has taken is sent to it again; and where there must be an error, it is the right one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use hubferry::Error;
use hubferry::error::Code;
use hubferry::push::{CommitState, Commits, PushOptions, PushOutput};

use crate::sim::{Fault, Faults, Held, SimHub, TOKEN, World, no_faults, noise, options, sha256, xet_options};
use crate::sim_cas::CAS_TOKEN;
use crate::sim_hub::ME;

/// No push of the matrix may take longer, in milliseconds of its clock.
const LONGEST: u64 = 3 * 3_600_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Lfs,
    Xet,
}

/// Which attempts of the kind are met by the fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    First,
    Third,
    Thrice,
    Always,
}

/// A kind of request, and how a push comes to make it.
struct Kind {
    name: &'static str,
    ways: &'static [Way],
    setting: Setting,
    /// The answer to the first request of this kind is lost, so that somebody looks.
    after: Option<&'static str>,
    /// The push can do without the answer.
    optional: bool,
}

/// What is special about the push that makes such requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting {
    Plain,
    /// The branch is missing and shall be made.
    NewBranch,
    /// A folder is emptied: its files are listed, three a page.
    Mirror,
    /// Large files have old versions in the store.
    Recall,
    /// Several commits, of three files each.
    Chain,
    Pull,
    /// A pull request that is merged in the end.
    Merge,
}

const BOTH: &[Way] = &[Way::Lfs, Way::Xet];
const LFS: &[Way] = &[Way::Lfs];
const XET: &[Way] = &[Way::Xet];

const fn kind(name: &'static str, ways: &'static [Way], setting: Setting) -> Kind {
    Kind { name, ways, setting, after: None, optional: false }
}

impl Kind {
    const fn optional(self) -> Kind {
        Kind { optional: true, ..self }
    }

    const fn after(self, name: &'static str) -> Kind {
        Kind { after: Some(name), ..self }
    }

    fn is_pull(&self) -> bool {
        matches!(self.setting, Setting::Pull | Setting::Merge)
    }
}

const KINDS: [Kind; 30] = [
    kind("head", BOTH, Setting::Plain),
    kind("branch", BOTH, Setting::NewBranch),
    kind("may-write", LFS, Setting::Plain),
    kind("xet-token", XET, Setting::Plain),
    kind("paths-info", BOTH, Setting::Plain),
    kind("yaml", BOTH, Setting::Plain).optional(),
    kind("tree", BOTH, Setting::Mirror),
    kind("preupload", BOTH, Setting::Plain),
    kind("batch", LFS, Setting::Plain),
    kind("put", LFS, Setting::Plain),
    kind("part", LFS, Setting::Plain),
    kind("complete", LFS, Setting::Plain),
    kind("verify", LFS, Setting::Plain),
    kind("chunk", XET, Setting::Plain).optional(),
    kind("reconstruction", XET, Setting::Recall).optional(),
    kind("data", XET, Setting::Recall).optional(),
    kind("xorb", XET, Setting::Plain),
    kind("shard", XET, Setting::Plain),
    kind("commit", BOTH, Setting::Plain),
    kind("commit", BOTH, Setting::Chain),
    kind("history", BOTH, Setting::Plain).after("commit"),
    kind("history", BOTH, Setting::Chain).after("commit"),
    kind("read-back", BOTH, Setting::Plain).optional(),
    kind("pulls", BOTH, Setting::Pull),
    kind("open-pull", BOTH, Setting::Pull),
    kind("whoami", BOTH, Setting::Pull).after("open-pull"),
    kind("ready", BOTH, Setting::Pull).optional(),
    kind("pull", BOTH, Setting::Pull).after("ready").optional(),
    kind("merge", BOTH, Setting::Merge),
    kind("pull", BOTH, Setting::Merge).after("merge"),
];

const FAULTS: [Fault; 28] = [
    Fault::Status(400),
    Fault::Status(401),
    Fault::Status(403),
    Fault::Status(404),
    Fault::Status(408),
    Fault::Status(409),
    Fault::Status(413),
    Fault::Status(422),
    Fault::Status(425),
    Fault::Later(425, 2),
    Fault::Status(429),
    Fault::Later(429, 7),
    Fault::Later(429, 86_400),
    Fault::Status(500),
    Fault::Status(502),
    Fault::Status(503),
    Fault::Later(503, 3),
    Fault::Status(504),
    Fault::StatusAfter(504),
    Fault::CutBefore,
    Fault::CutMiddle,
    Fault::CutAfter,
    Fault::Hang,
    Fault::Silence,
    Fault::HalfAnswer,
    Fault::Html,
    Fault::Damaged,
    Fault::Expire,
];

/// What the push is to come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Success,
    /// With one of these.
    Failure(&'static [Code]),
    /// Success, or one of these.
    Either(&'static [Code]),
}

/// What must come of it. Whoever reads this table knows what a push survives.
fn expected(kind: &Kind, fault: Fault, when: When) -> End {
    use Code::*;
    let name = kind.name;
    let is_signed = matches!(name, "put" | "part" | "complete");
    let is_of_cas = matches!(name, "xorb" | "shard");
    // These pass when they do not come every time, and then the push ends with this code.
    let passing: &'static [Code] = match (name, fault) {
        // The file's metadata was checked, and is not valid.
        ("yaml", Fault::Status(400)) => return End::Failure(&[InvalidInput]),
        ("read-back", Fault::Damaged) => return End::Failure(&[Integrity]),
        // Nobody needs these.
        _ if kind.optional => return End::Success,
        // Whether a commit was made, or a pull request opened or merged, shows in the repo.
        ("commit" | "open-pull", Fault::CutAfter | Fault::StatusAfter(_) | Fault::HalfAnswer) => return End::Success,
        ("merge", Fault::CutAfter | Fault::StatusAfter(_)) => return End::Success,
        // One that may yet be opened must not be opened again.
        ("open-pull", Fault::Status(502 | 504) | Fault::Hang | Fault::Silence) => return End::Either(&[Timeout]),
        // These say that it was not.
        ("open-pull", Fault::Status(408 | 425) | Fault::Later(425, _)) => &[ServerError],
        ("open-pull", Fault::CutBefore | Fault::CutMiddle) => return End::Either(&[Blocked]),
        (_, Fault::Later(429, 86_400)) => return End::Failure(&[RateLimited]),
        (_, Fault::Status(408 | 425) | Fault::Later(425, _) | Fault::Hang | Fault::Silence) => &[Timeout],
        (_, Fault::Status(429) | Fault::Later(429, _)) => &[RateLimited],
        (_, Fault::Status(500..) | Fault::Later(503, _) | Fault::StatusAfter(_)) => &[ServerError],
        (_, Fault::CutBefore | Fault::CutMiddle | Fault::CutAfter) => &[Blocked],
        // A new URL, or a new token, helps.
        ("put" | "part", Fault::Expire) => &[Forbidden],
        (_, Fault::Status(403)) if is_signed => &[Forbidden],
        (_, Fault::Status(401) | Fault::Expire) if is_of_cas => &[Unauthorized],
        (_, Fault::Expire) => return End::Success,
        // Who answers is not the Hub, or not to the end.
        ("open-pull", Fault::Html) => return End::Either(&[Protocol]),
        // Whoever is kept from writing is told so in words; anything else is leave.
        ("may-write", Fault::HalfAnswer | Fault::Html) => return End::Success,
        // Nobody reads what these say.
        ("put" | "part" | "complete" | "verify" | "merge" | "branch", Fault::HalfAnswer) => return End::Success,
        (_, Fault::HalfAnswer | Fault::Html) => &[Protocol],
        // A Hub that does not know the question: nobody is kept from writing, and there is no content store.
        ("may-write", Fault::Status(400 | 409 | 413 | 422)) => return End::Success,
        ("xet-token", Fault::Status(400 | 404 | 422)) => return End::Success,
        // Somebody else made the branch.
        ("branch", Fault::Status(409)) => return End::Either(&[RevisionNotFound]),
        ("commit", Fault::Status(409)) => &[Conflict],
        ("shard", Fault::Status(400) | Fault::Damaged) => return End::Either(&[ServerError]),
        (_, Fault::Damaged) => return End::Either(&[Rejected, Protocol]),
        (_, Fault::Status(409)) if is_signed || is_of_cas => return End::Failure(&[Rejected]),
        (_, Fault::Status(409)) => return End::Failure(&[Conflict]),
        (_, Fault::Status(403)) => return End::Failure(&[Forbidden]),
        (_, Fault::Status(401 | 404)) if is_signed => return End::Failure(&[Rejected]),
        (_, Fault::Status(401)) => return End::Failure(&[RepoNotFound, Unauthorized]),
        (_, Fault::Status(404)) => return End::Failure(&[EntryNotFound, RepoNotFound]),
        _ => return End::Failure(&[Rejected]),
    };
    if when == When::Always { End::Failure(passing) } else { End::Success }
}

/// Files around all the limits of this small world: parts above 1,500 bytes, LFS above 1,000.
fn files(setting: Setting) -> Vec<(&'static str, Vec<u8>)> {
    let mut files = vec![
        ("README.md", b"---\nlicense: mit\n---\n# hello\n".to_vec()),
        ("empty", Vec::new()),
        ("small.txt", b"hello".to_vec()),
        ("a/one.bin", noise(1, 1_400)),
        ("a/twin.bin", noise(1, 1_400)),
        ("a/two.bin", noise(2, 1_200)),
        ("a/three.bin", noise(3, 1_300)),
        ("parts/one.bin", noise(4, 4_000)),
        ("parts/two.bin", noise(5, 3_500)),
        ("parts/three.bin", noise(6, 3_001)),
    ];
    if setting == Setting::Recall {
        let mut large = noise(7, 1_100_000);
        large[0] ^= 1;
        files.extend([("large.bin", large), ("same.bin", noise(8, 1_060_000)), ("as-large.bin", noise(9, 1_050_000))]);
    }
    files
}

fn hub_of(way: Way, setting: Setting) -> SimHub {
    static OLD: OnceLock<SimHub> = OnceLock::new();
    let mut hub = match (way, setting) {
        (Way::Xet, Setting::Recall) => OLD.get_or_init(old_versions).clone(),
        (Way::Xet, _) => SimHub::with_xet(),
        (Way::Lfs, _) => SimHub::new(),
    };
    hub.part_bytes = Some(1_500);
    hub.verify = true;
    let old = ["old/1", "old/2", "old/3", "old/4", "old/5", "old/6", "old/7"];
    hub.foreign_commit("before", old.map(|path| (path, Held::Regular(b"old".to_vec()))).to_vec());
    hub.page = Some(3);
    hub
}

fn old_versions() -> SimHub {
    let mut world = World::new(SimHub::with_xet(), 1, no_faults());
    let old =
        [("large.bin", noise(7, 1_100_000)), ("same.bin", noise(8, 1_060_000)), ("as-large.bin", noise(10, 1_050_000))];
    let operations = world.adds(&old);
    world
        .push(PushOptions { title: Some("old versions".to_owned()), ..xet_options() }, operations)
        .expect("the first push");
    world.hub
}

fn options_of(way: Way, setting: Setting) -> PushOptions {
    let mut options = if way == Way::Xet { xet_options() } else { options() };
    match setting {
        Setting::NewBranch => {
            options.revision = "next".to_owned();
            options.create_branch = true;
        }
        Setting::Mirror => options.delete_patterns = vec!["old/*".to_owned()],
        Setting::Pull => options.pull_request = true,
        Setting::Merge => (options.pull_request, options.merge) = (true, true),
        Setting::Chain => (options.commits, options.ask_plan) = (Commits::Auto, true),
        _ => {}
    }
    options
}

fn run(kind: &Kind, way: Way, fault: Fault, when: When) -> (World, Result<PushOutput, Error>) {
    let (name, setting, after) = (kind.name, kind.setting, kind.after);
    let faults: Faults = Box::new(move |seen, nth| {
        let is_hit = seen == name
            && match when {
                When::First => nth == 1,
                When::Third => nth == 3,
                When::Thrice => nth <= 3,
                When::Always => true,
            };
        match after {
            Some(first) if seen == first && nth == 1 => Fault::CutAfter,
            _ if is_hit => fault,
            _ => Fault::None,
        }
    });
    let mut world = World::new(hub_of(way, setting), 31, faults);
    world.planner = by_threes;
    let files = files(setting);
    let operations = world.adds(&files);
    let end = world.push(options_of(way, setting), operations);
    (world, end)
}

/// Three files a commit, the last one excepted.
fn by_threes(state: &CommitState) -> usize {
    if state.files.len() >= 3 || !state.more { state.files.len().min(3) } else { 0 }
}

/// What is wrong about this case, if anything is.
fn judge(kind: &Kind, way: Way, fault: Fault, when: When) -> Vec<String> {
    let (world, end) = run(kind, way, fault, when);
    let mut wrong = Vec::new();
    let mut hold = |holds: bool, why: String| {
        if !holds {
            wrong.push(why);
        }
    };
    hold(world.now.0 < LONGEST, format!("took {} s", world.now.0 / 1000));
    for again in &world.receipts.again {
        hold(false, format!("sent {again}"));
    }
    let before = hub_of(way, kind.setting);
    let pulls: Vec<_> = world.hub.pulls.iter().filter(|pull| pull.author == ME).collect();
    hold(pulls.len() <= usize::from(kind.is_pull()), format!("{} pull requests", pulls.len()));
    let is_merged = pulls.iter().any(|pull| pull.status == "merged");
    if kind.is_pull() && !is_merged {
        hold(world.hub.tree == before.tree && world.hub.history.len() == before.history.len(), "main changed".into());
    }
    let (tree, history) = match pulls.first() {
        Some(pull) => (&pull.tree, &pull.history),
        None => (&world.hub.tree, &world.hub.history),
    };
    let made = history.len() - before.history.len();
    hold(made <= if kind.setting == Setting::Chain { 4 } else { 1 }, format!("{made} commits"));
    hold(is_merged == (kind.setting == Setting::Merge && end.is_ok()) || end.is_err(), "merged, or not".into());
    let mut lines = BTreeSet::new();
    for line in history[before.history.len()..].iter().flat_map(|commit| &commit.lines) {
        let path = line["value"]["path"].to_string();
        hold(lines.insert(path.clone()), format!("{path} was committed twice"));
    }
    let trees: &[_] = if is_merged { &[tree, &world.hub.tree] } else { &[tree] };
    for tree in trees.iter().filter(|_| made > 0) {
        for (path, bytes) in files(kind.setting) {
            let is_due = kind.setting != Setting::Chain || end.is_ok() || tree.contains_key(path);
            hold(!is_due || holds(&world.hub, tree, path, &bytes), format!("{path} is not what was pushed"));
        }
        let old = tree.keys().filter(|path| path.starts_with("old/")).count();
        hold(old == if kind.setting == Setting::Mirror { 0 } else { 7 }, format!("{old} old files"));
    }
    if made == 0 {
        hold(*tree == before.tree, "the tree changed without a commit".into());
    }
    let expected = expected(kind, fault, when);
    match &end {
        Ok(output) => {
            hold(!matches!(expected, End::Failure(_)), format!("succeeded, expected {expected:?}"));
            let head = history.last().map(|commit| commit.id.as_str());
            hold(made > 0 && Some(output.head.oid.as_str()) == head, "says to have made another commit".into());
        }
        Err(error) => {
            let may_have_made =
                matches!(kind.name, "commit" | "history" | "read-back") || kind.setting == Setting::Merge;
            hold(made == 0 || may_have_made, "failed, but the commit stands".into());
            match expected {
                End::Success => hold(false, format!("must pass, but {:?}: {error}", error.code)),
                End::Failure(codes) | End::Either(codes) => {
                    hold(codes.contains(&error.code), format!("{:?} instead of {codes:?}: {error}", error.code));
                }
            }
            let shown = format!("{error:?}");
            let secrets = [TOKEN, CAS_TOKEN, "generation=", "signature="];
            hold(!secrets.iter().any(|secret| shown.contains(secret)), format!("shows a secret: {shown}"));
        }
    }
    wrong
}

fn holds(hub: &SimHub, tree: &BTreeMap<String, Held>, path: &str, bytes: &[u8]) -> bool {
    match tree.get(path) {
        None => false,
        Some(Held::Regular(held)) => held == bytes,
        Some(Held::Lfs { oid, size }) => {
            let held = hub.objects.get(oid).cloned().or_else(|| hub.cas.read(oid));
            *oid == sha256(bytes) && *size == bytes.len() as u64 && held.as_deref() == Some(bytes)
        }
    }
}

/// All cases of one way to store contents; `least` says how many they are at least.
fn matrix(way: Way, least: usize) {
    let mut wrong = Vec::new();
    let mut cases = 0;
    for kind in KINDS.iter().filter(|kind| kind.ways.contains(&way)) {
        let (world, end) = run(kind, way, Fault::None, When::Always);
        end.unwrap_or_else(|error| panic!("{} by {way:?} without a fault: {error}", kind.name));
        let asked = world.asked(kind.name);
        assert!(asked > 0, "{} by {way:?}: never asked", kind.name);
        for fault in FAULTS {
            for when in [When::First, When::Third, When::Thrice, When::Always] {
                if when == When::Third && asked < 3 {
                    continue;
                }
                cases += 1;
                // What the world itself does not bear is a case like any other.
                let whys = std::panic::catch_unwind(|| judge(kind, way, fault, when))
                    .unwrap_or_else(|panic| vec![panic.downcast::<String>().map_or("panics".to_owned(), |why| *why)]);
                if !whys.is_empty() {
                    let (name, setting) = (kind.name, kind.setting);
                    wrong.push(format!("{name} by {way:?}, {setting:?}, {fault:?} {when:?}: {}", whys.join("; ")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cases} cases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases >= least, "only {cases} cases");
}

#[test]
fn by_lfs() {
    matrix(Way::Lfs, 1_500);
}

#[test]
fn by_xet() {
    matrix(Way::Xet, 1_500);
}
