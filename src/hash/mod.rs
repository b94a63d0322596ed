//! Digests and encodings of bytes: SHA-256, git blob oid, base64.
//!
//! Pure functions and streams over bytes; nothing here knows of files, paths or the Hub. Results do not depend on how the
//! input is cut into slices.

pub mod base64;
mod git_blob;
mod hex;
mod sha256;

pub use git_blob::GitBlob;
pub use sha256::Sha256;
