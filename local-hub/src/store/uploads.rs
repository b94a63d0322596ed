//! Uploads in parts: which object, how it is cut, and the parts that have come.
//!
//! Layout: `uploads/{id}/upload.json`, `part-00001`, `part-00001.etag`, … A part replaces an earlier one of its number only when it has come
//! whole, as in S3. The upload is gone when its object is stored.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::durable;
use crate::ident::{RepoId, RepoType};
use crate::store::receive::{self, Received};

/// How long an upload is kept after its last part has come.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// What an upload in parts is for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    /// The object.
    pub oid: String,
    /// Its size in bytes.
    pub size: u64,
    /// The size of every part but the last, in bytes.
    pub part_size: u64,
    /// The repo: type, owner, name.
    repo: (String, String, String),
}

impl Upload {
    /// How many parts there are.
    pub fn parts(&self) -> u64 {
        self.size.div_ceil(self.part_size)
    }

    /// The size of a part, counted from 1.
    pub fn size_of(&self, part: u64) -> u64 {
        self.part_size.min(self.size - (part - 1) * self.part_size)
    }

    /// The repo that the object goes to.
    pub fn repo(&self) -> Option<RepoId> {
        let (kind, owner, name) = &self.repo;
        Some(RepoId { kind: RepoType::from_singular(kind)?, owner: owner.clone(), name: name.clone() })
    }
}

/// The uploads that are not finished.
pub struct Uploads {
    root: PathBuf,
}

impl Uploads {
    /// Opens the folder, and removes uploads that have been left lying.
    pub fn open(data: &Path) -> io::Result<Self> {
        let root = data.join("uploads");
        durable::create_dirs(&root)?;
        for entry in fs::read_dir(&root)? {
            let entry = entry?;
            let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
            if !entry.file_type()?.is_dir() {
                fs::remove_file(entry.path())?;
            } else if age > KEPT {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(Self { root })
    }

    /// Starts an upload; gives its id.
    pub fn start(&self, repo: &RepoId, oid: &str, size: u64, part_size: u64) -> io::Result<(String, Upload)> {
        let id = Uuid::new_v4().simple().to_string();
        let dir = self.root.join(&id);
        durable::create_dirs(&dir)?;
        let repo = (repo.kind.singular().to_owned(), repo.owner.clone(), repo.name.clone());
        let upload = Upload { oid: oid.to_owned(), size, part_size, repo };
        durable::write_json(&dir.join("upload.json"), &upload)?;
        Ok((id, upload))
    }

    /// The upload of this id.
    pub fn get(&self, id: &str) -> io::Result<Option<Upload>> {
        if !is_id(id) {
            return Ok(None);
        }
        durable::read_json(&self.root.join(id).join("upload.json"))
    }

    /// The folder in which an upload's parts are received.
    pub fn dir(&self, id: &str) -> PathBuf {
        self.root.join(id)
    }

    /// Keeps a part that has come whole; gives its ETag without quotes.
    pub fn keep_part(&self, id: &str, part: u64, received: Received) -> io::Result<String> {
        let path = self.part(id, part);
        durable::keep(received.file, &path)?;
        durable::write(&path.with_extension("etag"), received.md5.as_bytes())?;
        Ok(received.md5)
    }

    /// The ETag of a part that has come, without quotes.
    pub fn etag(&self, id: &str, part: u64) -> io::Result<Option<String>> {
        match fs::read_to_string(self.part(id, part).with_extension("etag")) {
            Ok(etag) => Ok(Some(etag)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts the parts together in a temporary file; with `is_bench`, without looking at them.
    pub fn join(&self, id: &str, upload: &Upload, is_bench: bool) -> io::Result<Received> {
        let parts: Vec<PathBuf> = (1..=upload.parts()).map(|part| self.part(id, part)).collect();
        if is_bench {
            return receive::join_unchecked(&parts, &self.root, &upload.oid);
        }
        receive::join(&parts, &self.root)
    }

    /// Forgets all uploads.
    pub fn clear(&self) -> io::Result<()> {
        fs::remove_dir_all(&self.root)?;
        durable::create_dirs(&self.root)
    }

    /// Forgets an upload.
    pub fn remove(&self, id: &str) -> io::Result<()> {
        if is_id(id) { fs::remove_dir_all(self.root.join(id)) } else { Ok(()) }
    }

    fn part(&self, id: &str, part: u64) -> PathBuf {
        self.root.join(id).join(format!("part-{part:05}"))
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}
