//! LFS objects: whole or in parts, and none that is not what its oid says.

use hubferry::http::{Request, Response};
use hubferry::limits;
use serde_json::{Value, json};

use super::{HUB, STORE, SimHub, answer, refuse, sha256};

impl SimHub {
    pub(super) fn batch(&mut self, body: &[u8]) -> Response {
        let asked: Value = serde_json::from_slice(body).expect("JSON");
        let objects = asked["objects"].as_array().expect("objects");
        self.uploads += 1;
        let upload = self.uploads;
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
                                json!(format!("{STORE}/{oid}?part={number}&generation={generation}&upload={upload}"));
                        }
                        json!({ "upload": { "href": format!("{HUB}/complete/{oid}?upload={upload}"), "header": header } })
                    }
                    _ => {
                        let href = format!("{STORE}/{oid}?generation={generation}&upload={upload}");
                        json!({ "upload": { "href": href } })
                    }
                };
                if self.verify {
                    actions["verify"] = json!({ "href": format!("{HUB}/verify/{oid}") });
                }
                json!({ "oid": oid, "size": size, "authenticated": true, "actions": actions })
            })
            .collect();
        answer(200, json!({ "transfer": "basic", "objects": objects }))
    }

    pub(super) fn put(&mut self, request: &Request, body: &[u8]) -> Response {
        let rest = request.url.strip_prefix(STORE).expect("a URL of the store").trim_start_matches('/');
        let (oid, query) = rest.split_once('?').expect("a signature");
        if number(query, "generation") != Some(u64::from(self.generation)) {
            return Response { status: 403, headers: vec![], body: "<Error>expired</Error>".into() };
        }
        self.content_puts += 1;
        let etag = format!("\"{}\"", sha256(body));
        match number(query, "part") {
            Some(part) => {
                let upload = number(query, "upload").expect("an upload");
                self.parts.entry((oid.to_owned(), upload)).or_default().insert(part, body.to_vec());
            }
            None if sha256(body) == oid => {
                self.objects.insert(oid.to_owned(), body.to_vec());
            }
            None => return refuse(400, None, "The content does not have this oid"),
        }
        Response { status: 200, headers: vec![("etag".into(), etag)], body: String::new() }
    }

    pub(super) fn complete(&mut self, request: &Request, body: &[u8]) -> Response {
        let asked: Value = serde_json::from_slice(body).expect("JSON");
        let oid = asked["oid"].as_str().expect("oid");
        let (_, query) = request.url.split_once('?').expect("the upload");
        let upload = number(query, "upload").expect("an upload");
        let Some(parts) = self.parts.get(&(oid.to_owned(), upload)) else { return refuse(404, None, "No such upload") };
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

    /// Whether an object is stored, with this size.
    pub(super) fn verify_object(&self, body: &[u8]) -> Response {
        let asked: Value = serde_json::from_slice(body).expect("JSON");
        let oid = asked["oid"].as_str().expect("oid");
        match self.objects.get(oid) {
            Some(held) if held.len() as u64 == asked["size"] => answer(200, json!({})),
            _ => refuse(404, None, "Object not found"),
        }
    }
}

/// A number of a query.
fn number(query: &str, key: &str) -> Option<u64> {
    query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('=')?.parse().ok())
}
