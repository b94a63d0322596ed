//! `POST /api/{type}/{id}/paths-info/{rev}`: what stands at these paths.

use serde_json::json as object;

pub use super::entry::{Entry, EntryKind, LastCommit, LfsPointer};
use super::{Endpoint, Hub, RepoId, encode_segment, json};
use crate::error::Error;
use crate::http::{Method, Request, Response};
use crate::limits::PATHS_INFO_PATHS;

/// Asks about paths. Those that do not exist are missing from the answer, whose order is the Hub's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathsInfo {
    /// The repo.
    pub repo: RepoId,
    /// Branch, tag or commit id.
    pub revision: String,
    /// Full paths, at most [`PATHS_INFO_PATHS`].
    pub paths: Vec<String>,
    /// Also say which commit last touched each path; slower.
    pub expand: bool,
}

impl PathsInfo {
    fn bare(&self, hub: &Hub) -> Request {
        hub.repo_request(Method::Post, &self.repo, &format!("/paths-info/{}", encode_segment(&self.revision)))
    }
}

impl Endpoint for PathsInfo {
    type Output = Vec<Entry>;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        if self.paths.len() > PATHS_INFO_PATHS {
            return Err(Error::invalid(format!(
                "pathsInfo takes at most {PATHS_INFO_PATHS} paths in one call, {} were given; ask in several calls",
                self.paths.len()
            )));
        }
        Ok(self.bare(hub).json(&object!({ "paths": self.paths, "expand": self.expand })))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<Vec<Entry>, Error> {
        json(response, &self.bare(hub))
    }
}
