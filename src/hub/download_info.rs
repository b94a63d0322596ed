//! `GET /{repo}/resolve/{rev}/{path}` of one byte: how large a file is, its mark, and where its content comes from.
//!
//! A `HEAD` would do, were it not for pages: there a redirect hides what the Hub said. One byte by `GET` arrives wherever the
//! content is, and the `Accept` header makes the Hub describe a file stored by Xet instead of redirecting to its content.

use super::link::target;
use super::resolve::{check_file_path, raw_path, resolve_path};
use super::{Endpoint, Hub, RepoId, refused};
use crate::error::{Code, Error};
use crate::http::{Method, Request, Response};
use crate::quote::Quoted;

/// What the Hub answers with when it describes a file stored by Xet.
const XET_FILE_INFO: &str = "application/vnd.xet-fileinfo+json";

/// The git blob oid of an empty file: a file of no bytes has no byte that could be asked for, so its answer is a refusal.
const EMPTY_BLOB: &str = "\"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\"";

/// Asks about a file's content. The body of the answer, at most one byte where the server knows ranges, is left unread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDownloadInfo {
    /// The repo.
    pub repo: RepoId,
    /// Branch, tag or commit id.
    pub revision: String,
    /// Path in the repo.
    pub path: String,
    /// Of a file stored by LFS, the pointer.
    pub raw: bool,
    /// Let a browser show the content rather than save it.
    pub no_content_disposition: bool,
}

/// What is known of a file's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownloadInfo {
    /// In bytes.
    pub size: u64,
    /// As the server writes it, with quotes.
    pub etag: String,
    /// Where to get the content; the token goes along when the file is private.
    pub url: String,
    /// For files stored by Xet.
    pub xet: Option<XetLinks>,
}

/// Where the pieces of a file stored by Xet are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XetLinks {
    /// The file's Xet hash.
    pub hash: String,
    /// Gives tokens for reading.
    pub refresh_url: String,
    /// Tells the pieces.
    pub reconstruction_url: String,
}

impl FileDownloadInfo {
    fn bare(&self, hub: &Hub) -> Result<Request, Error> {
        check_file_path(&self.path)?;
        let path = if self.raw { raw_path } else { resolve_path }(&self.repo, &self.revision, &self.path)?;
        let query = if self.no_content_disposition { "?noContentDisposition=1" } else { "" };
        Ok(hub.request(Method::Get, &format!("{path}{query}")))
    }

    fn missing(&self, what: &str) -> Error {
        Error::protocol(format!("The Hub's answer about {} tells no {what}", Quoted(&self.path))).at(&self.path)
    }

    fn xet(&self, response: &Response) -> Result<Option<XetLinks>, Error> {
        if !response.header("content-type").is_some_and(|kind| kind.contains(XET_FILE_INFO)) {
            return Ok(None);
        }
        let hash = response.header("x-xet-hash").ok_or_else(|| self.missing("Xet hash"))?;
        let link = |relation: &str| {
            let found = response.header("link").and_then(|header| target(header, relation));
            let url = found.filter(|url| url.starts_with("https://") || url.starts_with("http://"));
            url.map(str::to_owned)
                .ok_or_else(|| self.missing(&format!("usable link {relation}", relation = Quoted(relation))))
        };
        Ok(Some(XetLinks {
            hash: hash.to_owned(),
            refresh_url: link("xet-auth")?,
            reconstruction_url: link("xet-reconstruction-info")?,
        }))
    }
}

impl Endpoint for FileDownloadInfo {
    /// Nothing when there is no such file.
    type Output = Option<DownloadInfo>;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        let request = self.bare(hub)?.header("range", "bytes=0-0");
        Ok(request.header("accept", format!("{XET_FILE_INFO}, */*")).streamed())
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<Option<DownloadInfo>, Error> {
        let url = self.bare(hub)?.url;
        let number = |text: &str| text.trim().parse::<u64>().ok();
        let range_of = response.header("content-range").and_then(|range| number(range.rsplit('/').next()?));
        let etag = response.header("x-linked-etag").or_else(|| response.header("etag")).map(str::to_owned);
        if response.status == 416 && range_of == Some(0) {
            let etag = etag.unwrap_or_else(|| EMPTY_BLOB.to_owned());
            return Ok(Some(DownloadInfo { size: 0, etag, url, xet: None }));
        }
        if !response.is_success() {
            let error = refused(response, &url);
            return if error.code == Code::EntryNotFound { Ok(None) } else { Err(error.at(&self.path)) };
        }
        let xet = self.xet(response)?;
        let linked = response.header("x-linked-size").and_then(number);
        // The length of a part, or of a description, is not the size of the file.
        let whole =
            response.header("content-length").and_then(number).filter(|_| response.status != 206 && xet.is_none());
        let size = linked.or(range_of).or(whole).ok_or_else(|| self.missing("size"))?;
        let etag = etag.ok_or_else(|| self.missing("ETag"))?;
        Ok(Some(DownloadInfo { size, etag, url, xet }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Answer;
    use crate::hub::testing::{AUTHORIZED, answer, hub, repo, shown};

    fn ask(path: &str) -> FileDownloadInfo {
        FileDownloadInfo {
            repo: repo("datasets/user/name"),
            revision: "v 1".to_owned(),
            path: path.to_owned(),
            raw: false,
            no_content_disposition: false,
        }
    }

    #[test]
    fn requests() {
        let headers = format!("{AUTHORIZED}\nrange: bytes=0-0\naccept: application/vnd.xet-fileinfo+json, */*");
        let rows = [
            (ask("a b"), "resolve/v%201/a%20b"),
            (
                FileDownloadInfo { raw: true, no_content_disposition: true, ..ask("a") },
                "raw/v%201/a?noContentDisposition=1",
            ),
        ];
        for (endpoint, path) in rows {
            let request = endpoint.request(&hub()).unwrap();
            assert_eq!(request.answer, Answer::Stream);
            assert_eq!(shown(Ok(request)), format!("GET https://hub.example/datasets/user/name/{path}{headers}"));
        }
        for odd in ["", "a/", ".."] {
            assert_eq!(ask(odd).request(&hub()).unwrap_err().code, Code::InvalidInput, "{odd:?}");
        }
    }

    #[test]
    fn answers() {
        let url = "https://hub.example/datasets/user/name/resolve/v%201/a".to_owned();
        let info = |size, etag: &str| DownloadInfo { size, etag: etag.to_owned(), url: url.clone(), xet: None };
        let links =
            "<https://cas.example/r/1>; rel=\"xet-reconstruction-info\", <https://hub.example/t>; rel=\"xet-auth\"";
        let xet = XetLinks {
            hash: "x1".to_owned(),
            refresh_url: "https://hub.example/t".to_owned(),
            reconstruction_url: "https://cas.example/r/1".to_owned(),
        };
        type Row<'a> = (&'a str, u16, &'a [(&'a str, &'a str)], Option<DownloadInfo>);
        let rows: [Row; 6] = [
            ("a range", 206, &[("content-range", "bytes 0-0/99"), ("etag", "\"e\"")], Some(info(99, "\"e\""))),
            (
                "the Hub's own mark wins",
                206,
                &[("content-range", "bytes 0-0/99"), ("etag", "\"e\""), ("x-linked-etag", "\"s\"")],
                Some(info(99, "\"s\"")),
            ),
            ("a server without ranges", 200, &[("content-length", "7"), ("etag", "\"e\"")], Some(info(7, "\"e\""))),
            ("an empty file", 416, &[("content-range", "bytes */0")], Some(info(0, EMPTY_BLOB))),
            (
                "a file stored by Xet",
                200,
                &[
                    ("content-type", XET_FILE_INFO),
                    ("content-length", "120"),
                    ("x-linked-size", "5000"),
                    ("x-linked-etag", "\"s\""),
                    ("x-xet-hash", "x1"),
                    ("link", links),
                ],
                Some(DownloadInfo { xet: Some(xet), ..info(5000, "\"s\"") }),
            ),
            ("no such file", 404, &[("x-error-code", "EntryNotFound")], None),
        ];
        for (name, status, headers, expected) in rows {
            assert_eq!(ask("a").parse(&answer(status, headers, ""), &hub()), Ok(expected), "{name}");
        }
    }

    #[test]
    fn answers_that_are_errors() {
        let missing = [("x-error-code", "RevisionNotFound")];
        type Row<'a> = (&'a str, u16, &'a [(&'a str, &'a str)], Code);
        let rows: [Row; 6] = [
            ("no such revision", 404, &missing, Code::RevisionNotFound),
            ("a range that cannot be", 416, &[("content-range", "bytes */5")], Code::Rejected),
            ("no size", 206, &[("content-range", "bytes 0-0/*"), ("etag", "\"e\"")], Code::Protocol),
            ("no mark", 206, &[("content-range", "bytes 0-0/9")], Code::Protocol),
            ("no Xet hash", 200, &[("content-type", XET_FILE_INFO), ("x-linked-size", "5")], Code::Protocol),
            (
                "a link of another kind",
                200,
                &[
                    ("content-type", XET_FILE_INFO),
                    ("x-xet-hash", "x"),
                    ("link", "<file:///etc/passwd>; rel=\"xet-auth\""),
                ],
                Code::Protocol,
            ),
        ];
        for (name, status, headers, code) in rows {
            assert_eq!(ask("a").parse(&answer(status, headers, ""), &hub()).unwrap_err().code, code, "{name}");
        }
    }
}
