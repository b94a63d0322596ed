//! Looking into a repo: revisions, files, folders. Everything here blocks and changes nothing.

use git2::{Commit, ObjectType, Oid, Repository, Tree, TreeEntry};

use crate::error::Refusal;
use crate::limits::POINTER_MAX;
use crate::repo::MAIN;
use crate::repo::pointer::Pointer;

/// What a path in a repo holds.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The full path.
    pub path: String,
    /// The git id of the blob or tree.
    pub oid: Oid,
    /// File or folder.
    pub kind: EntryKind,
}

/// See [`Entry`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file that git holds.
    File {
        /// Its size in bytes.
        size: u64,
    },
    /// A file that git holds a pointer to.
    Lfs {
        /// The pointer.
        pointer: Pointer,
        /// The length of the pointer's text in bytes.
        pointer_size: u64,
    },
}

impl Entry {
    /// The size that a user sees: a large file's own, not its pointer's.
    pub fn size(&self) -> u64 {
        match &self.kind {
            EntryKind::Folder => 0,
            EntryKind::File { size } => *size,
            EntryKind::Lfs { pointer, .. } => pointer.size,
        }
    }
}

/// The commit of a revision: a branch, a tag, a full ref name, a commit id or `HEAD`, which is main.
/// Errors: 404 RevisionNotFound.
pub fn commit<'r>(repo: &'r Repository, rev: &str) -> Result<Commit<'r>, Refusal> {
    find_commit(repo, rev)?.ok_or_else(|| Refusal::revision_not_found(rev))
}

fn find_commit<'r>(repo: &'r Repository, rev: &str) -> Result<Option<Commit<'r>>, Refusal> {
    let rev = if rev == "HEAD" { MAIN } else { rev };
    let names = [format!("refs/heads/{rev}"), format!("refs/tags/{rev}"), rev.to_owned()];
    for name in names {
        if !name.starts_with("refs/") || !git2::Reference::is_valid_name(&name) {
            continue;
        }
        match repo.find_reference(&name) {
            Ok(reference) => return Ok(Some(reference.peel_to_commit()?)),
            Err(error) if error.code() == git2::ErrorCode::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    let is_id = (7..=40).contains(&rev.len()) && rev.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_id {
        return Ok(None);
    }
    Ok(repo.find_commit_by_prefix(rev).ok())
}

/// The ref that a commit to this revision moves: a branch or a pull request's.
/// Errors: 404 RevisionNotFound; 400 for a tag or a commit id, which nothing moves.
pub fn branch_ref(repo: &Repository, rev: &str) -> Result<String, Refusal> {
    let name = if rev.starts_with("refs/heads/") || rev.starts_with("refs/pr/") {
        rev.to_owned()
    } else {
        format!("refs/heads/{rev}")
    };
    if git2::Reference::is_valid_name(&name) && repo.find_reference(&name).is_ok() {
        return Ok(name);
    }
    commit(repo, rev)?;
    Err(Refusal::bad_request(format!("Invalid rev: {rev} is not a branch")))
}

/// The entry at a path of a commit; nothing when there is none.
pub fn entry(repo: &Repository, commit: &Commit<'_>, path: &str) -> Result<Option<Entry>, Refusal> {
    let tree = commit.tree()?;
    match lookup(&tree, path)? {
        Some(found) => describe(repo, path.to_owned(), &found).map(Some),
        None => Ok(None),
    }
}

/// The id at a path; nothing when there is none.
pub fn id_at(commit: &Commit<'_>, path: &str) -> Result<Option<Oid>, Refusal> {
    Ok(lookup(&commit.tree()?, path)?.map(|entry| entry.id()))
}

fn lookup(tree: &Tree<'_>, path: &str) -> Result<Option<TreeEntry<'static>>, Refusal> {
    if path.contains('\0') || path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Ok(None);
    }
    match tree.get_path(std::path::Path::new(path)) {
        Ok(entry) => Ok(Some(entry)),
        Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A blob's bytes.
pub fn blob(repo: &Repository, oid: Oid) -> Result<Vec<u8>, Refusal> {
    Ok(repo.find_blob(oid)?.content().to_vec())
}

/// The bytes of the regular file at a path; nothing when there is none.
pub fn file(repo: &Repository, commit: &Commit<'_>, path: &str) -> Result<Option<Vec<u8>>, Refusal> {
    match entry(repo, commit, path)? {
        Some(Entry { kind: EntryKind::File { .. }, oid, .. }) => blob(repo, oid).map(Some),
        _ => Ok(None),
    }
}

/// A listed name, before anything about it is looked up.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The full path.
    pub path: String,
    /// The git id.
    pub oid: Oid,
    /// Whether it is a folder.
    pub is_folder: bool,
}

impl Listed {
    /// Looks up what the entry holds.
    pub fn describe(self, repo: &Repository) -> Result<Entry, Refusal> {
        if self.is_folder {
            return Ok(Entry { path: self.path, oid: self.oid, kind: EntryKind::Folder });
        }
        Ok(Entry { kind: blob_kind(repo, self.oid)?, path: self.path, oid: self.oid })
    }
}

/// The entries below a folder of a commit, a folder before what is in it; nothing when there is no such folder.
pub fn list(
    repo: &Repository,
    commit: &Commit<'_>,
    folder: &str,
    recursive: bool,
) -> Result<Option<Vec<Listed>>, Refusal> {
    let root = commit.tree()?;
    let tree = if folder.is_empty() {
        root
    } else {
        match lookup(&root, folder)? {
            Some(found) if found.kind() == Some(ObjectType::Tree) => repo.find_tree(found.id())?,
            _ => return Ok(None),
        }
    };
    let mut listed = Vec::new();
    // Folders still to be walked, each as the entries left of it.
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    walk(repo, &tree, &prefix, recursive, &mut listed)?;
    Ok(Some(listed))
}

fn walk(
    repo: &Repository,
    tree: &Tree<'_>,
    prefix: &str,
    recursive: bool,
    listed: &mut Vec<Listed>,
) -> Result<(), Refusal> {
    for entry in tree.iter() {
        let path = format!("{prefix}{}", String::from_utf8_lossy(entry.name_bytes()));
        let is_folder = entry.kind() == Some(ObjectType::Tree);
        listed.push(Listed { path: path.clone(), oid: entry.id(), is_folder });
        if is_folder && recursive {
            walk(repo, &repo.find_tree(entry.id())?, &format!("{path}/"), recursive, listed)?;
        }
    }
    Ok(())
}

fn describe(repo: &Repository, path: String, entry: &TreeEntry<'_>) -> Result<Entry, Refusal> {
    let kind = match entry.kind() {
        Some(ObjectType::Tree) => EntryKind::Folder,
        _ => blob_kind(repo, entry.id())?,
    };
    Ok(Entry { path, oid: entry.id(), kind })
}

fn blob_kind(repo: &Repository, oid: Oid) -> Result<EntryKind, Refusal> {
    let (size, _) = repo.odb()?.read_header(oid)?;
    Ok(match pointer(repo, oid)? {
        Some(pointer) => EntryKind::Lfs { pointer, pointer_size: size as u64 },
        None => EntryKind::File { size: size as u64 },
    })
}

/// The pointer that a blob is; nothing when it is none.
pub fn pointer(repo: &Repository, oid: Oid) -> Result<Option<Pointer>, Refusal> {
    let (size, _) = repo.odb()?.read_header(oid)?;
    if size > POINTER_MAX {
        return Ok(None);
    }
    Ok(Pointer::parse(repo.find_blob(oid)?.content()))
}
