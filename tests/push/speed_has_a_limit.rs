//! A limit on the speed holds on average, whichever store contents go to.

use hubferry::push::{Push, PushOptions};

use crate::sim::{SimHub, World, no_faults, noise, options, xet_options};

const LIMIT: u64 = 100_000;

fn contents() -> Vec<(String, Vec<u8>)> {
    (0..12).map(|n| (format!("f{n}.bin"), noise(n, 400_000))).collect()
}

/// Pushes, with a limit or without; the bodies by the time at which they were sent.
fn bodies(hub: SimHub, options: PushOptions, limit: Option<u64>) -> Vec<(u64, u64)> {
    let contents = contents();
    let files: Vec<(&str, Vec<u8>)> = contents.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    let mut world = World::new(hub, 95, no_faults());
    let operations = world.adds(&files);
    let mut push = Push::new(options).expect("good options");
    push.add(operations).expect("good operations");
    push.limit_speed(limit);
    world.run(&mut push).expect("the push");
    let sent = world.requests.iter().zip(&world.sent_at);
    sent.filter(|((route, _), _)| ["put", "xorb"].contains(route))
        .map(|((_, one), at)| (at.0, one.body_bytes()))
        .collect()
}

#[test]
fn the_average_holds_at_every_moment() {
    for (name, hub, options) in [("LFS", SimHub::new(), options()), ("Xet", SimHub::with_xet(), xet_options())] {
        let bodies = bodies(hub, options, Some(LIMIT));
        let (first, _) = bodies[0];
        let mut before = 0;
        for &(at, bytes) in &bodies {
            let allowed = (at - first) * LIMIT / 1000;
            assert!(before <= allowed, "{name}: {before} bytes by {at}, and {allowed} are allowed");
            before += bytes;
        }
        let (last, _) = bodies[bodies.len() - 1];
        assert!(before > 4_000_000 && last - first > 30_000, "{name}: {before} bytes in {} ms", last - first);
        assert!(last - first < before * 1000 / LIMIT + 20_000, "{name}: and no slower than that");
    }
}

#[test]
fn without_a_limit_they_go_as_they_can() {
    let bodies = bodies(SimHub::new(), options(), None);
    assert!(bodies[bodies.len() - 1].0 < 20_000, "{bodies:?}");
}
