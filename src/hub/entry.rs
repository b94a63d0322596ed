//! What stands at a path: the entries that `tree` and `paths-info` answer with.

use crate::json::{Fields, Json, Misfit, Read};

/// A file or folder in a repo.
///
/// Source: Hub API, tree and paths; field names are the Hub's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// Full path in the repo.
    pub path: String,
    /// Git oid: of the blob (for an LFS file, of its pointer) or the tree.
    pub oid: String,
    /// Size of the content in bytes, also for LFS files; 0 for folders.
    pub size: u64,
    /// For LFS files only.
    pub lfs: Option<LfsPointer>,
    /// For files stored by Xet only.
    pub xet_hash: Option<String>,
    /// When the listing was asked to expand.
    pub last_commit: Option<LastCommit>,
    /// What the Hub's scanners found, when the listing was asked to expand: passed on as it is.
    pub security_file_status: Option<Json>,
}

impl Entry {
    /// Whether it is a file.
    pub fn is_file(&self) -> bool {
        self.kind == EntryKind::File
    }
}

/// What an [`Entry`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Directory,
    /// Something that this version does not know: a submodule, say.
    Unknown,
}

/// An LFS file's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LfsPointer {
    /// SHA-256 of the content, hex.
    pub oid: String,
    /// Size of the content in bytes.
    pub size: u64,
    /// Size of the pointer that git holds, in bytes.
    pub pointer_size: u64,
}

/// The commit that last touched a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastCommit {
    /// Commit id.
    pub id: String,
    /// First line of its message.
    pub title: String,
    /// When, as the Hub writes it (ISO 8601).
    pub date: String,
}

impl Read for Entry {
    fn read(json: Json) -> Result<Entry, Misfit> {
        Fields::read(json, |entry| Entry {
            kind: match entry.get::<String>("type").as_str() {
                "file" => EntryKind::File,
                "directory" => EntryKind::Directory,
                _ => EntryKind::Unknown,
            },
            path: entry.get("path"),
            oid: entry.get("oid"),
            size: entry.get::<Option<u64>>("size").unwrap_or(0),
            lfs: entry.get("lfs"),
            xet_hash: entry.get("xetHash"),
            last_commit: entry.get("lastCommit"),
            security_file_status: entry.get("securityFileStatus"),
        })
    }
}

impl Read for LfsPointer {
    fn read(json: Json) -> Result<LfsPointer, Misfit> {
        Fields::read(json, |pointer| LfsPointer {
            oid: pointer.get("oid"),
            size: pointer.get("size"),
            pointer_size: pointer.get::<Option<u64>>("pointerSize").unwrap_or(0),
        })
    }
}

impl Read for LastCommit {
    fn read(json: Json) -> Result<LastCommit, Misfit> {
        Fields::read(json, |commit| LastCommit {
            id: commit.get("id"),
            title: commit.text("title"),
            date: commit.text("date"),
        })
    }
}
