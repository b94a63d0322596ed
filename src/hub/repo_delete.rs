//! `DELETE /api/repos/delete`: a repo goes, with everything in it.

use super::repo_create::repo_body;
use super::{Endpoint, Hub, Replay, RepoId, no_content};
use crate::error::Error;
use crate::http::{Method, Request, Response};
use crate::json::object;

/// Deletes a repo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteRepo {
    /// The repo.
    pub repo: RepoId,
}

impl DeleteRepo {
    fn bare(hub: &Hub) -> Request {
        hub.request(Method::Delete, "/api/repos/delete")
    }
}

impl Endpoint for DeleteRepo {
    type Output = ();

    /// A second try after a lost answer would report that the repo is missing.
    const REPLAY: Replay = Replay::Unsafe;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        Ok(Self::bare(hub).json(object(|body| repo_body(body, &self.repo))))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<(), Error> {
        no_content(response, &Self::bare(hub))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::hub::testing::{AUTHORIZED_JSON, answer, good, hub, repo, shown};

    #[test]
    fn request_and_answer() {
        let endpoint = DeleteRepo { repo: repo("spaces/user/name") };
        let body = r#"{"name":"name","organization":"user","type":"space"}"#;
        let expected = format!("DELETE https://hub.example/api/repos/delete{AUTHORIZED_JSON}{body}");
        assert_eq!(shown(endpoint.request(&hub())), expected);
        assert_eq!(endpoint.parse(&good("OK"), &hub()), Ok(()));
        let missing = answer(404, &[("x-error-code", "RepoNotFound")], "");
        assert_eq!(endpoint.parse(&missing, &hub()).unwrap_err().code, Code::RepoNotFound);
    }
}
