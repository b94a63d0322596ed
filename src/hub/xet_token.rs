//! `GET /api/{type}/{id}/xet-{read|write}-token/{rev}`: a short-lived token for the content-addressed store, and where that is.
//!
//! Source: Xet specification 1.1, auth. The token is bound to repo, revision and scope; one for writing may read as well.

use std::fmt;

use super::{Endpoint, Hub, RepoId, json, revision_segment};
use crate::cas::Cas;
use crate::error::Error;
use crate::http::{Method, Request, Response};
use crate::json::Fields;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// To read what the revision holds.
    Read,
    /// To store what a commit to the revision will name.
    Write {
        /// Whether that commit opens a pull request, which needs less rights.
        pull_request: bool,
    },
}

/// Asks for a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XetToken {
    /// The repo.
    pub repo: RepoId,
    /// Branch, tag or commit id.
    pub revision: String,
    /// What for.
    pub scope: Scope,
}

/// A token, where it is good, and until when.
#[derive(Clone, PartialEq, Eq)]
pub struct XetGrant {
    /// Address of the store.
    pub cas_url: String,
    /// The token; for the store alone.
    pub access_token: String,
    /// Seconds since 1970.
    pub expires_s: u64,
}

impl XetGrant {
    /// The store.
    ///
    /// Errors: `protocol` when address or token cannot be used.
    pub fn cas(&self) -> Result<Cas, Error> {
        Cas::new(&self.cas_url, &self.access_token)
    }
}

impl fmt::Debug for XetGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("XetGrant");
        shown.field("cas_url", &self.cas_url).field("expires_s", &self.expires_s).finish_non_exhaustive()
    }
}

impl Endpoint for XetToken {
    type Output = XetGrant;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        let (scope, query) = match self.scope {
            Scope::Read => ("read", ""),
            Scope::Write { pull_request: false } => ("write", ""),
            Scope::Write { pull_request: true } => ("write", "?create_pr=1"),
        };
        let path = format!("/xet-{scope}-token/{}{query}", revision_segment(&self.revision)?);
        Ok(hub.repo_request(Method::Get, &self.repo, &path))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<XetGrant, Error> {
        let grant = json(response, &self.request(hub)?, |answer| {
            Fields::read(answer, |grant| XetGrant {
                cas_url: grant.get("casUrl"),
                access_token: grant.get("accessToken"),
                expires_s: grant.get("exp"),
            })
        })?;
        grant.cas()?;
        Ok(grant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::hub::testing::{AUTHORIZED, answer, good, hub, repo, shown};

    fn ask(scope: Scope) -> XetToken {
        XetToken { repo: repo("datasets/user/name"), revision: "refs/pr/3".to_owned(), scope }
    }

    #[test]
    fn requests() {
        let rows = [
            (Scope::Read, "xet-read-token/refs%2Fpr%2F3"),
            (Scope::Write { pull_request: false }, "xet-write-token/refs%2Fpr%2F3"),
            (Scope::Write { pull_request: true }, "xet-write-token/refs%2Fpr%2F3?create_pr=1"),
        ];
        for (scope, path) in rows {
            let expected = format!("GET https://hub.example/api/datasets/user/name/{path}{AUTHORIZED}");
            assert_eq!(shown(ask(scope).request(&hub())), expected);
        }
        let odd = XetToken { revision: "..".to_owned(), ..ask(Scope::Read) };
        assert_eq!(odd.request(&hub()).unwrap_err().code, Code::InvalidInput);
    }

    #[test]
    fn answers() {
        let parse = |response: &Response| ask(Scope::Read).parse(response, &hub());
        let grant = parse(&good(r#"{"casUrl":"https://cas.example","exp":17,"accessToken":"s3cret"}"#)).unwrap();
        assert_eq!((grant.cas_url.as_str(), grant.expires_s), ("https://cas.example", 17));
        assert!(!format!("{grant:?}").contains("s3cret"));
        // (what it shows, answer, code)
        let rows = [
            ("no JSON", good("hello"), Code::Protocol),
            ("no token", good(r#"{"casUrl":"https://cas.example","exp":17}"#), Code::Protocol),
            (
                "an address that is no store's",
                good(r#"{"casUrl":"http://cas.example","exp":17,"accessToken":"s3cret"}"#),
                Code::Protocol,
            ),
            ("no right", answer(403, &[], ""), Code::Forbidden),
            ("a Hub without Xet", answer(404, &[], ""), Code::EntryNotFound),
            ("no such revision", answer(404, &[("x-error-code", "RevisionNotFound")], ""), Code::RevisionNotFound),
        ];
        for (name, response, code) in rows {
            let error = parse(&response).unwrap_err();
            assert_eq!(error.code, code, "{name}");
            assert!(!error.message.contains("s3cret"), "{name}");
        }
    }
}
