//! Whole pushes as files: expected steps and scripted answers, replayed here against the engine and, from the same files,
//! by every driver.
//!
//! A transcript is a list of turns. `{ "at": ms, "poll": [steps] }` means: polled at that time, the machine emits exactly
//! these steps, the last one `wait` or `done`. `{ "at": ms, "input": … }` means: this answer is handed over. With
//! `HUBFERRY_RECORD=1` the files are written anew from the simulated world; look at the difference before committing it.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use hubferry::push::{Push, PushOutput};
use hubferry::step::Step;
use hubferry::time::Millis;
use hubferry::wire::{InputView, OperationSpec, PushOutputView, PushSpec, StepView};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::sim::{Fault, HUB, Held, SimHub, TOKEN, World, fault_on, no_faults, noise, xet_options};
use crate::sim_cas::EPOCH_MS;

#[derive(Serialize, Deserialize)]
struct Transcript {
    title: String,
    spec: PushSpec,
    operations: Vec<OperationSpec>,
    turns: Vec<Turn>,
}

#[derive(Serialize, Deserialize)]
struct Turn {
    at: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    poll: Option<Vec<StepView<PushOutputView>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    input: Option<InputView>,
}

struct Scene {
    name: &'static str,
    title: &'static str,
    files: Vec<(&'static str, Vec<u8>)>,
    deletes: Vec<&'static str>,
    hub: fn() -> SimHub,
    faults: fn() -> crate::sim::Faults,
    /// Options beside the usual ones.
    spec: Value,
    /// Pieces of work after which a lane dies.
    deaths: Vec<u32>,
}

fn multipart_hub() -> SimHub {
    let mut hub = SimHub::new();
    hub.part_bytes = Some(1_000);
    hub.verify = true;
    hub
}

fn holding_hub() -> SimHub {
    let mut hub = SimHub::new();
    let files = vec![("same.txt", Held::Regular(b"same".to_vec())), ("old.txt", Held::Regular(b"old".to_vec()))];
    hub.foreign_commit("before", files);
    hub
}

fn mirrored_hub() -> SimHub {
    let mut hub = SimHub::new();
    hub.page = Some(2);
    let files = ["data/a.txt", "data/b.bin", "data/same.txt", "other.txt"];
    hub.foreign_commit("before", files.map(|path| (path, Held::Regular(b"old".to_vec()))).to_vec());
    hub
}

fn ignoring_hub() -> SimHub {
    let mut hub = SimHub::new();
    hub.ignored.insert("b.log".to_owned());
    hub
}

fn scenes() -> Vec<Scene> {
    let mixed = || {
        let bytes =
            |seed: u8, length: usize| (0..length).map(|i| (i as u8).wrapping_mul(31).wrapping_add(seed)).collect();
        vec![("README.md", b"# hi\n".to_vec()), ("empty", vec![]), ("a/large.bin", bytes(1, 2_500))]
    };
    vec![
        Scene {
            name: "one-commit",
            title: "A regular, an empty and an LFS file become one commit",
            files: mixed(),
            deletes: vec![],
            hub: SimHub::new,
            faults: no_faults,
            spec: json!({}),
            deaths: vec![],
        },
        Scene {
            name: "multipart-and-verify",
            title: "An LFS file goes in three parts, is completed and verified",
            files: mixed(),
            deletes: vec![],
            hub: multipart_hub,
            faults: no_faults,
            spec: json!({}),
            deaths: vec![],
        },
        Scene {
            name: "unchanged-and-delete",
            title: "An unchanged file needs no line; a deletion does",
            files: vec![("same.txt", b"same".to_vec())],
            deletes: vec!["old.txt"],
            hub: holding_hub,
            faults: no_faults,
            spec: json!({}),
            deaths: vec![],
        },
        Scene {
            name: "nothing-to-do",
            title: "Everything is on the Hub: no commit",
            files: vec![("same.txt", b"same".to_vec())],
            deletes: vec![],
            hub: holding_hub,
            faults: no_faults,
            spec: json!({}),
            deaths: vec![],
        },
        Scene {
            name: "store-fails-twice",
            title: "The store answers 503 twice; the body is sent a third time",
            files: mixed(),
            deletes: vec![],
            hub: SimHub::new,
            faults: || fault_on("put", Fault::Status(503), 2),
            spec: json!({}),
            deaths: vec![],
        },
        Scene {
            name: "commit-answer-lost",
            title: "The answer to the commit is lost; the history tells that it was made",
            files: mixed(),
            deletes: vec![],
            hub: SimHub::new,
            faults: || fault_on("commit", Fault::CutAfter, 1),
            spec: json!({}),
            deaths: vec![],
        },
        Scene {
            name: "refused",
            title: "The token may not write: one clear error before anything is read",
            files: mixed(),
            deletes: vec![],
            hub: SimHub::new,
            faults: || fault_on("may-write", Fault::Status(403), 1),
            spec: json!({}),
            deaths: vec![],
        },
        Scene {
            name: "bad-readme",
            title: "The metadata of README.md is wrong: one clear error before anything else is read",
            files: vec![("README.md", b"---\nbad: [\n---\n".to_vec()), ("a.txt", b"a".to_vec())],
            deletes: vec![],
            hub: SimHub::new,
            faults: no_faults,
            spec: json!({}),
            deaths: vec![],
        },
        Scene {
            name: "mirror",
            title: "What the patterns match in a folder of the repo goes, page by page; what is added stays",
            files: vec![("data/same.txt", b"new".to_vec())],
            deletes: vec![],
            hub: mirrored_hub,
            faults: no_faults,
            spec: json!({ "deletePatterns": ["*.txt"], "deleteUnder": "data" }),
            deaths: vec![],
        },
        Scene {
            name: "pull-request",
            title: "A pull request is opened, gets the commit, and is made ready",
            files: mixed(),
            deletes: vec![],
            hub: SimHub::new,
            faults: no_faults,
            spec: json!({ "isPullRequest": true }),
            deaths: vec![],
        },
        Scene {
            name: "pull-request-answer-lost",
            title: "The answer to the opening of the pull request is lost; the list tells its number",
            files: vec![("a.txt", b"a".to_vec())],
            deletes: vec![],
            hub: SimHub::new,
            faults: || fault_on("open-pull", Fault::CutAfter, 1),
            spec: json!({ "isPullRequest": true, "description": "Why" }),
            deaths: vec![],
        },
        Scene {
            name: "ignored",
            title: "The Hub leaves a file out: a warning, and no line of the commit",
            files: vec![("a.txt", b"a".to_vec()), ("b.log", b"b".to_vec())],
            deletes: vec![],
            hub: ignoring_hub,
            faults: no_faults,
            spec: json!({ "ignoreByHub": true }),
            deaths: vec![],
        },
    ]
    .into_iter()
    .chain(xet_scenes())
    .collect()
}

/// A large file that the content store has, and what becomes of it.
fn old_version() -> Vec<u8> {
    noise(1, 1_200_000)
}

fn holding_by_xet() -> SimHub {
    let mut world = World::new(SimHub::with_xet(), 60, no_faults());
    let operations = world.adds(&[("changed.bin", old_version()), ("same.bin", noise(2, 3_000))]);
    world.push(xet_options(), operations).expect("the first push");
    world.hub
}

fn xet_scenes() -> Vec<Scene> {
    let new =
        || vec![("README.md", b"# hi\n".to_vec()), ("large.bin", noise(3, 1_100_000)), ("small.bin", noise(4, 3_000))];
    let scene = |name, title, files, hub, faults, deaths| Scene {
        name,
        title,
        files,
        deletes: vec![],
        hub,
        faults,
        spec: json!({ "useXet": true, "lanes": 2, "epochAtZeroMs": EPOCH_MS }),
        deaths,
    };
    let mut changed = old_version();
    changed[0] ^= 1;
    let updated = vec![("changed.bin", changed), ("same.bin", noise(2, 3_000))];
    vec![
        scene(
            "xet",
            "A large and a small file are packed, stored and registered, and become one commit",
            new(),
            SimHub::with_xet,
            no_faults,
            vec![],
        ),
        scene(
            "xet-update",
            "Of a large file only the beginning is new: its old version is recalled",
            updated,
            holding_by_xet,
            no_faults,
            vec![],
        ),
        scene(
            "xet-lane-lost",
            "A lane dies with what it has packed: its files are packed again",
            new(),
            SimHub::with_xet,
            no_faults,
            vec![9],
        ),
        scene(
            "xet-token-ends",
            "The store does not take the token any more: a new one is fetched, and the xorb goes again",
            new(),
            SimHub::with_xet,
            || fault_on("xorb", Fault::Expire, 1),
            vec![],
        ),
        scene(
            "xet-not-offered",
            "The Hub has no content store for this repo: files go by LFS",
            new(),
            SimHub::new,
            no_faults,
            vec![],
        ),
    ]
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts")
}

fn spec(more: &Value) -> PushSpec {
    let mut spec = json!({
        "repo": "u/r", "hubUrl": HUB, "accessToken": TOKEN, "title": "ours", "seed": 7,
    });
    for (key, value) in more.as_object().expect("an object") {
        spec[key] = value.clone();
    }
    serde_json::from_value(spec).expect("a good spec")
}

/// Runs the scene in the simulated world and writes down what passes between the machine and its driver.
fn record(scene: &Scene) -> Transcript {
    let mut world = World::new((scene.hub)(), 61, (scene.faults)());
    world.deaths = scene.deaths.iter().copied().collect();
    let mut operations: Vec<OperationSpec> = Vec::new();
    for (index, (path, bytes)) in scene.files.iter().enumerate() {
        world.files.push(bytes.clone());
        operations.push(OperationSpec::AddOrUpdate {
            path: (*path).to_owned(),
            file: index as u32,
            size: bytes.len() as u64,
            modified_ms: None,
        });
    }
    operations.extend(scene.deletes.iter().map(|path| OperationSpec::Delete { path: (*path).to_owned() }));
    let spec = spec(&scene.spec);
    let mut push = start(&spec, &operations);
    let mut turns = Vec::new();
    let mut inputs = VecDeque::new();
    loop {
        let steps = drain(&mut push, world.now);
        turns.push(Turn {
            at: world.now.0,
            poll: Some(steps.iter().cloned().map(StepView::from).collect()),
            input: None,
        });
        let until = match steps.last() {
            Some(Step::Done(_)) => break,
            Some(Step::Wait { until }) => *until,
            other => panic!("the last step is {other:?}"),
        };
        for step in steps {
            if !matches!(step, Step::Wait { .. }) {
                world.take(step);
            }
        }
        // A driver polls after each input.
        if inputs.is_empty() {
            inputs.extend(world.ripen(until));
        }
        if let Some(input) = inputs.pop_front() {
            turns.push(Turn { at: world.now.0, poll: None, input: Some(InputView::from(input.clone())) });
            push.handle(world.now, input).expect("an awaited answer");
        }
    }
    Transcript { title: scene.title.to_owned(), spec, operations, turns }
}

fn start(spec: &PushSpec, operations: &[OperationSpec]) -> Push {
    let mut push = Push::new(spec.clone().parse().expect("a good spec")).expect("good options");
    push.add(operations.iter().cloned().map(Into::into).collect()).expect("good operations");
    push
}

fn drain(push: &mut Push, now: Millis) -> Vec<Step<PushOutput>> {
    let mut steps = Vec::new();
    loop {
        steps.push(push.poll(now));
        if matches!(steps.last(), Some(Step::Wait { .. } | Step::Done(_))) {
            return steps;
        }
    }
}

#[test]
fn every_transcript_replays() {
    for scene in scenes() {
        let file = folder().join(format!("{}.json", scene.name));
        if std::env::var_os("HUBFERRY_RECORD").is_some() {
            let text = serde_json::to_string_pretty(&record(&scene)).expect("JSON");
            std::fs::write(&file, text + "\n").expect("tests/transcripts can be written");
        }
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let transcript: Transcript = serde_json::from_str(&text).expect("a transcript");
        let mut push = start(&transcript.spec, &transcript.operations);
        for (number, turn) in transcript.turns.into_iter().enumerate() {
            let name = format!("{}, turn {number}", scene.name);
            if let Some(expected) = turn.poll {
                let steps: Vec<StepView<PushOutputView>> =
                    drain(&mut push, Millis(turn.at)).into_iter().map(StepView::from).collect();
                assert_eq!(steps, expected, "{name}");
            }
            if let Some(input) = turn.input {
                push.handle(Millis(turn.at), input.into()).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
        }
        assert!(matches!(push.poll(Millis(u64::MAX)), Step::Done(_)), "{}: the end", scene.name);
    }
}

#[test]
fn every_transcript_on_disk_is_replayed() {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .expect("tests/transcripts")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let mut known: Vec<String> = scenes().iter().map(|scene| format!("{}.json", scene.name)).collect();
    known.sort();
    assert_eq!(names, known);
}
