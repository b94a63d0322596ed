//! A push as a pull request: opened when a commit is due and only then, once whatever happens, and made ready at the end.

use hubferry::error::Code;
use hubferry::push::{Event, PushOptions, PushOutput};
use proptest::prelude::*;

use crate::sim::{Fault, Faults, Held, SimHub, TOKEN, World, fault_on, folder, no_faults, options, route};
use crate::sim_hub::{HUB, ME};

fn asking() -> PushOptions {
    PushOptions { pull_request: true, ..options() }
}

/// A Hub to whose branches we may not write, with a pull request of somebody else.
fn hub() -> SimHub {
    let mut hub = SimHub::new();
    hub.read_only = true;
    hub.part_bytes = Some(400_000);
    hub.verify = true;
    hub.open("ours", "somebody");
    hub
}

fn push(seed: u64, hub: SimHub, faults: Faults) -> (World, Result<PushOutput, hubferry::Error>) {
    let mut world = World::new(hub, seed, faults);
    let operations = world.adds(&folder());
    let end = world.push(asking(), operations);
    (world, end)
}

/// How many pull requests are ours.
fn ours(world: &World) -> usize {
    world.hub.pulls.iter().filter(|pull| pull.author == ME && pull.title == "ours").count()
}

#[test]
fn a_reader_opens_one_with_the_commit_on_its_branch() {
    let (world, end) = push(101, hub(), no_faults());
    let output = end.expect("the push");
    assert_eq!(output.pull_request_url, Some(format!("{HUB}/u/r/discussions/2")));
    assert!(output.verified);
    let pull = &world.hub.pulls[1];
    assert_eq!((pull.num, pull.status, pull.history.len()), (2, "open", 2));
    assert_eq!(output.head.oid, pull.history[1].id);
    assert_eq!(pull.tree.len(), folder().len());
    assert!(world.hub.tree.is_empty() && world.hub.history.len() == 1, "main is as it was");
    assert_eq!(world.count("whoami"), 0, "asked only when it matters");
    let opened = world.requests.iter().position(|(name, _)| *name == "open-pull").expect("opened");
    let stored = world.requests.iter().rposition(|(name, _)| matches!(*name, "put" | "part" | "complete" | "verify"));
    assert!(stored < Some(opened), "only when everything is in its place");
}

#[test]
fn questions_are_asked_for_a_pull_request() {
    let (world, _) = push(102, hub(), no_faults());
    for (name, request) in &world.requests {
        match *name {
            "may-write" | "preupload" => assert!(request.url.ends_with("/preupload/main?create_pr=1"), "{request:?}"),
            "batch" => assert!(request.body.iter().all(|part| !format!("{part:?}").contains("ref")), "{request:?}"),
            "commit" => assert!(request.url.ends_with("/commit/refs%2Fpr%2F2"), "{request:?}"),
            other => assert_eq!(other, route(request)),
        }
    }
}

#[test]
fn nothing_to_change_opens_none() {
    let mut hub = hub();
    hub.tree.insert("same".to_owned(), Held::Regular(b"same".to_vec()));
    let mut world = World::new(hub, 103, no_faults());
    let operations = world.adds(&[("same", b"same".to_vec())]);
    let output = world.push(asking(), operations).expect("the push");
    assert_eq!((output.commits.len(), output.pull_request_url), (0, None));
    assert_eq!((world.hub.pulls.len(), world.count("pulls")), (1, 0));
}

#[test]
fn another_branch_or_a_title_too_short_is_refused_before_any_request() {
    let rows = [
        (PushOptions { revision: "next".to_owned(), ..asking() }, "against main"),
        (PushOptions { title: Some(" ab ".to_owned()), ..asking() }, "at least 3 characters"),
    ];
    for (options, words) in rows {
        let mut world = World::new(hub(), 104, no_faults());
        let error = world.push(options, Vec::new()).expect_err("refused");
        assert_eq!(error.code, Code::InvalidInput);
        assert!(error.message.contains(words), "{}", error.message);
        assert!(world.requests.is_empty());
    }
}

#[test]
fn a_lost_answer_is_found_in_the_list() {
    for fault in [Fault::CutAfter, Fault::HalfAnswer] {
        let (world, end) = push(105, hub(), fault_on("open-pull", fault, 1));
        assert_eq!(end.expect("the push").pull_request_url, Some(format!("{HUB}/u/r/discussions/2")), "{fault:?}");
        assert_eq!((ours(&world), world.count("open-pull"), world.count("whoami")), (1, 1, 1), "{fault:?}");
    }
}

#[test]
fn one_of_somebody_else_is_never_taken_for_ours() {
    // Somebody opens one with our title while our answer is lost.
    let faults: Faults = Box::new(|seen, nth| match (seen, nth) {
        ("open-pull", 1) => Fault::CutAfter,
        ("pulls", 2) => Fault::ForeignPull,
        _ => Fault::None,
    });
    let (world, end) = push(106, hub(), faults);
    end.expect("the push");
    let committed: Vec<(u64, usize)> = world.hub.pulls.iter().map(|pull| (pull.num, pull.history.len())).collect();
    assert_eq!(committed, [(1, 1), (2, 2), (3, 1)]);
}

#[test]
fn an_answer_that_never_came_is_not_answered_with_a_second_one() {
    for fault in [Fault::CutBefore, Fault::Hang, Fault::LateTwin, Fault::Status(504)] {
        let (mut world, end) = push(107, hub(), fault_on("open-pull", fault, u32::MAX));
        let error = end.expect_err("nobody can tell");
        assert!(error.code.retryable(), "{fault:?}: {error}");
        assert!(error.message.contains("/u/r/discussions and push again"), "{}", error.message);
        assert_eq!(world.count("open-pull"), 1, "{fault:?}");
        world.settle();
        assert!(ours(&world) <= 1, "{fault:?}");
    }
}

#[test]
fn a_failure_that_the_hub_tells_of_is_tried_again() {
    for (status, passes) in [(500, true), (503, true), (429, true), (403, false)] {
        let (world, end) = push(108, hub(), fault_on("open-pull", Fault::Status(status), 2));
        assert_eq!(end.is_ok(), passes, "{status}: {end:?}");
        assert_eq!(ours(&world), usize::from(passes), "{status}");
    }
}

#[test]
fn a_main_that_moved_meanwhile_is_built_upon() {
    let (world, end) = push(109, hub(), fault_on("open-pull", Fault::ForeignCommit, 1));
    end.expect("the push");
    let titles: Vec<&str> = world.hub.pulls[1].history.iter().map(|commit| commit.title.as_str()).collect();
    assert_eq!(titles, ["initial commit", "somebody else", "ours"]);
    assert_eq!(ours(&world), 1, "and not opened anew");
}

#[test]
fn a_callers_parent_is_never_exchanged_here_either() {
    let hub = hub();
    let parent_commit = Some(hub.head());
    let mut world = World::new(hub, 110, fault_on("open-pull", Fault::ForeignCommit, 1));
    let operations = world.adds(&folder());
    let error = world.push(PushOptions { parent_commit, ..asking() }, operations).expect_err("main moved");
    assert_eq!(error.code, Code::Conflict);
}

#[test]
fn a_commit_whose_answer_is_lost_stands_once() {
    for fault in [Fault::CutAfter, Fault::CutBefore, Fault::LateTwin, Fault::Status(500)] {
        let (world, end) = push(111, hub(), fault_on("commit", fault, 1));
        end.expect("the push");
        assert_eq!((ours(&world), world.hub.pulls[1].history.len()), (1, 2), "{fault:?}");
    }
}

#[test]
fn a_draft_that_stays_one_is_a_warning() {
    let warned = |world: &World| {
        let is = |event: &Event| matches!(event, Event::Warning { code: "pull_request_draft", .. });
        world.events.iter().any(is)
    };
    // (what happens to the last step, whether it is a draft in the end)
    let rows =
        [(Fault::CutAfter, false), (Fault::HalfAnswer, false), (Fault::Status(403), true), (Fault::Status(500), true)];
    for (fault, draft) in rows {
        let (world, end) = push(112, hub(), fault_on("ready", fault, u32::MAX));
        end.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(world.hub.pulls[1].status == "draft", draft, "{fault:?}");
        assert_eq!(warned(&world), draft, "{fault:?}");
    }
}

#[test]
fn whatever_fails_and_how_often() {
    let routes = ["may-write", "pulls", "open-pull", "whoami", "commit", "history", "ready", "pull"];
    let faults = [
        Fault::Status(400),
        Fault::Status(403),
        Fault::Status(404),
        Fault::Status(409),
        Fault::Status(429),
        Fault::Status(500),
        Fault::Status(504),
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::HalfAnswer,
        Fault::Hang,
        Fault::LateTwin,
    ];
    for route in routes {
        for fault in faults {
            for times in [1, 3, u32::MAX] {
                let name = format!("{route} {fault:?} {times} times");
                // Some questions are only asked when an answer was lost.
                let before = match route {
                    "whoami" => "open-pull",
                    "history" => "commit",
                    "pull" => "ready",
                    _ => "none",
                };
                let faults: Faults = Box::new(move |seen, nth| match seen {
                    _ if seen == before && nth == 1 => Fault::CutAfter,
                    _ if seen == route && nth <= times => fault,
                    _ => Fault::None,
                });
                let (mut world, end) = push(113, hub(), faults);
                world.settle();
                assert!(ours(&world) <= 1, "{name}: {} pull requests", ours(&world));
                let commits: usize = world.hub.pulls.iter().map(|pull| pull.history.len() - 1).sum();
                assert!(commits <= 1, "{name}: {commits} commits");
                match end {
                    Ok(output) => assert_eq!((ours(&world), commits, output.commits.len()), (1, 1, 1), "{name}"),
                    Err(error) => {
                        assert!(!format!("{error:?}").contains(TOKEN), "{name}: shows the token");
                        assert_ne!(error.code, Code::Internal, "{name}: {error}");
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_order_with_retries(seed: u64, every in 2u32..6, kind in 0usize..3) {
        let fault = [Fault::Status(503), Fault::CutAfter, Fault::Status(429)][kind];
        let faults = Box::new(move |_: &str, nth: u32| if nth % every == 1 { fault } else { Fault::None });
        let (world, end) = push(seed, hub(), faults);
        prop_assert!(end.is_ok(), "{:?}", end);
        prop_assert_eq!((ours(&world), world.hub.pulls[1].history.len(), world.hub.pulls[1].status), (1, 2, "open"));
    }
}
