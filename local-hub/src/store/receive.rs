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
    /// Our side.
    Internal(Refusal),
}

impl From<Refusal> for Broken {
    fn from(refusal: Refusal) -> Self {
        Self::Internal(refusal)
    }
}

/// Takes a body to a temporary file in a folder.
pub async fn receive(mut body: Body, dir: &Path) -> Result<Received, Broken> {
    let dir = dir.to_owned();
    // The disk may be slower than the network: a few frames wait, the rest stays with the client.
    let (frames, mut waiting) = mpsc::channel::<bytes::Bytes>(8);
    let writing = tokio::spawn(blocking(move || {
        let mut file = NamedTempFile::with_prefix_in("incoming-", dir)?;
        let mut sha256 = Sha256::new();
        let mut md5 = Md5::new();
        let mut size = 0;
        while let Some(frame) = waiting.blocking_recv() {
            sha256.update(&frame);
            md5.update(&frame);
            size += frame.len() as u64;
            file.write_all(&frame)?;
        }
        Ok(Received { file, size, sha256: hex::encode(sha256.finalize()), md5: hex::encode(md5.finalize()) })
    }));
    let mut whole = true;
    loop {
        match body.frame().await {
            None => break,
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data()
                    && frames.send(data).await.is_err()
                {
                    break;
                }
            }
            Some(Err(_)) => {
                whole = false;
                break;
            }
        }
    }
    drop(frames);
    let received = writing.await.map_err(Refusal::internal)??;
    if whole { Ok(received) } else { Err(Broken::Connection) }
}

/// Makes an object of a received content, durably.
/// Errors: 404 when the repo has gone meanwhile.
pub fn keep(received: Received, repo: &Repo) -> Result<(), Refusal> {
    // The long part, before the lock.
    received.file.as_file().sync_all()?;
    let path = objects::path(&repo.dir, &received.sha256);
    let _writing = repo.lock()?;
    if let Some(parent) = path.parent() {
        durable::create_dirs(parent)?;
    }
    Ok(durable::keep(received.file, &path)?)
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
