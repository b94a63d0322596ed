//! `POST /api/{type}/{id}/commit/{rev}`: one commit, as lines of JSON.
//!
//! Contents of regular files stand in the body by reference; the driver slices and encodes them while it makes the body.
//! Source: Hub API, commit; vectors in `tests/vectors/commit-bodies.json`.

use super::{Endpoint, Hub, Replay, RepoId, encode_segment, json, revision_segment};
use crate::error::Error;
use crate::http::{BodyPart, FileIdx, Method, Request, Response};
use crate::json::{Fields, object, quoted};

/// Makes a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The repo.
    pub repo: RepoId,
    /// The branch, or `refs/pr/N`.
    pub revision: String,
    /// First line of the message.
    pub title: String,
    /// The rest of the message.
    pub description: Option<String>,
    /// The head that the commit builds on; the Hub refuses when it is another.
    pub parent_commit: Option<String>,
    /// What the commit does, in order.
    pub lines: Vec<CommitLine>,
}

/// One commit operation on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitLine {
    /// A regular file, with its content.
    File {
        /// Path in the repo.
        path: String,
        /// Where the content is.
        file: FileIdx,
        /// Its size in bytes.
        size: u64,
    },
    /// An LFS file, whose content is stored already.
    LfsFile {
        /// Path in the repo.
        path: String,
        /// SHA-256 of the content.
        oid: String,
        /// Its size in bytes.
        size: u64,
    },
    /// Deletes a file.
    DeleteFile {
        /// Path in the repo.
        path: String,
    },
    /// Deletes a folder with everything below it.
    DeleteFolder {
        /// Path in the repo, with or without a trailing slash.
        path: String,
    },
}

/// A commit that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitDone {
    /// Its id.
    pub oid: String,
    /// Its page.
    pub url: String,
    /// What the Hub's hooks said.
    pub hook_output: String,
    /// The pull request's page, when the commit opened one.
    pub pull_request_url: Option<String>,
}

impl Commit {
    fn bare(&self, hub: &Hub) -> Result<Request, Error> {
        let path = format!("/commit/{}", revision_segment(&self.revision)?);
        Ok(hub.repo_request(Method::Post, &self.repo, &path))
    }

    fn header_line(&self) -> String {
        object(|line| {
            line.text("key", "header").object("value", |value| {
                value.text("description", self.description.as_deref().unwrap_or_default());
                value.text_if("parentCommit", self.parent_commit.as_deref()).text("summary", &self.title);
            });
        })
    }
}

impl Endpoint for Commit {
    type Output = CommitDone;

    const REPLAY: Replay = Replay::Unsafe;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        let mut body = Ndjson::default();
        body.line(&self.header_line());
        for line in &self.lines {
            match line {
                CommitLine::File { path, file, size } => body.file_line(path, *file, *size),
                CommitLine::LfsFile { path, oid, size } => body.line(&object(|line| {
                    line.text("key", "lfsFile").object("value", |value| {
                        value.text("algo", "sha256").text("oid", oid).text("path", path).number("size", *size);
                    });
                })),
                CommitLine::DeleteFile { path } => body.line(&deletion("deletedFile", path)),
                CommitLine::DeleteFolder { path } => body.line(&deletion("deletedFolder", path)),
            }
        }
        let mut request = self.bare(hub)?.header("content-type", "application/x-ndjson");
        request.body = body.finish();
        Ok(request)
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<CommitDone, Error> {
        json(response, &self.bare(hub)?, |answer| {
            Fields::read(answer, |answer| {
                let oid: String = answer.get("commitOid");
                let page = || hub.page_url(&self.repo, &format!("/commit/{}", encode_segment(&oid)));
                CommitDone {
                    url: answer.get::<Option<String>>("commitUrl").unwrap_or_else(page),
                    hook_output: answer.text("hookOutput"),
                    pull_request_url: answer.get("pullRequestUrl"),
                    oid,
                }
            })
        })
    }
}

fn deletion(key: &str, path: &str) -> String {
    object(|line| {
        line.text("key", key).object("value", |value| {
            value.text("path", path);
        });
    })
}

/// Lines of JSON, each with its line feed; text between two references is one part.
#[derive(Default)]
struct Ndjson {
    parts: Vec<BodyPart>,
    text: String,
}

impl Ndjson {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn file_line(&mut self, path: &str, file: FileIdx, size: u64) {
        self.text.push_str(r#"{"key":"file","value":{"content":""#);
        if size > 0 {
            self.parts.push(BodyPart::Text(std::mem::take(&mut self.text)));
            self.parts.push(BodyPart::Base64 { file, start: 0, end: size });
        }
        self.text.push_str(r#"","path":"#);
        self.text.push_str(&quoted(path));
        self.text.push_str(",\"encoding\":\"base64\"}}\n");
    }

    fn finish(mut self) -> Vec<BodyPart> {
        self.parts.push(BodyPart::Text(self.text));
        self.parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::hub::testing::{answer, good, hub, repo, shown};

    fn commit(lines: Vec<CommitLine>) -> Commit {
        Commit {
            repo: repo("user/name"),
            revision: "refs/pr/1".to_owned(),
            title: "Say \"hi\"".to_owned(),
            description: None,
            parent_commit: Some("0123abc".to_owned()),
            lines,
        }
    }

    #[test]
    fn contents_stand_in_the_body_by_reference() {
        let path = |path: &str| path.to_owned();
        let endpoint = commit(vec![
            CommitLine::File { path: path("a \"b\".txt"), file: FileIdx(4), size: 12 },
            CommitLine::File { path: path("empty"), file: FileIdx(5), size: 0 },
            CommitLine::LfsFile { path: path("c.bin"), oid: path("aa"), size: 9 },
            CommitLine::DeleteFile { path: path("d") },
            CommitLine::DeleteFolder { path: path("e/") },
        ]);
        let expected = concat!(
            "POST https://hub.example/api/models/user/name/commit/refs%2Fpr%2F1",
            "\nauthorization: Bearer hf_secret\ncontent-type: application/x-ndjson\n",
            r#"{"key":"header","value":{"description":"","parentCommit":"0123abc","summary":"Say \"hi\""}}"#,
            "\n",
            r#"{"key":"file","value":{"content":"[base64 4 0..12]","path":"a \"b\".txt","encoding":"base64"}}"#,
            "\n",
            r#"{"key":"file","value":{"content":"","path":"empty","encoding":"base64"}}"#,
            "\n",
            r#"{"key":"lfsFile","value":{"algo":"sha256","oid":"aa","path":"c.bin","size":9}}"#,
            "\n",
            r#"{"key":"deletedFile","value":{"path":"d"}}"#,
            "\n",
            r#"{"key":"deletedFolder","value":{"path":"e/"}}"#,
            "\n",
        );
        let request = endpoint.request(&hub()).unwrap();
        assert_eq!(request.body.len(), 3, "text between two contents is one part");
        assert_eq!(shown(Ok(request)), expected);
    }

    #[test]
    fn answers() {
        let endpoint = commit(Vec::new());
        let whole = concat!(
            r#"{"success":true,"commitOid":"c1","commitUrl":"https://hub.example/user/name/commit/c1","#,
            r#""hookOutput":"ok","pullRequestUrl":"https://hub.example/user/name/discussions/7"}"#
        );
        let done = endpoint.parse(&good(whole), &hub()).unwrap();
        assert_eq!((done.oid.as_str(), done.hook_output.as_str()), ("c1", "ok"));
        assert_eq!(done.pull_request_url.as_deref(), Some("https://hub.example/user/name/discussions/7"));
        let least = endpoint.parse(&good(r#"{"commitOid":"c1"}"#), &hub()).unwrap();
        assert_eq!(least.url, "https://hub.example/user/name/commit/c1");
        assert_eq!(endpoint.parse(&good(r#"{"success":true}"#), &hub()).unwrap_err().code, Code::Protocol);
        assert_eq!(endpoint.parse(&answer(412, &[], "{}"), &hub()).unwrap_err().code, Code::Conflict);
    }
}
