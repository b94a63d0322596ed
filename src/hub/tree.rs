//! `GET /api/{type}/{id}/tree/{rev}[/{path}]`: the entries of a folder, page by page.

use super::entry::Entry;
use super::link::{next_cursor, page_request};
use super::{Endpoint, Hub, RepoId, json, path_segments, revision_segment};
use crate::error::Error;
use crate::http::{Method, Request, Response};
use crate::json::Read;

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
    fn bare(&self, hub: &Hub) -> Result<Request, Error> {
        let folder = match self.path.trim_matches('/') {
            "" => String::new(),
            path => format!("/{}", path_segments(path)?),
        };
        let limit = self.limit.map(|limit| format!("&limit={limit}")).unwrap_or_default();
        let path = format!(
            "/tree/{}{folder}?recursive={}&expand={}{limit}",
            revision_segment(&self.revision)?,
            self.recursive,
            self.expand
        );
        Ok(hub.repo_request(Method::Get, &self.repo, &path))
    }
}

impl Endpoint for ListTree {
    type Output = TreePage;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        page_request(self.bare(hub)?, self.next.as_deref())
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<TreePage, Error> {
        let entries = json(response, &self.bare(hub)?, Vec::read)?;
        Ok(TreePage { entries, next: next_cursor(response)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::hub::paths_info::EntryKind;
    use crate::hub::testing::{AUTHORIZED, answer, hub, repo, shown};

    fn list(path: &str) -> ListTree {
        ListTree {
            repo: repo("spaces/user/name"),
            revision: "main".to_owned(),
            path: path.to_owned(),
            recursive: false,
            expand: false,
            limit: None,
            next: None,
        }
    }

    #[test]
    fn requests() {
        let next = Some("recursive=true&cursor=abc%3D".to_owned());
        // (what it shows, call, path and query)
        let rows = [
            ("the root", list(""), "?recursive=false&expand=false"),
            ("a folder", list("/a b/c/"), "/a%20b/c?recursive=false&expand=false"),
            ("options", ListTree { recursive: true, expand: true, limit: Some(9), ..list("") }, {
                "?recursive=true&expand=true&limit=9"
            }),
            ("a page", ListTree { next, ..list("a") }, "/a?recursive=true&cursor=abc%3D"),
        ];
        for (name, endpoint, rest) in rows {
            let expected = format!("GET https://hub.example/api/spaces/user/name/tree/main{rest}{AUTHORIZED}");
            assert_eq!(shown(endpoint.request(&hub())), expected, "{name}");
        }
        assert_eq!(list("../x").request(&hub()).unwrap_err().code, Code::InvalidInput);
    }

    #[test]
    fn answers() {
        let body = concat!(
            r#"[{"type":"directory","oid":"t1","path":"a"},"#,
            r#"{"type":"file","oid":"p1","size":5,"path":"a/b.bin","lfs":{"oid":"s1","size":5,"pointerSize":128},"#,
            r#""xetHash":"x1","lastCommit":{"id":"c1","title":"Add","date":"2026-11-21T09:00:00.000Z"},"securityFileStatus":{"status":"safe"}},"#,
            r#"{"type":"submodule","oid":"m1","path":"s"}]"#
        );
        let link = [("link", "</api/spaces/user/name/tree/main?cursor=abc>; rel=\"next\"")];
        let page = list("").parse(&answer(200, &link, body), &hub()).unwrap();
        let [folder, file, other] = page.entries.try_into().unwrap();
        assert_eq!((folder.kind, folder.size), (EntryKind::Directory, 0));
        assert!(file.is_file());
        assert_eq!(file.lfs.unwrap().oid, "s1");
        assert_eq!(file.xet_hash.as_deref(), Some("x1"));
        assert_eq!(file.last_commit.unwrap().title, "Add");
        assert_eq!(file.security_file_status.unwrap().get("status").as_str(), Some("safe"));
        assert_eq!(other.kind, EntryKind::Unknown);
        assert_eq!(page.next.as_deref(), Some("cursor=abc"));
        let missing = answer(404, &[("x-error-code", "EntryNotFound")], "");
        assert_eq!(list("x").parse(&missing, &hub()).unwrap_err().code, Code::EntryNotFound);
    }
}
