//! `GET /api/{type}/{id}/commits/{rev}`: the history of a revision, newest first, page by page.

use serde::{Deserialize, Serialize};

use super::link::{next_cursor, page_request};
use super::{Endpoint, Hub, RepoId, encode_segment, json};
use crate::error::Error;
use crate::http::{Method, Request, Response};

/// Asks for one page of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListCommits {
    /// The repo.
    pub repo: RepoId,
    /// Branch, tag or commit id.
    pub revision: String,
    /// Commits per page; none leaves it to the Hub.
    pub limit: Option<u32>,
    /// What the page before gave; none means the first page.
    pub next: Option<String>,
}

/// One page of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitPage {
    /// Newest first.
    pub commits: Vec<CommitInfo>,
    /// For [`ListCommits::next`]; none on the last page.
    pub next: Option<String>,
}

/// One commit of the history. Field names are the Hub's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitInfo {
    /// Commit id.
    pub id: String,
    /// First line of the message.
    #[serde(default)]
    pub title: String,
    /// The rest of the message.
    #[serde(default)]
    pub message: String,
    /// When, as the Hub writes it (ISO 8601).
    #[serde(default)]
    pub date: String,
    /// Who.
    #[serde(default)]
    pub authors: Vec<Author>,
}

/// An author of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Name of the account, or the name in the git commit.
    #[serde(default)]
    pub user: String,
    /// The account's picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
}

impl ListCommits {
    fn bare(&self, hub: &Hub) -> Request {
        let limit = self.limit.map(|limit| format!("?limit={limit}")).unwrap_or_default();
        hub.repo_request(Method::Get, &self.repo, &format!("/commits/{}{limit}", encode_segment(&self.revision)))
    }
}

impl Endpoint for ListCommits {
    type Output = CommitPage;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        page_request(self.bare(hub), self.next.as_deref())
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<CommitPage, Error> {
        let commits = json(response, &self.bare(hub))?;
        Ok(CommitPage { commits, next: next_cursor(response)? })
    }
}
