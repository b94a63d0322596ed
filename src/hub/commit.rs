//! `POST /api/{type}/{id}/commit/{rev}`: one commit, as lines of JSON.
//!
//! Contents of regular files stand in the body by reference; the driver slices and encodes them while it makes the body.
//! Source: Hub API, commit; vectors in `tests/vectors/commit-bodies.json`.

use serde::Deserialize;
use serde_json::{Value, json as object};

use super::{Endpoint, Hub, Replay, RepoId, encode_segment, json};
use crate::error::Error;
use crate::http::{BodyPart, FileIdx, Method, Request, Response};

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
    fn bare(&self, hub: &Hub) -> Request {
        hub.repo_request(Method::Post, &self.repo, &format!("/commit/{}", encode_segment(&self.revision)))
    }

    fn header_line(&self) -> Value {
        let mut value = object!({
            "summary": self.title,
            "description": self.description.as_deref().unwrap_or_default(),
        });
        if let Some(parent) = &self.parent_commit {
            value["parentCommit"] = parent.clone().into();
        }
        object!({ "key": "header", "value": value })
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
                CommitLine::LfsFile { path, oid, size } => body.line(&object!({
                    "key": "lfsFile",
                    "value": { "path": path, "algo": "sha256", "oid": oid, "size": size },
                })),
                CommitLine::DeleteFile { path } => {
                    body.line(&object!({ "key": "deletedFile", "value": { "path": path } }));
                }
                CommitLine::DeleteFolder { path } => {
                    body.line(&object!({ "key": "deletedFolder", "value": { "path": path } }));
                }
            }
        }
        let mut request = self.bare(hub).header("content-type", "application/x-ndjson");
        request.body = body.finish();
        Ok(request)
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<CommitDone, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            commit_oid: String,
            commit_url: Option<String>,
            hook_output: Option<String>,
            pull_request_url: Option<String>,
        }
        let body: Body = json(response, &self.bare(hub))?;
        let url = body
            .commit_url
            .unwrap_or_else(|| hub.page_url(&self.repo, &format!("/commit/{}", encode_segment(&body.commit_oid))));
        Ok(CommitDone {
            oid: body.commit_oid,
            url,
            hook_output: body.hook_output.unwrap_or_default(),
            pull_request_url: body.pull_request_url,
        })
    }
}

/// Lines of JSON, each with its line feed; text between two references is one part.
#[derive(Default)]
struct Ndjson {
    parts: Vec<BodyPart>,
    text: String,
}

impl Ndjson {
    fn line(&mut self, value: &Value) {
        self.text.push_str(&value.to_string());
        self.text.push('\n');
    }

    fn file_line(&mut self, path: &str, file: FileIdx, size: u64) {
        self.text.push_str(r#"{"key":"file","value":{"content":""#);
        if size > 0 {
            self.parts.push(BodyPart::Text(std::mem::take(&mut self.text)));
            self.parts.push(BodyPart::Base64 { file, start: 0, end: size });
        }
        self.text.push_str(r#"","path":"#);
        self.text.push_str(&Value::from(path).to_string());
        self.text.push_str(",\"encoding\":\"base64\"}}\n");
    }

    fn finish(mut self) -> Vec<BodyPart> {
        self.parts.push(BodyPart::Text(self.text));
        self.parts
    }
}
