//! Options and contents that many promises are shown with.

use hubferry::hub::{Hub, HubUrl, RepoId, Token};
use hubferry::push::PushOptions;
use hubferry::time::Millis;

use super::{HUB, TOKEN};
use crate::sim_cas::EPOCH_MS;

pub fn options() -> PushOptions {
    let hub = Hub { url: HubUrl::parse(HUB).expect("a URL"), token: Some(Token::parse(TOKEN).expect("a token")) };
    let mut options = PushOptions::new(hub, RepoId::parse("u/r").expect("a repo"));
    options.title = Some("ours".to_owned());
    options
}

/// The same, by the content store where the Hub has one.
pub fn xet_options() -> PushOptions {
    PushOptions { use_xet: true, lanes: 3, epoch_at_zero: Millis(EPOCH_MS), ..options() }
}

/// Bytes that do not shrink and do not repeat.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// A folder with everything: empty, small, large, equal contents, sizes around the limits.
pub fn folder() -> Vec<(&'static str, Vec<u8>)> {
    let bytes = |seed: u8, length: usize| (0..length).map(|i| (i as u8).wrapping_mul(31).wrapping_add(seed)).collect();
    vec![
        ("README.md", b"# hello\n".to_vec()),
        ("empty", Vec::new()),
        ("a/one.bin", bytes(1, 5_000)),
        ("a/twin.bin", bytes(1, 5_000)),
        ("a/b/two.bin", bytes(2, 2_000_000)),
        ("just-regular", bytes(3, 1_000)),
        ("just-lfs", bytes(4, 1_001)),
        ("odd #?%&+ \u{e9}.txt", bytes(5, 511)),
        ("three.bin", bytes(6, 1_048_577)),
    ]
}
