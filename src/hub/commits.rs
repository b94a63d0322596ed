//! `GET /api/{type}/{id}/commits/{rev}`: the history of a revision, newest first, page by page.

use super::link::{next_cursor, page_request};
use super::{Endpoint, Hub, RepoId, json, revision_segment};
use crate::error::Error;
use crate::http::{Method, Request, Response};
use crate::json::{Fields, Json, Misfit, Read};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitInfo {
    /// Commit id.
    pub id: String,
    /// First line of the message.
    pub title: String,
    /// The rest of the message.
    pub message: String,
    /// When, as the Hub writes it (ISO 8601).
    pub date: String,
    /// Who.
    pub authors: Vec<Author>,
}

/// An author of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Name of the account, or the name in the git commit.
    pub user: String,
    /// The account's picture.
    pub avatar: Option<String>,
}

impl Read for CommitInfo {
    fn read(json: Json) -> Result<CommitInfo, Misfit> {
        Fields::read(json, |commit| CommitInfo {
            id: commit.get("id"),
            title: commit.text("title"),
            message: commit.text("message"),
            date: commit.text("date"),
            authors: commit.list("authors"),
        })
    }
}

impl Read for Author {
    fn read(json: Json) -> Result<Author, Misfit> {
        Fields::read(json, |author| Author { user: author.text("user"), avatar: author.get("avatar") })
    }
}

/// Commits that the Hub gives in one page at most.
const LARGEST_PAGE: u32 = 1000;

impl ListCommits {
    fn bare(&self, hub: &Hub) -> Result<Request, Error> {
        if let Some(limit) = self.limit
            && !(1..=LARGEST_PAGE).contains(&limit)
        {
            return Err(Error::invalid(format!("{limit} commits per page cannot be; give 1 to {LARGEST_PAGE}")));
        }
        let limit = self.limit.map(|limit| format!("?limit={limit}")).unwrap_or_default();
        let path = format!("/commits/{}{limit}", revision_segment(&self.revision)?);
        Ok(hub.repo_request(Method::Get, &self.repo, &path))
    }
}

impl Endpoint for ListCommits {
    type Output = CommitPage;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        page_request(self.bare(hub)?, self.next.as_deref())
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<CommitPage, Error> {
        let commits = json(response, &self.bare(hub)?, Vec::read)?;
        Ok(CommitPage { commits, next: next_cursor(response)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::hub::testing::{AUTHORIZED, answer, good, hub, repo, shown};

    fn list(limit: Option<u32>, next: Option<&str>) -> ListCommits {
        ListCommits { repo: repo("user/name"), revision: "main".to_owned(), limit, next: next.map(str::to_owned) }
    }

    #[test]
    fn requests() {
        // (limit, next, query)
        let rows = [(None, None, ""), (Some(5), None, "?limit=5"), (Some(5), Some("p=1&limit=5"), "?p=1&limit=5")];
        for (limit, next, query) in rows {
            let expected = format!("GET https://hub.example/api/models/user/name/commits/main{query}{AUTHORIZED}");
            assert_eq!(shown(list(limit, next).request(&hub())), expected);
        }
        for odd in [0, 1001] {
            assert_eq!(list(Some(odd), None).request(&hub()).unwrap_err().code, Code::InvalidInput, "{odd}");
        }
        assert_eq!(list(None, Some("a b")).request(&hub()).unwrap_err().code, Code::InvalidInput);
    }

    #[test]
    fn answers() {
        let body = concat!(
            r#"[{"id":"0123abc","title":"Add a","message":"why","date":"2026-11-21T09:00:00.000Z","#,
            r#""authors":[{"user":"ada","avatar":"/avatars/1.svg"}]},{"id":"89ab"}]"#
        );
        let link = [("link", "<https://hub.example/api/models/user/name/commits/main?p=1>; rel=\"next\"")];
        let page = list(None, None).parse(&answer(200, &link, body), &hub()).unwrap();
        assert_eq!(page.commits[0].title, "Add a");
        assert_eq!(page.commits[0].authors[0].user, "ada");
        assert_eq!((page.commits[1].id.as_str(), page.commits[1].title.as_str()), ("89ab", ""));
        assert_eq!(page.next.as_deref(), Some("p=1"));
        assert_eq!(list(None, None).parse(&good("[]"), &hub()).unwrap().next, None);
        assert_eq!(list(None, None).parse(&good("{}"), &hub()).unwrap_err().code, Code::Protocol);
    }
}
