//! The large files of a repo, whatever stores them: LFS in the repo's own folder, or the content-addressed store.

use std::io;

use xet_core_structures::merklehash::MerkleHash;

use crate::cas::Cas;
use crate::repo::Repo;
use crate::store::objects;

/// A large file that a repo has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Large {
    /// Its size in bytes.
    pub size: u64,
    /// The hash by which the content-addressed store knows it; none when only LFS has it.
    pub file_hash: Option<MerkleHash>,
}

/// The hash by which the content-addressed store knows a file of a repo; nothing when it does not.
pub fn file_hash(cas: &Cas, repo: &Repo, oid: &str) -> io::Result<Option<MerkleHash>> {
    let registered = repo.xet.get(oid)?.map(|file| file.file_hash);
    Ok(registered.filter(|hash| cas.has_file(hash)))
}

/// What a repo has of an oid; nothing when neither LFS nor a shard brought it. The oid is checked before.
pub fn find(cas: &Cas, repo: &Repo, oid: &str) -> io::Result<Option<Large>> {
    let registered = repo.xet.get(oid)?.filter(|file| cas.has_file(&file.file_hash));
    let file_hash = registered.as_ref().map(|file| file.file_hash);
    let size = match registered {
        Some(file) => Some(file.size),
        None => objects::size(&repo.dir, oid)?,
    };
    Ok(size.map(|size| Large { size, file_hash }))
}
