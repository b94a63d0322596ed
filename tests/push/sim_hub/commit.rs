//! Commits: the parent must be the head of the branch, and every object that is named must be stored.

use base64::Engine;
use hubferry::http::{Request, Response};
use serde_json::{Value, json};

use super::pulls::SimPull;
use super::{HUB, Held, ME, SimCommit, SimHub, answer, refuse};

impl SimHub {
    pub(super) fn commit(&mut self, request: &Request, body: &[u8]) -> Response {
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
        let commit = SimCommit::new(history, header["summary"].as_str().expect("summary"), ME, Vec::new());
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
