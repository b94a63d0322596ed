//! What crosses to a driver in another language is read back as it was written, and nothing else is taken for it.
#![cfg(not(target_arch = "wasm32"))]

use hubferry::wire::{CallSpec, InputView, OperationSpec, PushSpec, RepoSpec};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn error_of<T: DeserializeOwned>(value: &Value) -> String {
    match serde_json::from_value::<T>(value.clone()) {
        Ok(_) => panic!("{value} was taken"),
        Err(error) => error.to_string(),
    }
}

fn assert_same<T: DeserializeOwned + Serialize>(value: Value) {
    let read: T = serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"));
    assert_eq!(serde_json::to_value(read).expect("plain"), value);
}

#[test]
fn inputs() {
    let failure = json!({ "code": "blocked", "message": "why" });
    for value in [
        json!({ "type": "probed", "id": 1, "files": [
            { "type": "probed", "sample": "aGk=" },
            { "type": "probed", "sample": "", "gitBlob": "g", "sha256": "s", "text": "t" },
            { "type": "failed", "failure": failure },
        ] }),
        json!({ "type": "digested", "id": 2, "digest": "d" }),
        json!({ "type": "response", "id": 3, "status": 200, "headers": [["etag", "e"]], "body": "{}" }),
        json!({ "type": "failed", "id": 4, "failure": failure }),
        json!({ "type": "progress", "id": 5, "bytes": 9_007_199_254_740_991_u64 }),
    ] {
        assert_same::<InputView>(value);
    }
    for (value, reason) in [
        (json!({ "type": "digested", "id": 2 }), "digest is missing"),
        (json!({ "type": "response", "id": 3, "status": 200, "body": "" }), "headers is missing"),
        (
            json!({ "type": "response", "id": 3, "status": 200, "headers": [["etag"]], "body": "" }),
            "headers[0] must be",
        ),
        (json!({ "type": "surprise", "id": 3 }), "\"surprise\""),
        (json!({ "type": "probed", "id": 1, "files": [{ "type": "probed" }] }), "files[0].sample is missing"),
        (json!({ "type": "probed", "id": 1, "files": [{ "type": "lost" }] }), "files[0] must be a probe's result"),
        (json!({ "type": "progress", "id": 1, "bytes": -1 }), "bytes must be an integer from 0"),
        (json!({ "type": "progress", "bytes": 1 }), "id is missing"),
        (
            json!({ "type": "response", "id": 3, "status": 70_000, "headers": [], "body": "" }),
            "status must be less than 2^16",
        ),
    ] {
        let error = error_of::<InputView>(&value);
        assert!(error.contains(reason), "{value}: {error}");
    }
}

#[test]
fn operations() {
    assert_same::<OperationSpec>(json!({ "operation": "addOrUpdate", "path": "a", "file": 0, "size": 3 }));
    assert_same::<OperationSpec>(json!({ "operation": "delete", "path": "a/" }));
    for value in [
        json!({ "operation": "addOrUpdate", "path": "a", "file": 0 }),
        json!({ "operation": "copy", "path": "a" }),
        json!({ "operation": "delete" }),
        json!({ "operation": "addOrUpdate", "path": "a", "file": 0, "size": 1.5 }),
    ] {
        error_of::<OperationSpec>(&value);
    }
}

#[test]
fn repos() {
    assert_same::<RepoSpec>(json!("datasets/user/name"));
    assert_same::<RepoSpec>(json!({ "type": "space", "name": "user/name" }));
    for value in [json!(7), json!(["user/name"])] {
        let error = error_of::<RepoSpec>(&value);
        assert!(error.contains("a repo, such as \"user/name\""), "{value}: {error}");
    }
    assert!(error_of::<RepoSpec>(&json!(null)).contains("is missing"));
    assert!(error_of::<RepoSpec>(&json!({ "type": "space" })).contains("name is missing"));
    assert!(error_of::<PushSpec>(&json!({ "repo": 7, "seed": 1 })).contains("a repo"));
}

#[test]
fn calls() {
    for (ask, reason) in [
        (json!({ "type": "listFiles", "repo": "user/name" }), "none of type \"listFiles\""),
        (json!({ "type": "listTree" }), "repo is missing"),
        (json!({ "type": "createBranch", "repo": "user/name" }), "branch is missing"),
        (json!({ "type": "deleteBranch", "repo": "user/name" }), "branch is missing"),
        (json!({ "type": "pathsInfo", "repo": "user/name" }), "paths is missing"),
        (json!({ "type": "resolve", "repo": "user/name" }), "path is missing"),
        (
            json!({ "type": "createRepo", "repo": "user/name", "visibility": "secret" }),
            "ask.visibility must be \"public\", \"private\" or \"protected\", not \"secret\"",
        ),
        (json!({ "repo": "user/name" }), "ask.type is missing"),
    ] {
        let error = error_of::<CallSpec>(&json!({ "ask": ask }));
        assert!(error.contains(reason), "{ask}: {error}");
    }
}
