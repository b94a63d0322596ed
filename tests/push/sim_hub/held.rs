//! What a repo holds: files by their oids, in commits.

use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::ME;

pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub fn git_blob(bytes: &[u8]) -> String {
    let mut sha1 = Sha1::new();
    sha1.update(format!("blob {}\0", bytes.len()));
    sha1.update(bytes);
    hex(&sha1.finalize())
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the simulated repo holds at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    Regular(Vec<u8>),
    Lfs { oid: String, size: u64 },
}

#[derive(Debug, Clone)]
pub struct SimCommit {
    pub id: String,
    pub title: String,
    pub author: String,
    pub lines: Vec<Value>,
}

impl SimCommit {
    pub(super) fn new(before: &[SimCommit], title: &str, author: &str, lines: Vec<Value>) -> SimCommit {
        let parent = before.last().map_or("", |commit| commit.id.as_str());
        let id = hex(&Sha1::digest(format!("{}{title}{parent}", before.len())));
        SimCommit { id, title: title.to_owned(), author: author.to_owned(), lines }
    }

    /// Whether a push of ours has made it.
    pub fn is_ours(&self) -> bool {
        self.title.starts_with("ours") && self.author == ME
    }
}

/// The newest first.
pub(super) fn commits(history: &[SimCommit]) -> Value {
    let row = |commit: &SimCommit| {
        json!({
            "id": commit.id, "title": commit.title, "message": "", "authors": [{ "user": commit.author }],
            "date": "2026-01-01T00:00:00.000Z",
        })
    };
    history.iter().rev().map(row).collect()
}
