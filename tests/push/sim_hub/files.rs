//! What the repo holds under paths, and where the Hub wants new files.

use base64::Engine;
use hubferry::http::{Request, Response};
use hubferry::limits;
use serde_json::{Value, json};

use super::{Held, SimHub, answer, git_blob, refuse};

impl SimHub {
    pub(super) fn paths_info(&self, request: &Request, body: &[u8]) -> Response {
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
    pub(super) fn yaml(&mut self, body: &[u8]) -> Response {
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

    pub(super) fn files_under(&self, request: &Request) -> Response {
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

    pub(super) fn preupload(&self, body: &[u8]) -> Response {
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
}
