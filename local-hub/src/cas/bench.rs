//! Bench mode: bodies of xorbs, shards and large files are taken as they come, as fast as the disk takes them; afterwards, when the clock
//! has stopped, everything is looked at, and a run in which something is wrong does not count.
//!
//! A data folder that has been used so is not opened in any other mode.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use xet_core_structures::merklehash::MerkleHash;

use crate::cas::{Cas, Check, xorb};
use crate::durable;
use crate::error::Refusal;

/// The file that marks a data folder.
const MARK: &str = "bench";

/// What has been taken and not been looked at.
#[derive(Default)]
pub struct Unchecked {
    lists: Mutex<Lists>,
}

#[derive(Default)]
struct Lists {
    xorbs: Vec<MerkleHash>,
    shards: Vec<String>,
    objects: Vec<(PathBuf, String)>,
}

impl Unchecked {
    /// Notes a xorb.
    pub fn xorb(&self, hash: MerkleHash) {
        self.lock().xorbs.push(hash);
    }

    /// Notes a shard.
    pub fn shard(&self, id: String) {
        self.lock().shards.push(id);
    }

    /// Notes a large file, which claims to have this SHA-256.
    pub fn object(&self, path: PathBuf, oid: String) {
        self.lock().objects.push((path, oid));
    }

    /// Forgets everything.
    pub fn clear(&self) {
        *self.lock() = Lists::default();
    }

    fn lock(&self) -> MutexGuard<'_, Lists> {
        self.lists.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Marks a data folder, or refuses one that is marked.
pub fn mark(data: &Path, is_bench: bool) -> io::Result<()> {
    let mark = data.join(MARK);
    if is_bench {
        return durable::write(&mark, b"What is stored here has not been checked.\n");
    }
    if mark.try_exists()? {
        return Err(io::Error::other(format!(
            "{} was used in bench mode and holds what was never checked",
            data.display()
        )));
    }
    Ok(())
}

/// Looks at everything that was taken since the last time; says how much it was, and what is wrong.
/// Errors: 404 when nothing is taken unseen.
pub fn verify(cas: &Cas) -> Result<Value, Refusal> {
    let bench = cas.bench.as_ref().ok_or_else(Refusal::no_route)?;
    let lists = std::mem::take(&mut *bench.lock());
    let mut failed = Vec::new();
    let mut check = |kind: &str, name: &str, checked: Result<(), Refusal>| {
        if let Err(refusal) = checked {
            let why = refusal.cause.unwrap_or(refusal.message);
            failed.push(json!({ "kind": kind, "name": name, "why": why }));
        }
    };
    // The shards are compared with the xorbs, and need what is found out about them.
    for hash in &lists.xorbs {
        check("xorb", &hash.hex(), verify_xorb(cas, hash));
    }
    for id in &lists.shards {
        check("shard", id, verify_shard(cas, id));
    }
    for (path, oid) in &lists.objects {
        check("object", oid, verify_object(path, oid));
    }
    let checked = json!({ "xorbs": lists.xorbs.len(), "shards": lists.shards.len(), "objects": lists.objects.len() });
    Ok(json!({ "checked": checked, "failed": failed }))
}

fn verify_xorb(cas: &Cas, hash: &MerkleHash) -> Result<(), Refusal> {
    let path = cas.xorb_path(hash);
    let file = File::options().read(true).write(true).open(&path)?;
    let index = xorb::read(&file, Some(*hash))?;
    file.set_len(index.bytes())?;
    Ok(durable::write(&path.with_extension("index"), &index.to_bytes()?)?)
}

fn verify_shard(cas: &Cas, id: &str) -> Result<(), Refusal> {
    let file = File::open(cas.shard_path(id))?;
    let size = file.metadata()?.len();
    cas.examine(&file, size, Check::All, &mut |_, _| {}).map(|_| ())
}

fn verify_object(path: &Path, oid: &str) -> Result<(), Refusal> {
    let mut file = match File::open(path) {
        // Deleted since, with its repo or alone.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        file => file?,
    };
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 17];
    loop {
        match io::Read::read(&mut file, &mut buffer)? {
            0 => break,
            read => digest.update(&buffer[..read]),
        }
    }
    let found = hex::encode(digest.finalize());
    if found == oid { Ok(()) } else { Err(Refusal::bad_request(format!("it has the SHA-256 {found}"))) }
}
