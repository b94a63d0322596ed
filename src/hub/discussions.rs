//! `/api/{type}/{id}/discussions`: pull requests, as a push opens them.
//!
//! One that is opened here begins as a draft with a branch of its own, `refs/pr/{num}`, at the head of the default branch;
//! commits go there; then it is made ready. Source: Hub API, pull requests.

use super::{Endpoint, Hub, Replay, RepoId, json, no_content};
use crate::error::{Code, Error};
use crate::http::{Method, Request, Response};
use crate::json::{Fields, Json, Misfit, Read, object};

/// Asks for the newest pull requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPulls {
    /// The repo.
    pub repo: RepoId,
}

/// One pull request of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// Its number.
    pub num: u64,
    /// Its title.
    pub title: String,
    /// The account that opened it; empty when that is gone.
    pub author: String,
}

impl ListPulls {
    fn bare(&self, hub: &Hub) -> Request {
        hub.repo_request(Method::Get, &self.repo, "/discussions?p=0&type=pull_request")
    }
}

impl Endpoint for ListPulls {
    /// In the Hub's order.
    type Output = Vec<Pull>;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        Ok(self.bare(hub))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<Vec<Pull>, Error> {
        let rows: Vec<Row> = json(response, &self.bare(hub), |answer| Fields::of(answer)?.need("discussions"))?;
        Ok(rows.into_iter().filter(|row| row.is_pull).map(|row| row.pull).collect())
    }
}

/// One discussion of a list.
struct Row {
    pull: Pull,
    is_pull: bool,
}

impl Read for Row {
    fn read(json: Json) -> Result<Row, Misfit> {
        Fields::read(json, |row| Row {
            pull: Pull {
                author: row.get::<Option<Named>>("author").unwrap_or_default().0,
                num: row.get("num"),
                title: row.text("title"),
            },
            is_pull: row.flag("isPullRequest"),
        })
    }
}

#[derive(Default)]
struct Named(String);

impl Read for Named {
    fn read(json: Json) -> Result<Named, Misfit> {
        Fields::read(json, |named| Named(named.text("name")))
    }
}

/// Opens a pull request, as a draft without commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPull {
    /// The repo.
    pub repo: RepoId,
    /// At least [`crate::limits::PULL_TITLE_CHARS`] characters, without white space around them.
    pub title: String,
    /// Its first comment.
    pub description: String,
}

impl OpenPull {
    fn bare(&self, hub: &Hub) -> Request {
        hub.repo_request(Method::Post, &self.repo, "/discussions")
    }
}

impl Endpoint for OpenPull {
    /// Its number.
    type Output = u64;

    const REPLAY: Replay = Replay::Unsafe;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        let body = object(|body| {
            body.text("description", &self.description).flag("pullRequest", true).text("title", &self.title);
        });
        Ok(self.bare(hub).json(body))
    }

    /// Errors: as always; `timeout` too when a gateway gave up waiting, because then the work may yet be done; `server_error` where
    /// it cannot be, because the request did not come, or came too early.
    fn parse(&self, response: &Response, hub: &Hub) -> Result<u64, Error> {
        json(response, &self.bare(hub), |answer| Fields::of(answer)?.need("num")).map_err(|mut error| {
            match response.status {
                502 | 504 => error.code = Code::Timeout,
                408 | 425 => error.code = Code::ServerError,
                _ => {}
            }
            error
        })
    }
}

/// Turns a draft into a pull request that can be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeReady {
    /// The repo.
    pub repo: RepoId,
    /// The pull request.
    pub num: u64,
}

impl Endpoint for MakeReady {
    type Output = ();

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        let path = format!("/discussions/{}/status", self.num);
        let body = object(|body| {
            body.text("status", "open");
        });
        Ok(hub.repo_request(Method::Post, &self.repo, &path).json(body))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<(), Error> {
        no_content(response, &self.request(hub)?)
    }
}

/// Merges a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergePull {
    /// The repo.
    pub repo: RepoId,
    /// The pull request.
    pub num: u64,
}

impl Endpoint for MergePull {
    type Output = ();

    const REPLAY: Replay = Replay::Unsafe;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        let path = format!("/discussions/{}/merge", self.num);
        Ok(hub.repo_request(Method::Post, &self.repo, &path).json("{}".to_owned()))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<(), Error> {
        no_content(response, &self.request(hub)?)
    }
}

/// How far a pull request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullStatus {
    /// It cannot be merged yet.
    Draft,
    /// Its commits are in the default branch.
    Merged,
    /// It can be merged.
    Open,
    /// Closed without being merged.
    Closed,
}

/// Asks how far a pull request is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskPull {
    /// The repo.
    pub repo: RepoId,
    /// The pull request.
    pub num: u64,
}

impl Endpoint for AskPull {
    type Output = PullStatus;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        Ok(hub.repo_request(Method::Get, &self.repo, &format!("/discussions/{}", self.num)))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<PullStatus, Error> {
        let status: String = json(response, &self.request(hub)?, |answer| Fields::of(answer)?.need("status"))?;
        Ok(match status.as_str() {
            "draft" => PullStatus::Draft,
            "merged" => PullStatus::Merged,
            "open" => PullStatus::Open,
            _ => PullStatus::Closed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::testing::{AUTHORIZED, AUTHORIZED_JSON, answer, good, hub, repo, shown};

    const AT: &str = "https://hub.example/api/datasets/user/name/discussions";

    fn repo_here() -> RepoId {
        repo("datasets/user/name")
    }

    #[test]
    fn requests() {
        let repo = repo_here;
        let open = OpenPull { repo: repo(), title: "Add a".to_owned(), description: String::new() };
        let rows = [
            (ListPulls { repo: repo() }.request(&hub()), format!("GET {AT}?p=0&type=pull_request{AUTHORIZED}")),
            (
                open.request(&hub()),
                format!(r#"POST {AT}{AUTHORIZED_JSON}{{"description":"","pullRequest":true,"title":"Add a"}}"#),
            ),
            (
                MakeReady { repo: repo(), num: 7 }.request(&hub()),
                format!(r#"POST {AT}/7/status{AUTHORIZED_JSON}{{"status":"open"}}"#),
            ),
            (AskPull { repo: repo(), num: 7 }.request(&hub()), format!("GET {AT}/7{AUTHORIZED}")),
            (MergePull { repo: repo(), num: 7 }.request(&hub()), format!("POST {AT}/7/merge{AUTHORIZED_JSON}{{}}")),
        ];
        for (request, expected) in rows {
            assert_eq!(shown(request), expected);
        }
        assert_eq!(open.replay(), Replay::Unsafe, "a second one would be a second pull request");
        assert_eq!(MergePull::REPLAY, Replay::Unsafe, "merged once");
    }

    #[test]
    fn answers() {
        let body = concat!(
            r#"{"discussions":[{"num":9,"title":"A question","isPullRequest":false,"author":{"name":"ada"}},"#,
            r#"{"num":8,"title":"Add a","isPullRequest":true,"author":{"name":"ada","type":"user"}},"#,
            r#"{"num":2,"isPullRequest":true}],"count":3,"start":0}"#
        );
        let list = ListPulls { repo: repo_here() };
        let pull = |num, title: &str, author: &str| Pull { num, title: title.to_owned(), author: author.to_owned() };
        assert_eq!(list.parse(&good(body), &hub()).unwrap(), [pull(8, "Add a", "ada"), pull(2, "", "")]);
        assert_eq!(list.parse(&good("[]"), &hub()).unwrap_err().code, Code::Protocol);
        let open = OpenPull { repo: repo_here(), title: "Add a".to_owned(), description: String::new() };
        assert_eq!(open.parse(&good(r#"{"num":3,"status":"draft"}"#), &hub()).unwrap(), 3);
        assert_eq!(open.parse(&good(r#"{"num":-3}"#), &hub()).unwrap_err().code, Code::Protocol);
        let rows =
            [(500, Code::ServerError), (503, Code::ServerError), (408, Code::ServerError), (425, Code::ServerError)];
        for (status, code) in rows.into_iter().chain([(502, Code::Timeout), (504, Code::Timeout)]) {
            assert_eq!(open.parse(&answer(status, &[], ""), &hub()).unwrap_err().code, code, "{status}");
        }
        let ready = MakeReady { repo: repo_here(), num: 3 };
        assert!(ready.parse(&good(""), &hub()).is_ok());
        assert_eq!(ready.parse(&answer(403, &[], ""), &hub()).unwrap_err().code, Code::Forbidden);
        let merge = MergePull { repo: repo_here(), num: 3 };
        assert!(merge.parse(&good(""), &hub()).is_ok());
        assert_eq!(merge.parse(&answer(409, &[], ""), &hub()).unwrap_err().code, Code::Conflict);
        let ask = AskPull { repo: repo_here(), num: 3 };
        let rows = [
            ("draft", PullStatus::Draft),
            ("open", PullStatus::Open),
            ("closed", PullStatus::Closed),
            ("merged", PullStatus::Merged),
        ];
        for (status, expected) in rows {
            let body = format!(r#"{{"num":3,"status":"{status}"}}"#);
            assert_eq!(ask.parse(&good(&body), &hub()).unwrap(), expected, "{status}");
        }
    }
}
