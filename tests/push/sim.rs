//! A bad world on a virtual clock: a Hub in memory, a driver that answers late, in any order, or not at all.
//!
//! The Hub is as strict as a push needs: a commit must name the head as its parent and only objects that are stored. What
//! goes wrong is decided by a [`Faults`] function of the request's route and how often it was seen.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base64::Engine;
use hubferry::error::Code;
use hubferry::http::{BodyPart, FileIdx, Method, Request, Response};
use hubferry::hub::{Hub, HubUrl, RepoId, Token};
use hubferry::push::{Event, FileOutcome, Operation, Push, PushOptions, PushOutput};
use hubferry::step::{DigestKind, Failure, Input, Probed, Step, StepId};
use hubferry::time::Millis;
use hubferry::{Error, limits};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};

pub const HUB: &str = "https://hub.example";
pub const STORE: &str = "https://store.example";
pub const TOKEN: &str = "hf_secretsecretsecret";

pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub fn git_blob(bytes: &[u8]) -> String {
    let mut sha1 = Sha1::new();
    sha1.update(format!("blob {}\0", bytes.len()));
    sha1.update(bytes);
    hex(&sha1.finalize())
}

fn hex(bytes: &[u8]) -> String {
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

/// The Hub.
#[derive(Default)]
pub struct SimHub {
    pub tree: BTreeMap<String, Held>,
    pub history: Vec<SimCommit>,
    pub objects: BTreeMap<String, Vec<u8>>,
    pub branches: BTreeSet<String>,
    pub lfs_above: u64,
    pub part_bytes: Option<u64>,
    pub ignored: BTreeSet<String>,
    pub verify: bool,
    /// Bodies of content received, whole or in parts.
    pub content_puts: u64,
    parts: HashMap<String, BTreeMap<u64, Vec<u8>>>,
    /// URLs of this generation are good; a fault may raise it to let all earlier ones expire.
    pub generation: u32,
}

impl SimHub {
    pub fn new() -> SimHub {
        let mut hub = SimHub { lfs_above: 1000, ..SimHub::default() };
        hub.branches.insert("main".to_owned());
        hub.foreign_commit("initial commit", vec![]);
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
        let id = hex(&Sha1::digest(format!("{}{title}", self.history.len())));
        self.history.push(SimCommit { id: id.clone(), title: title.to_owned(), lines });
        id
    }

    /// Does the work and answers.
    fn serve(&mut self, request: &Request, body: &[u8]) -> Response {
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
            "paths-info" => self.paths_info(body),
            "preupload" => self.preupload(body),
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
            "commit" => self.commit(body),
            "history" => answer(200, self.commits()),
            other => panic!("the simulated Hub has no route {other}: {request:?}"),
        }
    }

    fn commits(&self) -> Value {
        let commits: Vec<Value> = self
            .history
            .iter()
            .rev()
            .map(|commit| {
                json!({
                    "id": commit.id, "title": commit.title, "message": "", "authors": [{ "user": "u" }],
                    "date": "2026-01-01T00:00:00.000Z",
                })
            })
            .collect();
        json!(commits)
    }

    fn paths_info(&self, body: &[u8]) -> Response {
        let asked: Value = serde_json::from_slice(body).expect("JSON");
        let paths = asked["paths"].as_array().expect("paths");
        assert!(paths.len() <= limits::PATHS_INFO_PATHS);
        let entries: Vec<Value> = paths
            .iter()
            .filter_map(|path| {
                let path = path.as_str()?;
                Some(match self.tree.get(path)? {
                    Held::Regular(bytes) => {
                        json!({ "type": "file", "path": path, "oid": git_blob(bytes), "size": bytes.len() })
                    }
                    Held::Lfs { oid, size } => json!({
                        "type": "file", "path": path, "oid": git_blob(oid.as_bytes()), "size": size,
                        "lfs": { "oid": oid, "size": size, "pointerSize": 130 },
                    }),
                })
            })
            .collect();
        answer(200, json!(entries))
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

    fn commit(&mut self, body: &[u8]) -> Response {
        let text = std::str::from_utf8(body).expect("UTF-8");
        let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let header = lines.remove(0)["value"].clone();
        let parent = header["parentCommit"].as_str().expect("every commit names its parent");
        if parent != self.head() {
            return refuse(412, None, "The branch was updated since");
        }
        let mut tree = self.tree.clone();
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
                    assert!(self.objects.contains_key(&oid), "{path}: committed before it was stored");
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
        self.tree = tree;
        let id = self.record(header["summary"].as_str().expect("summary"), lines);
        let url = format!("{HUB}/u/r/commit/{id}");
        answer(200, json!({ "success": true, "commitOid": id, "commitUrl": url, "hookOutput": "" }))
    }
}

fn answer(status: u16, body: Value) -> Response {
    Response { status, headers: vec![("x-request-id".into(), "req-1".into())], body: body.to_string() }
}

fn refuse(status: u16, code: Option<&str>, text: &str) -> Response {
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
    let path = url.strip_prefix(HUB).expect("the Hub or its store");
    let rows = [
        ("/api/models/u/r/revision/", "head"),
        ("/api/models/u/r/branch/", "branch"),
        ("/api/models/u/r/paths-info/", "paths-info"),
        ("/api/models/u/r/preupload/", "preupload"),
        ("/u/r.git/info/lfs/objects/batch", "batch"),
        ("/complete/", "complete"),
        ("/verify/", "verify"),
        ("/api/models/u/r/commit/", "commit"),
        ("/api/models/u/r/commits/", "history"),
    ];
    rows.iter().find(|(prefix, _)| path.starts_with(prefix)).map_or_else(|| panic!("no route: {url}"), |row| row.1)
}

/// What goes wrong with one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// This status, and no work done.
    Status(u16),
    /// The connection breaks before the work.
    CutBefore,
    /// The work is done, the answer is lost.
    CutAfter,
    /// The work is done, the answer is half.
    HalfAnswer,
    /// Nothing ever comes back; no work done.
    Hang,
    /// Nothing ever comes back; the work is done a long time later.
    LateTwin,
    /// All upload URLs expire now.
    Expire,
    /// Somebody else commits just before.
    ForeignCommit,
}

/// The fault for the nth (from 1) attempt on a route.
pub type Faults = Box<dyn FnMut(&str, u32) -> Fault>;

pub fn no_faults() -> Faults {
    Box::new(|_, _| Fault::None)
}

/// The first `times` attempts on `route` have this fault.
pub fn fault_on(route: &'static str, fault: Fault, times: u32) -> Faults {
    Box::new(move |seen, nth| if seen == route && nth <= times { fault } else { Fault::None })
}

enum Due {
    Input(Input),
    Work(Request),
}

/// One push in the bad world.
pub struct World {
    pub hub: SimHub,
    pub files: Vec<Vec<u8>>,
    pub now: Millis,
    pub events: Vec<Event>,
    pub requests: Vec<(&'static str, Request)>,
    pub outcomes: Vec<FileOutcome>,
    pub probes: u64,
    pub digests: u64,
    /// The most bytes that reads asked for at a time.
    pub reading_peak: u64,
    reading: HashMap<StepId, u64>,
    faults: Faults,
    seen: HashMap<&'static str, u32>,
    due: Vec<(Millis, StepId, Due)>,
    rng: u64,
    open: BTreeSet<StepId>,
    commits_open: u32,
    commit_ids: BTreeSet<StepId>,
}

impl World {
    pub fn new(hub: SimHub, seed: u64, faults: Faults) -> World {
        World {
            hub,
            files: Vec::new(),
            now: Millis(0),
            events: Vec::new(),
            requests: Vec::new(),
            outcomes: Vec::new(),
            probes: 0,
            digests: 0,
            reading_peak: 0,
            reading: HashMap::new(),
            faults,
            seen: HashMap::new(),
            due: Vec::new(),
            rng: seed,
            open: BTreeSet::new(),
            commits_open: 0,
            commit_ids: BTreeSet::new(),
        }
    }

    pub fn count(&self, route: &str) -> usize {
        self.requests.iter().filter(|(seen, _)| *seen == route).count()
    }

    fn random(&mut self, below: u64) -> u64 {
        self.rng = self.rng.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.rng >> 33) % below.max(1)
    }

    /// A push with these operations, run to its end.
    pub fn push(&mut self, options: PushOptions, operations: Vec<Operation>) -> Result<PushOutput, Error> {
        let mut push = Push::new(options)?;
        let count = operations.len();
        push.add(operations)?;
        let end = self.run(&mut push);
        self.outcomes = push.outcomes(0..count);
        end
    }

    /// Runs a machine to its end; panics when it does not settle in a virtual day.
    pub fn run(&mut self, push: &mut Push) -> Result<PushOutput, Error> {
        let mut last = push.progress(self.now);
        for _ in 0..1_000_000 {
            match push.poll(self.now) {
                Step::Done(end) => {
                    assert!(self.open.is_empty(), "steps left open at the end: {:?}", self.open);
                    return end;
                }
                Step::Wait { until } => {
                    for input in self.ripen(until) {
                        push.handle(self.now, input).expect("an awaited answer");
                    }
                }
                step => self.take(step),
            }
            let progress = push.progress(self.now);
            if !self.events.iter().any(|event| matches!(event, Event::Retry { cause, .. } if cause.contains("first"))) {
                assert_forward(&last, &progress);
            }
            last = progress;
        }
        panic!("the push does not settle");
    }

    /// Does what a step asks for.
    pub fn take(&mut self, step: Step<PushOutput>) {
        match step {
            Step::Probe { id, files } => {
                self.probes += files.len() as u64;
                assert!(files.len() <= limits::PROBE_FILES);
                let bytes = files.iter().map(|f| if f.whole { f.size } else { f.size.min(512) }).sum();
                self.read(id, bytes);
                let results = files
                    .iter()
                    .map(|probe| {
                        let bytes = &self.files[probe.file.0 as usize];
                        if bytes.len() as u64 != probe.size {
                            return Err(Failure { code: Code::FileChanged, message: "the size differs".into() });
                        }
                        let sample = &bytes[..bytes.len().min(512)];
                        Ok(Probed {
                            sample: base64::prelude::BASE64_STANDARD.encode(sample),
                            git_blob: probe.whole.then(|| git_blob(bytes)),
                            sha256: probe.whole.then(|| sha256(bytes)),
                            text: probe.text.then(|| String::from_utf8_lossy(bytes).into_owned()),
                        })
                    })
                    .collect();
                self.later(id, 50, Due::Input(Input::Probed { id, files: results }));
            }
            Step::Digest { id, file, size, kind } => {
                self.digests += 1;
                self.read(id, size.min(limits::DIGEST_CREDIT_BYTES));
                let bytes = &self.files[file.0 as usize];
                let input = if bytes.len() as u64 == size {
                    let digest = match kind {
                        DigestKind::Sha256 => sha256(bytes),
                        DigestKind::GitBlob => git_blob(bytes),
                    };
                    Input::Digested { id, digest }
                } else {
                    let failure = Failure { code: Code::FileChanged, message: "the size differs".into() };
                    Input::Failed { id, failure }
                };
                self.later(id, 500, Due::Input(input));
            }
            Step::Send { id, request } => self.send(id, request),
            Step::Cancel { id } => {
                assert!(self.open.remove(&id), "{id:?} was cancelled, but is not open");
                self.reading.remove(&id);
                if self.commit_ids.remove(&id) {
                    self.commits_open -= 1;
                }
                self.due.retain(|(_, due, what)| *due != id || matches!(what, Due::Work(_)));
                // A cancelled step may be answered late all the same.
                if self.random(4) == 0 {
                    let failure = Failure { code: Code::Blocked, message: "cut".into() };
                    self.due.push((self.now + Millis(7), id, Due::Input(Input::Failed { id, failure })));
                }
            }
            Step::Event(event) => self.events.push(event),
            Step::Wait { .. } | Step::Done(_) => unreachable!("handled by the loop"),
        }
    }

    fn read(&mut self, id: StepId, bytes: u64) {
        self.open.insert(id);
        self.reading.insert(id, bytes);
        self.reading_peak = self.reading_peak.max(self.reading.values().sum());
    }

    fn send(&mut self, id: StepId, request: Request) {
        let name = route(&request);
        assert_eq!(
            request.headers.iter().any(|(header, _)| *header == "authorization"),
            request.url.starts_with(HUB) && name != "complete",
            "the token goes to the Hub and to nobody else: {name}"
        );
        assert!(self.open.insert(id), "{id:?} stands twice");
        if name == "commit" {
            assert_eq!(self.commits_open, 0, "one commit at a time");
            self.commits_open += 1;
            self.commit_ids.insert(id);
        }
        let nth = self.seen.entry(name).or_default();
        *nth += 1;
        let fault = (self.faults)(name, *nth);
        self.requests.push((name, request.clone()));
        let input = |response| Due::Input(Input::Response { id, response });
        let cut =
            || Due::Input(Input::Failed { id, failure: Failure { code: Code::Blocked, message: "reset".into() } });
        match fault {
            Fault::None | Fault::CutAfter | Fault::HalfAnswer | Fault::ForeignCommit => {
                if fault == Fault::ForeignCommit {
                    self.hub.foreign_commit("somebody else", vec![("theirs", Held::Regular(b"x".to_vec()))]);
                }
                let body = self.body(&request);
                let mut response = self.hub.serve(&request, &body);
                if fault == Fault::HalfAnswer {
                    response.body.truncate(response.body.len() / 2);
                }
                let due = if fault == Fault::CutAfter { cut() } else { input(response) };
                if request.method == Method::Put {
                    let half = request.body_bytes() / 2;
                    self.later(id, 20, Due::Input(Input::Progress { id, bytes: half }));
                }
                self.later(id, 300, due);
            }
            Fault::Status(status) => self.later(id, 300, input(refuse(status, None, "a fault"))),
            Fault::CutBefore => self.later(id, 300, cut()),
            Fault::Hang => {}
            Fault::LateTwin => self.due.push((self.now + Millis(200_000), id, Due::Work(request))),
            Fault::Expire => {
                self.hub.generation += 1;
                let body = self.body(&request);
                let response = self.hub.serve(&request, &body);
                self.later(id, 300, input(response));
            }
        }
    }

    fn later(&mut self, id: StepId, at_most: u64, due: Due) {
        let after_others = match &due {
            Due::Input(Input::Progress { .. }) => 0,
            _ => 20,
        };
        let at = self.now + Millis(1 + after_others + self.random(at_most));
        self.due.push((at, id, due));
    }

    /// Advances the clock to the next thing that happens, and returns what the machine must be told.
    pub fn ripen(&mut self, until: Option<Millis>) -> Vec<Input> {
        let next = self.due.iter().map(|(at, _, _)| *at).chain(until).min();
        let Some(next) = next else { panic!("the push waits for nothing, for ever") };
        assert!(next.0 < 86_400_000, "the push does not settle in a day");
        self.now = self.now.max(next);
        let mut ripe: Vec<usize> = (0..self.due.len()).filter(|&i| self.due[i].0 <= self.now).collect();
        ripe.reverse();
        let mut inputs = Vec::new();
        for index in ripe {
            let (_, id, due) = self.due.swap_remove(index);
            match due {
                Due::Work(request) => {
                    let body = self.body(&request);
                    let _ = self.hub.serve(&request, &body);
                }
                Due::Input(input) => {
                    if !matches!(input, Input::Progress { .. }) {
                        self.open.remove(&id);
                        self.reading.remove(&id);
                        if self.commit_ids.remove(&id) {
                            self.commits_open -= 1;
                        }
                    }
                    inputs.push(input);
                }
            }
        }
        inputs
    }

    fn body(&self, request: &Request) -> Vec<u8> {
        let mut body = Vec::new();
        for part in &request.body {
            match part {
                BodyPart::Text(text) => body.extend_from_slice(text.as_bytes()),
                BodyPart::Slice { file, start, end } => body.extend_from_slice(self.slice(*file, *start, *end)),
                BodyPart::Base64 { file, start, end } => {
                    let text = base64::prelude::BASE64_STANDARD.encode(self.slice(*file, *start, *end));
                    body.extend_from_slice(text.as_bytes());
                }
            }
        }
        assert_eq!(body.len() as u64, request.body_bytes());
        body
    }

    fn slice(&self, file: FileIdx, start: u64, end: u64) -> &[u8] {
        &self.files[file.0 as usize][start as usize..end as usize]
    }

    /// Registers contents and returns the operations that add them.
    pub fn adds(&mut self, files: &[(&str, Vec<u8>)]) -> Vec<Operation> {
        files
            .iter()
            .map(|(path, bytes)| {
                self.files.push(bytes.clone());
                let file = FileIdx(self.files.len() as u32 - 1);
                Operation::AddOrUpdate { path: (*path).to_owned(), file, size: bytes.len() as u64 }
            })
            .collect()
    }
}

fn assert_forward(before: &hubferry::push::Progress, after: &hubferry::push::Progress) {
    let numbers = |p: &hubferry::push::Progress| {
        let (f, b) = (&p.files, &p.bytes);
        [
            p.phase as u64,
            f.total,
            f.hashed,
            f.uploaded,
            f.committed,
            f.skipped,
            b.total,
            b.read,
            b.deduplicated,
            b.sent,
            b.registered,
            b.committed,
            p.requests,
        ]
    };
    for (before, after) in numbers(before).iter().zip(numbers(after)) {
        assert!(after >= *before, "progress goes back");
    }
    assert!(after.bytes.sent <= after.bytes.total, "more sent than there is");
    assert!(after.files.uploaded <= after.files.total);
}

pub fn options() -> PushOptions {
    let hub = Hub { url: HubUrl::parse(HUB).expect("a URL"), token: Some(Token::parse(TOKEN).expect("a token")) };
    let mut options = PushOptions::new(hub, RepoId::parse("u/r").expect("a repo"));
    options.title = Some("ours".to_owned());
    options
}

/// A folder with everything: empty, small, large, equal contents, sizes around the limits.
pub fn folder() -> Vec<(&'static str, Vec<u8>)> {
    let bytes = |seed: u8, length: usize| (0..length).map(|i| (i as u8).wrapping_mul(31).wrapping_add(seed)).collect();
    vec![
        ("README.md", b"# hello\n".to_vec()),
        ("empty", Vec::new()),
        ("a/one.bin", bytes(1, 5_000)),
        ("a/twin.bin", bytes(1, 5_000)),
        ("a/b/two.bin", bytes(2, 2_000_000)),
        ("just-regular", bytes(3, 1_000)),
        ("just-lfs", bytes(4, 1_001)),
        ("odd #?%&+ \u{e9}.txt", bytes(5, 511)),
        ("three.bin", bytes(6, 1_048_577)),
    ]
}
