//! Discussions and pull requests: what was said, and where a pull request stands. Its merge is in `merge`.
//!
//! Layout below the repo: `discussions/{num}.json`. A pull request's commits are on `refs/pr/{num}`. The caller holds the repo's write
//! lock for everything that changes something; the ref of a new pull request moves before its file is written, so a number without a
//! file is one that nobody was told.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use git2::{Oid, Repository};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::durable;
use crate::error::Refusal;
use crate::repo::now;

/// Where a discussion stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// A pull request that is not ready.
    Draft,
    /// Open.
    Open,
    /// Closed without a merge.
    Closed,
    /// Merged.
    Merged,
}

impl Status {
    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Merged => "merged",
        }
    }

    /// Whether it still goes on.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Draft | Self::Open)
    }
}

/// Something that happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The event's id.
    pub id: String,
    /// `comment`, `commit`, `status-change` or `title-change`.
    #[serde(rename = "type")]
    pub kind: String,
    /// RFC 3339.
    pub created_at: String,
    /// Who did it.
    pub author: String,
    /// What the API says about it.
    pub data: Value,
}

/// A discussion or pull request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Discussion {
    /// Its number in the repo, from 1.
    pub num: u64,
    /// The title.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// Whether it has commits.
    pub is_pull_request: bool,
    /// Who opened it.
    pub author: String,
    /// RFC 3339.
    pub created_at: String,
    /// The commit that merged it.
    pub merge_commit: Option<String>,
    /// What happened, in order.
    pub events: Vec<Event>,
}

impl Discussion {
    /// A new one; its description is its first comment.
    pub fn new(num: u64, author: &str, title: &str, description: &str, status: Status, is_pull_request: bool) -> Self {
        let mut new = Self {
            num,
            title: title.to_owned(),
            status,
            is_pull_request,
            author: author.to_owned(),
            created_at: now(),
            merge_commit: None,
            events: Vec::new(),
        };
        new.comment(author, description);
        new
    }

    /// The ref of a pull request.
    pub fn reference(&self) -> String {
        reference(self.num)
    }

    /// Somebody said something.
    pub fn comment(&mut self, author: &str, text: &str) {
        let latest = json!({ "raw": text, "html": maud::html! { (text) }.into_string(), "updatedAt": now(), "author": { "name": author } });
        self.note(author, "comment", json!({ "edited": false, "hidden": false, "latest": latest, "numEdits": 0 }));
    }

    /// A commit came.
    pub fn committed(&mut self, author: &str, title: &str, oid: Oid) {
        self.note(author, "commit", json!({ "subject": title, "oid": oid.to_string() }));
    }

    /// It has another title.
    pub fn retitle(&mut self, author: &str, title: &str) {
        self.note(author, "title-change", json!({ "from": self.title, "to": title }));
        self.title = title.to_owned();
    }

    /// Opens or closes it.
    /// Errors: 400 for a status it has already, or one that it cannot have any more.
    pub fn turn(&mut self, author: &str, status: Status) -> Result<(), Refusal> {
        if self.status == status {
            return Err(Refusal::bad_request(format!("The discussion is already {}", status.as_str())));
        }
        if self.status == Status::Merged {
            return Err(Refusal::bad_request("The pull request is merged"));
        }
        self.status = status;
        self.note(author, "status-change", json!({ "status": status.as_str() }));
        Ok(())
    }

    fn note(&mut self, author: &str, kind: &str, data: Value) {
        let id = Uuid::new_v4().simple().to_string()[..24].to_owned();
        self.events.push(Event { id, kind: kind.to_owned(), created_at: now(), author: author.to_owned(), data });
    }
}

/// The ref of a pull request.
pub fn reference(num: u64) -> String {
    format!("refs/pr/{num}")
}

/// The number of the pull request that a revision names.
pub fn number(rev: &str) -> Option<u64> {
    rev.strip_prefix("refs/pr/")?.parse().ok()
}

/// The discussion of a number.
pub fn get(repo_dir: &Path, num: u64) -> io::Result<Option<Discussion>> {
    durable::read_json(&file(repo_dir, num))
}

/// Keeps a discussion.
pub fn put(repo_dir: &Path, discussion: &Discussion) -> io::Result<()> {
    durable::create_dirs(&repo_dir.join("discussions"))?;
    durable::write_json(&file(repo_dir, discussion.num), discussion)
}

/// All discussions, the newest first.
pub fn all(repo_dir: &Path) -> io::Result<Vec<Discussion>> {
    let mut found = Vec::new();
    for num in numbers(repo_dir)? {
        found.extend(get(repo_dir, num)?);
    }
    found.sort_by_key(|discussion| std::cmp::Reverse(discussion.num));
    Ok(found)
}

/// The number of the next discussion.
pub fn next(repo_dir: &Path, git: &Repository) -> Result<u64, Refusal> {
    let mut num = numbers(repo_dir)?.into_iter().max().unwrap_or(0) + 1;
    while git.find_reference(&reference(num)).is_ok() {
        num += 1;
    }
    Ok(num)
}

fn numbers(repo_dir: &Path) -> io::Result<Vec<u64>> {
    match fs::read_dir(repo_dir.join("discussions")) {
        Ok(entries) => {
            let number = |entry: io::Result<fs::DirEntry>| -> Option<u64> {
                entry.ok()?.file_name().to_str()?.strip_suffix(".json")?.parse().ok()
            };
            Ok(entries.filter_map(number).collect())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Where a discussion is kept.
pub fn file(repo_dir: &Path, num: u64) -> PathBuf {
    repo_dir.join("discussions").join(format!("{num}.json"))
}
