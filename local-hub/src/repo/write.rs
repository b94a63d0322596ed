//! A commit: changes in order on top of a head, their objects, then the ref.
//!
//! The caller holds the repo's write lock from before the head is read until the ref has moved. The objects are durable before the ref
//! names them, so the end of the process at any point leaves the old head or the new one.

use git2::{ObjectType, Oid, Repository};
use time::OffsetDateTime;

use crate::error::Refusal;
use crate::repo::attributes::{self, Attributes};
use crate::repo::pack::PackWriter;
use crate::repo::pointer::Pointer;
use crate::repo::read;
use crate::repo::tree_edit::{EditError, TreeEdit};

/// The mode of every file that a commit writes.
pub const MODE_FILE: i32 = 0o100644;

const ATTRIBUTES: &str = ".gitattributes";

/// One change of a commit. The blobs it names are in the repo or in the commit's pack.
#[derive(Clone, Debug)]
pub enum Change {
    /// A file that git holds.
    File {
        /// Where.
        path: String,
        /// Its blob.
        blob: Oid,
    },
    /// A file that git holds a pointer to.
    Lfs {
        /// Where.
        path: String,
        /// The pointer's blob.
        blob: Oid,
    },
    /// A file is deleted.
    DeleteFile(String),
    /// A folder is deleted.
    DeleteFolder(String),
}

/// Who commits, and what they say.
#[derive(Clone, Debug)]
pub struct Message {
    /// The user.
    pub author: String,
    /// First line.
    pub title: String,
    /// The rest; may be empty.
    pub description: String,
}

/// Adds the pointer of a large file to the pack.
pub fn add_pointer(pack: &mut PackWriter<'_>, pointer: &Pointer) -> Result<Oid, Refusal> {
    pack.add(ObjectType::Blob, pointer.to_text().as_bytes())
}

/// Writes a commit on top of `parent`; no ref moves.
/// Errors: 404 for a deleted path that is not there; 422 for a file in the place of a folder.
pub fn commit(
    repo: &Repository,
    mut pack: PackWriter<'_>,
    parent: Option<Oid>,
    changes: &[Change],
    attributes_text: Option<Vec<u8>>,
    message: &Message,
) -> Result<Oid, Refusal> {
    let base = parent.map(|oid| repo.find_commit(oid).and_then(|commit| commit.tree())).transpose()?;
    let mut tree = TreeEdit::new(repo, base.as_ref().map(|tree| tree.id()));
    for change in changes {
        let (path, done) = match change {
            Change::File { path, blob } | Change::Lfs { path, blob } => (path, tree.put(path, MODE_FILE, *blob)?),
            Change::DeleteFile(path) => (path, tree.remove(path, false)?),
            Change::DeleteFolder(path) => (path, tree.remove(path, true)?),
        };
        done.map_err(|error| match error {
            EditError::Missing => Refusal::entry_not_found(match change {
                Change::DeleteFolder(_) => format!("A folder with this name doesn't exist: {path}"),
                _ => format!("A file with this name doesn't exist: {path}"),
            }),
            EditError::InTheWay(other) => Refusal::unprocessable(format!("Cannot write {path}: {other} is in the way")),
        })?;
    }
    cover(repo, &mut tree, &mut pack, changes, attributes_text)?;
    let tree = tree.write(&mut pack)?;
    let commit = pack.add(ObjectType::Commit, commit_text(tree, parent.as_slice(), message).as_bytes())?;
    pack.finish()?;
    Ok(commit)
}

/// Adds a line to `.gitattributes` for every large file that no line covers.
fn cover(
    repo: &Repository,
    tree: &mut TreeEdit<'_>,
    pack: &mut PackWriter<'_>,
    changes: &[Change],
    new_text: Option<Vec<u8>>,
) -> Result<(), Refusal> {
    if !changes.iter().any(|change| matches!(change, Change::Lfs { .. })) {
        return Ok(());
    }
    let mut text = match (new_text, tree.file(ATTRIBUTES)?) {
        // The last one of this commit, unless a later change deleted it.
        (Some(text), Some(_)) => text,
        (None, Some(blob)) => read::blob(repo, blob)?,
        (_, None) => Vec::new(),
    };
    let attributes = Attributes::parse(&text);
    let mut seen = std::collections::HashSet::new();
    let mut lines = String::new();
    for change in changes {
        if let Change::Lfs { path, blob } = change
            && !attributes.is_lfs(path)
            && tree.file(path)? == Some(*blob)
            && seen.insert(path)
        {
            lines.push_str(&attributes::line_for(path));
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    if !text.is_empty() && !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    text.extend_from_slice(lines.as_bytes());
    let blob = pack.add(ObjectType::Blob, &text)?;
    match tree.put(ATTRIBUTES, MODE_FILE, blob)? {
        Ok(()) => Ok(()),
        Err(_) => Err(Refusal::unprocessable("Cannot write .gitattributes: it is a folder")),
    }
}

/// A commit object's text.
pub fn commit_text(tree: Oid, parents: &[Oid], message: &Message) -> String {
    let mut text = format!("tree {tree}\n");
    for parent in parents {
        text.push_str(&format!("parent {parent}\n"));
    }
    let name = &message.author;
    let now = OffsetDateTime::now_utc().unix_timestamp();
    for role in ["author", "committer"] {
        text.push_str(&format!("{role} {name} <{name}@users.noreply.localhost> {now} +0000\n"));
    }
    text.push('\n');
    text.push_str(message.title.trim_end());
    text.push('\n');
    if !message.description.trim().is_empty() {
        text.push('\n');
        text.push_str(message.description.trim_end());
        text.push('\n');
    }
    text.replace('\0', "\u{fffd}")
}

/// Moves a ref, durably, from what it was.
/// Errors: 409 when somebody else moved it.
pub fn move_ref(repo: &Repository, name: &str, from: Option<Oid>, to: Oid) -> Result<(), Refusal> {
    let moved = match from {
        Some(from) => repo.reference_matching(name, to, true, from, "commit"),
        None => repo.reference(name, to, false, "create"),
    };
    match moved {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.code(), git2::ErrorCode::Modified | git2::ErrorCode::Exists) => {
            Err(Refusal::conflict("Conflict: another operation moved this reference. Please retry."))
        }
        Err(error) => Err(error.into()),
    }
}
