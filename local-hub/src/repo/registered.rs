//! The large files that a repo has in the content-addressed store: which content each oid stands for.
//!
//! Layout: `xet/*.json` in the repo's folder, one record for each shard that registered files here. A record is whole or absent, and is
//! written before the shard is acknowledged. Who writes holds the repo's lock. What the content is made of is not said here but in the
//! store's shards, which all repos share.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use xet_core_structures::merklehash::MerkleHash;

use crate::durable;
use crate::hash_text;

/// A file that a shard registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Registered {
    /// SHA-256 of the content, lower-case hex.
    pub oid: String,
    /// The hash by which the content-addressed store knows it.
    #[serde(with = "hash_text")]
    pub file_hash: MerkleHash,
    /// Its size in bytes.
    pub size: u64,
    /// When it was registered, in seconds since 1970.
    pub at: i64,
}

/// The files that a repo has registered.
pub struct Registry {
    dir: PathBuf,
    /// Read when it is first asked for.
    known: Mutex<Option<Known>>,
}

#[derive(Default)]
struct Known {
    by_oid: HashMap<String, Registered>,
    hashes: HashSet<MerkleHash>,
}

impl Known {
    fn add(&mut self, file: Registered) {
        self.hashes.insert(file.file_hash);
        self.by_oid.insert(file.oid.clone(), file);
    }
}

impl Registry {
    /// The registry of the repo in this folder.
    pub fn new(repo_dir: &Path) -> Self {
        Self { dir: repo_dir.join("xet"), known: Mutex::default() }
    }

    /// What an oid stands for; nothing when it is not registered.
    pub fn get(&self, oid: &str) -> io::Result<Option<Registered>> {
        self.with(|known| known.by_oid.get(oid).cloned())
    }

    /// Whether a file of this content is registered.
    pub fn holds(&self, file_hash: &MerkleHash) -> io::Result<bool> {
        self.with(|known| known.hashes.contains(file_hash))
    }

    /// All files, in no order.
    pub fn all(&self) -> io::Result<Vec<Registered>> {
        self.with(|known| known.by_oid.values().cloned().collect())
    }

    /// Registers files, durably; those that are registered already cost nothing.
    pub fn add(&self, files: Vec<Registered>) -> io::Result<()> {
        let mut kept = self.lock();
        let known = self.load(&mut kept)?;
        let is_new = |file: &Registered| known.by_oid.get(&file.oid).is_none_or(|old| old.file_hash != file.file_hash);
        let new: Vec<Registered> = files.into_iter().filter(is_new).collect();
        if new.is_empty() {
            return Ok(());
        }
        self.write(&new)?;
        new.into_iter().for_each(|file| known.add(file));
        Ok(())
    }

    /// Forgets oids.
    pub fn remove(&self, oids: &HashSet<String>) -> io::Result<()> {
        let mut kept = self.lock();
        let known = self.load(&mut kept)?;
        if !known.by_oid.keys().any(|oid| oids.contains(oid)) {
            return Ok(());
        }
        let old = self.records()?;
        let left: Vec<Registered> = known.by_oid.values().filter(|file| !oids.contains(&file.oid)).cloned().collect();
        // What is left first: an end in between forgets nothing.
        self.write(&left)?;
        for record in old {
            fs::remove_file(record)?;
        }
        durable::sync_dir(&self.dir)?;
        *known = Known::default();
        left.into_iter().for_each(|file| known.add(file));
        Ok(())
    }

    fn write(&self, files: &[Registered]) -> io::Result<()> {
        durable::create_dirs(&self.dir)?;
        durable::write_json(&self.dir.join(format!("{}.json", Uuid::new_v4().simple())), &files)
    }

    fn records(&self) -> io::Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
        // What an end in the middle left has another ending.
        Ok(paths.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect())
    }

    fn with<T>(&self, look: impl FnOnce(&Known) -> T) -> io::Result<T> {
        let mut kept = self.lock();
        Ok(look(self.load(&mut kept)?))
    }

    fn load<'a>(&self, kept: &'a mut Option<Known>) -> io::Result<&'a mut Known> {
        if kept.is_none() {
            let mut known = Known::default();
            for record in self.records()? {
                let files: Vec<Registered> = durable::read_json(&record)?.unwrap_or_default();
                files.into_iter().for_each(|file| known.add(file));
            }
            *kept = Some(known);
        }
        Ok(kept.get_or_insert_with(Known::default))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Known>> {
        self.known.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(n: u64) -> Registered {
        Registered { oid: format!("{n:064x}"), file_hash: MerkleHash::from([n; 4]), size: n, at: 0 }
    }

    #[test]
    fn what_is_registered_outlives_the_process() {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::new(dir.path());
        assert_eq!(registry.get(&file(1).oid).unwrap(), None);
        registry.add(vec![file(1), file(2)]).unwrap();
        registry.add(vec![file(1)]).unwrap();
        assert_eq!(registry.records().unwrap().len(), 1, "nothing new, nothing written");
        registry.add(vec![file(3)]).unwrap();
        std::fs::write(dir.path().join("xet/.new-half"), b"[{").unwrap();
        for registry in [registry, Registry::new(dir.path())] {
            assert_eq!(registry.get(&file(2).oid).unwrap(), Some(file(2)));
            assert!(registry.holds(&file(3).file_hash).unwrap());
            assert_eq!(registry.all().unwrap().len(), 3);
        }
    }

    #[test]
    fn what_is_forgotten_stays_so() {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::new(dir.path());
        registry.add(vec![file(1), file(2)]).unwrap();
        registry.add(vec![file(3)]).unwrap();
        registry.remove(&[file(2).oid, file(9).oid].into()).unwrap();
        for registry in [registry, Registry::new(dir.path())] {
            assert_eq!(registry.get(&file(2).oid).unwrap(), None);
            assert!(!registry.holds(&file(2).file_hash).unwrap());
            assert_eq!(registry.all().unwrap().len(), 2);
        }
    }
}
