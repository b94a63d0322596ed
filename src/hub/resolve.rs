//! `GET`, `HEAD /{repo}/resolve/{rev}/{path}`: a file's content, or only what its headers say. Under `raw` instead of `resolve` a
//! file stored by LFS shows its pointer.
//!
//! The content stays with the driver as a stream. A large file is redirected to its store; a fetch follows, and what the
//! Hub itself said on the way is lost to it, so every fact here is optional.

use std::ops::Range;

use super::{Endpoint, Hub, RepoId, deadline_for, path_segments, refused, revision_segment};
use crate::error::Error;
use crate::http::{Method, Request, Response};
use crate::limits;
use crate::quote::Quoted;
use crate::time::Millis;

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
    /// The pointer of a file stored by LFS instead of its content.
    pub raw: bool,
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
    fn bare(&self, hub: &Hub) -> Result<Request, Error> {
        let method = if self.want == Want::Head { Method::Head } else { Method::Get };
        let path = if self.raw { raw_path } else { resolve_path };
        Ok(hub.request(method, &path(&self.repo, &self.revision, &self.path)?))
    }
}

/// Where a file's content is.
pub(super) fn resolve_path(repo: &RepoId, revision: &str, path: &str) -> Result<String, Error> {
    Ok(format!("/{repo}/resolve/{}/{}", revision_segment(revision)?, path_segments(path)?))
}

/// Where what git holds of a file is: the content, or the pointer.
pub(super) fn raw_path(repo: &RepoId, revision: &str, path: &str) -> Result<String, Error> {
    Ok(format!("/{repo}/raw/{}/{}", revision_segment(revision)?, path_segments(path)?))
}

/// Refuses what cannot be a file.
pub(super) fn check_file_path(path: &str) -> Result<(), Error> {
    if path.is_empty() || path.ends_with('/') {
        return Err(Error::invalid(format!(
            "path {path} names no file; give the file's full path",
            path = Quoted(path)
        )));
    }
    Ok(())
}

impl Endpoint for Resolve {
    type Output = Resolved;

    fn deadline(&self) -> Millis {
        match &self.want {
            Want::Bytes(range) => deadline_for(range.end.saturating_sub(range.start)),
            Want::Head | Want::All => limits::API_DEADLINE,
        }
    }

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        check_file_path(&self.path)?;
        let request = self.bare(hub)?;
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
            return Err(refused(response, &self.bare(hub)?.url).at(&self.path));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::http::Answer;
    use crate::hub::testing::{AUTHORIZED, answer, hub, repo, shown};

    fn resolve(path: &str, want: Want) -> Resolve {
        Resolve {
            repo: repo("datasets/user/name"),
            revision: "refs/pr/1".to_owned(),
            path: path.to_owned(),
            want,
            raw: false,
        }
    }

    #[test]
    fn requests() {
        let url = "https://hub.example/datasets/user/name/resolve/refs%2Fpr%2F1/a%20b/c";
        // (what, method, further header, is streamed)
        let rows = [
            (Want::Head, "HEAD", "", false),
            (Want::All, "GET", "", true),
            (Want::Bytes(0..1), "GET", "\nrange: bytes=0-0", true),
            (Want::Bytes(10..30), "GET", "\nrange: bytes=10-29", true),
        ];
        for (want, method, header, streamed) in rows {
            let request = resolve("a b/c", want).request(&hub()).unwrap();
            assert_eq!(request.answer == Answer::Stream, streamed, "{method}{header}");
            assert_eq!(shown(Ok(request)), format!("{method} {url}{AUTHORIZED}{header}"));
        }
        let raw = Resolve { raw: true, ..resolve("a b/c", Want::All) };
        assert_eq!(shown(raw.request(&hub())), format!("GET {}{AUTHORIZED}", url.replace("/resolve/", "/raw/")));
    }

    #[test]
    #[expect(clippy::reversed_empty_ranges, reason = "a caller may give one")]
    fn requests_that_cannot_be() {
        for endpoint in [
            resolve("", Want::All),
            resolve("folder/", Want::All),
            resolve("../x", Want::All),
            resolve("x", Want::Bytes(5..5)),
            resolve("x", Want::Bytes(5..4)),
        ] {
            assert_eq!(endpoint.request(&hub()).unwrap_err().code, Code::InvalidInput, "{endpoint:?}");
        }
    }

    #[test]
    fn facts() {
        let facts = |size, etag: Option<&str>, commit: Option<&str>| Resolved {
            size,
            etag: etag.map(str::to_owned),
            commit: commit.map(str::to_owned),
            content_type: None,
        };
        // (what it shows, status, headers, facts)
        type Row<'a> = (&'a str, u16, &'a [(&'a str, &'a str)], Resolved);
        let rows: [Row; 6] = [
            (
                "a regular file",
                200,
                &[("content-length", "12"), ("etag", "W/\"b1\""), ("x-repo-commit", "c1")],
                facts(Some(12), Some("b1"), Some("c1")),
            ),
            (
                "a redirect's facts win",
                200,
                &[("x-linked-size", "99"), ("x-linked-etag", "\"s1\""), ("content-length", "12"), ("etag", "\"x\"")],
                facts(Some(99), Some("s1"), None),
            ),
            (
                "a range",
                206,
                &[("content-length", "1"), ("content-range", "bytes 0-0/99")],
                facts(Some(99), None, None),
            ),
            ("a range of a file without end", 206, &[("content-range", "bytes 0-0/*")], facts(None, None, None)),
            ("nothing said", 200, &[], facts(None, None, None)),
            ("rubbish", 200, &[("content-length", "-1"), ("x-linked-size", "x")], facts(None, None, None)),
        ];
        for (name, status, headers, expected) in rows {
            let found = resolve("x", Want::All).parse(&answer(status, headers, ""), &hub()).unwrap();
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn refusals_name_the_path() {
        let missing = answer(404, &[("x-error-code", "EntryNotFound")], "Entry not found");
        let error = resolve("x", Want::All).parse(&missing, &hub()).unwrap_err();
        assert_eq!((error.code, error.path.as_deref()), (Code::EntryNotFound, Some("x")));
        let beyond = answer(416, &[("content-range", "bytes */5")], "");
        assert_eq!(resolve("x", Want::Bytes(9..10)).parse(&beyond, &hub()).unwrap_err().code, Code::Rejected);
    }
}
