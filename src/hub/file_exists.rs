//! `HEAD /{repo}/raw/{rev}/{path}`: whether a file is there.
//!
//! By `raw`, because a large file's `resolve` sends the question on to a store, whose address is signed for reading alone.

use super::resolve::{check_file_path, raw_path};
use super::{Endpoint, Hub, RepoId, refused};
use crate::error::Error;
use crate::http::{Method, Request, Response};

/// Asks whether a file is there.
///
/// Shape: false as well when the repo or the revision is not there, as for the Hub's own JavaScript client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileExists {
    /// The repo.
    pub repo: RepoId,
    /// Branch, tag or commit id.
    pub revision: String,
    /// Path in the repo.
    pub path: String,
}

impl Endpoint for FileExists {
    type Output = bool;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        check_file_path(&self.path)?;
        Ok(hub.request(Method::Head, &raw_path(&self.repo, &self.revision, &self.path)?))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<bool, Error> {
        match response.status {
            404 => Ok(false),
            _ if response.is_success() => Ok(true),
            _ => Err(refused(response, &self.request(hub)?.url).at(&self.path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::hub::testing::{AUTHORIZED, answer, good, hub, repo, shown};

    #[test]
    fn request_and_answers() {
        let ask = |path: &str| FileExists {
            repo: repo("spaces/a/b"),
            revision: "refs/pr/1".to_owned(),
            path: path.to_owned(),
        };
        let url = "https://hub.example/spaces/a/b/raw/refs%2Fpr%2F1/c%20d/e";
        assert_eq!(shown(ask("c d/e").request(&hub())), format!("HEAD {url}{AUTHORIZED}"));
        assert_eq!(ask("e").parse(&good(""), &hub()), Ok(true));
        for code in ["EntryNotFound", "RevisionNotFound", "RepoNotFound"] {
            assert_eq!(ask("e").parse(&answer(404, &[("x-error-code", code)], ""), &hub()), Ok(false), "{code}");
        }
        // A file that hides is not one that is missing.
        let hidden = ask("e").parse(&answer(401, &[("x-error-code", "RepoNotFound")], ""), &hub()).unwrap_err();
        assert_eq!((hidden.code, hidden.path.as_deref()), (Code::Unauthorized, Some("e")));
        for odd in ["", "a/", "../a"] {
            assert_eq!(ask(odd).request(&hub()).unwrap_err().code, Code::InvalidInput, "{odd:?}");
        }
    }
}
