//! `POST /api/{type}/{id}/paths-info/{rev}`: what stands at these paths.

pub use super::entry::{Entry, EntryKind, LastCommit, LfsPointer};
use super::{Endpoint, Hub, RepoId, json, revision_segment};
use crate::error::Error;
use crate::http::{Method, Request, Response};
use crate::json::{Read, object};
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
    fn bare(&self, hub: &Hub) -> Result<Request, Error> {
        let path = format!("/paths-info/{}", revision_segment(&self.revision)?);
        Ok(hub.repo_request(Method::Post, &self.repo, &path))
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
        let body = object(|body| {
            body.flag("expand", self.expand).texts("paths", &self.paths);
        });
        Ok(self.bare(hub)?.json(body))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<Vec<Entry>, Error> {
        json(response, &self.bare(hub)?, Vec::read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::hub::testing::{AUTHORIZED_JSON, good, hub, repo, shown};

    fn ask(paths: &[&str]) -> PathsInfo {
        PathsInfo {
            repo: repo("user/name"),
            revision: "refs/pr/1".to_owned(),
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            expand: false,
        }
    }

    #[test]
    fn request_and_answer() {
        let url = "https://hub.example/api/models/user/name/paths-info/refs%2Fpr%2F1";
        let body = r#"{"expand":false,"paths":["a","b/ü"]}"#;
        assert_eq!(shown(ask(&["a", "b/ü"]).request(&hub())), format!("POST {url}{AUTHORIZED_JSON}{body}"));
        assert_eq!(ask(&["a"; 1001]).request(&hub()).unwrap_err().code, Code::InvalidInput);
        let entries = ask(&["a"]).parse(&good(r#"[{"type":"file","path":"a","oid":"o","size":1}]"#), &hub()).unwrap();
        assert_eq!((entries[0].path.as_str(), entries[0].size), ("a", 1));
        for odd in ["{}", r#"[{"path":"a"}]"#, r#"[{"type":"file","path":"a","oid":"o","size":-1}]"#] {
            assert_eq!(ask(&["a"]).parse(&good(odd), &hub()).unwrap_err().code, Code::Protocol, "{odd}");
        }
    }
}
