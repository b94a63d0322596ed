//! A tree being changed: folders are read when a change enters them, and only changed ones are written again.

use std::collections::BTreeMap;

use git2::{ObjectType, Oid, Repository};

use crate::error::Refusal;
use crate::repo::pack::PackWriter;

const MODE_DIR: i32 = 0o040000;

/// A root tree being changed.
pub struct TreeEdit<'r> {
    repo: &'r Repository,
    root: Folder,
}

/// Why a change cannot be made.
#[derive(Debug, PartialEq, Eq)]
pub enum EditError {
    /// There is no such file or folder.
    Missing,
    /// A file is where a folder is needed, or the other way round.
    InTheWay(String),
}

enum Folder {
    /// As it is in the repo.
    Kept(Oid),
    /// Read, and perhaps changed.
    Open(BTreeMap<String, Node>),
}

enum Node {
    File { mode: i32, oid: Oid },
    Folder(Folder),
}

impl<'r> TreeEdit<'r> {
    /// Starts from a tree, or from nothing.
    pub fn new(repo: &'r Repository, base: Option<Oid>) -> Self {
        let root = base.map_or_else(|| Folder::Open(BTreeMap::new()), Folder::Kept);
        Self { repo, root }
    }

    /// The blob at a path, when there is a file.
    pub fn file(&mut self, path: &str) -> Result<Option<Oid>, Refusal> {
        let repo = self.repo;
        let mut folder = &mut self.root;
        let (parents, name) = split(path);
        for part in parents {
            match folder.open(repo)?.get_mut(part) {
                Some(Node::Folder(next)) => folder = next,
                _ => return Ok(None),
            }
        }
        match folder.open(repo)?.get(name) {
            Some(Node::File { oid, .. }) => Ok(Some(*oid)),
            _ => Ok(None),
        }
    }

    /// Puts a file, making the folders above it.
    pub fn put(&mut self, path: &str, mode: i32, oid: Oid) -> Result<Result<(), EditError>, Refusal> {
        let repo = self.repo;
        let mut folder = &mut self.root;
        let (parents, name) = split(path);
        let mut end = 0;
        for part in parents {
            end += part.len() + 1;
            let next = folder
                .open(repo)?
                .entry(part.to_owned())
                .or_insert_with(|| Node::Folder(Folder::Open(BTreeMap::new())));
            match next {
                Node::Folder(next) => folder = next,
                Node::File { .. } => return Ok(Err(EditError::InTheWay(path[..end - 1].to_owned()))),
            }
        }
        let entries = folder.open(repo)?;
        if let Some(Node::Folder(_)) = entries.get(name) {
            return Ok(Err(EditError::InTheWay(path.to_owned())));
        }
        entries.insert(name.to_owned(), Node::File { mode, oid });
        Ok(Ok(()))
    }

    /// Takes a file or a folder out; folders that become empty vanish when the tree is written.
    pub fn remove(&mut self, path: &str, want_folder: bool) -> Result<Result<(), EditError>, Refusal> {
        let repo = self.repo;
        let (parents, name) = split(path);
        let mut folder = &mut self.root;
        for part in parents {
            match folder.open(repo)?.get_mut(part) {
                Some(Node::Folder(next)) => folder = next,
                _ => return Ok(Err(EditError::Missing)),
            }
        }
        let entries = folder.open(repo)?;
        let found = match entries.get_mut(name) {
            // A folder emptied by this same commit is gone already.
            Some(Node::Folder(found)) => want_folder && !found.is_empty(repo)?,
            Some(Node::File { .. }) => !want_folder,
            None => false,
        };
        if !found {
            return Ok(Err(EditError::Missing));
        }
        entries.remove(name);
        Ok(Ok(()))
    }

    /// Writes the changed folders and gives the root tree.
    pub fn write(self, pack: &mut PackWriter<'_>) -> Result<Oid, Refusal> {
        match self.root.write(pack)? {
            Some(oid) => Ok(oid),
            None => pack.add(ObjectType::Tree, b""),
        }
    }
}

impl Folder {
    fn open(&mut self, repo: &Repository) -> Result<&mut BTreeMap<String, Node>, Refusal> {
        if let Self::Kept(oid) = *self {
            let tree = repo.find_tree(oid)?;
            let mut entries = BTreeMap::new();
            for entry in tree.iter() {
                let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
                let node = match entry.kind() {
                    Some(ObjectType::Tree) => Node::Folder(Self::Kept(entry.id())),
                    _ => Node::File { mode: entry.filemode_raw(), oid: entry.id() },
                };
                entries.insert(name, node);
            }
            *self = Self::Open(entries);
        }
        match self {
            Self::Open(entries) => Ok(entries),
            Self::Kept(_) => Err(Refusal::internal("a folder that does not open")),
        }
    }

    fn is_empty(&mut self, repo: &Repository) -> Result<bool, Refusal> {
        for node in self.open(repo)?.values_mut() {
            match node {
                Node::File { .. } => return Ok(false),
                Node::Folder(folder) => {
                    if !folder.is_empty(repo)? {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }

    /// The folder's tree; nothing for an empty folder.
    fn write(self, pack: &mut PackWriter<'_>) -> Result<Option<Oid>, Refusal> {
        let entries = match self {
            Self::Kept(oid) => return Ok(Some(oid)),
            Self::Open(entries) => entries,
        };
        let mut lines = Vec::with_capacity(entries.len());
        for (name, node) in entries {
            match node {
                Node::File { mode, oid } => lines.push((name, mode, oid)),
                Node::Folder(folder) => {
                    if let Some(oid) = folder.write(pack)? {
                        lines.push((name, MODE_DIR, oid));
                    }
                }
            }
        }
        if lines.is_empty() {
            return Ok(None);
        }
        // Git sorts a folder as if its name ended in a slash.
        let key = |(name, mode, _): &(String, i32, Oid)| {
            let mut key = name.clone().into_bytes();
            if *mode == MODE_DIR {
                key.push(b'/');
            }
            key
        };
        lines.sort_by_cached_key(key);
        let mut data = Vec::new();
        for (name, mode, oid) in lines {
            data.extend_from_slice(format!("{mode:o} {name}\0").as_bytes());
            data.extend_from_slice(oid.as_bytes());
        }
        pack.add(ObjectType::Tree, &data).map(Some)
    }
}

/// The folders above a path, and its last component.
fn split(path: &str) -> (impl Iterator<Item = &str>, &str) {
    let (parents, name) = path.rsplit_once('/').unwrap_or(("", path));
    (parents.split('/').filter(|part| !part.is_empty()), name)
}
