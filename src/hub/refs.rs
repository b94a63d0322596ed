//! `GET /api/{type}/{id}/refs`: branches, tags and pull requests.

use super::{Endpoint, Hub, RepoId, json};
use crate::error::Error;
use crate::http::{Method, Request, Response};
use crate::json::{Fields, Json, Misfit, Read};

/// Asks for a repo's refs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRefs {
    /// The repo.
    pub repo: RepoId,
    /// Also those of pull requests.
    pub pull_requests: bool,
}

/// A repo's refs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refs {
    /// Branches.
    pub branches: Vec<Ref>,
    /// Tags.
    pub tags: Vec<Ref>,
    /// Branches that the Hub's conversions write.
    pub converts: Vec<Ref>,
    /// Pull requests, when they were asked for.
    pub pull_requests: Vec<Ref>,
}

/// One ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ref {
    /// Short name: `main`.
    pub name: String,
    /// Full name: `refs/heads/main`.
    pub full_name: String,
    /// The commit it stands for.
    pub target_commit: String,
}

impl Endpoint for ListRefs {
    type Output = Refs;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        let query = if self.pull_requests { "?include_prs=1" } else { "" };
        Ok(hub.repo_request(Method::Get, &self.repo, &format!("/refs{query}")))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<Refs, Error> {
        json(response, &self.request(hub)?, |answer| {
            Fields::read(answer, |answer| Refs {
                branches: answer.list("branches"),
                tags: answer.list("tags"),
                converts: answer.list("converts"),
                pull_requests: answer.list("pullRequests"),
            })
        })
    }
}

impl Read for Ref {
    fn read(json: Json) -> Result<Ref, Misfit> {
        Fields::read(json, |one| Ref {
            name: one.get("name"),
            full_name: one.get("ref"),
            target_commit: one.get("targetCommit"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::testing::{AUTHORIZED, good, hub, repo, shown};

    #[test]
    fn request_and_answer() {
        let list = |pull_requests| ListRefs { repo: repo("user/name"), pull_requests };
        let url = "https://hub.example/api/models/user/name/refs";
        assert_eq!(shown(list(false).request(&hub())), format!("GET {url}{AUTHORIZED}"));
        assert_eq!(shown(list(true).request(&hub())), format!("GET {url}?include_prs=1{AUTHORIZED}"));
        let body = r#"{"branches":[{"name":"main","ref":"refs/heads/main","targetCommit":"0123abc"}],"other":1}"#;
        let refs = list(false).parse(&good(body), &hub()).unwrap();
        assert_eq!(refs.branches[0].target_commit, "0123abc");
        assert!(refs.tags.is_empty() && refs.pull_requests.is_empty());
    }
}
