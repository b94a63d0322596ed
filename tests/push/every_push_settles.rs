//! The fault matrix: every route × every fault × once, thrice, always. A push ends with its one commit or with one error,
//! every step is closed, and the token is in no message.

use hubferry::error::Code;
use hubferry::push::Operation;

use crate::sim::{Fault, SimHub, TOKEN, World, fault_on, folder, options};

const ROUTES: [&str; 11] =
    ["head", "may-write", "paths-info", "yaml", "preupload", "batch", "put", "complete", "verify", "commit", "history"];

const FAULTS: [Fault; 14] = [
    Fault::Status(400),
    Fault::Status(401),
    Fault::Status(403),
    Fault::Status(404),
    Fault::Status(409),
    Fault::Status(413),
    Fault::Status(422),
    Fault::Status(429),
    Fault::Status(500),
    Fault::Status(503),
    Fault::CutBefore,
    Fault::CutAfter,
    Fault::HalfAnswer,
    Fault::Hang,
];

fn hub() -> SimHub {
    let mut hub = SimHub::new();
    hub.part_bytes = Some(400_000);
    hub.verify = true;
    hub
}

fn passes(fault: Fault) -> bool {
    matches!(fault, Fault::Status(429 | 500 | 503) | Fault::CutBefore | Fault::CutAfter | Fault::Hang)
}

#[test]
fn whatever_fails_and_how_often() {
    let mut settled = 0;
    for route in ROUTES {
        for fault in FAULTS {
            for times in [1, 3, u32::MAX] {
                let name = format!("{route} {fault:?} {times} times");
                // The history is only read when a commit's answer is lost.
                let faults: crate::sim::Faults = if route == "history" {
                    Box::new(move |seen, nth| match seen {
                        "commit" if nth == 1 => Fault::CutAfter,
                        "history" if nth <= times => fault,
                        _ => Fault::None,
                    })
                } else {
                    fault_on(route, fault, times)
                };
                let mut world = World::new(hub(), 31, faults);
                let operations = world.adds(&folder());
                let end = world.push(options(), operations);
                let ours = world.hub.history.iter().filter(|commit| commit.title == "ours").count();
                assert!(ours <= 1, "{name}: {ours} commits");
                match end {
                    Ok(output) => assert_eq!((ours, output.head.oid), (1, world.hub.head()), "{name}"),
                    Err(error) => {
                        assert!(times > 1 || !passes(fault), "{name}: must pass, but {error}");
                        assert!(!format!("{error:?}").contains(TOKEN), "{name}: shows the token");
                        assert!(!error.message.contains("generation="), "{name}: shows a signed query: {error}");
                        assert_ne!(error.code, Code::Internal, "{name}: {error}");
                    }
                }
                settled += 1;
            }
        }
    }
    assert_eq!(settled, ROUTES.len() * FAULTS.len() * 3);
}

#[test]
fn a_file_that_changes_or_vanishes_ends_the_push_before_the_commit() {
    for index in 0..folder().len() {
        let mut world = World::new(hub(), 32, fault_on("none", Fault::None, 0));
        let operations = world.adds(&folder());
        world.files[index].push(0);
        let end = world.push(options(), operations);
        // An empty file is not read at all.
        if folder()[index].1.is_empty() {
            continue;
        }
        let error = end.expect_err("a changed file");
        assert_eq!(error.code, Code::FileChanged, "{}", folder()[index].0);
        assert_eq!(error.path.as_deref(), Some(folder()[index].0));
        assert_eq!(world.hub.history.len(), 1, "no commit");
    }
}

#[test]
fn a_commit_that_cannot_be_read_back_is_a_warning_not_a_failure() {
    let mut seen = 0;
    let faults = Box::new(move |route: &str, _| {
        seen += u32::from(route == "paths-info");
        if route == "paths-info" && seen > 1 { Fault::Status(403) } else { Fault::None }
    });
    let mut world = World::new(hub(), 33, faults);
    let operations = world.adds(&folder());
    let output = world.push(options(), operations).expect("the commit stands");
    assert!(!output.verified);
    assert_eq!(output.commits.len(), 1);
}

#[test]
fn deleting_what_is_not_there_is_refused_by_name() {
    let mut world = World::new(hub(), 34, fault_on("none", Fault::None, 0));
    let error = world.push(options(), vec![Operation::Delete { path: "nowhere".into() }]).expect_err("no such file");
    assert_eq!(error.code, Code::EntryNotFound);
    assert!(error.refusal.is_some());
}

#[test]
fn expired_upload_urls_are_renewed() {
    for route in ["put", "complete"] {
        let mut world = World::new(hub(), 35, fault_on(route, Fault::Expire, 2));
        let operations = world.adds(&folder());
        world.push(options(), operations).unwrap_or_else(|error| panic!("{route}: {error}"));
    }
}

#[test]
fn reading_stays_within_the_budget() {
    let files: Vec<(String, Vec<u8>)> = (0..200).map(|i| (format!("f{i}"), vec![i as u8; 300_000])).collect();
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    let mut world = World::new(hub(), 36, fault_on("none", Fault::None, 0));
    let operations = world.adds(&files);
    let mut options = options();
    options.buffer_budget_bytes = 4_000_000;
    world.push(options, operations).expect("the push");
    assert!(world.reading_peak <= 8 * 1024 * 1024, "one step alone may be larger than the budget, nothing more");
}
