//! History without some large files: every commit of every ref that has their pointers is written again, and what stands on it.
//!
//! The caller holds the repo's write lock. Each ref moves on its own, so an end in the middle leaves some refs as they were; doing it again
//! does the rest. Commits keep their author, time and message.

use std::collections::{HashMap, HashSet};

use git2::{ObjectType, Oid, Repository, Sort};

use crate::error::Refusal;
use crate::repo::read;
use crate::repo::write;

/// Takes the files with these oids out of all commits that a ref leads to.
pub fn without(git: &Repository, gone: &HashSet<String>) -> Result<(), Refusal> {
    let mut rewrite = Rewrite { git, gone, trees: HashMap::new(), commits: HashMap::new() };
    let mut walk = git.revwalk()?;
    walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE)?;
    walk.push_glob("refs/*")?;
    for oid in walk {
        rewrite.commit(oid?)?;
    }
    for reference in git.references()? {
        let reference = reference?;
        let Some(old) = reference.target() else { continue };
        let new = rewrite.target(old)?;
        if new != old {
            write::move_ref(git, &String::from_utf8_lossy(reference.name_bytes()), Some(old), new)?;
        }
    }
    Ok(())
}

struct Rewrite<'a> {
    git: &'a Repository,
    gone: &'a HashSet<String>,
    trees: HashMap<Oid, Oid>,
    commits: HashMap<Oid, Oid>,
}

impl Rewrite<'_> {
    /// A commit after its parents.
    fn commit(&mut self, old: Oid) -> Result<(), Refusal> {
        let commit = self.git.find_commit(old)?;
        let mut ids = HashMap::from([(commit.tree_id(), self.tree(commit.tree_id())?)]);
        for parent in commit.parent_ids() {
            ids.insert(parent, self.commits.get(&parent).copied().unwrap_or(parent));
        }
        let new = self.with_ids(old, ObjectType::Commit, &ids)?;
        self.commits.insert(old, new);
        Ok(())
    }

    /// What a ref points at: a commit, or a tag with a message.
    fn target(&self, old: Oid) -> Result<Oid, Refusal> {
        if let Some(new) = self.commits.get(&old) {
            return Ok(*new);
        }
        match self.git.find_tag(old) {
            Ok(tag) => {
                let id = tag.target_id();
                let new = self.commits.get(&id).copied().unwrap_or(id);
                self.with_ids(old, ObjectType::Tag, &HashMap::from([(id, new)]))
            }
            Err(_) => Ok(old),
        }
    }

    /// An object's text with other ids in its head.
    fn with_ids(&self, old: Oid, kind: ObjectType, ids: &HashMap<Oid, Oid>) -> Result<Oid, Refusal> {
        if ids.iter().all(|(before, after)| before == after) {
            return Ok(old);
        }
        let odb = self.git.odb()?;
        let object = odb.read(old)?;
        let data = object.data();
        let end = data.windows(2).position(|two| two == b"\n\n").map_or(data.len(), |at| at + 1);
        let (head, rest) = data.split_at(end);
        let mut text = Vec::with_capacity(data.len());
        for line in head.split_inclusive(|b| *b == b'\n') {
            let id = std::str::from_utf8(line).ok().and_then(|line| {
                let (word, id) = line.trim_end().split_once(' ')?;
                let is_id = matches!(word, "tree" | "parent" | "object");
                Some((word, ids.get(&Oid::from_str(id).ok().filter(|_| is_id)?)?))
            });
            match id {
                Some((word, id)) => text.extend_from_slice(format!("{word} {id}\n").as_bytes()),
                None => text.extend_from_slice(line),
            }
        }
        text.extend_from_slice(rest);
        Ok(odb.write(kind, &text)?)
    }

    fn tree(&mut self, old: Oid) -> Result<Oid, Refusal> {
        if let Some(new) = self.trees.get(&old) {
            return Ok(*new);
        }
        let tree = self.git.find_tree(old)?;
        let mut builder = self.git.treebuilder(Some(&tree))?;
        let mut is_changed = false;
        for entry in tree.iter() {
            match entry.kind() {
                Some(ObjectType::Tree) => {
                    let new = self.tree(entry.id())?;
                    if new == entry.id() {
                        continue;
                    }
                    is_changed = true;
                    if self.git.find_tree(new)?.is_empty() {
                        builder.remove(entry.name_bytes())?;
                    } else {
                        builder.insert(entry.name_bytes(), new, entry.filemode_raw())?;
                    }
                }
                Some(ObjectType::Blob) => {
                    let pointer = read::pointer(self.git, entry.id())?;
                    if pointer.is_some_and(|pointer| self.gone.contains(&pointer.oid)) {
                        is_changed = true;
                        builder.remove(entry.name_bytes())?;
                    }
                }
                _ => {}
            }
        }
        let new = if is_changed { builder.write()? } else { old };
        self.trees.insert(old, new);
        Ok(new)
    }
}
