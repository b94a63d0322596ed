//! Large files on disk: each in its repo's `lfs/objects`, under its SHA-256, where git-lfs keeps them.
//!
//! A file is here only when its digest has been computed over what arrived and matched.

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

use crate::repo::pointer::is_oid;

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

/// All objects of a repo, by oid.
pub fn all(repo_dir: &Path) -> io::Result<Vec<(String, Metadata)>> {
    let mut found = Vec::new();
    for first in entries(&repo_dir.join("lfs/objects"))? {
        for second in entries(&first)? {
            for file in entries(&second)? {
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if is_oid(&name) {
                    found.push((name, file.metadata()?));
                }
            }
        }
    }
    Ok(found)
}

/// Deletes an object; one that is not there is deleted already.
pub fn remove(repo_dir: &Path, oid: &str) -> io::Result<()> {
    match std::fs::remove_file(path(repo_dir, oid)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn entries(dir: &Path) -> io::Result<Vec<PathBuf>> {
    match std::fs::read_dir(dir) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
