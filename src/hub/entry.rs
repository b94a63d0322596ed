//! What stands at a path: the entries that `tree` and `paths-info` answer with.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A file or folder in a repo.
///
/// Source: Hub API, tree and paths; field names are the Hub's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: EntryKind,
    /// Full path in the repo.
    pub path: String,
    /// Git oid: of the blob (for an LFS file, of its pointer) or the tree.
    pub oid: String,
    /// Size of the content in bytes, also for LFS files; 0 for folders.
    #[serde(default)]
    pub size: u64,
    /// For LFS files only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lfs: Option<LfsPointer>,
    /// For files stored by Xet only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xet_hash: Option<String>,
    /// When the listing was asked to expand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_commit: Option<LastCommit>,
    /// What the Hub's scanners found, when the listing was asked to expand: passed on as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_file_status: Option<Value>,
}

impl Entry {
    /// Whether it is a file.
    pub fn is_file(&self) -> bool {
        self.kind == EntryKind::File
    }
}

/// What an [`Entry`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Directory,
    /// Something that this version does not know: a submodule, say.
    #[serde(other)]
    Unknown,
}

/// An LFS file's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LfsPointer {
    /// SHA-256 of the content, hex.
    pub oid: String,
    /// Size of the content in bytes.
    pub size: u64,
    /// Size of the pointer that git holds, in bytes.
    #[serde(default)]
    pub pointer_size: u64,
}

/// The commit that last touched a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCommit {
    /// Commit id.
    pub id: String,
    /// First line of its message.
    #[serde(default)]
    pub title: String,
    /// When, as the Hub writes it (ISO 8601).
    #[serde(default)]
    pub date: String,
}
