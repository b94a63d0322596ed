//! `GET /api/{type}/{id}/revision/{rev}?expand[]=sha`: the commit that a revision stands at, and nothing more.
//!
//! The plain answer lists every file of the repo, megabytes of it for a large one.

use super::{Endpoint, Hub, RepoId, json, revision_segment};
use crate::error::Error;
use crate::http::{Method, Request, Response};
use crate::json::Fields;

/// Asks for the commit id of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoHead {
    /// The repo.
    pub repo: RepoId,
    /// Branch, tag or commit id.
    pub revision: String,
}

impl Endpoint for RepoHead {
    type Output = String;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        let path = format!("/revision/{}?expand[]=sha", revision_segment(&self.revision)?);
        Ok(hub.repo_request(Method::Get, &self.repo, &path))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<String, Error> {
        json(response, &self.request(hub)?, |answer| Fields::of(answer)?.need("sha"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::hub::testing::{AUTHORIZED, good, hub, repo, shown};

    #[test]
    fn asks_for_the_commit_alone() {
        let endpoint = RepoHead { repo: repo("spaces/user/name"), revision: "refs/pr/3".into() };
        let expected =
            format!("GET https://hub.example/api/spaces/user/name/revision/refs%2Fpr%2F3?expand[]=sha{AUTHORIZED}");
        assert_eq!(shown(endpoint.request(&hub())), expected);
        assert_eq!(endpoint.parse(&good(r#"{"_id":"1","sha":"0123abc"}"#), &hub()), Ok("0123abc".to_owned()));
        assert_eq!(endpoint.parse(&good("{}"), &hub()).unwrap_err().code, Code::Protocol);
    }
}
