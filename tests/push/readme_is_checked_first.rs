//! A `README.md` at the root is read and checked before any other file is read; a check that cannot be made stops nobody.

use hubferry::error::Code;
use hubferry::limits;
use hubferry::push::{Event, PushOptions};

use crate::sim::{Fault, Held, SimHub, World, fault_on, folder, no_faults, options};

const GOOD: &[u8] = b"---\nlicense: mit\n---\n# Hi\n";
const BAD: &[u8] = b"---\nbad: [\n---\n";

fn warnings(world: &World) -> Vec<(&'static str, Vec<String>)> {
    let warning = |event: &Event| match event {
        Event::Warning { code, paths, .. } => Some((*code, paths.clone())),
        _ => None,
    };
    world.events.iter().filter_map(warning).collect()
}

/// Many files, the card in the middle of them.
fn with_card(card: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut files = folder();
    files.drain(..2);
    files.insert(4, ("README.md", card.to_vec()));
    files
}

fn push(hub: SimHub, card: &[u8], faults: crate::sim::Faults) -> (World, Result<(), hubferry::Error>) {
    let mut world = World::new(hub, 81, faults);
    let operations = world.adds(&with_card(card));
    let end = world.push(options(), operations).map(|_| ());
    (world, end)
}

#[test]
fn wrong_metadata_ends_the_push_and_only_the_card_was_read() {
    let (world, end) = push(SimHub::new(), BAD, no_faults());
    let error = end.expect_err("bad metadata");
    assert_eq!((error.code, error.path.as_deref()), (Code::InvalidInput, Some("README.md")));
    assert!(error.message.contains("bad is not a list"), "{}", error.message);
    assert_eq!((world.probes, world.digests), (1, 0));
    assert_eq!((world.count("preupload"), world.hub.history.len()), (0, 1));
}

#[test]
fn the_hub_sees_the_text_and_good_metadata_passes_silently() {
    let (world, end) = push(SimHub::new(), GOOD, no_faults());
    end.expect("the push");
    assert_eq!(world.hub.checked.as_deref().map(str::as_bytes), Some(GOOD));
    assert_eq!(warnings(&world), []);
}

#[test]
fn warnings_are_passed_on() {
    for card in [b"# No metadata\n".as_slice(), b""] {
        let (world, end) = push(SimHub::new(), card, no_faults());
        end.expect("the push");
        assert_eq!(warnings(&world), [("readme", vec!["README.md".to_owned()])], "{card:?}");
    }
}

#[test]
fn a_check_that_fails_for_another_reason_is_passed_over_at_once() {
    let rows = [
        (Fault::Status(401), BAD),
        (Fault::Status(404), BAD),
        (Fault::Status(500), BAD),
        (Fault::CutBefore, BAD),
        (Fault::Hang, BAD),
        (Fault::HalfAnswer, GOOD),
    ];
    for (fault, card) in rows {
        let (world, end) = push(SimHub::new(), card, fault_on("yaml", fault, u32::MAX));
        end.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(world.count("yaml"), 1, "{fault:?}: one attempt");
    }
}

#[test]
fn a_card_that_is_unchanged_too_large_or_not_at_the_root_is_not_checked() {
    let mut hub = SimHub::new();
    hub.foreign_commit("before", vec![("README.md", Held::Regular(BAD.to_vec()))]);
    let (world, end) = push(hub, BAD, no_faults());
    end.expect("it stands already");
    assert_eq!(world.count("yaml"), 0, "unchanged");

    let large = vec![b' '; limits::CARD_BYTES as usize + 1];
    let (world, end) = push(SimHub::new(), &large, no_faults());
    end.expect("the push");
    assert_eq!(world.count("yaml"), 0, "too large");

    let mut world = World::new(SimHub::new(), 82, no_faults());
    let operations = world.adds(&[("a/README.md", BAD.to_vec()), ("readme.md", BAD.to_vec())]);
    world.push(options(), operations).expect("the push");
    assert_eq!(world.count("yaml"), 0, "not the card");
}

#[test]
fn of_two_cards_the_one_that_will_stand_is_checked() {
    let mut world = World::new(SimHub::new(), 83, no_faults());
    let operations = world.adds(&[("README.md", BAD.to_vec()), ("x", b"x".to_vec()), ("README.md", GOOD.to_vec())]);
    world.push(options(), operations).expect("the push");
    assert_eq!(world.hub.checked.as_deref().map(str::as_bytes), Some(GOOD));
}

#[test]
fn a_small_budget_does_not_hold_it_up() {
    let mut world = World::new(SimHub::new(), 84, no_faults());
    let operations = world.adds(&with_card(GOOD));
    world.push(PushOptions { buffer_budget_bytes: 1, ..options() }, operations).expect("the push");
    assert_eq!(world.count("yaml"), 1);
}
