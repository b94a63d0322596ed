//! Multipart: every byte in its part, completed in order, each part retried by itself.

use crate::sim::{Fault, Held, SimHub, World, fault_on, no_faults, options, sha256};

fn push(size: usize, part: u64, faults: crate::sim::Faults) -> World {
    let mut hub = SimHub::new();
    hub.part_bytes = Some(part);
    hub.verify = true;
    let mut world = World::new(hub, 41, faults);
    let bytes: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
    let operations = world.adds(&[("large", bytes.clone())]);
    world.push(options(), operations).expect("the push");
    assert_eq!(world.hub.objects[&sha256(&bytes)], bytes);
    assert!(matches!(world.hub.tree["large"], Held::Lfs { .. }));
    world
}

#[test]
fn part_counts() {
    // (size, part size, parts)
    let rows = [(10_000, 2_500, 4), (10_001, 2_500, 5), (9_999, 2_500, 4), (1_200, 1_199, 2), (30_000, 1_000, 30)];
    for (size, part, parts) in rows {
        let world = push(size, part, no_faults());
        assert_eq!(world.count("part"), parts, "{size} in parts of {part}");
        assert_eq!((world.count("complete"), world.count("verify")), (1, 1));
    }
}

#[test]
fn a_part_that_fails_is_sent_again_alone() {
    let world = push(10_000, 1_000, fault_on("part", Fault::Status(500), 3));
    assert_eq!(world.count("part"), 13);
    assert_eq!(world.hub.content_puts, 10);
}
