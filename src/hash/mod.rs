//! Digests and encodings of bytes: SHA-256, git blob oid, the hashes of the content-addressed store, base64.
//!
//! Pure functions and streams over bytes; nothing here knows of files, paths or the Hub. Results do not depend on how the
//! input is cut into slices.

pub mod base64;
#[cfg(any(all(target_arch = "wasm32", target_feature = "simd128"), test))]
mod blake3_tree;
mod git_blob;
mod hex;
mod merkle;
mod sha256;
mod sha256_many;
mod xet_hash;

pub use git_blob::GitBlob;
pub use hex::{hex, unhex};
pub use merkle::{Sized, Tree, chunk_hash, masked, range_hash};
pub use sha256::Sha256;
pub use sha256_many::sha256_many;
pub use xet_hash::XetHash;
