//! The objects of one commit, written as one pack.
//!
//! Objects go to a temporary file as they come, so a commit of any size needs no memory for its contents. Nothing of the pack is seen
//! before [`PackWriter::finish`], which syncs pack and index; a reference may name the objects only after that.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use git2::{Indexer, ObjectType, Odb, Oid, Repository};
use sha1::{Digest, Sha1};
use tempfile::NamedTempFile;

use crate::durable;
use crate::error::Refusal;

/// Collects objects for a pack.
pub struct PackWriter<'r> {
    known: Odb<'r>,
    file: BufWriter<NamedTempFile>,
    added: HashSet<Oid>,
}

impl<'r> PackWriter<'r> {
    /// A pack for this repo.
    pub fn new(repo: &'r Repository) -> Result<Self, Refusal> {
        let file = NamedTempFile::with_prefix_in("tmp_commit_", repo.path().join("objects"))?;
        let mut file = BufWriter::with_capacity(1 << 16, file);
        // The number of objects is put in at the end.
        file.write_all(b"PACK\0\0\0\x02\0\0\0\0")?;
        Ok(Self { known: repo.odb()?, file, added: HashSet::new() })
    }

    /// Adds an object, unless the repo has it.
    pub fn add(&mut self, kind: ObjectType, data: &[u8]) -> Result<Oid, Refusal> {
        let oid = Oid::hash_object(kind, data)?;
        if self.added.contains(&oid) || self.known.exists(oid) {
            return Ok(oid);
        }
        self.write_header(kind, data.len())?;
        let mut zlib = ZlibEncoder::new(&mut self.file, Compression::fast());
        zlib.write_all(data)?;
        zlib.finish()?;
        self.added.insert(oid);
        Ok(oid)
    }

    fn write_header(&mut self, kind: ObjectType, size: usize) -> io::Result<()> {
        let kind: u8 = match kind {
            ObjectType::Commit => 1,
            ObjectType::Tree => 2,
            _ => 3,
        };
        let mut byte = (kind << 4) | (size & 15) as u8;
        let mut rest = size >> 4;
        while rest > 0 {
            self.file.write_all(&[byte | 0x80])?;
            byte = (rest & 0x7f) as u8;
            rest >>= 7;
        }
        self.file.write_all(&[byte])
    }

    /// Puts the pack into the repo, durably.
    pub fn finish(self, repo: &Repository) -> Result<(), Refusal> {
        let Ok(count) = u32::try_from(self.added.len()) else {
            return Err(Refusal::internal("too many objects for a pack"));
        };
        if count == 0 {
            return Ok(());
        }
        let mut file = self.file.into_inner().map_err(|error| error.into_error())?;
        file.seek(SeekFrom::Start(8))?;
        file.write_all(&count.to_be_bytes())?;
        file.rewind()?;

        let dir = repo.path().join("objects/pack");
        let mut indexer = Indexer::new(None, &dir, 0, false)?;
        let mut digest = Sha1::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            digest.update(&buffer[..read]);
            indexer.write_all(&buffer[..read])?;
        }
        indexer.write_all(&digest.finalize())?;
        let name = indexer.commit()?;
        for ending in ["pack", "idx"] {
            File::open(dir.join(format!("pack-{name}.{ending}")))?.sync_all()?;
        }
        durable::sync_dir(&dir)?;
        Ok(())
    }
}

/// Removes what a commit left that was cut off by the end of the process: temporary files, and locks that nobody holds any more.
pub fn sweep(git_dir: &Path) -> io::Result<()> {
    remove_where(git_dir, false, |name| name.ends_with(".lock"))?;
    remove_where(&git_dir.join("refs"), true, |name| name.ends_with(".lock"))?;
    remove_where(&git_dir.join("objects"), false, |name| name.starts_with("tmp_"))?;
    remove_where(&git_dir.join("objects/pack"), false, |name| {
        name.starts_with("tmp_") || name.starts_with("pack_git2_")
    })
}

fn remove_where(dir: &Path, deep: bool, wanted: impl Copy + Fn(&str) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            if deep {
                remove_where(&entry.path(), deep, wanted)?;
            }
        } else if wanted(&entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
