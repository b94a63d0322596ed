//! `POST`, `DELETE /api/{type}/{id}/branch/{branch}`: branches come and go.

use super::{Endpoint, Hub, Replay, RepoId, no_content, revision_segment};
use crate::error::Error;
use crate::http::{Method, Request, Response};
use crate::json;

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
    fn bare(&self, hub: &Hub) -> Result<Request, Error> {
        let path = format!("/branch/{}", revision_segment(&self.branch)?);
        Ok(hub.repo_request(Method::Post, &self.repo, &path))
    }
}

impl Endpoint for CreateBranch {
    type Output = ();

    /// A second try after a lost answer would report that the branch exists.
    const REPLAY: Replay = Replay::Unsafe;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        let body = json::object(|body| {
            if self.empty {
                body.flag("emptyBranch", true);
            }
            if self.overwrite {
                body.flag("overwrite", true);
            }
            body.text_if("startingPoint", self.starting_point.as_deref());
        });
        Ok(self.bare(hub)?.json(body))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<(), Error> {
        no_content(response, &self.bare(hub)?)
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
        let path = format!("/branch/{}", revision_segment(&self.branch)?);
        Ok(hub.repo_request(Method::Delete, &self.repo, &path))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<(), Error> {
        no_content(response, &self.request(hub)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::hub::testing::{AUTHORIZED, AUTHORIZED_JSON, answer, good, hub, repo, shown};

    fn create(branch: &str) -> CreateBranch {
        CreateBranch {
            repo: repo("user/name"),
            branch: branch.to_owned(),
            starting_point: None,
            empty: false,
            overwrite: false,
        }
    }

    #[test]
    fn creation() {
        let all =
            CreateBranch { starting_point: Some("v1".to_owned()), empty: true, overwrite: true, ..create("a/b c") };
        // (call, segment, body)
        let rows = [
            (create("dev"), "dev", "{}"),
            (all, "a%2Fb%20c", r#"{"emptyBranch":true,"overwrite":true,"startingPoint":"v1"}"#),
        ];
        for (endpoint, segment, body) in rows {
            let url = format!("https://hub.example/api/models/user/name/branch/{segment}");
            assert_eq!(shown(endpoint.request(&hub())), format!("POST {url}{AUTHORIZED_JSON}{body}"));
        }
        assert_eq!(create("..").request(&hub()).unwrap_err().code, Code::InvalidInput);
        assert_eq!(create("dev").parse(&answer(201, &[], ""), &hub()), Ok(()));
        assert_eq!(create("dev").parse(&answer(409, &[], "{}"), &hub()).unwrap_err().code, Code::Conflict);
    }

    #[test]
    fn deletion() {
        let delete = |branch: &str| DeleteBranch { repo: repo("user/name"), branch: branch.to_owned() };
        let url = "https://hub.example/api/models/user/name/branch/dev";
        assert_eq!(shown(delete("dev").request(&hub())), format!("DELETE {url}{AUTHORIZED}"));
        assert_eq!(delete("dev").parse(&good(""), &hub()), Ok(()));
        // A URL would lose this segment, and the request would be about the repo itself.
        for odd in ["", ".", ".."] {
            assert_eq!(delete(odd).request(&hub()).unwrap_err().code, Code::InvalidInput, "{odd:?}");
        }
    }
}
