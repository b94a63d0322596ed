//! Requests and answers of the Hub.

use hubferry::Code;
use hubferry::hash::base64;
use hubferry::http::{BodyPart, FileIdx, Request, Response};
use hubferry::hub::commit::{Commit, CommitLine};
use hubferry::hub::lfs_batch::{Action, LfsBatch, PartUrl};
use hubferry::hub::lfs_store::Complete;
use hubferry::hub::ratelimit::RateLimit;
use hubferry::hub::{Endpoint, Hub, HubUrl, RepoId};
use serde_json::{Value, json};

use super::{rows, text, texts};

const OID: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn hub() -> Hub {
    Hub { url: HubUrl::parse("https://hub.example").expect("an address"), token: None }
}

fn repo() -> RepoId {
    RepoId::parse("user/repo").expect("a repo")
}

pub fn multipart_plans() {
    let mut seen = 0;
    for row in rows(include_str!("lfs-http.json")) {
        if row["op"] != "multipart_plan" {
            continue;
        }
        seen += 1;
        let size = row["size"].as_u64().expect("a size");
        let endpoint =
            LfsBatch { repo: repo(), revision: Some("main".to_owned()), objects: vec![(OID.to_owned(), size)] };
        let upload = json!({ "href": "https://hub.example/complete", "header": row["header"] });
        let body = json!({ "transfer": "multipart", "objects": [{ "oid": OID, "size": size, "actions": { "upload": upload } }] });
        let response = Response { status: 200, headers: Vec::new(), body: body.to_string() };
        let actions = endpoint.parse(&response, &hub());
        if row["expect"] == "error" {
            assert_eq!(actions.expect_err("an error").code, Code::Protocol, "{}", row["name"]);
            continue;
        }
        let parts: Vec<PartUrl> = row["expect"].as_array().expect("parts").iter().map(part).collect();
        let complete = "https://hub.example/complete".to_owned();
        assert_eq!(actions.expect("a plan"), [Action::Multipart { parts, complete, verify: None }], "{}", row["name"]);
    }
    assert_eq!(seen, 5);
}

fn part(expected: &Value) -> PartUrl {
    let number = |key: &str| expected[key].as_u64().expect("a number");
    PartUrl { url: text(expected, "url").to_owned(), start: number("start"), end: number("end") }
}

pub fn completions() {
    let mut seen = 0;
    for row in rows(include_str!("lfs-http.json")) {
        if row["op"] != "completion_body" {
            continue;
        }
        seen += 1;
        let endpoint = Complete {
            href: "https://hub.example/complete".to_owned(),
            oid: text(&row, "oid").to_owned(),
            etags: texts(&row["etags"]).expect("a list"),
        };
        match endpoint.request(&hub()) {
            Err(_) => assert_eq!(row["expect"], "error", "{}", row["name"]),
            Ok(request) => {
                let body: Value = serde_json::from_str(&rendered(&request, &[])).expect("JSON");
                assert_eq!(body, row["expect"], "{}", row["name"]);
            }
        }
    }
    assert_eq!(seen, 2);
}

/// A copy needs an operation that we do not have yet.
const NO_SUCH_OPERATION: &str = "copy-lfs-has-no-size";

pub fn commit_bodies() {
    for row in rows(include_str!("commit-bodies.json")) {
        if row["name"] == NO_SUCH_OPERATION {
            continue;
        }
        let asked = &row["request"];
        let mut contents = Vec::new();
        let operations = asked["operations"].as_array().expect("operations");
        let commit = Commit {
            repo: repo(),
            revision: "main".to_owned(),
            title: text(asked, "title").to_owned(),
            description: asked["description"].as_str().map(str::to_owned),
            parent_commit: asked["parent_commit"].as_str().map(str::to_owned),
            lines: operations.iter().filter_map(|operation| line(operation, &mut contents)).collect(),
        };
        let body = rendered(&commit.request(&hub()).expect("a request"), &contents);
        assert!(body.ends_with('\n'), "{}", row["name"]);
        let lines: Vec<Value> = body.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(Value::from(lines), row["expect_lines"], "{}", row["name"]);
    }
}

fn line(operation: &Value, contents: &mut Vec<Vec<u8>>) -> Option<CommitLine> {
    // What is ignored is left out by the push, before the commit.
    if operation["should_ignore"] == true {
        return None;
    }
    let path = |key: &str| operation[key].as_str().map(str::to_owned);
    if let Some(path) = path("delete_file") {
        return Some(CommitLine::DeleteFile { path });
    }
    if let Some(path) = path("delete_folder") {
        return Some(CommitLine::DeleteFolder { path });
    }
    let path = path("add").expect("an operation that is known");
    if operation["mode"] == "lfs" {
        let size = operation["size"].as_u64().expect("a size");
        return Some(CommitLine::LfsFile { path, oid: text(operation, "sha256").to_owned(), size });
    }
    let content = text(operation, "content_utf8").as_bytes().to_vec();
    let file = FileIdx(u32::try_from(contents.len()).expect("few files"));
    let size = content.len() as u64;
    contents.push(content);
    Some(CommitLine::File { path, file, size })
}

/// The body as a driver would make it.
fn rendered(request: &Request, contents: &[Vec<u8>]) -> String {
    let mut body = Vec::new();
    for part in &request.body {
        let slice = |file: &FileIdx, start: u64, end: u64| &contents[file.0 as usize][start as usize..end as usize];
        match part {
            BodyPart::Text(text) => body.extend(text.bytes()),
            BodyPart::Slice { file, start, end } => body.extend(slice(file, *start, *end)),
            BodyPart::Base64 { file, start, end } => body.extend(base64::encode(slice(file, *start, *end))),
            BodyPart::Xorb { .. } | BodyPart::Shard { .. } => unreachable!("no endpoint of these vectors sends one"),
        }
    }
    assert_eq!(body.len() as u64, request.body_bytes());
    String::from_utf8(body).expect("text")
}

pub fn rate_limits() {
    for row in rows(include_str!("ratelimit-headers.json")) {
        let headers = row["headers"].as_object().expect("headers");
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned()));
        let response = Response { status: 429, headers: headers.collect(), body: String::new() };
        let parsed = RateLimit::parse(&response).map(|limit| {
            json!({
                "resource_type": limit.bucket,
                "remaining": limit.remaining,
                "reset_in_seconds": limit.reset_seconds,
                "limit": limit.quota,
                "window_seconds": limit.window_seconds,
            })
        });
        assert_eq!(parsed.unwrap_or_default(), row["parsed"], "{}", row["name"]);
    }
}
