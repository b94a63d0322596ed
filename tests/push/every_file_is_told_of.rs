//! What the caller is told: every file's way to its end, and once what the Hub leaves out.

use hubferry::push::{Activity, Event, FileState, PushOptions};

use crate::sim::{Held, SimHub, World, folder, no_faults, options};

/// The steps of one file that were complete.
fn completed(world: &World, path: &str) -> Vec<Activity> {
    let complete = |event: &Event| match event {
        Event::FileProgress { path: told, progress: 1.0, activity } if told == path => Some(*activity),
        _ => None,
    };
    world.events.iter().filter_map(complete).collect()
}

#[test]
fn every_file_is_hashed_and_uploaded() {
    let mut world = World::new(SimHub::new(), 121, no_faults());
    let operations = world.adds(&folder());
    world.push(options(), operations).expect("the push");
    for (path, bytes) in folder() {
        // An empty file is not read.
        let expected: &[Activity] =
            if bytes.is_empty() { &[Activity::Uploading] } else { &[Activity::Hashing, Activity::Uploading] };
        let mut told = completed(&world, path);
        told.dedup();
        assert_eq!(told, expected, "{path}");
    }
}

#[test]
fn an_unchanged_file_is_told_to_be_there() {
    let mut hub = SimHub::new();
    hub.foreign_commit("before", vec![("same", Held::Regular(b"same".to_vec()))]);
    let mut world = World::new(hub, 122, no_faults());
    let operations = world.adds(&[("same", b"same".to_vec())]);
    world.push(options(), operations).expect("the push");
    assert_eq!(completed(&world, "same"), [Activity::Hashing, Activity::Uploading]);
}

#[test]
fn what_the_hub_ignores_is_told_once_unless_its_rules_do_not_count() {
    let files: Vec<(String, Vec<u8>)> = (0..600).map(|i| (format!("f{i}"), vec![1])).collect();
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    for ignore_by_hub in [true, false] {
        let mut hub = SimHub::new();
        hub.ignored.extend(["f3".to_owned(), "f599".to_owned()]);
        let mut world = World::new(hub, 123, no_faults());
        let operations = world.adds(&files);
        world.push(PushOptions { ignore_by_hub, ..options() }, operations).expect("the push");
        let told: Vec<Vec<String>> = world
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Warning { code: "ignored_by_hub", paths, .. } => {
                    let mut paths = paths.clone();
                    paths.sort();
                    Some(paths)
                }
                _ => None,
            })
            .collect();
        let expected: &[Vec<String>] = &[vec!["f3".to_owned(), "f599".to_owned()]];
        assert_eq!(told, if ignore_by_hub { expected } else { &[] });
        let ignored = world.outcomes.iter().filter(|file| file.state == FileState::Ignored).count();
        assert_eq!(ignored, if ignore_by_hub { 2 } else { 0 });
        assert_eq!(world.hub.tree.contains_key("f3"), !ignore_by_hub);
    }
}
