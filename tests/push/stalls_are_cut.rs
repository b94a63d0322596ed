//! Whatever stands still is cut after its time and sent again: nothing waits for ever.

use hubferry::limits;
use hubferry::push::{Event, Push, PushOptions};
use hubferry::time::Millis;

use crate::sim::{Fault, SimHub, World, fault_on, folder, no_faults, options, xet_options};

fn lfs() -> SimHub {
    let mut hub = SimHub::new();
    hub.part_bytes = Some(400_000);
    hub.verify = true;
    hub
}

/// Routes of a push, with a Hub and options.
fn routes() -> Vec<(&'static str, SimHub, PushOptions)> {
    let by_lfs = [
        "head",
        "may-write",
        "paths-info",
        "yaml",
        "preupload",
        "batch",
        "put",
        "part",
        "complete",
        "verify",
        "commit",
    ];
    let by_xet = ["xet-token", "chunk", "xorb", "shard"];
    let lfs = by_lfs.map(|route| (route, lfs(), options()));
    let xet = by_xet.map(|route| (route, SimHub::with_xet(), xet_options()));
    lfs.into_iter().chain(xet).collect()
}

#[test]
fn at_every_stage() {
    for (route, hub, options) in routes() {
        for fault in [Fault::Hang, Fault::Silence] {
            let mut world = World::new(hub.clone(), 90, fault_on(route, fault, 2));
            let operations = world.adds(&folder());
            let name = format!("{route} {fault:?}");
            let output = world.push(options.clone(), operations).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(output.commits.len(), 1, "{name}");
            // A body of this folder is small; two of them in a row, each with its deadline.
            let most = 2 * (limits::COMMIT_DEADLINE.0 + 2_000_000 * 1000 / limits::SLOWEST_BYTES_PER_SECOND) + 30_000;
            assert!(world.now.0 < most, "{name}: {:?}", world.now);
        }
    }
}

#[test]
fn a_body_that_stands_still_is_noticed_soon() {
    for (route, hub, options) in [("put", lfs(), options()), ("xorb", SimHub::with_xet(), xet_options())] {
        let mut world = World::new(hub, 91, fault_on(route, Fault::Hang, 1));
        let operations = world.adds(&folder());
        world.push(options, operations).expect("the push");
        assert!(world.now > limits::STALL && world.now.0 < limits::STALL.0 + 10_000, "{route}: {:?}", world.now);
    }
}

#[test]
fn a_machine_that_sleeps_for_an_hour_blames_nobody() {
    for (name, hub, options) in [("LFS", lfs(), options()), ("Xet", SimHub::with_xet(), xet_options())] {
        for turns in [3, 10, 20, 40, 80] {
            let mut world = World::new(hub.clone(), 92, no_faults());
            let operations = world.adds(&folder());
            let mut push = Push::new(options.clone()).expect("good options");
            push.add(operations).expect("good operations");
            world.run_for(&mut push, turns);
            world.sleep(Millis(3_600_000));
            let output = world.run(&mut push).unwrap_or_else(|error| panic!("{name} after {turns} turns: {error}"));
            assert_eq!(output.commits.len(), 1, "{name} after {turns} turns");
            let retries = world.events.iter().filter(|event| matches!(event, Event::Retry { .. })).count();
            assert_eq!(retries, 0, "{name} after {turns} turns");
        }
    }
}
