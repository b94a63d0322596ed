//! How a call is refused: one status, one error code, one sentence, in the shape of the real Hub.
//!
//! Every route answers `Result<Response, Refusal>`. What went wrong inside (a disk, a broken repo) is a refusal with status 500 whose
//! cause is logged and not told to the client.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::ident::RepoType;

/// A refused call.
#[derive(Debug)]
pub struct Refusal {
    /// The answer's status.
    pub status: StatusCode,
    /// The value of `X-Error-Code`.
    pub code: Option<&'static str>,
    /// The sentence: `error` in the body and `X-Error-Message`.
    pub message: String,
    /// More keys of the body.
    pub extra: Map<String, Value>,
    /// The value of `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
    /// What really happened, for the server's log only.
    pub cause: Option<String>,
}

impl Refusal {
    /// A refusal with this status and sentence.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, code: None, message: message.into(), extra: Map::new(), retry_after: None, cause: None }
    }

    fn coded(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { code: Some(code), ..Self::new(status, message) }
    }

    /// 400.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 403.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 409.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// 412: the parent commit is not the head.
    pub fn stale() -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "A commit has happened since. Please refresh and try again.")
    }

    /// 413.
    pub fn too_large(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    }

    /// 422.
    pub fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    /// 404 for a URL that is no route.
    pub fn no_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Sorry, we can't find the page you are looking for.")
    }

    /// 401: a token was sent, and it is not one of ours.
    pub fn bad_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Invalid credentials in Authorization header")
    }

    /// 401: this call needs a token.
    pub fn needs_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Invalid username or password.")
    }

    /// 401: no such repo, or not for anybody without a token. The Hub does not say which.
    pub fn repo_hidden() -> Self {
        Self::coded(StatusCode::UNAUTHORIZED, "RepoNotFound", "Invalid username or password.")
    }

    /// 404: no such repo, or not for this caller. The Hub does not say which.
    pub fn repo_not_found() -> Self {
        Self::coded(StatusCode::NOT_FOUND, "RepoNotFound", "Repository not found")
    }

    /// 403: the repo is shown to everybody, its contents are not.
    pub fn gated(kind: &RepoType, repo: &str, is_known: bool) -> Self {
        let kind = kind.singular();
        let how = if is_known { "ask for access." } else { "be authenticated to access it. Please log in." };
        let message = format!("Access to {kind} {repo} is restricted. You must have access to it and {how}");
        Self::coded(StatusCode::FORBIDDEN, "GatedRepo", message)
    }

    /// 404: the repo has no such branch, tag, ref or commit.
    pub fn revision_not_found(rev: &str) -> Self {
        Self::coded(StatusCode::NOT_FOUND, "RevisionNotFound", format!("Invalid rev id: {rev}"))
    }

    /// 404: the revision has no such file or folder.
    pub fn entry_not_found(message: impl Into<String>) -> Self {
        Self::coded(StatusCode::NOT_FOUND, "EntryNotFound", message)
    }

    /// 500, with the cause for the log.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self {
            cause: Some(cause.to_string()),
            ..Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Internal Error - We're working hard to fix this as soon as possible!",
            )
        }
    }

    /// Adds a key to the body.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(key.to_owned(), value.into());
        self
    }

    /// The answer.
    pub fn into_response(self) -> Response<Body> {
        let mut body = json!({ "error": self.message });
        if let Value::Object(map) = &mut body {
            map.extend(self.extra);
        }
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        if let Some(code) = self.code {
            headers.insert("x-error-code", HeaderValue::from_static(code));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        headers.insert("x-error-message", header_text(&self.message));
        response
    }
}

/// A sentence as a header value: what a header cannot hold becomes a question mark.
pub fn header_text(text: &str) -> HeaderValue {
    let text: String = text.chars().map(|c| if matches!(c, ' '..='~') { c } else { '?' }).collect();
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("?"))
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        Self::internal(error)
    }
}

impl From<git2::Error> for Refusal {
    fn from(error: git2::Error) -> Self {
        Self::internal(error)
    }
}
