//! `GET /api/{type}/{id}[/revision/{rev}]`: what a repo is, and whether it is there.

use super::{Endpoint, Hub, RepoId, json, no_content, revision_segment};
use crate::error::{Code, Error};
use crate::http::{Method, Request, Response};
use crate::json::Json;

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
    pub raw: Json,
}

impl RepoInfo {
    fn bare(&self, hub: &Hub) -> Result<Request, Error> {
        let path = match &self.revision {
            Some(revision) => format!("/revision/{}", revision_segment(revision)?),
            None => String::new(),
        };
        Ok(hub.repo_request(Method::Get, &self.repo, &path))
    }
}

impl Endpoint for RepoInfo {
    type Output = RepoState;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        self.bare(hub)
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<RepoState, Error> {
        let raw = json(response, &self.bare(hub)?, Ok)?;
        match raw.get("sha").as_str() {
            Some(sha) => Ok(RepoState { sha: sha.to_owned(), raw }),
            None => Err(Error::protocol(format!("The Hub's answer about {} names no commit", self.repo))),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::testing::{AUTHORIZED, answer, good, hub, repo, shown};

    #[test]
    fn requests() {
        let info = |revision: Option<&str>| RepoInfo {
            repo: repo("datasets/user/name"),
            revision: revision.map(str::to_owned),
        };
        // (revision, path)
        let rows = [
            (None, "/api/datasets/user/name"),
            (Some("main"), "/api/datasets/user/name/revision/main"),
            (Some("refs/pr/3"), "/api/datasets/user/name/revision/refs%2Fpr%2F3"),
        ];
        for (revision, path) in rows {
            assert_eq!(shown(info(revision).request(&hub())), format!("GET https://hub.example{path}{AUTHORIZED}"));
        }
        assert_eq!(info(Some("..")).request(&hub()).unwrap_err().code, Code::InvalidInput);
    }

    #[test]
    fn answers() {
        let endpoint = RepoInfo { repo: repo("user/name"), revision: None };
        let state = endpoint.parse(&good(r#"{"sha":"0123abc","private":true}"#), &hub()).unwrap();
        assert_eq!(state.sha, "0123abc");
        assert_eq!(state.raw, Json::parse(r#"{"sha":"0123abc","private":true}"#).expect("JSON"));
        assert_eq!(endpoint.parse(&good("{}"), &hub()).unwrap_err().code, Code::Protocol);
    }

    #[test]
    fn existence() {
        let endpoint = RepoExists { repo: repo("user/name") };
        let expected = format!("GET https://hub.example/api/models/user/name?expand[]=likes{AUTHORIZED}");
        assert_eq!(shown(endpoint.request(&hub())), expected);
        let bad_token = r#"{"error":"Invalid credentials in Authorization header"}"#;
        // (status, X-Error-Code, body, result)
        let rows = [
            (200, "", "{}", Ok(true)),
            (404, "RepoNotFound", "", Ok(false)),
            (404, "", "", Ok(false)),
            (401, "", "", Ok(false)),
            (401, "", bad_token, Ok(false)),
            (403, "GatedRepo", "", Err(Code::Gated)),
            (500, "", "", Err(Code::ServerError)),
        ];
        for (status, code, body, expected) in rows {
            let result = endpoint.parse(&answer(status, &[("x-error-code", code)], body), &hub());
            assert_eq!(result.map_err(|error| error.code), expected, "{status} {code}");
        }
    }
}
