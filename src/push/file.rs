//! One file to be added: what is known of it, and whether that is enough.

use super::types::{FileOutcome, FileState};
use crate::http::FileIdx;

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
    },
}

/// One file to be added.
#[derive(Debug)]
pub(super) struct FileEntry {
    pub(super) path: String,
    pub(super) file: FileIdx,
    pub(super) size: u64,
    /// The same commit deletes this path or a folder above it, so the line must stay though the content is the same.
    pub(super) forced: bool,
    pub(super) remote: Remote,
    pub(super) mode: Option<Mode>,
    /// Its beginning was read.
    pub(super) probed: bool,
    /// Base64 of its beginning, until preupload has it.
    pub(super) sample: Option<String>,
    pub(super) git_blob: Option<String>,
    pub(super) hashed: bool,
    pub(super) sha256: Option<String>,
    pub(super) skipped: Option<FileState>,
}

impl FileEntry {
    pub(super) fn new(path: String, file: FileIdx, size: u64) -> FileEntry {
        FileEntry {
            path,
            file,
            size,
            forced: false,
            remote: Remote::Absent,
            mode: None,
            probed: false,
            sample: None,
            git_blob: None,
            hashed: false,
            sha256: None,
            skipped: None,
        }
    }

    /// Whether the repo certainly holds this content: same kind, same oid.
    pub(super) fn is_unchanged(&self) -> bool {
        if self.forced {
            return false;
        }
        let known = match &self.remote {
            Remote::Absent => return false,
            Remote::Regular { oid, .. } => (oid, &self.git_blob, Mode::Regular),
            Remote::Lfs { oid, .. } => (oid, &self.sha256, Mode::Lfs),
        };
        let (remote, ours, kind) = known;
        ours.as_ref() == Some(remote) && self.mode.is_none_or(|mode| mode == kind)
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
        FileOutcome { path: self.path.clone(), oid: self.oid().cloned(), size: self.size, state }
    }
}
