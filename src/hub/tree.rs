//! `GET /api/{type}/{id}/tree/{rev}[/{path}]`: the entries of a folder, page by page.

use super::entry::Entry;
use super::link::{next_cursor, page_request};
use super::{Endpoint, Hub, RepoId, encode_path, encode_segment, json};
use crate::error::Error;
use crate::http::{Method, Request, Response};

/// Asks for one page of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListTree {
    /// The repo.
    pub repo: RepoId,
    /// Branch, tag or commit id.
    pub revision: String,
    /// The folder; empty means the root.
    pub path: String,
    /// Also everything below.
    pub recursive: bool,
    /// Also say which commit last touched each path; slower, and pages are smaller.
    pub expand: bool,
    /// Entries per page; none leaves it to the Hub.
    pub limit: Option<u32>,
    /// What the page before gave; none means the first page.
    pub next: Option<String>,
}

/// One page of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreePage {
    /// In the Hub's order.
    pub entries: Vec<Entry>,
    /// For [`ListTree::next`]; none on the last page.
    pub next: Option<String>,
}

impl ListTree {
    fn bare(&self, hub: &Hub) -> Request {
        let folder = match self.path.trim_matches('/') {
            "" => String::new(),
            path => format!("/{}", encode_path(path)),
        };
        let limit = self.limit.map(|limit| format!("&limit={limit}")).unwrap_or_default();
        let path = format!(
            "/tree/{}{folder}?recursive={}&expand={}{limit}",
            encode_segment(&self.revision),
            self.recursive,
            self.expand
        );
        hub.repo_request(Method::Get, &self.repo, &path)
    }
}

impl Endpoint for ListTree {
    type Output = TreePage;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        page_request(self.bare(hub), self.next.as_deref())
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<TreePage, Error> {
        let entries = json(response, &self.bare(hub))?;
        Ok(TreePage { entries, next: next_cursor(response)? })
    }
}
