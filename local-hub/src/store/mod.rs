//! The store for large files: what S3 is to the real Hub. It has a host name of its own, takes presigned URLs and nothing else, and
//! answers in XML.

pub mod http;
pub mod large;
pub mod objects;
pub mod receive;
pub mod sign;
pub mod uploads;
mod xorb;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xet_core_structures::merklehash::MerkleHash;

use crate::clock::Clock;
use crate::durable;
use crate::hash_text;
use crate::ident::{RepoId, RepoType};
use crate::repo::pointer::is_oid;
use crate::store::sign::Signer;
use crate::store::uploads::Uploads;

/// The store's side of the Hub.
pub struct Store {
    /// `http://host:port`, without a slash at the end.
    pub url: String,
    /// Uploads in parts.
    pub uploads: Uploads,
    /// Writes and checks the URLs.
    pub signer: Signer,
    incoming: PathBuf,
}

impl Store {
    /// Opens the store of a data folder; gives the folder's key, too.
    pub fn open(data: &Path, url: String, clock: Arc<Clock>) -> io::Result<(Self, [u8; 32])> {
        let incoming = data.join("incoming");
        // What was on its way when the process ended never counted.
        let _ = std::fs::remove_dir_all(&incoming);
        durable::create_dirs(&incoming)?;
        let key = key(data)?;
        Ok((Self { url, uploads: Uploads::open(data)?, signer: Signer::new(key, clock), incoming }, key))
    }

    /// The folder in which bodies are received.
    pub fn incoming(&self) -> &Path {
        &self.incoming
    }

    /// A URL that allows one PUT of exactly this object.
    pub fn put_url(&self, repo: &RepoId, oid: &str, size: u64, seconds: u64) -> String {
        let path = object_path(repo, oid);
        let query = [("X-Amz-Content-Sha256", oid), ("x-id", "PutObject")];
        format!("{}{}", self.url, self.signer.sign("PUT", &path, &query, Some(size), seconds))
    }

    /// A URL that allows one PUT of exactly this part.
    pub fn part_url(&self, id: &str, part: u64, size: u64, seconds: u64) -> String {
        let path = format!("/uploads/{id}");
        let part = part.to_string();
        let query = [("partNumber", part.as_str()), ("uploadId", id), ("x-id", "UploadPart")];
        format!("{}{}", self.url, self.signer.sign("PUT", &path, &query, Some(size), seconds))
    }

    /// A URL that allows reading an object, with the headers that the answer shall have.
    pub fn get_url(&self, repo: &RepoId, oid: &str, disposition: &str, content_type: &str, seconds: u64) -> String {
        let path = object_path(repo, oid);
        let query = [
            ("response-content-disposition", disposition),
            ("response-content-type", content_type),
            ("x-id", "GetObject"),
        ];
        format!("{}{}", self.url, self.signer.sign("GET", &path, &query, None, seconds))
    }

    /// A URL that allows reading these bytes of a xorb, first and last of each range, and no others.
    pub fn xorb_url(&self, hash: &MerkleHash, ranges: &[(u64, u64)], seconds: u64) -> String {
        let path = format!("{XORBS}{hash}");
        let ranges: Vec<String> = ranges.iter().map(|(first, last)| format!("{first}-{last}")).collect();
        let ranges = format!("bytes={}", ranges.join(","));
        let query = [(SIGNED_RANGE, ranges.as_str()), ("x-id", "GetObject")];
        format!("{}{}", self.url, self.signer.sign("GET", &path, &query, None, seconds))
    }
}

/// Where the store shows a xorb.
pub const XORBS: &str = "/xorbs/default/";

/// The query parameter that holds the byte ranges for which a xorb's URL is good.
pub const SIGNED_RANGE: &str = "X-Xet-Signed-Range";

/// The xorb that a path shows.
pub fn parse_xorb_path(path: &str) -> Option<MerkleHash> {
    hash_text::parse(path.strip_prefix(XORBS)?)
}

/// Where the store shows an object of a repo.
pub fn object_path(repo: &RepoId, oid: &str) -> String {
    format!("/repos/{}/{}/{}/{oid}", repo.kind.plural(), repo.owner, repo.name)
}

/// The repo and the oid of such a path.
pub fn parse_object_path(path: &str) -> Option<(RepoId, String)> {
    let mut segments = path.strip_prefix("/repos/")?.split('/');
    let kind = RepoType::from_plural(segments.next()?)?;
    let mut next = || segments.next().map(str::to_owned);
    let (owner, name, oid) = (next()?, next()?, next()?);
    (segments.next().is_none() && is_oid(&oid)).then_some((RepoId { kind, owner, name }, oid))
}

/// The key of the data folder, made once.
fn key(data: &Path) -> io::Result<[u8; 32]> {
    let path = data.join("signing.key");
    if let Ok(bytes) = std::fs::read(&path)
        && let Ok(key) = bytes.try_into()
    {
        return Ok(key);
    }
    let mut key = [0; 32];
    key[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    key[16..].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    durable::write(&path, &key)?;
    Ok(key)
}
