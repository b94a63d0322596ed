//! Starts Hubs, sends requests, and says what came back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hubferry_local_hub::{Builder, LocalHub, LocalHubHandle, User};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The owner of all test repos.
pub const DEMO: &str = "hf_demo";
/// Somebody else, who may write in a namespace of her own.
pub const ANN: &str = "hf_ann";
/// Demo's second token, which may only read.
pub const READER: &str = "hf_reader";
/// Opens the control API.
pub const CONTROL: &str = "control-token";

/// A running Hub and a client of it.
pub struct Hub {
    pub handle: LocalHubHandle,
    pub client: Client,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// A request before it is sent.
pub struct Ask<'a> {
    hub: &'a Hub,
    request: reqwest::RequestBuilder,
}

/// The builder of all test Hubs.
pub fn builder() -> Builder {
    LocalHub::builder()
        .user(User::new("demo", DEMO))
        .user(User::reader("demo", READER))
        .user(User::new("ann", ANN))
        .org("acme:demo,ann=read".parse().unwrap())
        .control_token(CONTROL)
}

impl Hub {
    /// A Hub with the usual users.
    pub async fn start() -> Self {
        Self::with(builder()).await
    }

    /// A Hub with the usual users and the repo `demo/repo`, a model.
    pub async fn with_repo() -> Self {
        let hub = Self::start().await;
        hub.create("model", "repo").await;
        hub
    }

    /// A Hub of this builder.
    pub async fn with(builder: Builder) -> Self {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Self { handle: builder.start().await.unwrap(), client }
    }

    /// A request to a path of the Hub, or to a whole URL.
    pub fn ask(&self, method: &str, path: &str) -> Ask<'_> {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.handle.url) };
        Ask { hub: self, request: self.client.request(Method::from_bytes(method.as_bytes()).unwrap(), url) }
    }

    /// A GET without a token.
    pub async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path).send().await
    }

    /// Demo creates a repo.
    pub async fn create(&self, kind: &str, name: &str) {
        let mut body = json!({ "type": kind, "name": name, "organization": "demo" });
        if kind == "space" {
            body["sdk"] = "static".into();
        }
        self.ask("POST", "/api/repos/create").token(DEMO).json(&body).send().await.expect(200);
    }

    /// Demo commits lines to a branch of `demo/repo`.
    pub async fn commit_to(&self, rev: &str, lines: &[Value]) -> Reply {
        self.ask("POST", &format!("/api/models/demo/repo/commit/{rev}")).token(DEMO).lines(lines).send().await
    }

    /// Demo commits operations to main of `demo/repo`; gives the commit.
    pub async fn commit(&self, operations: &[Value]) -> String {
        let mut lines = vec![header("a commit")];
        lines.extend_from_slice(operations);
        self.commit_to("main", &lines).await.expect(200).json()["commitOid"].as_str().unwrap().to_owned()
    }

    /// The head of main of `demo/repo`.
    pub async fn head(&self) -> String {
        let info = self.ask("GET", "/api/models/demo/repo").token(DEMO).send().await.expect(200).json();
        info["sha"].as_str().unwrap().to_owned()
    }

    /// The paths of main of `demo/repo`.
    pub async fn paths(&self) -> Vec<String> {
        let tree = self.get("/api/models/demo/repo/tree/main?recursive=true").await.expect(200).json();
        let files = tree.as_array().unwrap().iter().filter(|entry| entry["type"] == "file");
        files.map(|entry| entry["path"].as_str().unwrap().to_owned()).collect()
    }

    /// The batch answer's entry for one object of `demo/repo`.
    pub async fn batch(&self, content: &[u8]) -> Value {
        let body = json!({
            "operation": "upload", "transfers": ["basic", "multipart"], "hash_algo": "sha256",
            "objects": [{ "oid": oid(content), "size": content.len() }],
        });
        let answer = self.ask("POST", "/demo/repo.git/info/lfs/objects/batch").token(DEMO).lfs(&body).send().await;
        answer.expect(200).json()["objects"][0].clone()
    }

    /// Demo uploads an object to `demo/repo` by one PUT; gives its commit line for a path.
    pub async fn upload(&self, path: &str, content: &[u8]) -> Value {
        let entry = self.batch(content).await;
        if let Some(href) = entry["actions"]["upload"]["href"].as_str() {
            self.ask("PUT", href).body(content.to_vec()).send().await.expect(200);
        }
        lfs_file(path, content)
    }

    /// The folder of a repo's git repository.
    pub fn dir(&self, repo: &str) -> PathBuf {
        self.handle.data().join("repos").join(format!("{repo}.git"))
    }

    /// What the git program says about `demo/repo`.
    pub fn git(&self, args: &[&str]) -> String {
        git(&self.dir("models/demo/repo"), args)
    }

    /// How many objects of any kind `demo/repo` keeps outside git.
    pub fn stored(&self) -> usize {
        fn count(dir: &Path) -> usize {
            let Ok(entries) = std::fs::read_dir(dir) else { return 0 };
            entries.map(|entry| entry.unwrap().path()).map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
        }
        count(&self.dir("models/demo/repo").join("lfs"))
    }
}

/// Everything below a folder: path and digest of each file, and the folders.
pub fn snapshot(dir: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.insert(path.clone(), String::new());
                folders.push(path);
            } else {
                found.insert(path.clone(), oid(&std::fs::read(&path).unwrap()));
            }
        }
    }
    found
}

/// Runs git on a repository; its complaints fail the test.
pub fn git(dir: &Path, args: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(dir).args(args).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "git {args:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

impl Ask<'_> {
    /// With a bearer token.
    pub fn token(mut self, token: &str) -> Self {
        self.request = self.request.header(AUTHORIZATION, format!("Bearer {token}"));
        self
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// With a JSON body.
    pub fn json(mut self, body: &Value) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// With a JSON body of LFS.
    pub fn lfs(self, body: &Value) -> Self {
        self.header(CONTENT_TYPE.as_str(), "application/vnd.git-lfs+json").body(body.to_string().into_bytes())
    }

    /// With a commit body.
    pub fn lines(self, lines: &[Value]) -> Self {
        let text: Vec<String> = lines.iter().map(Value::to_string).collect();
        self.header(CONTENT_TYPE.as_str(), "application/x-ndjson").body(text.join("\n").into_bytes())
    }

    /// With a body.
    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.request = self.request.body(body);
        self
    }

    /// Sends it.
    pub async fn send(self) -> Reply {
        self.try_send().await.unwrap()
    }

    /// Sends it; the connection may break.
    pub async fn try_send(self) -> reqwest::Result<Reply> {
        let response = self.request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let is_store = response.url().as_str().starts_with(&self.hub.handle.store_url);
        let id = if is_store { "x-amz-request-id" } else { "x-request-id" };
        assert!(headers.contains_key(id), "an answer without {id}");
        Ok(Reply { status, headers, body: response.bytes().await?.to_vec() })
    }
}

impl Reply {
    /// Fails unless the status is this.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The URL of the next page.
    pub fn next(&self) -> Option<String> {
        Some(self.header("link").strip_prefix('<')?.strip_suffix(">; rel=\"next\"")?.to_owned())
    }
}

/// Demo uploads an object to a repo of a running program, whole or in parts, as the batch says.
pub async fn upload(client: &reqwest::Client, url: &str, repo: &str, content: &[u8]) -> reqwest::Result<()> {
    let batch = json!({
        "operation": "upload", "transfers": ["basic", "multipart"],
        "objects": [{ "oid": oid(content), "size": content.len() }],
    });
    let asked = client
        .post(format!("{url}/demo/{repo}.git/info/lfs/objects/batch"))
        .bearer_auth("hf_demo")
        .header("content-type", "application/vnd.git-lfs+json")
        .body(batch.to_string());
    let answer: Value = asked.send().await?.error_for_status()?.json().await?;
    let action = &answer["objects"][0]["actions"]["upload"];
    let href = action["href"].as_str().unwrap();
    let Some(size) = action["header"]["chunk_size"].as_str() else {
        client.put(href).body(content.to_vec()).send().await?.error_for_status()?;
        return Ok(());
    };
    let mut parts = Vec::new();
    for (part, bytes) in (1..).zip(content.chunks(size.parse().unwrap())) {
        let to = action["header"][format!("{part:05}")].as_str().unwrap();
        let answer = client.put(to).body(bytes.to_vec()).send().await?.error_for_status()?;
        parts.push(json!({ "partNumber": part, "etag": answer.headers()["etag"].to_str().unwrap() }));
    }
    let whole = json!({ "oid": oid(content), "parts": parts });
    client.post(href).json(&whole).send().await?.error_for_status()?;
    Ok(())
}

/// Demo commits lines to main of a repo of a running program; gives the commit.
pub async fn commit(client: &reqwest::Client, url: &str, repo: &str, lines: &[Value]) -> reqwest::Result<String> {
    let body: Vec<String> = lines.iter().map(Value::to_string).collect();
    let sent = client
        .post(format!("{url}/api/models/demo/{repo}/commit/main"))
        .bearer_auth("hf_demo")
        .header("content-type", "application/x-ndjson")
        .body(body.join("\n"));
    let answer: Value = sent.send().await?.error_for_status()?.json().await?;
    Ok(answer["commitOid"].as_str().unwrap().to_owned())
}

/// The SHA-256 of a content.
pub fn oid(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

/// The header line of a commit.
pub fn header(summary: &str) -> Value {
    json!({ "key": "header", "value": { "summary": summary, "description": "" } })
}

/// The header line of a commit on a parent.
pub fn header_on(parent: &str) -> Value {
    json!({ "key": "header", "value": { "summary": "on a parent", "parentCommit": parent } })
}

/// The line of an inline file.
pub fn file(path: &str, content: &[u8]) -> Value {
    json!({ "key": "file", "value": { "path": path, "content": BASE64.encode(content), "encoding": "base64" } })
}

/// The line of a large file.
pub fn lfs_file(path: &str, content: &[u8]) -> Value {
    json!({ "key": "lfsFile", "value": { "path": path, "algo": "sha256", "oid": oid(content), "size": content.len() } })
}

/// The line that deletes a file.
pub fn delete(path: &str) -> Value {
    json!({ "key": "deletedFile", "value": { "path": path } })
}

/// The line that deletes a folder.
pub fn delete_folder(path: &str) -> Value {
    json!({ "key": "deletedFolder", "value": { "path": path } })
}

/// Bytes that look random and are the same every time.
pub fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)) as u8
    };
    (0..length).map(|_| next()).collect()
}
