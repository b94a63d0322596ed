//! `GET`, `HEAD /{repo}/resolve/{rev}/{path}`: a file's content, or only what its headers say.
//!
//! The content stays with the driver as a stream. A large file is redirected to its store; a fetch follows, and what the
//! Hub itself said on the way is lost to it, so every fact here is optional.

use std::ops::Range;

use super::{Endpoint, Hub, RepoId, encode_path, encode_segment, refused};
use crate::error::Error;
use crate::http::{Method, Request, Response};

/// Asks for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolve {
    /// The repo.
    pub repo: RepoId,
    /// Branch, tag or commit id.
    pub revision: String,
    /// Path in the repo.
    pub path: String,
    /// What of it.
    pub want: Want,
}

/// How much of a file is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// Only the facts.
    Head,
    /// Everything.
    All,
    /// These bytes, half-open. The Hub refuses a range that begins beyond the end.
    Bytes(Range<u64>),
}

/// What the headers say about a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resolved {
    /// Size of the whole file in bytes.
    pub size: Option<u64>,
    /// SHA-256 of an LFS file, git blob oid of a regular one; a store's own mark when the answer came from a store.
    pub etag: Option<String>,
    /// The commit that the revision stands for.
    pub commit: Option<String>,
    /// The media type.
    pub content_type: Option<String>,
}

impl Resolve {
    fn bare(&self, hub: &Hub) -> Request {
        let method = if self.want == Want::Head { Method::Head } else { Method::Get };
        let path = format!("/{}/resolve/{}/{}", self.repo, encode_segment(&self.revision), encode_path(&self.path));
        hub.request(method, &path)
    }
}

impl Endpoint for Resolve {
    type Output = Resolved;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        if self.path.is_empty() || self.path.ends_with('/') {
            return Err(Error::invalid(format!("path {:?} names no file; give the file's full path", self.path)));
        }
        let request = self.bare(hub);
        Ok(match &self.want {
            Want::Head => request,
            Want::All => request.streamed(),
            Want::Bytes(range) if range.start < range.end => {
                request.header("range", format!("bytes={}-{}", range.start, range.end - 1)).streamed()
            }
            Want::Bytes(range) => {
                return Err(Error::invalid(format!(
                    "the range {}..{} is empty; end must be greater than start",
                    range.start, range.end
                )));
            }
        })
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<Resolved, Error> {
        if !response.is_success() {
            return Err(refused(response, &self.bare(hub).url).at(&self.path));
        }
        let number = |text: &str| text.trim().parse().ok();
        // The length of a part is not the size of the file.
        let length = if response.status == 206 { None } else { response.header("content-length").and_then(number) };
        let of_range = response.header("content-range").and_then(|range| number(range.rsplit('/').next()?));
        let linked = response.header("x-linked-size").and_then(number);
        let owned = |name| response.header(name).map(str::to_owned);
        Ok(Resolved {
            size: linked.or(of_range).or(length),
            etag: response.header("x-linked-etag").or_else(|| response.header("etag")).map(bare_etag),
            commit: owned("x-repo-commit"),
            content_type: owned("content-type"),
        })
    }
}

/// Without `W/` and quotes.
fn bare_etag(etag: &str) -> String {
    let etag = etag.trim();
    etag.strip_prefix("W/").unwrap_or(etag).trim_matches('"').to_owned()
}
