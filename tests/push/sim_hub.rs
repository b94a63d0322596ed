//! A Hub in memory, as strict as a push needs: a commit must name the head of its branch as its parent and only objects
//! that are stored; a pull request is opened as often as it is asked for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base64::Engine;
use hubferry::http::{BodyPart, Method, Request, Response};
use hubferry::limits;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::sim_cas::{CAS, DATA, SimCas};

pub const HUB: &str = "https://hub.example";
pub const STORE: &str = "https://store.example";
pub const TOKEN: &str = "hf_secretsecretsecret";

/// Whose token that is.
pub const ME: &str = "ada";

pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub fn git_blob(bytes: &[u8]) -> String {
    let mut sha1 = Sha1::new();
    sha1.update(format!("blob {}\0", bytes.len()));
    sha1.update(bytes);
    hex(&sha1.finalize())
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the simulated repo holds at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    Regular(Vec<u8>),
    Lfs { oid: String, size: u64 },
}

#[derive(Debug, Clone)]
pub struct SimCommit {
    pub id: String,
    pub title: String,
    pub lines: Vec<Value>,
}

impl SimCommit {
    fn new(before: &[SimCommit], title: &str, lines: Vec<Value>) -> SimCommit {
        let parent = before.last().map_or("", |commit| commit.id.as_str());
        let id = hex(&Sha1::digest(format!("{}{title}{parent}", before.len())));
        SimCommit { id, title: title.to_owned(), lines }
    }
}

/// A pull request.
#[derive(Debug, Clone)]
pub struct SimPull {
    pub num: u64,
    pub title: String,
    pub author: String,
    pub status: &'static str,
    /// Its branch: what main had when it was opened, and what came since.
    pub tree: BTreeMap<String, Held>,
    pub history: Vec<SimCommit>,
}

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
    parts: HashMap<String, BTreeMap<u64, Vec<u8>>>,
    /// URLs of this generation are good; a fault may raise it to let all earlier ones expire.
    pub generation: u32,
    /// The content store, when it is offered.
    pub cas: SimCas,
    /// The virtual time.
    pub now_ms: u64,
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
        self.record(title, Vec::new());
    }

    fn record(&mut self, title: &str, lines: Vec<Value>) -> String {
        let commit = SimCommit::new(&self.history, title, lines);
        let id = commit.id.clone();
        self.history.push(commit);
        id
    }

    /// A pull request that somebody opens.
    pub fn open(&mut self, title: &str, author: &str) -> u64 {
        let num = self.pulls.len() as u64 + 1;
        let (tree, history) = (self.tree.clone(), self.history.clone());
        self.pulls.push(SimPull {
            num,
            title: title.to_owned(),
            author: author.to_owned(),
            status: "draft",
            tree,
            history,
        });
        num
    }

    fn pull(&self, request: &Request) -> Option<usize> {
        let path = request.url.split('?').next().unwrap_or_default();
        let num: u64 = match path.split_once("refs%2Fpr%2F") {
            Some((_, num)) => num.parse().ok()?,
            None => path.split_once("/discussions/")?.1.split('/').next()?.parse().ok()?,
        };
        self.pulls.iter().position(|pull| pull.num == num)
    }

    /// The files at the commit that the URL names.
    fn tree_at(&self, request: &Request) -> &BTreeMap<String, Held> {
        let at = |pull: &&SimPull| pull.history.last().is_some_and(|commit| request.url.contains(&commit.id));
        let main = request.url.contains(&self.head());
        self.pulls.iter().find(at).filter(|_| !main).map_or(&self.tree, |pull| &pull.tree)
    }

    /// Does the work and answers.
    pub fn serve(&mut self, request: &Request, body: &[u8]) -> Response {
        match route(request) {
            "head" => {
                let revision = request.url.rsplit('/').next().unwrap_or_default().trim_end_matches("?expand[]=sha");
                if !self.branches.contains(revision) {
                    return refuse(404, Some("RevisionNotFound"), "Invalid rev id");
                }
                answer(200, json!({ "id": "u/r", "sha": self.head(), "private": false }))
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
            "put" => self.put(request, body),
            "complete" => self.complete(body),
            "verify" => {
                let asked: Value = serde_json::from_slice(body).expect("JSON");
                let oid = asked["oid"].as_str().expect("oid");
                match self.objects.get(oid) {
                    Some(held) if held.len() as u64 == asked["size"] => answer(200, json!({})),
                    _ => refuse(404, None, "Object not found"),
                }
            }
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
            other => panic!("the simulated Hub has no route {other}: {request:?}"),
        }
    }

    fn paths_info(&self, request: &Request, body: &[u8]) -> Response {
        let tree = self.tree_at(request);
        let asked: Value = serde_json::from_slice(body).expect("JSON");
        let paths = asked["paths"].as_array().expect("paths");
        assert!(paths.len() <= limits::PATHS_INFO_PATHS);
        let entries: Vec<Value> = paths
            .iter()
            .filter_map(|path| {
                let path = path.as_str()?;
                Some(match tree.get(path)? {
                    Held::Regular(bytes) => {
                        json!({ "type": "file", "path": path, "oid": git_blob(bytes), "size": bytes.len() })
                    }
                    Held::Lfs { oid, size } => {
                        let mut entry = json!({
                            "type": "file", "path": path, "oid": git_blob(oid.as_bytes()), "size": size,
                            "lfs": { "oid": oid, "size": size, "pointerSize": 130 },
                        });
                        if let Some(name) = self.cas.xet_hash(oid) {
                            entry["xetHash"] = json!(name);
                        }
                        entry
                    }
                })
            })
            .collect();
        answer(200, json!(entries))
    }

    /// Half of a README.md in braces is bad YAML; one without metadata is warned of.
    fn yaml(&mut self, body: &[u8]) -> Response {
        let asked: Value = serde_json::from_slice(body).expect("JSON");
        assert_eq!(asked["repoType"], "model");
        let content = asked["content"].as_str().expect("content");
        self.checked = Some(content.to_owned());
        if content.contains("bad: [") {
            return answer(400, json!({ "errors": [{ "message": "bad is not a list" }], "warnings": [] }));
        }
        let warnings = if content.starts_with("---\n") { json!([]) } else { json!([{ "message": "no metadata" }]) };
        answer(200, json!({ "errors": [], "warnings": warnings }))
    }

    fn files_under(&self, request: &Request) -> Response {
        let (path, query) = request.url.split_once('?').expect("a query");
        let folder = path.split_once("/tree/").expect("a revision").1.split_once('/').map_or("", |(_, folder)| folder);
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let inside: Vec<&String> = self.tree_at(request).keys().filter(|path| path.starts_with(&prefix)).collect();
        if inside.is_empty() && !folder.is_empty() {
            return refuse(404, Some("EntryNotFound"), "not there");
        }
        let start: usize = query.strip_prefix("cursor=").map_or(0, |cursor| cursor.parse().expect("a cursor"));
        let end = self.page.map_or(inside.len(), |page| inside.len().min(start + page));
        let mut entries = vec![json!({ "type": "directory", "path": "some/folder", "oid": "t" })];
        entries.extend(
            inside[start..end].iter().map(|path| json!({ "type": "file", "path": path, "oid": "b", "size": 1 })),
        );
        let mut response = answer(200, json!(entries));
        if end < inside.len() {
            response.headers.push(("link".into(), format!("<{path}?cursor={end}>; rel=\"next\"")));
        }
        response
    }

    fn preupload(&self, body: &[u8]) -> Response {
        let asked: Value = serde_json::from_slice(body).expect("JSON");
        let files = asked["files"].as_array().expect("files");
        assert!(files.len() <= limits::PREUPLOAD_FILES);
        let files: Vec<Value> = files
            .iter()
            .rev() // the order is not guaranteed
            .map(|file| {
                let path = file["path"].as_str().expect("path");
                let size = file["size"].as_u64().expect("size");
                let sample = base64::prelude::BASE64_STANDARD.decode(file["sample"].as_str().expect("sample"));
                assert_eq!(sample.expect("base64").len() as u64, size.min(limits::SAMPLE_BYTES), "{path}");
                json!({
                    "path": path,
                    "uploadMode": if size > self.lfs_above { "lfs" } else { "regular" },
                    "shouldIgnore": self.ignored.contains(path),
                    "oid": null,
                })
            })
            .collect();
        answer(200, json!({ "files": files }))
    }

    fn batch(&mut self, body: &[u8]) -> Response {
        let asked: Value = serde_json::from_slice(body).expect("JSON");
        let objects = asked["objects"].as_array().expect("objects");
        assert!(objects.len() <= limits::LFS_BATCH_OBJECTS);
        let objects: Vec<Value> = objects
            .iter()
            .map(|object| {
                let oid = object["oid"].as_str().expect("oid");
                let size = object["size"].as_u64().expect("size");
                if self.objects.contains_key(oid) {
                    return json!({ "oid": oid, "size": size });
                }
                let generation = self.generation;
                let mut actions = match self.part_bytes {
                    Some(part) if size > part => {
                        let mut header = json!({ "chunk_size": part.to_string() });
                        for number in 1..=size.div_ceil(part) {
                            header[format!("{number:05}")] =
                                json!(format!("{STORE}/{oid}?part={number}&generation={generation}"));
                        }
                        json!({ "upload": { "href": format!("{HUB}/complete/{oid}"), "header": header } })
                    }
                    _ => json!({ "upload": { "href": format!("{STORE}/{oid}?generation={generation}") } }),
                };
                if self.verify {
                    actions["verify"] = json!({ "href": format!("{HUB}/verify/{oid}") });
                }
                json!({ "oid": oid, "size": size, "authenticated": true, "actions": actions })
            })
            .collect();
        answer(200, json!({ "transfer": "basic", "objects": objects }))
    }

    fn put(&mut self, request: &Request, body: &[u8]) -> Response {
        let rest = request.url.strip_prefix(STORE).expect("a URL of the store").trim_start_matches('/');
        let (oid, query) = rest.split_once('?').expect("a signature");
        let value = |key: &str| {
            query.split('&').find_map(|pair| pair.strip_prefix(&format!("{key}="))).and_then(|v| v.parse().ok())
        };
        if value("generation") != Some(u64::from(self.generation)) {
            return Response { status: 403, headers: vec![], body: "<Error>expired</Error>".into() };
        }
        self.content_puts += 1;
        let etag = format!("\"{}\"", sha256(body));
        match value("part") {
            Some(number) => {
                self.parts.entry(oid.to_owned()).or_default().insert(number, body.to_vec());
            }
            None if sha256(body) == oid => {
                self.objects.insert(oid.to_owned(), body.to_vec());
            }
            None => return refuse(400, None, "The content does not have this oid"),
        }
        Response { status: 200, headers: vec![("etag".into(), etag)], body: String::new() }
    }

    fn complete(&mut self, body: &[u8]) -> Response {
        let asked: Value = serde_json::from_slice(body).expect("JSON");
        let oid = asked["oid"].as_str().expect("oid");
        let Some(parts) = self.parts.get(oid) else { return refuse(404, None, "No such upload") };
        let named: Vec<(u64, String)> = asked["parts"]
            .as_array()
            .expect("parts")
            .iter()
            .map(|part| (part["partNumber"].as_u64().expect("number"), part["etag"].as_str().expect("etag").into()))
            .collect();
        let held: Vec<(u64, String)> =
            parts.iter().map(|(number, bytes)| (*number, format!("\"{}\"", sha256(bytes)))).collect();
        let whole: Vec<u8> = parts.values().flatten().copied().collect();
        if named != held || sha256(&whole) != oid {
            return refuse(400, None, "The parts are not what was announced");
        }
        self.objects.insert(oid.to_owned(), whole);
        answer(200, json!({ "success": true }))
    }

    fn commit(&mut self, request: &Request, body: &[u8]) -> Response {
        let pull = self.pull(request);
        if self.read_only && pull.is_none() {
            return refuse(403, None, "Forbidden");
        }
        let history = pull.map_or(&self.history, |at| &self.pulls[at].history);
        let text = std::str::from_utf8(body).expect("UTF-8");
        let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let header = lines.remove(0)["value"].clone();
        let parent = header["parentCommit"].as_str().expect("every commit names its parent");
        if Some(parent) != history.last().map(|commit| commit.id.as_str()) {
            return refuse(412, None, "The branch was updated since");
        }
        let commit = SimCommit::new(history, header["summary"].as_str().expect("summary"), Vec::new());
        let mut tree = pull.map_or(&self.tree, |at| &self.pulls[at].tree).clone();
        for line in &lines {
            let value = &line["value"];
            let path = value["path"].as_str().expect("path").to_owned();
            match line["key"].as_str().expect("key") {
                "file" => {
                    let content = value["content"].as_str().expect("content");
                    let bytes = base64::prelude::BASE64_STANDARD.decode(content).expect("base64");
                    tree.insert(path, Held::Regular(bytes));
                }
                "lfsFile" => {
                    let oid = value["oid"].as_str().expect("oid").to_owned();
                    let size = value["size"].as_u64().expect("size");
                    let is_stored = self.objects.contains_key(&oid) || self.cas.xet_hash(&oid).is_some();
                    assert!(is_stored, "{path}: committed before it was stored");
                    tree.insert(path, Held::Lfs { oid, size });
                }
                "deletedFile" => {
                    if tree.remove(&path).is_none() {
                        return refuse(404, Some("EntryNotFound"), "A file with this name doesn't exist");
                    }
                }
                "deletedFolder" => {
                    let prefix = format!("{}/", path.trim_end_matches('/'));
                    tree.retain(|held, _| !held.starts_with(&prefix));
                }
                other => panic!("unknown key {other}"),
            }
        }
        let id = commit.id.clone();
        let (held, history) = match pull {
            Some(at) => {
                let SimPull { tree, history, .. } = &mut self.pulls[at];
                (tree, history)
            }
            None => (&mut self.tree, &mut self.history),
        };
        *held = tree;
        history.push(SimCommit { lines, ..commit });
        let url = format!("{HUB}/u/r/commit/{id}");
        answer(200, json!({ "success": true, "commitOid": id, "commitUrl": url, "hookOutput": "" }))
    }
}

fn commits(history: &[SimCommit]) -> Value {
    let row = |commit: &SimCommit| {
        json!({
            "id": commit.id, "title": commit.title, "message": "", "authors": [{ "user": ME }],
            "date": "2026-01-01T00:00:00.000Z",
        })
    };
    history.iter().rev().map(row).collect()
}

fn pull_json(pull: &SimPull) -> Value {
    json!({
        "num": pull.num, "title": pull.title, "status": pull.status, "isPullRequest": true,
        "author": { "name": pull.author },
    })
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

/// The route's name.
pub fn route(request: &Request) -> &'static str {
    let url = request.url.as_str();
    if url.starts_with(STORE) {
        return "put";
    }
    if url.starts_with(DATA) {
        return "data";
    }
    if let Some(path) = url.strip_prefix(CAS) {
        let rows = [
            ("/v1/xorbs/default/", "xorb"),
            ("/v1/shards", "shard"),
            ("/v1/chunks/default-merkledb/", "chunk"),
            ("/v1/reconstructions/", "reconstruction"),
        ];
        let found = rows.iter().find(|(prefix, _)| path.starts_with(prefix));
        return found.map_or_else(|| panic!("no route: {url}"), |row| row.1);
    }
    let path = url.strip_prefix(HUB).expect("the Hub or its store");
    let body =
        request.body.iter().find_map(|part| if let BodyPart::Text(text) = part { Some(text.as_str()) } else { None });
    if path.starts_with("/api/models/u/r/discussions") {
        return match (path.ends_with("/status"), path.contains("/discussions/"), request.method) {
            (true, ..) => "ready",
            (_, true, _) => "pull",
            (.., Method::Get) => "pulls",
            _ => "open-pull",
        };
    }
    // Only the question before the push is about a file of which nothing was read.
    let unread = |body: &str| body.contains(r#""sample":"","#) && !body.contains(r#""size":0}"#);
    if path.starts_with("/api/models/u/r/preupload/") && body.is_some_and(unread) {
        return "may-write";
    }
    let rows = [
        ("/api/models/u/r/xet-write-token/", "xet-token"),
        ("/api/models/u/r/revision/", "head"),
        ("/api/models/u/r/branch/", "branch"),
        ("/api/models/u/r/paths-info/", "paths-info"),
        ("/api/models/u/r/preupload/", "preupload"),
        ("/u/r.git/info/lfs/objects/batch", "batch"),
        ("/api/validate-yaml", "yaml"),
        ("/api/whoami-v2", "whoami"),
        ("/api/models/u/r/tree/", "tree"),
        ("/complete/", "complete"),
        ("/verify/", "verify"),
        ("/api/models/u/r/commit/", "commit"),
        ("/api/models/u/r/commits/", "history"),
    ];
    rows.iter().find(|(prefix, _)| path.starts_with(prefix)).map_or_else(|| panic!("no route: {url}"), |row| row.1)
}
