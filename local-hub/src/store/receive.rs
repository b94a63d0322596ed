//! Bodies on their way to disk: hashed while they are written, in bounded memory, whatever their size.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use axum::body::Body;
use http_body_util::BodyExt;
use md5::Md5;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio::sync::mpsc;

use crate::cas::bench::Unchecked;
use crate::durable;
use crate::error::Refusal;
use crate::repo::{Repo, blocking};
use crate::store::objects;

/// A body on disk, not yet in its place.
pub struct Received {
    /// The file; gone when dropped.
    pub file: NamedTempFile,
    /// How many bytes came.
    pub size: u64,
    /// SHA-256 of them, lower-case hex.
    pub sha256: String,
    /// MD5 of them, lower-case hex: what S3 gives as ETag.
    pub md5: String,
}

/// Why a body did not come whole.
#[derive(Debug)]
pub enum Broken {
    /// The client went away or sent something that is not HTTP.
    Connection,
    /// More came than was allowed.
    TooLarge,
    /// Our side.
    Internal(Refusal),
}

impl From<Refusal> for Broken {
    fn from(refusal: Refusal) -> Self {
        Self::Internal(refusal)
    }
}

/// Takes a body to a temporary file in a folder, and computes its digests.
pub async fn receive(body: Body, dir: &Path) -> Result<Received, Broken> {
    let digests = (Sha256::new(), Md5::new());
    let (file, size, (sha256, md5)) = spool(body, dir, u64::MAX, digests, |(sha256, md5), bytes| {
        sha256.update(bytes);
        md5.update(bytes);
    })
    .await?;
    Ok(Received { file, size, sha256: hex::encode(sha256.finalize()), md5: hex::encode(md5.finalize()) })
}

/// Takes a body of at most `most` bytes to a temporary file in a folder, as it is.
pub async fn receive_raw(body: Body, dir: &Path, most: u64) -> Result<(NamedTempFile, u64), Broken> {
    let (file, size, ()) = spool(body, dir, most, (), |(), _| {}).await?;
    Ok((file, size))
}

/// Takes a body to a temporary file; `see` sees every byte.
async fn spool<S: Send + 'static>(
    mut body: Body,
    dir: &Path,
    most: u64,
    mut seen: S,
    see: fn(&mut S, &[u8]),
) -> Result<(NamedTempFile, u64, S), Broken> {
    let dir = dir.to_owned();
    // The disk may be slower than the network: a few frames wait, the rest stays with the client.
    let (frames, mut waiting) = mpsc::channel::<bytes::Bytes>(8);
    let writing = tokio::spawn(blocking(move || {
        let mut file = NamedTempFile::with_prefix_in("incoming-", dir)?;
        while let Some(frame) = waiting.blocking_recv() {
            see(&mut seen, &frame);
            file.write_all(&frame)?;
        }
        Ok((file, seen))
    }));
    let mut size = 0;
    let mut ended = Ok(());
    loop {
        match body.frame().await {
            None => break,
            Some(Ok(frame)) => {
                let Ok(data) = frame.into_data() else { continue };
                size += data.len() as u64;
                if size > most {
                    ended = Err(Broken::TooLarge);
                    break;
                }
                if frames.send(data).await.is_err() {
                    break;
                }
            }
            Some(Err(_)) => {
                ended = Err(Broken::Connection);
                break;
            }
        }
    }
    drop(frames);
    let (file, seen) = writing.await.map_err(Refusal::internal)??;
    ended.map(|()| (file, size, seen))
}

/// Makes an object of a received content, durably; in bench mode as fast as can be, to be looked at later.
/// Errors: 404 when the repo has gone meanwhile.
pub fn keep(received: Received, repo: &Repo, bench: Option<&Unchecked>) -> Result<(), Refusal> {
    let path = objects::path(&repo.dir, &received.sha256);
    if let Some(bench) = bench {
        let _writing = repo.lock()?;
        std::fs::create_dir_all(path.parent().unwrap_or(&repo.dir))?;
        received.file.persist(&path).map_err(|error| error.error)?;
        bench.object(path, received.sha256);
        return Ok(());
    }
    // The long part, before the lock.
    received.file.as_file().sync_all()?;
    let _writing = repo.lock()?;
    if let Some(parent) = path.parent() {
        durable::create_dirs(parent)?;
    }
    Ok(durable::keep(received.file, &path)?)
}

/// Takes a body as it is, and believes that it has this SHA-256.
pub async fn receive_unchecked(body: Body, dir: &Path, sha256: &str) -> Result<Received, Broken> {
    let (file, size) = receive_raw(body, dir, u64::MAX).await?;
    // Parts are told apart by it; nothing else is.
    let md5 = uuid::Uuid::new_v4().simple().to_string();
    Ok(Received { file, size, sha256: sha256.to_owned(), md5 })
}

/// Puts files one after another into a new temporary file, and believes that they have this SHA-256.
pub fn join_unchecked(parts: &[impl AsRef<Path>], dir: &Path, sha256: &str) -> io::Result<Received> {
    let mut file = NamedTempFile::with_prefix_in("incoming-", dir)?;
    let mut size = 0;
    for part in parts {
        size += io::copy(&mut File::open(part)?, file.as_file_mut())?;
    }
    Ok(Received { file, size, sha256: sha256.to_owned(), md5: String::new() })
}

/// Puts files one after another into a new temporary file, hashing on the way.
pub fn join(parts: &[impl AsRef<Path>], dir: &Path) -> io::Result<Received> {
    let mut file = NamedTempFile::with_prefix_in("incoming-", dir)?;
    let mut sha256 = Sha256::new();
    let mut size = 0;
    let mut buffer = vec![0; 1 << 18];
    for part in parts {
        let mut part = File::open(part)?;
        loop {
            let read = part.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            sha256.update(&buffer[..read]);
            file.write_all(&buffer[..read])?;
            size += read as u64;
        }
    }
    Ok(Received { file, size, sha256: hex::encode(sha256.finalize()), md5: String::new() })
}
