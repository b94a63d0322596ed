//! One file to be added: what is known of it, and whether that is enough.

use super::types::{FileOutcome, FileState};
use crate::http::FileIdx;
use crate::journal::FileKey;

/// Where the Hub wants a file's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Inline in the commit.
    Regular,
    /// In the LFS store, named by its oid.
    Lfs,
}

/// What the repo holds at the path now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Remote {
    /// Nothing.
    Absent,
    /// A regular file with this git blob oid.
    Regular {
        /// Git blob oid.
        oid: String,
        /// Bytes.
        size: u64,
    },
    /// An LFS file with this SHA-256.
    Lfs {
        /// SHA-256.
        oid: String,
        /// Bytes.
        size: u64,
        /// Its name in the content store, when it is stored there.
        xet_hash: Option<String>,
    },
}

/// How far a file is on its way by Xet.
#[derive(Debug, Default)]
pub(super) struct XetFile {
    /// Bytes of it that a probe has kept, and that credit was spent on.
    pub(super) kept: u64,
    /// Bytes of it that count as read.
    pub(super) read: u64,
    /// Its old version was recalled, or that was tried.
    pub(super) recalled: bool,
    /// Its name in the content store.
    pub(super) hash: Option<String>,
    /// The authority has it, or the store.
    pub(super) ingested: bool,
    /// A shard that names it was accepted.
    pub(super) registered: bool,
    /// Bytes of it that count as deduplicated.
    pub(super) deduplicated: u64,
    /// How often it had to be ingested again.
    pub(super) losses: u32,
}

/// One file to be added.
#[derive(Debug)]
pub(super) struct FileEntry {
    pub(super) path: String,
    pub(super) file: FileIdx,
    pub(super) size: u64,
    /// The name under which it is remembered from one push to the next.
    pub(super) key: Option<FileKey>,
    /// The same commit deletes this path or a folder above it, so the line must stay though the content is the same.
    pub(super) forced: bool,
    pub(super) remote: Remote,
    pub(super) mode: Option<Mode>,
    /// Its beginning was read.
    pub(super) probed: bool,
    /// A probe reads, or has read, all of it.
    pub(super) whole: bool,
    /// Base64 of its beginning, until preupload has it.
    pub(super) sample: Option<String>,
    pub(super) git_blob: Option<String>,
    pub(super) hashed: bool,
    pub(super) sha256: Option<String>,
    pub(super) skipped: Option<FileState>,
    /// Where the Hub wanted it, as an earlier run has written down.
    pub(super) earlier_mode: Option<Mode>,
    /// The store has its content, as an earlier run has written down.
    pub(super) was_stored: bool,
    /// The LFS store holds its content.
    pub(super) stored: bool,
    /// It is in a commit, or was unchanged before one: nobody asks about it again.
    pub(super) done: bool,
    pub(super) xet: XetFile,
}

impl FileEntry {
    pub(super) fn new(path: String, file: FileIdx, size: u64, modified_ms: Option<u64>) -> FileEntry {
        FileEntry {
            key: modified_ms.map(|at| FileKey::of(&path, size, at)),
            path,
            file,
            size,
            forced: false,
            remote: Remote::Absent,
            mode: None,
            probed: false,
            whole: false,
            sample: None,
            git_blob: None,
            hashed: false,
            sha256: None,
            skipped: None,
            earlier_mode: None,
            was_stored: false,
            stored: false,
            done: false,
            xet: XetFile::default(),
        }
    }

    /// Whether the repo certainly holds this content: same kind, same oid.
    pub(super) fn is_unchanged(&self) -> bool {
        if self.forced {
            return false;
        }
        let (is_same, kind) = match &self.remote {
            Remote::Absent => return false,
            Remote::Regular { oid, .. } => (self.git_blob.as_ref() == Some(oid), Mode::Regular),
            Remote::Lfs { oid, xet_hash, .. } => {
                let same_chunks = xet_hash.is_some() && self.xet.hash == *xet_hash;
                (self.sha256.as_ref() == Some(oid) || same_chunks, Mode::Lfs)
            }
        };
        is_same && self.mode.is_none_or(|mode| mode == kind)
    }

    /// The name that the content store has for what the repo holds here.
    pub(super) fn remote_xet_hash(&self) -> Option<&String> {
        match &self.remote {
            Remote::Lfs { xet_hash, .. } => xet_hash.as_ref(),
            _ => None,
        }
    }

    /// Whether only the content tells if the repo holds this file: it has one of the same kind and size.
    pub(super) fn needs_digest(&self) -> bool {
        let (size, is_known, kind) = match &self.remote {
            Remote::Absent => return false,
            Remote::Regular { size, .. } => (size, self.git_blob.is_some(), Mode::Regular),
            Remote::Lfs { size, .. } => (size, self.sha256.is_some(), Mode::Lfs),
        };
        *size == self.size && !is_known && !self.forced && self.mode.is_none_or(|mode| mode == kind)
    }

    /// Whether the repo holds a file of the same size here that the content store has, so that one pass tells whether it is the
    /// same, and packs nothing if it is.
    pub(super) fn may_be_in_store(&self) -> bool {
        let same = matches!(&self.remote, Remote::Lfs { size, xet_hash: Some(_), .. } if *size == self.size);
        same && !self.forced && self.sha256.is_none()
    }

    /// The oid that the commit will name.
    pub(super) fn oid(&self) -> Option<&String> {
        match (self.mode, &self.remote) {
            (Some(Mode::Lfs), _) | (None, Remote::Lfs { .. }) => self.sha256.as_ref(),
            _ => self.git_blob.as_ref(),
        }
    }

    pub(super) fn outcome(&self) -> FileOutcome {
        let state = self.skipped.unwrap_or(match self.remote {
            Remote::Absent => FileState::Added,
            _ => FileState::Updated,
        });
        let xet_hash = match state {
            FileState::Ignored | FileState::Failed => None,
            FileState::Unchanged => self.xet.hash.as_ref().or(self.remote_xet_hash()),
            FileState::Added | FileState::Updated => self.xet.hash.as_ref().filter(|_| self.mode == Some(Mode::Lfs)),
        };
        FileOutcome {
            path: self.path.clone(),
            oid: self.oid().cloned(),
            xet_hash: xet_hash.cloned(),
            size: self.size,
            state,
        }
    }
}
