//! Preupload, asked about one file before anything is read, only to learn whether this token may push here.

use super::preupload::{Preupload, PreuploadFile};
use super::{Endpoint, Hub, RepoId, refused};
use crate::error::{Code, Error};
use crate::http::{Request, Response, without_query};

/// Asks whether a push may go on. The repo and the branch are known to be there and to be visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MayWrite {
    /// The repo.
    pub repo: RepoId,
    /// The branch that the commit goes to.
    pub revision: String,
    /// Whether the commit will open a pull request.
    pub pull_request: bool,
    /// A path that the commit adds.
    pub path: String,
    /// The size of its content in bytes.
    pub size: u64,
}

impl MayWrite {
    fn question(&self) -> Preupload {
        Preupload {
            repo: self.repo.clone(),
            revision: self.revision.clone(),
            pull_request: self.pull_request,
            files: vec![PreuploadFile { path: self.path.clone(), sample: String::new(), size: self.size }],
            git_ignore: None,
            git_attributes: None,
        }
    }
}

impl Endpoint for MayWrite {
    /// Nothing speaks against it. What else the Hub thinks of the file is said when it is asked in earnest.
    type Output = ();

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        self.question().request(hub)
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<(), Error> {
        if response.is_success() {
            return Ok(());
        }
        let url = self.request(hub)?.url;
        let error = explain(refused(response, &url), response.status, &url, &self.repo, self.pull_request);
        match response.status {
            401 | 403 | 404 | 408 | 425 | 429 | 500.. => Err(error),
            _ => Ok(()),
        }
    }
}

/// What a refusal means where it is known that the repo can be seen, and what the caller can do.
pub(crate) fn explain(mut error: Error, status: u16, url: &str, repo: &RepoId, pull_request: bool) -> Error {
    match (error.code, status) {
        // A repo that can be seen does not hide: what is missing is somebody to write.
        (Code::RepoNotFound, 401) => {
            error.code = Code::Unauthorized;
            error.message = format!(
                "The Hub answered 401 for {}: pushing to {repo} needs an access token with the right to write; \
                 give accessToken",
                without_query(url),
            );
        }
        (Code::Forbidden, _) => error.message.push_str(if pull_request {
            ", at least for discussions and pull requests"
        } else {
            ". Without the right to write here, open a pull request instead: isPullRequest"
        }),
        _ => {}
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::testing::{AUTHORIZED_JSON, answer, hub, repo, shown};

    fn ask(pull_request: bool) -> MayWrite {
        let (path, revision) = ("a".to_owned(), "main".to_owned());
        MayWrite { repo: repo("user/name"), revision, pull_request, path, size: 2 }
    }

    #[test]
    fn the_question_is_about_one_file_without_its_beginning() {
        let body = r#"{"files":[{"path":"a","sample":"","size":2}]}"#;
        for (pull_request, query) in [(false, ""), (true, "?create_pr=1")] {
            let expected =
                format!("POST https://hub.example/api/models/user/name/preupload/main{query}{AUTHORIZED_JSON}{body}");
            assert_eq!(shown(ask(pull_request).request(&hub())), expected);
        }
    }

    #[test]
    fn only_the_status_counts() {
        let bad_token = r#"{"error":"Invalid credentials in Authorization header"}"#;
        // (status, X-Error-Code, body, for a pull request, code, what the message says)
        type Row = (u16, Option<&'static str>, &'static str, bool, Option<Code>, &'static str);
        let rows: [Row; 12] = [
            (200, None, "half an ans", false, None, ""),
            (401, None, "{}", false, Some(Code::Unauthorized), "give accessToken"),
            (401, None, bad_token, false, Some(Code::Unauthorized), "Check the access token"),
            (403, None, "{}", false, Some(Code::Forbidden), "open a pull request instead: isPullRequest"),
            (403, None, "{}", true, Some(Code::Forbidden), "at least for discussions and pull requests"),
            (403, Some("GatedRepo"), "{}", false, Some(Code::Gated), "accept its conditions"),
            (404, Some("RepoNotFound"), "{}", false, Some(Code::RepoNotFound), "Check the repo's name"),
            (404, Some("RevisionNotFound"), "{}", false, Some(Code::RevisionNotFound), "Check the branch"),
            (400, None, "{}", false, None, ""),
            (422, None, "{}", false, None, ""),
            (429, None, "{}", false, Some(Code::RateLimited), "try again"),
            (503, None, "{}", false, Some(Code::ServerError), "Try again"),
        ];
        for (status, error_code, body, pull_request, code, words) in rows {
            let headers: Vec<(&str, &str)> = error_code.into_iter().map(|code| ("x-error-code", code)).collect();
            let parsed = ask(pull_request).parse(&answer(status, &headers, body), &hub());
            assert_eq!(parsed.as_ref().err().map(|error| error.code), code, "{status} {error_code:?}");
            if let Err(error) = parsed {
                assert!(error.message.contains(words), "{status} {error_code:?}: {}", error.message);
            }
        }
    }
}
