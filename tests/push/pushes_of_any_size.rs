//! Many files and large ones: nothing grows faster than they do, and no number is too small for them.

use hubferry::push::{Commits, PushOptions};

use crate::sim::{SimHub, World, no_faults, options};

#[test]
fn a_hundred_thousand_files_are_all_committed_once() {
    let mut world = World::new(SimHub::new(), 901, no_faults());
    // A hundred folders of a thousand.
    let files: Vec<(String, Vec<u8>)> =
        (0..100_000).map(|n| (format!("d{:02}/{n:05}.txt", n / 1_000), format!("file {n}").into_bytes())).collect();
    let named: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    let operations = world.adds(&named);
    let output = world.push(PushOptions { commits: Commits::Auto, ..options() }, operations).expect("the push");
    assert!(output.verified);
    assert_eq!(world.hub.tree.len(), files.len());
    let lines: usize = world.hub.history.iter().skip(1).map(|commit| commit.lines.len()).sum();
    assert_eq!(lines, files.len(), "each in one commit");
    assert!(world.requests.len() < 1_000, "{} requests: in batches, not file by file", world.requests.len());
}
