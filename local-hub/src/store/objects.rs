//! Large files on disk: each in its repo's `lfs/objects`, under its SHA-256, where git-lfs keeps them.
//!
//! A file is here only when its digest has been computed over what arrived and matched.

use std::io;
use std::path::{Path, PathBuf};

/// Where the object of this oid is kept. The oid is checked before: see [`crate::repo::pointer::is_oid`].
pub fn path(repo_dir: &Path, oid: &str) -> PathBuf {
    repo_dir.join("lfs/objects").join(&oid[..2]).join(&oid[2..4]).join(oid)
}

/// The size of a stored object; nothing when it is not stored.
pub fn size(repo_dir: &Path, oid: &str) -> io::Result<Option<u64>> {
    match std::fs::metadata(path(repo_dir, oid)) {
        Ok(metadata) => Ok(Some(metadata.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
