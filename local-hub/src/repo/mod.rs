//! Repos on disk: a bare git repository each, with the Hub's own record beside git's files.
//!
//! Layout below the data folder: `repos/{models,datasets,spaces}/{owner}/{name}.git/` with `hub.json` (the record), `lfs/objects/ab/cd/…`
//! (large files where git-lfs keeps them), `xet/` (those that the content-addressed store keeps) and `discussions/`. A repo appears by one rename of a finished folder and goes the same way.
//!
//! Writers of one repo take its lock; writers of different repos do not meet. Readers take none: a ref is either moved or not.

pub mod attributes;
pub mod discussions;
pub mod history;
pub mod ignore;
pub mod merge;
pub mod pack;
pub mod pointer;
pub mod read;
pub mod registered;
pub mod rewrite;
pub mod template;
mod tree_edit;
pub mod write;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};

use git2::{ObjectType, Repository};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::durable;
use crate::error::Refusal;
use crate::ident::{RepoId, RepoType};
use crate::repo::pack::PackWriter;
use crate::repo::registered::Registry;
use crate::repo::write::{Change, Message};

/// The branch that every repo has.
pub const MAIN: &str = "main";

const RECORD: &str = "hub.json";

/// What the Hub knows about a repo besides git.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The internal id.
    pub id: String,
    /// Whether only the owner sees it.
    pub private: bool,
    /// `auto` or `manual`: only who may write sees the contents; nothing for a repo that is open.
    #[serde(default)]
    pub gated: Option<String>,
    /// A Space's kind.
    pub sdk: Option<String>,
    /// RFC 3339.
    pub created_at: String,
}

/// A repo.
pub struct Repo {
    /// Its full name.
    pub id: RepoId,
    /// Its folder.
    pub dir: PathBuf,
    /// Its files in the content-addressed store.
    pub xet: Registry,
    settings: PathBuf,
    record: RwLock<Record>,
    /// Held by whoever changes something; says whether the repo has gone from this place.
    gone: Mutex<bool>,
}

impl Repo {
    /// The record as it is now.
    pub fn record(&self) -> Record {
        self.record.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Changes the record, durably.
    pub fn set_record(&self, record: Record) -> io::Result<()> {
        let mut kept = self.record.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        durable::write_json(&self.dir.join(RECORD), &record)?;
        *kept = record;
        Ok(())
    }

    /// Opens git's side.
    pub fn git(&self) -> Result<Repository, Refusal> {
        let git = Repository::open_bare(&self.dir)?;
        synced(&git, &self.settings)?;
        Ok(git)
    }

    /// Locks the repo for a change.
    /// Errors: 404 when it has been deleted or moved since it was looked up.
    pub fn lock(&self) -> Result<MutexGuard<'_, bool>, Refusal> {
        let gone = self.gone.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if *gone { Err(Refusal::repo_not_found()) } else { Ok(gone) }
    }

    /// Runs blocking work on git's side that changes it, under the lock. The work goes on to its end, and keeps the lock, when the client
    /// goes away.
    pub async fn change<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Repository) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let repo = Arc::clone(self);
        blocking(move || {
            let _writing = repo.lock()?;
            work(&repo.git()?)
        })
        .await
    }

    /// Runs blocking work on git's side that changes nothing.
    pub async fn with_git<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Repository) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let repo = Arc::clone(self);
        blocking(move || work(&repo.git()?)).await
    }
}

/// Runs blocking work off the threads that serve.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Refusal::internal(error)),
    }
}

/// What a new repo starts with.
pub struct NewRepo {
    /// Its name, checked.
    pub id: RepoId,
    /// Whether only the owner sees it.
    pub private: bool,
    /// A Space's kind.
    pub sdk: Option<String>,
    /// The licence for the front matter of README.md.
    pub license: Option<String>,
    /// Files besides the template's; they win over it.
    pub files: Vec<(String, Vec<u8>)>,
    /// Who makes it.
    pub author: String,
}

/// All repos.
pub struct Repos {
    root: PathBuf,
    known: RwLock<BTreeMap<RepoId, Arc<Repo>>>,
}

impl Repos {
    /// Opens the repos of a data folder, and removes what an end in the middle left.
    pub fn open(data: &Path) -> io::Result<Self> {
        let root = data.join("repos");
        durable::create_dirs(&root)?;
        let repos = Self { root, known: RwLock::default() };
        durable::write(&repos.settings(), b"[core]\n\tfsyncObjectFiles = true\n")?;
        let _ = fs::remove_dir_all(repos.limbo());
        durable::create_dirs(&repos.limbo())?;
        let mut known = BTreeMap::new();
        for kind in RepoType::ALL {
            for owner in folders(&repos.root.join(kind.plural()))? {
                for dir in folders(&owner)? {
                    let Some(name) = file_name(&dir).strip_suffix(".git").map(str::to_owned) else { continue };
                    let Some(record) = durable::read_json(&dir.join(RECORD))? else { continue };
                    pack::sweep(&dir)?;
                    merge::recover(&dir)?;
                    let id = RepoId { kind, owner: file_name(&owner), name };
                    known.insert(id.clone(), Arc::new(Repo::new(id, dir, repos.settings(), record)));
                }
            }
        }
        *repos.map_mut() = known;
        Ok(repos)
    }

    /// The repo of this name.
    pub fn get(&self, id: &RepoId) -> Option<Arc<Repo>> {
        self.map().get(id).cloned()
    }

    /// All repos, sorted by name.
    pub fn all(&self) -> Vec<Arc<Repo>> {
        self.map().values().cloned().collect()
    }

    /// Makes a repo with its first commit.
    /// Errors: 409 when there is one of this name.
    pub fn create(&self, new: NewRepo) -> Result<Arc<Repo>, Refusal> {
        let exists = || Refusal::conflict(format!("You already created this {} repo", new.id.kind.singular()));
        if self.get(&new.id).is_some() {
            return Err(exists());
        }
        let limbo = self.limbo().join(Uuid::new_v4().simple().to_string());
        let record = self.build(&limbo, &new)?;
        let dir = self.dir(&new.id);
        let owner_dir = self.root.join(new.id.kind.plural()).join(&new.id.owner);
        durable::create_dirs(&owner_dir)?;
        durable::sync_tree(&limbo)?;
        let mut known = self.map_mut();
        if known.contains_key(&new.id) {
            drop(known);
            fs::remove_dir_all(&limbo)?;
            return Err(exists());
        }
        fs::rename(&limbo, &dir)?;
        durable::sync_dir(&owner_dir)?;
        let repo = Arc::new(Repo::new(new.id.clone(), dir, self.settings(), record));
        known.insert(new.id, Arc::clone(&repo));
        Ok(repo)
    }

    fn build(&self, dir: &Path, new: &NewRepo) -> Result<Record, Refusal> {
        let mut options = git2::RepositoryInitOptions::new();
        let git = Repository::init_opts(dir, options.bare(true).initial_head(MAIN).external_template(false))?;
        synced(&git, &self.settings())?;

        let mut files: BTreeMap<String, Vec<u8>> = template::files(&new.id, new.sdk.as_deref(), new.license.as_deref())
            .into_iter()
            .map(|(path, text)| (path, text.into_bytes()))
            .collect();
        files.extend(new.files.iter().cloned());
        let mut pack = PackWriter::new(&git)?;
        let mut changes = Vec::new();
        for (path, bytes) in files {
            changes.push(Change::File { path, blob: pack.add(ObjectType::Blob, &bytes)? });
        }
        let message =
            Message { author: new.author.clone(), title: "initial commit".to_owned(), description: String::new() };
        let commit = write::commit(&git, pack, None, &changes, None, &message)?;
        write::move_ref(&git, &format!("refs/heads/{MAIN}"), None, commit)?;

        let record = Record {
            id: Uuid::new_v4().simple().to_string()[..24].to_owned(),
            private: new.private,
            gated: None,
            sdk: new.sdk.clone(),
            created_at: now(),
        };
        durable::write_json(&dir.join(RECORD), &record)?;
        Ok(record)
    }

    /// Deletes a repo.
    /// Errors: 404 when it is not there.
    pub fn delete(&self, id: &RepoId) -> Result<(), Refusal> {
        let repo = self.get(id).ok_or_else(Refusal::repo_not_found)?;
        let mut gone = repo.lock()?;
        let limbo = self.limbo().join(Uuid::new_v4().simple().to_string());
        let mut known = self.map_mut();
        fs::rename(&repo.dir, &limbo)?;
        *gone = true;
        known.remove(id);
        drop(known);
        durable::sync_dir(repo.dir.parent().unwrap_or(&self.root))?;
        fs::remove_dir_all(limbo)?;
        Ok(())
    }

    /// Gives a repo another name.
    /// Errors: 404 when it is not there, 409 when the name is taken.
    pub fn rename(&self, from: &RepoId, to: &RepoId) -> Result<(), Refusal> {
        let repo = self.get(from).ok_or_else(Refusal::repo_not_found)?;
        let mut gone = repo.lock()?;
        let mut known = self.map_mut();
        if known.contains_key(to) {
            return Err(Refusal::conflict(format!("There is already a {} repo named {to}", to.kind.singular())));
        }
        let dir = self.dir(to);
        let owner_dir = self.root.join(to.kind.plural()).join(&to.owner);
        durable::create_dirs(&owner_dir)?;
        fs::rename(&repo.dir, &dir)?;
        *gone = true;
        known.remove(from);
        known.insert(to.clone(), Arc::new(Repo::new(to.clone(), dir, self.settings(), repo.record())));
        durable::sync_dir(&owner_dir)?;
        Ok(())
    }

    fn dir(&self, id: &RepoId) -> PathBuf {
        self.root.join(id.kind.plural()).join(&id.owner).join(format!("{}.git", id.name))
    }

    /// What libgit2 is told for every repo.
    fn settings(&self) -> PathBuf {
        self.root.join("libgit2.config")
    }

    /// Where repos are while they are made or deleted.
    fn limbo(&self) -> PathBuf {
        self.root.join("limbo")
    }

    fn map(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<RepoId, Arc<Repo>>> {
        self.known.read().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn map_mut(&self) -> std::sync::RwLockWriteGuard<'_, BTreeMap<RepoId, Arc<Repo>>> {
        self.known.write().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Repo {
    fn new(id: RepoId, dir: PathBuf, settings: PathBuf, record: Record) -> Self {
        let xet = Registry::new(&dir);
        Self { id, dir, xet, settings, record: RwLock::new(record), gone: Mutex::default() }
    }
}

/// Makes libgit2 sync loose objects and refs before it renames them into place. It takes that from the configuration only, and from a
/// key that git warns about: so the key is in a file of ours and not in the repo's.
fn synced(git: &Repository, settings: &Path) -> Result<(), git2::Error> {
    git.config()?.add_file(settings, git2::ConfigLevel::App, false)
}

/// The time now, as the API writes it.
pub fn now() -> String {
    timestamp(OffsetDateTime::now_utc().unix_timestamp())
}

/// A time in seconds since 1970, as the API writes it.
pub fn timestamp(seconds: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    // Clients want milliseconds.
    time.format(&Rfc3339).map_or_else(|_| String::new(), |text| text.replace('Z', ".000Z"))
}

fn folders(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    match fs::read_dir(dir) {
        Ok(entries) => {
            for entry in entries {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    found.push(entry.path());
                }
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(found)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
