//! The objects of one commit: written as one pack, or one by one when they are few.
//!
//! Objects go to a temporary file as they come, so a commit of any size needs no memory for its contents. Nothing is seen of them before
//! [`PackWriter::finish`], which syncs what it writes; a reference may name the objects only after that. Small commits do not make packs,
//! because a repo with thousands of packs is slow for every reader.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use git2::{Indexer, ObjectType, Odb, OdbLookupFlags, Oid, Repository};
use sha1::{Digest, Sha1};
use tempfile::NamedTempFile;

use crate::durable;
use crate::error::Refusal;

/// More objects than this make a pack.
const LOOSE_OBJECTS: usize = 12;
/// More bytes than this make a pack.
const LOOSE_BYTES: usize = 256 * 1024;

/// Collects the objects of a commit.
pub struct PackWriter<'r> {
    repo: &'r Repository,
    odb: Odb<'r>,
    added: HashSet<Oid>,
    objects: Objects,
}

enum Objects {
    /// The first ones, as long as they are few.
    Few { list: Vec<(ObjectType, Vec<u8>)>, bytes: usize },
    /// A pack on disk.
    Many(BufWriter<NamedTempFile>),
}

impl<'r> PackWriter<'r> {
    /// Starts a commit's objects.
    pub fn new(repo: &'r Repository) -> Result<Self, Refusal> {
        let objects = Objects::Few { list: Vec::new(), bytes: 0 };
        Ok(Self { repo, odb: repo.odb()?, added: HashSet::new(), objects })
    }

    /// Adds an object, unless the repo has it.
    pub fn add(&mut self, kind: ObjectType, data: &[u8]) -> Result<Oid, Refusal> {
        let oid = Oid::hash_object(kind, data)?;
        // An object that another commit has just written is written again, which does no harm.
        if self.added.contains(&oid) || self.odb.exists_ext(oid, OdbLookupFlags::NO_REFRESH) {
            return Ok(oid);
        }
        if let Objects::Few { list, bytes } = &mut self.objects {
            if list.len() < LOOSE_OBJECTS && *bytes + data.len() <= LOOSE_BYTES {
                *bytes += data.len();
                list.push((kind, data.to_vec()));
                self.added.insert(oid);
                return Ok(oid);
            }
            let mut pack = start(self.repo)?;
            for (kind, data) in std::mem::take(list) {
                append(&mut pack, kind, &data)?;
            }
            self.objects = Objects::Many(pack);
        }
        if let Objects::Many(pack) = &mut self.objects {
            append(pack, kind, data)?;
        }
        self.added.insert(oid);
        Ok(oid)
    }

    /// Puts the objects into the repo, durably.
    pub fn finish(self) -> Result<(), Refusal> {
        match self.objects {
            Objects::Few { list, .. } => {
                for (kind, data) in list {
                    // Synced: see `synced` of the module above.
                    self.odb.write(kind, &data)?;
                }
                Ok(())
            }
            Objects::Many(pack) => index(self.repo, pack, self.added.len()),
        }
    }
}

fn start(repo: &Repository) -> io::Result<BufWriter<NamedTempFile>> {
    let file = NamedTempFile::with_prefix_in("tmp_commit_", repo.path().join("objects"))?;
    let mut pack = BufWriter::with_capacity(1 << 16, file);
    // The number of objects is put in at the end.
    pack.write_all(b"PACK\0\0\0\x02\0\0\0\0")?;
    Ok(pack)
}

/// Appends an object in the form of a pack: its type and size in groups of bits, its bytes compressed.
fn append(pack: &mut BufWriter<NamedTempFile>, kind: ObjectType, data: &[u8]) -> io::Result<()> {
    let kind: u8 = match kind {
        ObjectType::Commit => 1,
        ObjectType::Tree => 2,
        _ => 3,
    };
    let mut byte = (kind << 4) | (data.len() & 15) as u8;
    let mut rest = data.len() >> 4;
    while rest > 0 {
        pack.write_all(&[byte | 0x80])?;
        byte = (rest & 0x7f) as u8;
        rest >>= 7;
    }
    pack.write_all(&[byte])?;
    let mut zlib = ZlibEncoder::new(pack, Compression::fast());
    zlib.write_all(data)?;
    zlib.finish()?;
    Ok(())
}

/// Completes a pack and puts it with its index into the repo.
fn index(repo: &Repository, pack: BufWriter<NamedTempFile>, count: usize) -> Result<(), Refusal> {
    let count = u32::try_from(count).map_err(Refusal::internal)?;
    let mut file = pack.into_inner().map_err(|error| error.into_error())?;
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
    Ok(durable::sync_dir(&dir)?)
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
