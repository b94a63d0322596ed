//! `GET /api/{type}/{id}[/revision/{rev}]`: what a repo is, and whether it is there.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Endpoint, Hub, RepoId, encode_segment, json, no_content};
use crate::error::{Code, Error};
use crate::http::{Method, Request, Response};

/// Asks for a repo at a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoInfo {
    /// The repo.
    pub repo: RepoId,
    /// Branch, tag or commit id; none means the default branch.
    pub revision: Option<String>,
}

/// A repo at a revision.
#[derive(Debug, Clone, PartialEq)]
pub struct RepoState {
    /// Commit id of the revision.
    pub sha: String,
    /// Everything the Hub said, with its own field names.
    pub raw: Value,
}

impl RepoInfo {
    fn bare(&self, hub: &Hub) -> Request {
        let path = self.revision.as_ref().map(|revision| format!("/revision/{}", encode_segment(revision)));
        hub.repo_request(Method::Get, &self.repo, path.as_deref().unwrap_or_default())
    }
}

impl Endpoint for RepoInfo {
    type Output = RepoState;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        Ok(self.bare(hub))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<RepoState, Error> {
        #[derive(Deserialize)]
        struct Body {
            sha: String,
            #[serde(flatten)]
            rest: Map<String, Value>,
        }
        let Body { sha, rest: mut raw } = json(response, &self.bare(hub))?;
        raw.insert("sha".to_owned(), sha.clone().into());
        Ok(RepoState { sha, raw: Value::Object(raw) })
    }
}

/// Asks whether a repo is there and visible to the token.
///
/// Shape: a missing repo and one that hides from the token (404, 401) are both `false`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoExists {
    /// The repo.
    pub repo: RepoId,
}

impl Endpoint for RepoExists {
    type Output = bool;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        // The smallest answer that the Hub can be asked for.
        Ok(hub.repo_request(Method::Get, &self.repo, "?expand[]=likes"))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<bool, Error> {
        match no_content(response, &self.request(hub)?) {
            Ok(()) => Ok(true),
            Err(error) => match error.code {
                Code::RepoNotFound | Code::EntryNotFound | Code::Unauthorized => Ok(false),
                _ => Err(error),
            },
        }
    }
}
