//! The one error of the engine: a stable [`Code`] that says whose turn it is, and a sentence for people.
//!
//! Only `hub/` turns an answer's status into a code; only a driver reports `Network` and `Source` failures (as
//! [`crate::step::Failure`]). A message names what happened, to which path or repo, and what to do next. It never
//! contains a token or a presigned query string.

use std::fmt;
use std::ops::{Deref, DerefMut};

/// What went wrong, as a stable string that callers may branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// The arguments are wrong; raised before any request.
    InvalidInput,
    /// The Hub does not accept the token, or needs one.
    Unauthorized,
    /// The token is good, but may not do this.
    Forbidden,
    /// The repo wants its conditions accepted first.
    Gated,
    /// No such repo, or it is private and hidden from this token.
    RepoNotFound,
    /// The repo has no such branch, tag or commit.
    RevisionNotFound,
    /// The revision has no such file or folder.
    EntryNotFound,
    /// The branch moved, or the thing to create exists.
    Conflict,
    /// Too many requests; raised when the attempts are spent.
    RateLimited,
    /// The server failed; raised when the attempts are spent.
    ServerError,
    /// The Hub refused the request and said why.
    Rejected,
    /// The peer answered something this version cannot read.
    Protocol,
    /// There is no connection.
    Offline,
    /// Nothing came back in time.
    Timeout,
    /// The request failed without a reason: CORS, a blocker, a reset. A browser will not say which.
    Blocked,
    /// The file changed or vanished while it was read.
    FileChanged,
    /// The file cannot be read.
    FileUnreadable,
    /// The Hub holds something else than was sent.
    Integrity,
    /// This runtime or repo type cannot do it.
    Unsupported,
    /// The caller stopped the job. Drivers turn it into the platform's `AbortError`.
    Aborted,
    /// A bug in hubferry.
    Internal,
}

impl Code {
    /// Every code, in the order of the documentation.
    pub const ALL: [Code; 21] = [
        Code::InvalidInput,
        Code::Unauthorized,
        Code::Forbidden,
        Code::Gated,
        Code::RepoNotFound,
        Code::RevisionNotFound,
        Code::EntryNotFound,
        Code::Conflict,
        Code::RateLimited,
        Code::ServerError,
        Code::Rejected,
        Code::Protocol,
        Code::Offline,
        Code::Timeout,
        Code::Blocked,
        Code::FileChanged,
        Code::FileUnreadable,
        Code::Integrity,
        Code::Unsupported,
        Code::Aborted,
        Code::Internal,
    ];

    /// The stable string.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::InvalidInput => "invalid_input",
            Code::Unauthorized => "unauthorized",
            Code::Forbidden => "forbidden",
            Code::Gated => "gated",
            Code::RepoNotFound => "repo_not_found",
            Code::RevisionNotFound => "revision_not_found",
            Code::EntryNotFound => "entry_not_found",
            Code::Conflict => "conflict",
            Code::RateLimited => "rate_limited",
            Code::ServerError => "server_error",
            Code::Rejected => "rejected",
            Code::Protocol => "protocol",
            Code::Offline => "offline",
            Code::Timeout => "timeout",
            Code::Blocked => "blocked",
            Code::FileChanged => "file_changed",
            Code::FileUnreadable => "file_unreadable",
            Code::Integrity => "integrity",
            Code::Unsupported => "unsupported",
            Code::Aborted => "aborted",
            Code::Internal => "internal",
        }
    }

    /// Whether the same call may succeed later without any change by the caller.
    pub fn retryable(self) -> bool {
        matches!(self, Code::RateLimited | Code::ServerError | Code::Offline | Code::Timeout | Code::Blocked)
    }
}

/// What a server said when it refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The request's URL without its query.
    pub url: String,
    /// The server's name for the request, to be quoted in a bug report.
    pub request_id: Option<String>,
    /// The whole JSON body, or `{ "message": … }` around a text body.
    pub data: crate::json::Json,
}

/// One failure.
///
/// Shape: `code` for programs, `message` for people; `path` when one file is to blame; `refusal` when a server spoke.
#[derive(Debug, Clone, PartialEq)]
pub struct Error(Box<Account>);

/// What an [`Error`] tells; read and changed through it.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Whose turn it is.
    pub code: Code,
    /// What happened, to what, and what to do next; no trailing full stop.
    pub message: String,
    /// The path in the repo that is concerned.
    pub path: Option<String>,
    /// The server's answer, when there was one.
    pub refusal: Option<Refusal>,
}

impl Deref for Error {
    type Target = Account;

    fn deref(&self) -> &Account {
        &self.0
    }
}

impl Error {
    /// All that it tells, to take it apart.
    pub fn into_account(self) -> Account {
        *self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Account {
        &mut self.0
    }
}

impl Error {
    /// An error that no server answer stands behind.
    pub fn new(code: Code, message: impl Into<String>) -> Error {
        Error(Box::new(Account { code, message: message.into(), path: None, refusal: None }))
    }

    /// An argument is wrong; `message` says what, where, and what to do.
    pub fn invalid(message: impl Into<String>) -> Error {
        Error::new(Code::InvalidInput, message)
    }

    /// The peer's answer cannot be read.
    pub fn protocol(message: impl Into<String>) -> Error {
        Error::new(Code::Protocol, message)
    }

    /// A bug in the engine or its driver.
    pub fn internal(message: impl Into<String>) -> Error {
        Error::new(Code::Internal, message)
    }

    /// Names the path that is concerned, unless one is named already.
    #[must_use]
    pub fn at(mut self, path: &str) -> Error {
        self.path.get_or_insert_with(|| path.to_owned());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()), "{} stands twice", code.as_str());
        }
    }
}
