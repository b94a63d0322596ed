//! The content store, the Hub for it, and the lanes may fail in any way: a push ends with its one commit or with one error, and every
//! step is closed. What single requests meet on their way is in `fault_matrix`.

use std::sync::OnceLock;

use hubferry::error::Code;
use hubferry::push::{Push, PushOptions};
use hubferry::step::Step;
use proptest::prelude::*;

use crate::sim::{Fault, Faults, SimHub, World, fault_on, no_faults, noise, xet_options};
use crate::xet_sends_each_new_chunk_once::{assert_held, xet_folder};

/// A large old version, a new version of it, and new files large and small.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let mut large = noise(1, 1_300_000);
    large[0] ^= 1;
    vec![
        ("large.bin", large),
        ("same.bin", noise(2, 1_100_000)),
        ("new.bin", noise(3, 1_050_000)),
        ("small.bin", noise(4, 5_000)),
        ("regular.txt", b"hello".to_vec()),
    ]
}

/// A Hub that holds the old versions.
fn hub() -> SimHub {
    static HUB: OnceLock<SimHub> = OnceLock::new();
    HUB.get_or_init(first_push).clone()
}

fn first_push() -> SimHub {
    let mut world = World::new(SimHub::with_xet(), 1, no_faults());
    let operations = world.adds(&[("large.bin", noise(1, 1_300_000)), ("same.bin", noise(2, 1_100_000))]);
    world.push(xet_options(), operations).expect("the first push");
    world.hub
}

#[test]
fn without_a_content_store_files_go_by_lfs() {
    let mut world = World::new(SimHub::new(), 32, no_faults());
    let operations = world.adds(&files());
    world.push(xet_options(), operations).expect("the push");
    assert_held(&world, &files());
    assert_eq!((world.count("may-write"), world.count("xet-token")), (1, 1));
    assert_eq!((world.count("put"), world.count("xorb")), (4, 0));
}

#[test]
fn who_may_not_write_is_told_before_anything_is_read() {
    // (status, code, what the message says)
    let rows = [
        (401, Code::Unauthorized, "needs an access token"),
        (403, Code::Forbidden, "open a pull request instead: isPullRequest"),
    ];
    for (status, code, words) in rows {
        let mut world = World::new(hub(), 33, fault_on("xet-token", Fault::Status(status), 1));
        let operations = world.adds(&files());
        let error = world.push(xet_options(), operations).expect_err("refused");
        assert_eq!(error.code, code, "{status}");
        assert!(error.message.contains(words), "{status}: {}", error.message);
        assert!(world.read.is_empty(), "{status}");
    }
}

#[test]
fn a_pull_request_needs_less() {
    let mut hub = hub();
    hub.read_only = true;
    let mut world = World::new(hub, 34, no_faults());
    let operations = world.adds(&files());
    let options = PushOptions { pull_request: true, ..xet_options() };
    world.push(options, operations).expect("the push");
    let token = world.requests.iter().find(|(route, _)| *route == "xet-token").expect("asked");
    assert!(token.1.url.ends_with("/xet-write-token/main?create_pr=1"), "{}", token.1.url);
    assert_eq!(world.hub.pulls.len(), 1);
}

#[test]
fn a_token_of_five_seconds_is_renewed_in_time() {
    let mut hub = hub();
    hub.cas.token_ms = 5_000;
    let mut world = World::new(hub, 35, no_faults());
    // Slow enough for several tokens, quick enough for each request.
    world.slowness_ms = 1_500;
    let operations = world.adds(&xet_folder());
    world.push(xet_options(), operations).expect("the push");
    assert_held(&world, &xet_folder());
    assert!(world.hub.cas.tokens_given() > 2, "{} tokens", world.hub.cas.tokens_given());
    assert_eq!(world.refusals, 0, "no request went with a token that had ended");
}

#[test]
fn a_clock_that_is_wrong_does_no_harm() {
    for epoch in [0, crate::sim_cas::EPOCH_MS / 2, 2 * crate::sim_cas::EPOCH_MS] {
        let mut world = World::new(hub(), 36, fault_on("xorb", Fault::Expire, 1));
        let operations = world.adds(&files());
        let options = PushOptions { epoch_at_zero: hubferry::time::Millis(epoch), ..xet_options() };
        world.push(options, operations).expect("the push");
        assert_held(&world, &files());
        assert!(world.count("xet-token") <= 4, "{} tokens", world.count("xet-token"));
    }
}

#[test]
fn a_file_that_changes_ends_the_push_before_the_commit() {
    for index in 0..files().len() {
        let mut world = World::new(hub(), 37, no_faults());
        let operations = world.adds(&files());
        world.files[index].push(0);
        let error = world.push(xet_options(), operations).expect_err("a changed file");
        assert_eq!((error.code, error.path.as_deref()), (Code::FileChanged, Some(files()[index].0)));
    }
}

#[test]
fn memory_stays_within_the_budget() {
    let files: Vec<(String, Vec<u8>)> = (0..120).map(|i| (format!("f{i}"), noise(i, 300_000))).collect();
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    let budget = 48 * 1024 * 1024;
    let mut world = World::new(hub(), 38, no_faults());
    world.whole_xorbs = true;
    let operations = world.adds(&files);
    let options = PushOptions { buffer_budget_bytes: budget, lanes: 2, ..xet_options() };
    world.push(options, operations).expect("the push");
    assert_held(&world, &files);
    assert!(world.packed_peak <= budget / 4 * 3, "xorbs took {}", world.packed_peak);
    assert!(world.kept_peak <= budget / 4 + 300_000, "probes kept {}", world.kept_peak);
}

#[test]
fn a_lane_that_dies_again_and_again_ends_the_push() {
    let mut world = World::new(hub(), 39, no_faults());
    world.deaths = (0..1_000).map(|n| 2 * n).collect();
    let operations = world.adds(&[("new.bin", noise(5, 3_000_000))]);
    let options = PushOptions { lanes: 1, ..xet_options() };
    let error = world.push(options, operations).expect_err("nobody can pack it");
    assert_eq!((error.code, error.path.as_deref()), (Code::Internal, Some("new.bin")));
}

#[test]
fn abort_closes_everything_at_any_time() {
    for turns in (0..).step_by(7) {
        let mut world = World::new(hub(), 40, no_faults());
        let operations = world.adds(&files());
        let mut push = Push::new(xet_options()).expect("good options");
        push.add(operations).expect("good operations");
        let is_done = world.run_for(&mut push, turns);
        push.abort();
        // The last answer may have come just before.
        let outcome = if is_done { None } else { world.run(&mut push).err() };
        let Some(error) = outcome else {
            assert!(turns > 100, "it was stopped at many places");
            break;
        };
        assert_eq!(error.code, Code::Aborted);
        assert!(world.lanes.is_none(), "the data plane is taken down");
        assert!(matches!(push.poll(world.now), Step::Done(Err(_))));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_any_loss_the_same_commit(
        seed: u64,
        // Of two requests that go again side by side, every second one lost would always be the same.
        every in 3u32..6,
        kind in 0usize..5,
        deaths in proptest::collection::vec(0u32..120, 0..2),
        pauses in proptest::collection::vec(1u32..200, 0..3),
        lanes in 1u16..4,
    ) {
        let fault = [Fault::None, Fault::Status(503), Fault::CutBefore, Fault::CutAfter, Fault::Expire][kind];
        // A store that takes no token for long is given up, so that one is rarer.
        let every = if fault == Fault::Expire { 12 } else { every };
        let faults: Faults = Box::new(move |_: &str, nth| if nth % every == 1 { fault } else { Fault::None });
        let mut world = World::new(hub(), seed, faults);
        world.deaths = deaths.into();
        let operations = world.adds(&xet_folder());
        let mut push = Push::new(PushOptions { lanes, seed, ..xet_options() }).expect("good options");
        push.add(operations).expect("good operations");
        for turns in pauses {
            world.run_for(&mut push, turns);
            push.pause();
            world.run_for(&mut push, 50);
            world.now.0 += 600_000;
            push.resume();
        }
        world.run(&mut push).expect("the push");
        assert_held(&world, &xet_folder());
        prop_assert_eq!(world.hub.history.len(), 3, "exactly one commit");
    }
}
