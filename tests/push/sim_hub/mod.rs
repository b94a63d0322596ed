//! A Hub in memory, as strict as a push needs: a commit must name the head of its branch as its parent and only objects
//! that are stored; a pull request is opened as often as it is asked for.
//!
//! Here is what it holds and which route leads where; what a route does stands in `files`, `objects`, `commit` and `pulls`.

mod commit;
mod files;
mod held;
mod objects;
mod pulls;
mod quota;
mod route;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hubferry::http::{Request, Response};
use serde_json::{Value, json};

use self::held::commits;
pub use self::held::{Held, SimCommit, git_blob, hex, sha256};
pub use self::pulls::SimPull;
use self::pulls::pull_json;
pub use self::quota::SimQuota;
pub use self::route::route;
use crate::sim_cas::SimCas;

pub const HUB: &str = "https://hub.example";
pub const STORE: &str = "https://store.example";
pub const TOKEN: &str = "hf_secretsecretsecret";

/// Whose token that is.
pub const ME: &str = "ada";

/// The Hub.
#[derive(Default, Clone)]
pub struct SimHub {
    pub tree: BTreeMap<String, Held>,
    pub history: Vec<SimCommit>,
    pub objects: BTreeMap<String, Vec<u8>>,
    pub branches: BTreeSet<String>,
    pub lfs_above: u64,
    pub part_bytes: Option<u64>,
    pub ignored: BTreeSet<String>,
    pub verify: bool,
    /// Whether the token may write to branches; pull requests it may always open.
    pub read_only: bool,
    pub pulls: Vec<SimPull>,
    /// Files of one page of a list; none is all.
    pub page: Option<usize>,
    /// README.md as the YAML check last saw it.
    pub checked: Option<String>,
    /// Bodies of content received, whole or in parts.
    pub content_puts: u64,
    /// Parts of an object, by the upload that they belong to.
    parts: HashMap<(String, u64), BTreeMap<u64, Vec<u8>>>,
    uploads: u64,
    /// URLs of this generation are good; a fault may raise it to let all earlier ones expire.
    pub generation: u32,
    /// The content store, when it is offered.
    pub cas: SimCas,
    /// The virtual time.
    pub now_ms: u64,
    /// Calls that it takes in each window, when it counts them.
    pub quota: Option<SimQuota>,
}

impl SimHub {
    pub fn new() -> SimHub {
        let mut hub = SimHub { lfs_above: 1000, ..SimHub::default() };
        hub.branches.insert("main".to_owned());
        hub.foreign_commit("initial commit", vec![]);
        hub
    }

    /// With a content store.
    pub fn with_xet() -> SimHub {
        let mut hub = SimHub::new();
        hub.cas.offered = true;
        hub
    }

    pub fn head(&self) -> String {
        self.history.last().expect("the initial commit").id.clone()
    }

    /// A commit that somebody else makes.
    pub fn foreign_commit(&mut self, title: &str, files: Vec<(&str, Held)>) {
        for (path, held) in files {
            self.tree.insert(path.to_owned(), held);
        }
        self.record(title, "somebody");
    }

    /// Whether a request is about a commit that the push made.
    pub fn is_ours(&self, request: &Request) -> bool {
        let pulls = self.pulls.iter().flat_map(|pull| &pull.history);
        self.history.iter().chain(pulls).any(|commit| commit.is_ours() && request.url.contains(&commit.id))
    }

    fn record(&mut self, title: &str, author: &str) {
        let commit = SimCommit::new(&self.history, title, author, Vec::new());
        self.history.push(commit);
    }

    /// Does the work and answers, unless the quota is used up.
    pub fn serve(&mut self, request: &Request, body: &[u8]) -> Response {
        let Some(mut quota) = self.quota.take_if(|_| request.url.starts_with(HUB)) else {
            return self.work(request, body);
        };
        let mut response =
            if quota.count(self.now_ms) { self.work(request, body) } else { refuse(429, None, "Too many requests") };
        response.headers.extend(quota.headers(self.now_ms));
        self.quota = Some(quota);
        response
    }

    fn work(&mut self, request: &Request, body: &[u8]) -> Response {
        match route(request) {
            "head" => {
                let revision = request.url.rsplit('/').next().unwrap_or_default().trim_end_matches("?expand[]=sha");
                let pull = self.pull(request).and_then(|at| self.pulls[at].history.last());
                if pull.is_none() && !self.branches.contains(revision) {
                    return refuse(404, Some("RevisionNotFound"), "Invalid rev id");
                }
                let head = pull.map_or_else(|| self.head(), |commit| commit.id.clone());
                answer(200, json!({ "id": "u/r", "sha": head, "private": false }))
            }
            "branch" => {
                self.branches.insert(request.url.rsplit('/').next().unwrap_or_default().to_owned());
                answer(201, json!({}))
            }
            "paths-info" => self.paths_info(request, body),
            "may-write" | "preupload" | "xet-token" if self.read_only && !request.url.ends_with("?create_pr=1") => {
                refuse(403, None, "Forbidden")
            }
            "xet-token" => self.cas.give_token(self.now_ms),
            "may-write" => answer(200, json!({ "files": [] })),
            "preupload" => self.preupload(body),
            "yaml" => self.yaml(body),
            "tree" => self.files_under(request),
            "batch" => self.batch(body),
            "put" | "part" => self.put(request, body),
            "complete" => self.complete(request, body),
            "verify" => self.verify_object(body),
            "commit" => self.commit(request, body),
            "history" => {
                let history = self.pull(request).map_or(&self.history, |at| &self.pulls[at].history);
                answer(200, commits(history))
            }
            "whoami" => answer(200, json!({ "type": "user", "name": ME })),
            "pulls" => {
                let rows: Vec<Value> = self.pulls.iter().rev().map(pull_json).collect();
                answer(200, json!({ "discussions": rows, "count": rows.len(), "start": 0 }))
            }
            "open-pull" => {
                let asked: Value = serde_json::from_slice(body).expect("JSON");
                assert_eq!(asked["pullRequest"], true);
                let num = self.open(asked["title"].as_str().expect("title"), ME);
                answer(200, json!({ "num": num }))
            }
            "pull" => match self.pull(request) {
                Some(at) => answer(200, pull_json(&self.pulls[at])),
                None => refuse(404, None, "Discussion not found"),
            },
            "ready" => match self.pull(request) {
                Some(at) if self.pulls[at].status == "draft" => {
                    self.pulls[at].status = "open";
                    answer(200, json!({}))
                }
                Some(_) => refuse(400, None, "The discussion is already open"),
                None => refuse(404, None, "Discussion not found"),
            },
            "merge" => match self.pull(request) {
                Some(at) if self.pulls[at].status == "open" => {
                    self.merge(at);
                    answer(200, json!({}))
                }
                Some(_) => refuse(400, None, "Only an open pull request can be merged"),
                None => refuse(404, None, "Discussion not found"),
            },
            other => panic!("the simulated Hub has no route {other}: {request:?}"),
        }
    }
}

pub fn answer(status: u16, body: Value) -> Response {
    Response { status, headers: vec![("x-request-id".into(), "req-1".into())], body: body.to_string() }
}

pub fn refuse(status: u16, code: Option<&str>, text: &str) -> Response {
    let mut response = answer(status, json!({ "error": text }));
    if let Some(code) = code {
        response.headers.push(("x-error-code".into(), code.into()));
    }
    response
}
