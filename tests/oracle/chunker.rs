//! The cuts of a file, one byte at a time: every byte is hashed, nothing is skipped or unrolled.
//!
//! Source: Xet protocol specification, "Content-defined chunking". The table is the one of the vectors, not the engine's.

use std::sync::LazyLock;

use serde_json::Value;

const MIN_BYTES: usize = 8_192;
const MAX_BYTES: usize = 131_072;
const MASK: u64 = 0xFFFF_0000_0000_0000;

static TABLE: LazyLock<[u64; 256]> = LazyLock::new(|| {
    let file: Value = serde_json::from_str(include_str!("../vectors/gear-table.json")).expect("JSON");
    let entries = file["table"].as_array().expect("rows");
    let entry = |at: usize| u64::from_str_radix(entries[at].as_str().expect("hex"), 16).expect("16 hex digits");
    std::array::from_fn(entry)
});

/// The bytes whose table entry alone looks like a match: a scan that starts with nothing in its window takes them for a cut.
pub fn bytes_that_match_alone() -> Vec<u8> {
    (0..=255).filter(|&byte| TABLE[usize::from(byte)] & MASK == 0).collect()
}

/// The lengths of a file's chunks, in order.
pub fn chunk_lengths(file: &[u8]) -> Vec<usize> {
    let mut lengths = Vec::new();
    let (mut hash, mut length) = (0u64, 0);
    for &byte in file {
        hash = (hash << 1).wrapping_add(TABLE[usize::from(byte)]);
        length += 1;
        let matches = hash & MASK == 0;
        if (matches && length >= MIN_BYTES) || length == MAX_BYTES {
            lengths.push(length);
            (hash, length) = (0, 0);
        }
    }
    if length > 0 {
        lengths.push(length);
    }
    lengths
}
