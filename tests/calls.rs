//! Calls as a driver in another language runs them: a plain object in, requests out, a plain object at the end.
#![cfg(not(target_arch = "wasm32"))]

use hubferry::Code;
use hubferry::call::Call;
use hubferry::http::Response;
use hubferry::json::Json;
use hubferry::step::{Failure, Input, Step, StepId};
use hubferry::time::Millis;
use hubferry::wire::{AnyEndpoint, CallSpec};
use serde_json::{Value, json};

/// A call in the name of a token.
fn start(ask: Value) -> Result<Call<AnyEndpoint>, hubferry::Error> {
    let spec = json!({ "hubUrl": "https://hub.example", "accessToken": "hf_secret", "ask": ask });
    serde_json::from_value::<CallSpec>(spec).expect("a call").start(7)
}

/// The step's id, and the request as `METHOD path`.
fn sent(step: Step<Json>) -> (StepId, String) {
    match step {
        Step::Send { id, request } => {
            let path = request.url.strip_prefix("https://hub.example").expect("the Hub's own address");
            (id, format!("{} {path}", request.method.as_str()))
        }
        other => panic!("no request: {other:?}"),
    }
}

fn response(id: StepId, status: u16, headers: &[(&str, &str)], body: &str) -> Input {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Input::Response { id, response: Response { status, headers, body: body.to_owned() } }
}

/// Runs a call that is answered at once.
fn run(ask: Value, headers: &[(&str, &str)], body: &str) -> (String, Value) {
    let mut call = start(ask).expect("a good call");
    let (id, request) = sent(call.poll(Millis(0)));
    assert!(matches!(call.poll(Millis(0)), Step::Wait { until: Some(_) }), "an answer is not awaited for ever");
    call.handle(Millis(1), response(id, 200, headers, body)).expect("an answer that is awaited");
    match call.poll(Millis(1)) {
        Step::Done(Ok(output)) => (request, serde_json::to_value(output).expect("JSON")),
        other => panic!("not done: {other:?}"),
    }
}

#[test]
fn every_call_from_its_object_to_its_answer() {
    let repo = "datasets/user/name";
    let api = "/api/datasets/user/name";
    let entry = json!({
        "type": "file", "path": "a", "oid": "p", "size": 5,
        "lfs": { "oid": "s", "size": 5, "pointerSize": 128 }, "xetHash": "x",
    });
    let commit = json!({
        "id": "c1", "title": "Add", "message": "", "date": "2026-11-21T09:00:00.000Z", "authors": [{ "user": "ada" }],
    });
    let main = json!({ "name": "main", "ref": "refs/heads/main", "targetCommit": "c1" });
    let refs = json!({ "branches": [main], "tags": [], "converts": [], "pullRequests": [] });
    let page = [("link", "<https://hub.example/x?cursor=z>; rel=\"next\"")];
    let facts = [("etag", "\"o\""), ("content-length", "3"), ("x-repo-commit", "c1"), ("content-type", "text/plain")];
    // (question, request, headers of the answer, its body, output)
    type Row<'a> = (Value, String, &'a [(&'a str, &'a str)], Value, Value);
    let rows: Vec<Row> = vec![
        (json!({ "type": "whoAmI" }), "GET /api/whoami-v2".into(), &[], json!({ "name": "ada", "periodEnd": null }), {
            json!({ "name": "ada", "periodEnd": null })
        }),
        (
            json!({
                "type": "createRepo", "repo": repo, "visibility": "private", "license": "mit", "existOk": true,
                "files": [{ "path": "a", "content": "aGk=" }],
            }),
            "POST /api/repos/create".into(),
            &[],
            json!({ "url": "https://hub.example/datasets/user/name", "name": "user/name", "id": "1f" }),
            json!({
                "url": "https://hub.example/datasets/user/name", "name": "user/name", "id": "1f", "existed": false,
            }),
        ),
        (json!({ "type": "deleteRepo", "repo": repo }), "DELETE /api/repos/delete".into(), &[], json!("OK"), {
            Value::Null
        }),
        (
            json!({ "type": "repoInfo", "repo": { "type": "dataset", "name": "user/name" }, "revision": "v1" }),
            format!("GET {api}/revision/v1"),
            &[],
            json!({ "sha": "c1", "likes": 3 }),
            json!({ "sha": "c1", "raw": { "sha": "c1", "likes": 3 } }),
        ),
        (
            json!({ "type": "repoExists", "repo": repo }),
            format!("GET {api}?expand[]=likes"),
            &[],
            json!({}),
            json!(true),
        ),
        (
            json!({ "type": "createBranch", "repo": repo, "branch": "dev", "startingPoint": "v1" }),
            format!("POST {api}/branch/dev"),
            &[],
            json!({}),
            Value::Null,
        ),
        (
            json!({ "type": "deleteBranch", "repo": repo, "branch": "dev" }),
            format!("DELETE {api}/branch/dev"),
            &[],
            json!({}),
            Value::Null,
        ),
        (
            json!({ "type": "listRefs", "repo": repo, "pullRequests": true }),
            format!("GET {api}/refs?include_prs=1"),
            &[],
            refs.clone(),
            refs,
        ),
        (
            json!({ "type": "listTree", "repo": repo, "path": "a", "recursive": true, "limit": 2 }),
            format!("GET {api}/tree/main/a?recursive=true&expand=false&limit=2"),
            &page,
            json!([entry]),
            json!({ "entries": [entry], "next": "cursor=z" }),
        ),
        (
            json!({ "type": "listTree", "repo": repo, "next": "cursor=z" }),
            format!("GET {api}/tree/main?cursor=z"),
            &[],
            json!([]),
            json!({ "entries": [] }),
        ),
        (
            json!({ "type": "listCommits", "repo": repo, "revision": "refs/pr/1" }),
            format!("GET {api}/commits/refs%2Fpr%2F1"),
            &[],
            json!([commit]),
            json!({ "commits": [commit] }),
        ),
        (
            json!({ "type": "pathsInfo", "repo": repo, "paths": ["a"] }),
            format!("POST {api}/paths-info/main"),
            &[],
            json!([entry]),
            json!([entry]),
        ),
        (
            json!({ "type": "resolve", "repo": repo, "path": "a b", "range": [0, 3] }),
            "GET /datasets/user/name/resolve/main/a%20b".into(),
            &facts,
            json!(null),
            json!({ "size": 3, "etag": "o", "commit": "c1", "contentType": "text/plain" }),
        ),
        (
            json!({ "type": "resolve", "repo": repo, "path": "a", "head": true }),
            "HEAD /datasets/user/name/resolve/main/a".into(),
            &[],
            json!(null),
            json!({}),
        ),
        (
            json!({ "type": "resolve", "repo": repo, "path": "a", "raw": true }),
            "GET /datasets/user/name/raw/main/a".into(),
            &[],
            json!(null),
            json!({}),
        ),
        (
            json!({ "type": "fileExists", "repo": repo, "path": "a" }),
            "HEAD /datasets/user/name/raw/main/a".into(),
            &[],
            json!(null),
            json!(true),
        ),
        (
            json!({ "type": "fileDownloadInfo", "repo": repo, "path": "a", "noContentDisposition": true }),
            "GET /datasets/user/name/resolve/main/a?noContentDisposition=1".into(),
            &facts,
            json!(null),
            json!({
                "size": 3,
                "etag": "\"o\"",
                "url": "https://hub.example/datasets/user/name/resolve/main/a?noContentDisposition=1",
            }),
        ),
    ];
    for (ask, request, headers, body, output) in rows {
        assert_eq!(run(ask.clone(), headers, &body.to_string()), (request, output), "{ask}");
    }
}

#[test]
fn bad_arguments_are_refused_before_any_request() {
    let rows = [
        json!({ "type": "repoInfo", "repo": "not a repo" }),
        json!({ "type": "repoInfo", "repo": { "type": "kernel", "name": "user/name" } }),
        json!({ "type": "pathsInfo", "repo": "user/name", "paths": vec!["a"; 1001] }),
        json!({ "type": "listTree", "repo": "user/name", "next": "no cursor" }),
        json!({ "type": "resolve", "repo": "user/name", "path": "a/../b" }),
        json!({ "type": "resolve", "repo": "user/name", "path": "a", "range": [3, 3] }),
        json!({ "type": "createRepo", "repo": "user/name", "sdk": "static" }),
    ];
    for ask in rows {
        let error = start(ask.clone()).err().unwrap_or_else(|| panic!("{ask} was taken"));
        assert_eq!(error.code, Code::InvalidInput, "{ask}");
    }
    let bucket = start(json!({ "type": "repoInfo", "repo": "buckets/user/name" })).err().map(|error| error.code);
    assert_eq!(bucket, Some(Code::Unsupported));
}

#[test]
fn a_call_is_tried_again_and_told_to_stop() {
    let ask = json!({ "type": "repoExists", "repo": "user/name" });
    let mut call = start(ask.clone()).expect("a good call");
    let (first, request) = sent(call.poll(Millis(0)));
    call.handle(Millis(10), response(first, 503, &[], "")).expect("awaited");
    let Step::Wait { until: Some(until) } = call.poll(Millis(10)) else { panic!("no pause before the second try") };
    let (second, again) = sent(call.poll(until));
    assert_eq!((request, false), (again, first == second));
    // The first step was answered; nobody waits for it any more.
    assert_eq!(call.handle(until, response(first, 200, &[], "{}")).map_err(|error| error.code), Err(Code::Internal));
    call.abort();
    assert_eq!(call.poll(until), Step::Cancel { id: second });
    let Step::Done(Err(error)) = call.poll(until) else { panic!("an aborted call is over") };
    assert_eq!(error.code, Code::Aborted);

    // What may have been done is not done twice.
    let mut call = start(json!({ "type": "deleteRepo", "repo": "user/name" })).expect("a good call");
    let (id, _) = sent(call.poll(Millis(0)));
    let failure = Failure { code: Code::Blocked, message: "The connection broke".to_owned() };
    call.handle(Millis(10), Input::Failed { id, failure }).expect("awaited");
    let Step::Done(Err(error)) = call.poll(Millis(10)) else { panic!("a lost deletion ends the call") };
    assert_eq!(error.code, Code::Blocked);
}

#[test]
fn what_xet_stores_is_asked_of_the_store_with_its_own_token_alone() {
    let hash = "2496ec7e021e190701e2aeca032af38e758d0d6fbec42ef9b426a35c8cd8a60c";
    let body = r#"{"casUrl":"https://cas.example","exp":17,"accessToken":"s3cret"}"#;
    let (request, grant) = run(json!({ "type": "xetReadToken", "repo": "user/name", "revision": "v1" }), &[], body);
    assert_eq!(request, "GET /api/models/user/name/xet-read-token/v1");
    assert_eq!(grant, json!({ "casUrl": "https://cas.example", "exp": 17, "accessToken": "s3cret" }));

    let ask = json!({
        "type": "reconstruct", "casUrl": grant["casUrl"], "casToken": grant["accessToken"], "hash": hash, "range": [3, 9],
    });
    let mut call = start(ask).expect("a good call");
    let Step::Send { id, request } = call.poll(Millis(0)) else { panic!("no request") };
    assert_eq!(request.url, format!("https://cas.example/v2/reconstructions/{hash}"));
    assert_eq!(request.headers[0], ("authorization", "Bearer s3cret".to_owned()));
    assert!(!request.headers.iter().any(|(_, value)| value.contains("hf_secret")));
    let body = json!({
        "offset_into_first_range": 1,
        "terms": [{ "hash": "x", "unpacked_length": 7, "range": { "start": 4, "end": 5 } }],
        "xorbs": { "x": [{ "url": "https://data.example/x", "ranges": [
            { "chunks": { "start": 4, "end": 5 }, "bytes": { "start": 90, "end": 104 } },
        ] }] },
    });
    call.handle(Millis(1), response(id, 200, &[], &body.to_string())).expect("an answer that is awaited");
    let Step::Done(Ok(plan)) = call.poll(Millis(1)) else { panic!("not done") };
    assert_eq!(
        serde_json::to_value(plan).expect("JSON"),
        json!({
            "skip": 1,
            "terms": [{ "fetch": 0, "chunks": [4, 5], "bytes": 7 }],
            "fetches": [{ "url": "https://data.example/x", "range": [90, 105], "chunks": [4, 5] }],
        })
    );

    let mut call =
        start(json!({ "type": "fetchData", "url": "https://data.example/x", "range": [90, 105] })).expect("a call");
    let Step::Send { id, request } = call.poll(Millis(0)) else { panic!("no request") };
    assert_eq!(request.headers, [("range", "bytes=90-104".to_owned())]);
    call.handle(Millis(1), response(id, 206, &[], "")).expect("an answer that is awaited");
    assert_eq!(call.poll(Millis(1)), Step::Done(Ok(Json::Null)));

    let odd = json!({
        "type": "reconstruct", "casUrl": "http://cas.example", "casToken": "s3cret", "hash": hash, "range": [0, 1],
    });
    assert_eq!(start(odd).err().map(|error| error.code), Some(Code::Protocol));
}
