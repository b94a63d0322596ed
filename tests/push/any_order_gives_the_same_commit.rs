//! However slowly and in whatever order answers come, and whatever is retried: the same commit, line by line.

use proptest::prelude::*;

use crate::sim::{Fault, Held, SimHub, World, folder, no_faults, options, sha256};

/// The lines of the commit that a push of `folder()` made in this world.
fn lines(world: &World) -> Vec<serde_json::Value> {
    world.hub.history.last().expect("a commit").lines.clone()
}

fn push(seed: u64, hub: SimHub, faults: crate::sim::Faults) -> World {
    let mut world = World::new(hub, seed, faults);
    let operations = world.adds(&folder());
    let mut options = options();
    options.seed = seed;
    let output = world.push(options, operations).expect("the push succeeds");
    assert!(output.verified);
    assert_eq!(output.commits.len(), 1);
    for (path, bytes) in folder() {
        match &world.hub.tree[path] {
            Held::Regular(held) => assert_eq!(held, &bytes, "{path}"),
            Held::Lfs { oid, .. } => assert_eq!(world.hub.objects[oid], bytes, "{path} as {}", sha256(&bytes)),
        }
    }
    world
}

#[test]
fn lines_stand_in_the_callers_order() {
    let world = push(1, SimHub::new(), no_faults());
    let paths: Vec<String> =
        lines(&world).iter().map(|line| line["value"]["path"].as_str().expect("path").to_owned()).collect();
    let expected: Vec<&str> = folder().iter().map(|(path, _)| *path).collect();
    assert_eq!(paths, expected);
}

#[test]
fn equal_contents_are_sent_once() {
    let world = push(1, SimHub::new(), no_faults());
    assert_eq!(world.hub.content_puts, 4, "one PUT for each of the five LFS files but the twin");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order(seed: u64) {
        let expected = lines(&push(0, SimHub::new(), no_faults()));
        prop_assert_eq!(lines(&push(seed, SimHub::new(), no_faults())), expected);
    }

    #[test]
    fn any_order_with_retries(seed: u64, every in 2u32..6, kind in 0usize..4) {
        let fault = [Fault::Status(503), Fault::CutBefore, Fault::CutAfter, Fault::Status(429)][kind];
        let faults = Box::new(move |_: &str, nth: u32| if nth % every == 1 { fault } else { Fault::None });
        let expected = lines(&push(0, SimHub::new(), no_faults()));
        let world = push(seed, SimHub::new(), faults);
        prop_assert_eq!(lines(&world), expected);
        prop_assert_eq!(world.hub.history.len(), 2, "exactly one commit");
    }
}
