//! `POST`, `DELETE /api/{type}/{id}/branch/{branch}`: branches come and go.

use serde_json::{Map, Value};

use super::{Endpoint, Hub, Replay, RepoId, encode_segment, no_content};
use crate::error::Error;
use crate::http::{Method, Request, Response};

/// Makes a branch. `conflict` when there is one of that name already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateBranch {
    /// The repo.
    pub repo: RepoId,
    /// The new branch.
    pub branch: String,
    /// Branch, tag or commit id to start from; none means the default branch's head.
    pub starting_point: Option<String>,
    /// Start without files and history.
    pub empty: bool,
    /// Move a branch of that name instead of failing.
    pub overwrite: bool,
}

impl CreateBranch {
    fn bare(&self, hub: &Hub) -> Request {
        hub.repo_request(Method::Post, &self.repo, &format!("/branch/{}", encode_segment(&self.branch)))
    }
}

impl Endpoint for CreateBranch {
    type Output = ();

    /// A second try after a lost answer would report that the branch exists.
    const REPLAY: Replay = Replay::Unsafe;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        let mut body = Map::new();
        if let Some(start) = &self.starting_point {
            body.insert("startingPoint".to_owned(), start.clone().into());
        }
        if self.empty {
            body.insert("emptyBranch".to_owned(), true.into());
        }
        if self.overwrite {
            body.insert("overwrite".to_owned(), true.into());
        }
        Ok(self.bare(hub).json(&Value::Object(body)))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<(), Error> {
        no_content(response, &self.bare(hub))
    }
}

/// Deletes a branch. The Hub keeps `main`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteBranch {
    /// The repo.
    pub repo: RepoId,
    /// The branch.
    pub branch: String,
}

impl Endpoint for DeleteBranch {
    type Output = ();

    /// A second try after a lost answer would report that the branch is missing.
    const REPLAY: Replay = Replay::Unsafe;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        Ok(hub.repo_request(Method::Delete, &self.repo, &format!("/branch/{}", encode_segment(&self.branch))))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<(), Error> {
        no_content(response, &self.request(hub)?)
    }
}
