//! The content-addressed store: chunks in xorbs, files as lists of chunk ranges in shards, shared by all repos.
//!
//! It has a port of its own, not on the Hub's host name, and tokens of its own. What it keeps is checked by the formats' own library before it counts, and whole
//! or absent on disk. Layout below the data folder: `xet/xorbs/ab/{hash}` with `{hash}.index` beside it (see [`xorb`]), and
//! `xet/shards/ab/{id}`, each as it came, without a footer, under the SHA-256 of its bytes. What is in the shards is also kept in memory,
//! read at the start; which repo has registered what is the repo's affair (see [`crate::repo::registered`]).
//!
//! In bench mode bodies are taken as they come, and looked at when [`bench`] is asked to.

pub mod bench;
pub mod content;
mod dedup;
pub mod http;
mod known;
mod reconstruction;
pub mod route;
pub mod settings;
mod shard;
pub mod token;
mod xorb;

use std::collections::{HashMap, VecDeque};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use xet_core_structures::merklehash::MerkleHash;
use xet_core_structures::metadata_shard::file_structs::MDBFileInfo;
use xet_core_structures::metadata_shard::hash_is_global_dedup_eligible;

use crate::cas::known::{Examined, Shard, State};
use crate::cas::settings::Xet;
use crate::cas::shard::{ShardFile, ShardReader};
use crate::cas::token::Tokens;
use crate::cas::xorb::Index;
use crate::clock::Clock;
use crate::durable;
use crate::error::Refusal;
use crate::hash_text;
use crate::repo::Repo;
use crate::repo::registered::Registered;

/// How many indexes of xorbs are kept in memory.
const RECENT: usize = 64;

/// The content-addressed store.
pub struct Cas {
    /// `http://host:port`, without a slash at the end.
    pub url: String,
    /// How it is offered.
    pub xet: Xet,
    /// Its tokens.
    pub tokens: Tokens,
    /// What is taken as it comes; nothing when everything is checked.
    pub bench: Option<bench::Unchecked>,
    clock: Arc<Clock>,
    root: PathBuf,
    incoming: PathBuf,
    state: RwLock<State>,
    /// Held while a xorb takes its place.
    keeping: Mutex<()>,
    recent: Mutex<VecDeque<(MerkleHash, Arc<Index>)>>,
}

/// How closely a shard is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Check {
    /// Its form only: it has been looked at before, or will be later.
    Form,
    /// All of it, but the SHA-256 of files that are known by the same.
    New,
    /// All of it.
    All,
}

impl Cas {
    /// Opens the store of a data folder. Bodies are received in `incoming`; with `is_bench` they are not looked at.
    pub fn open(
        data: &Path,
        incoming: &Path,
        url: String,
        xet: Xet,
        tokens: Tokens,
        clock: Arc<Clock>,
        is_bench: bool,
    ) -> io::Result<Self> {
        let cas = Self {
            url,
            xet,
            tokens,
            bench: is_bench.then(bench::Unchecked::default),
            clock,
            root: data.join("xet"),
            incoming: incoming.to_owned(),
            state: RwLock::default(),
            keeping: Mutex::default(),
            recent: Mutex::default(),
        };
        cas.make_folders()?;
        let mut folders: Vec<PathBuf> = entries(&cas.root.join("shards"))?;
        folders.sort();
        for path in folders.iter().map(|folder| entries(folder)).collect::<io::Result<Vec<_>>>()?.concat() {
            let id = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if crate::repo::pointer::is_oid(&id) {
                let file = File::open(&path)?;
                let size = file.metadata()?.len();
                let unreadable = |refusal: Refusal| {
                    io::Error::other(format!("{}: {}", path.display(), refusal.cause.unwrap_or(refusal.message)))
                };
                let examined = cas.examine(&file, size, Check::Form, &mut |_, _| {}).map_err(unreadable)?;
                cas.state.write().unwrap_or_else(PoisonError::into_inner).add(id, examined);
            }
        }
        Ok(cas)
    }

    fn make_folders(&self) -> io::Result<()> {
        durable::create_dirs(&self.root.join("xorbs"))?;
        durable::create_dirs(&self.root.join("shards"))
    }

    /// Forgets everything.
    pub fn clear(&self) -> io::Result<()> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        fs::remove_dir_all(&self.root)?;
        self.make_folders()?;
        *state = State::default();
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).clear();
        if let Some(bench) = &self.bench {
            bench.clear();
        }
        Ok(())
    }

    /// The folder in which bodies are received.
    pub fn incoming(&self) -> &Path {
        &self.incoming
    }

    /// The file with the records of a xorb.
    pub fn xorb_path(&self, hash: &MerkleHash) -> PathBuf {
        let name = hash.hex();
        self.root.join("xorbs").join(&name[..2]).join(name)
    }

    fn shard_path(&self, id: &str) -> PathBuf {
        self.root.join("shards").join(&id[..2]).join(id)
    }

    /// Whether a xorb is stored. In bench mode it need not have been looked at.
    pub fn has_xorb(&self, hash: &MerkleHash) -> io::Result<bool> {
        let path = self.xorb_path(hash);
        if self.bench.is_some() { path.try_exists() } else { path.with_extension("index").try_exists() }
    }

    /// Where the chunks of a stored xorb are.
    fn index(&self, hash: &MerkleHash) -> Result<Option<Arc<Index>>, Refusal> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = recent.iter().position(|(known, _)| known == hash) {
            let found = recent.remove(at);
            let index = found.as_ref().map(|(_, index)| Arc::clone(index));
            recent.extend(found);
            return Ok(index);
        }
        drop(recent);
        let path = self.xorb_path(hash);
        let index = match (fs::read(path.with_extension("index")), &self.bench) {
            (Ok(bytes), _) => Arc::new(Index::from_bytes(&bytes)?),
            (Err(error), None) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            // Not looked at yet; kept in mind no longer than for this question.
            (Err(error), Some(_)) if error.kind() == io::ErrorKind::NotFound => {
                return match File::open(path) {
                    Ok(file) => Ok(Some(Arc::new(xorb::read(&file, None)?))),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(error.into()),
                };
            }
            (Err(error), _) => return Err(error.into()),
        };
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() == RECENT {
            recent.pop_front();
        }
        recent.push_back((*hash, Arc::clone(&index)));
        Ok(Some(index))
    }

    /// Checks a xorb that has come and keeps it; says whether it is new.
    /// Errors: 400 for what is no xorb or another one, 413.
    pub fn keep_xorb(&self, body: NamedTempFile, hash: MerkleHash) -> Result<bool, Refusal> {
        let path = self.xorb_path(&hash);
        if let Some(bench) = &self.bench {
            let is_new = !path.try_exists()?;
            if is_new {
                fs::create_dir_all(path.parent().unwrap_or(&self.root))?;
                body.persist(&path).map_err(|error| error.error)?;
                bench.xorb(hash);
            }
            return Ok(is_new);
        }
        let index = xorb::read(body.as_file(), Some(hash))?;
        if self.has_xorb(&hash)? {
            return Ok(false);
        }
        body.as_file().set_len(index.bytes())?;
        body.as_file().sync_all()?;
        let _keeping = self.keeping.lock().unwrap_or_else(PoisonError::into_inner);
        if self.has_xorb(&hash)? {
            return Ok(false);
        }
        durable::create_dirs(path.parent().unwrap_or(&self.root))?;
        durable::keep(body, &path)?;
        durable::write(&path.with_extension("index"), &index.to_bytes()?)?;
        Ok(true)
    }

    /// Checks a shard that has come, keeps it, and registers its files for a repo; says whether it is new. `tell` hears how many of how
    /// many files have been checked.
    /// Errors: 400 for what is no shard, or says what is not so; 404 when the repo has gone meanwhile.
    pub fn keep_shard(
        &self,
        body: NamedTempFile,
        repo: &Repo,
        tell: &mut dyn FnMut(u64, u64),
    ) -> Result<bool, Refusal> {
        let size = body.as_file().metadata()?.len();
        let check = if self.bench.is_some() { Check::Form } else { Check::New };
        let mut examined = self.examine(body.as_file(), size, check, tell)?;
        let now = time::OffsetDateTime::now_utc().unix_timestamp();
        let files: Vec<Registered> = examined
            .files
            .iter()
            .map(|(file, _)| Registered { oid: file.sha256.clone(), file_hash: file.hash, size: file.size, at: now })
            .collect();
        // The footer goes, and with it the header's word of it: a shard is the same with and without one.
        body.as_file().set_len(examined.end)?;
        body.as_file().write_all_at(&[0; 8], shard::FOOTER_SIZE_AT)?;
        let id = shard_id(body.as_file())?;
        let is_new = !self.state().by_id.contains_key(&id);
        if is_new {
            let path = self.shard_path(&id);
            let folder = path.parent().unwrap_or(&self.root);
            if let Some(bench) = &self.bench {
                fs::create_dir_all(folder)?;
                body.persist(&path).map_err(|error| error.error)?;
                bench.shard(id.clone());
            } else {
                durable::create_dirs(folder)?;
                durable::keep(body, &path)?;
            }
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            // Another upload of the same shard may have been faster.
            if !state.by_id.contains_key(&id) {
                state.add(id, std::mem::take(&mut examined));
            }
        }
        let _writing = repo.lock()?;
        repo.xet.add(files)?;
        Ok(is_new)
    }

    /// Reads a shard, with all checks or with those of its form only.
    fn examine(
        &self,
        body: &File,
        size: u64,
        check: Check,
        tell: &mut dyn FnMut(u64, u64),
    ) -> Result<Examined, Refusal> {
        let mut reader = ShardReader::new(body, size)?;
        let mut examined = Examined::default();
        // The first chunk of each file may be asked for.
        let mut first: HashMap<MerkleHash, Vec<u32>> = HashMap::new();
        loop {
            let at = reader.position();
            let Some(file) = reader.next_file()? else { break };
            let said = match check {
                Check::Form => shard::summary(&file)?,
                Check::New | Check::All => shard::check_file(&file, |hash| self.index(hash))?,
            };
            if check == Check::All || check == Check::New && !self.knows(&said) {
                self.check_sha256(&file, &said)?;
            }
            if let Some(term) = file.segments.first() {
                first.entry(term.xorb_hash).or_default().push(term.chunk_index_start);
            }
            examined.files.push((said, at));
            tell(examined.files.len() as u64, examined.files.len() as u64);
        }
        examined.xorbs_at = reader.position();
        loop {
            let at = reader.position();
            let Some(xorb) = reader.next_xorb()? else { break };
            let hash = xorb.metadata.xorb_hash;
            if check != Check::Form {
                shard::check_xorb(&xorb, self.index(&hash)?.as_deref())?;
            }
            let starts = first.remove(&hash).unwrap_or_default();
            for (number, chunk) in (0..).zip(&xorb.chunks) {
                if hash_is_global_dedup_eligible(&chunk.chunk_hash) || starts.contains(&number) {
                    examined.chunks.push((chunk.chunk_hash, hash));
                }
            }
            examined.xorbs.push((hash, at));
        }
        examined.end = reader.end()?;
        if self.bench.is_none() {
            for (xorb, starts) in first {
                let Some(index) = self.index(&xorb)? else { continue };
                let known = starts.into_iter().filter(|start| *start < index.len());
                examined.chunks.extend(known.map(|start| (index.hash(start), xorb)));
            }
        }
        Ok(examined)
    }

    /// Whether a file is registered, by the same SHA-256.
    fn knows(&self, said: &ShardFile) -> bool {
        self.state().files.get(&said.hash).is_some_and(|known| known.said == *said)
    }

    /// Computes the SHA-256 of a file over its content.
    /// Errors: 400 when it is another one.
    fn check_sha256(&self, file: &MDBFileInfo, said: &ShardFile) -> Result<(), Refusal> {
        let mut digest = Sha256::new();
        content::copy(self, &file.segments, 0, said.size, &mut |bytes| {
            digest.update(bytes);
            Ok(())
        })?;
        let found = hex::encode(digest.finalize());
        if found != said.sha256 {
            let message =
                format!("Invalid shard: the file {} has the SHA-256 {found} and not {}", said.hash, said.sha256);
            return Err(Refusal::bad_request(message));
        }
        Ok(())
    }

    /// Whether the content of a file is known.
    pub fn has_file(&self, hash: &MerkleHash) -> bool {
        self.state().files.contains_key(hash)
    }

    /// What a file is made of; nothing when it is not known.
    pub fn file(&self, hash: &MerkleHash) -> Result<Option<MDBFileInfo>, Refusal> {
        let (id, at, size) = {
            let state = self.state();
            let Some(found) = state.files.get(hash) else { return Ok(None) };
            let shard = &state.shards[found.shard];
            (shard.id.clone(), found.at, shard.bytes)
        };
        let mut reader = ShardReader::new(File::open(self.shard_path(&id))?, size)?;
        reader.seek(at)?;
        reader.next_file()
    }

    /// What is stored, for the control API.
    pub fn list_xorbs(&self) -> Result<Value, Refusal> {
        let mut xorbs = Vec::new();
        for folder in entries(&self.root.join("xorbs"))? {
            for path in entries(&folder)? {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let Some(hash) = hash_text::parse(&name) else { continue };
                let Some(index) = self.index(&hash)? else { continue };
                xorbs.push(json!({
                    "hash": name, "bytes": index.bytes(), "chunks": index.len(), "unpackedBytes": index.unpacked(0, index.len()),
                }));
            }
        }
        xorbs.sort_by(|a, b| a["hash"].as_str().cmp(&b["hash"].as_str()));
        Ok(xorbs.into())
    }

    /// The shards in the order in which they were registered, those from before the start first.
    pub fn list_shards(&self) -> Value {
        let texts = |hashes: &[MerkleHash]| hashes.iter().map(MerkleHash::hex).collect::<Vec<_>>();
        let one = |shard: &Shard| json!({ "id": shard.id, "bytes": shard.bytes, "files": texts(&shard.files), "xorbs": texts(&shard.xorbs) });
        self.state().shards.iter().map(one).collect()
    }

    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of a shard: SHA-256 of its bytes.
fn shard_id(mut body: &File) -> io::Result<String> {
    body.seek(SeekFrom::Start(0))?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 17];
    loop {
        match body.read(&mut buffer)? {
            0 => return Ok(hex::encode(digest.finalize())),
            read => digest.update(&buffer[..read]),
        }
    }
}

/// What is in a folder; nothing when there is no such folder.
fn entries(dir: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(dir) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
