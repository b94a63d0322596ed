//! Which route a request is on.

use hubferry::http::{BodyPart, Method, Request};

use super::{HUB, STORE};
use crate::sim_cas::{CAS, DATA};

/// The route's name.
pub fn route(request: &Request) -> &'static str {
    let url = request.url.as_str();
    if url.starts_with(STORE) {
        return if url.contains("?part=") { "part" } else { "put" };
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
        if path.ends_with("/merge") {
            return "merge";
        }
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
