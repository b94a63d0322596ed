//! Digests of described contents.

use hubferry::hash::{GitBlob, Sha256, base64, chunk_hash};
use hubferry::limits::SAMPLE_BYTES;

use super::content::{content, splitmix64};
use super::{rows, text};

/// Feedings that must not matter.
const SLICES: [usize; 6] = [1, 63, 64, 65, 1000, usize::MAX];

pub fn file_facts() {
    let mut seen = 0;
    for row in rows(include_str!("lfs-http.json")) {
        if row["op"] != "file_facts" {
            continue;
        }
        seen += 1;
        let bytes = content(&row["input"]);
        assert_eq!(Some(bytes.len() as u64), row["size"].as_u64(), "{}", row["name"]);
        for slice in SLICES {
            let sha256 = sha256(&bytes, slice);
            assert_eq!(sha256, text(&row, "sha256"), "{} by {slice}", row["name"]);
            assert_eq!(git_blob(&bytes, slice), text(&row, "git_blob_sha1"), "{} by {slice}", row["name"]);
        }
        let sample = &bytes[..bytes.len().min(SAMPLE_BYTES as usize)];
        assert_eq!(base64::encode(sample), text(&row, "sample_base64").as_bytes(), "{}", row["name"]);
        let windows: Vec<u8> = sample.chunks(48).flat_map(base64::encode).collect();
        assert_eq!(windows, text(&row, "sample_base64").as_bytes(), "{} by windows", row["name"]);
        let pointer = text(&row, "lfs_pointer").as_bytes();
        assert_eq!(git_blob(pointer, usize::MAX), text(&row, "lfs_pointer_git_oid"), "{}", row["name"]);
    }
    assert_eq!(seen, 5);
}

/// Chunks of every shape of tree, against the crate `blake3`, which the wasm does without.
pub fn chunk_lengths() {
    const KEY: [u8; 32] = [
        102, 151, 245, 119, 91, 149, 80, 222, 49, 53, 203, 172, 165, 151, 24, 28, 157, 228, 33, 16, 155, 235, 43, 88,
        180, 208, 176, 75, 147, 173, 242, 41,
    ];
    let bytes = splitmix64(3, 128 * 1024 + 1);
    let leaves = (0..=128_usize).flat_map(|leaves| (leaves * 1024).saturating_sub(1)..leaves * 1024 + 2);
    for length in leaves.chain((0..=1024).step_by(63)).chain((8192..10_300).step_by(67)) {
        let own = &bytes[bytes.len() - length..];
        assert_eq!(chunk_hash(own).0, *blake3::keyed_hash(&KEY, own).as_bytes(), "{length} bytes");
    }
}

/// A state that is saved anywhere goes on as if nothing had been.
pub fn saved_states() {
    let bytes = splitmix64(7, 300);
    let whole = sha256(&bytes, usize::MAX);
    for at in 0..=bytes.len() {
        let (before, after) = bytes.split_at(at);
        let mut first = Sha256::new();
        first.update(before);
        let mut second = Sha256::restore(&first.save()).expect("a saved state");
        assert_eq!(second.length(), at as u64);
        second.update(after);
        assert_eq!(second.digest(), whole, "saved at {at}");
    }
}

fn sha256(bytes: &[u8], slice: usize) -> String {
    let mut hasher = Sha256::new();
    for part in bytes.chunks(slice) {
        hasher.update(part);
    }
    hasher.digest()
}

fn git_blob(bytes: &[u8], slice: usize) -> String {
    let mut hasher = GitBlob::new(bytes.len() as u64);
    for part in bytes.chunks(slice) {
        hasher.update(part);
    }
    hasher.digest().expect("the announced length")
}
