//! Tokens: who gets one, what it is good for, and how long.

use serde_json::{Value, json};

use super::kit::{Xorb, noisy, shard, whole};
use crate::harness::{ANN, CONTROL, DEMO, Hub, READER, builder};

const WRITE: &str = "/api/models/demo/repo/xet-write-token/main";
const READ: &str = "/api/models/demo/repo/xet-read-token/main";

#[tokio::test]
async fn a_token_comes_as_json_and_as_headers() {
    let hub = Hub::with_repo().await;
    for url in [WRITE, READ] {
        let reply = hub.ask("GET", url).token(DEMO).send().await.expect(200);
        let given = reply.json();
        assert_eq!(given["casUrl"], hub.handle.cas_url);
        assert_eq!(reply.header("x-xet-cas-url"), hub.handle.cas_url);
        assert_eq!(reply.header("x-xet-access-token"), given["accessToken"].as_str().unwrap());
        let exp = given["exp"].as_u64().unwrap();
        assert_eq!(reply.header("x-xet-token-expiration"), exp.to_string());
        let left = exp - hub.handle.clock().now();
        assert!((3590..=3600).contains(&left), "{left} s");
    }
}

#[tokio::test]
async fn who_gets_a_token() {
    let hub = Hub::with_repo().await;
    hub.create("dataset", "data").await;
    let settings = json!({ "private": true });
    hub.create("model", "hidden").await;
    hub.ask("PUT", "/api/models/demo/hidden/settings").token(DEMO).json(&settings).send().await.expect(200);
    hub.create("model", "gated").await;
    let settings = json!({ "gated": "auto" });
    hub.ask("PUT", "/api/models/demo/gated/settings").token(DEMO).json(&settings).send().await.expect(200);
    let pull = json!({ "title": "A proposal", "description": "", "pullRequest": true });
    hub.ask("POST", "/api/models/demo/repo/discussions").token(ANN).json(&pull).send().await.expect(200);
    let rows: &[(&str, &str, Option<&str>, u16)] = &[
        ("the owner", WRITE, Some(DEMO), 200),
        ("of a dataset", "/api/datasets/demo/data/xet-write-token/main", Some(DEMO), 200),
        ("of a commit, as a reader names it", READ, None, 200),
        ("nobody", WRITE, None, 401),
        ("a token that is nobody's", WRITE, Some("hf_nobody"), 401),
        ("a token that may only read", WRITE, Some(READER), 403),
        ("somebody else", WRITE, Some(ANN), 403),
        ("somebody else for a pull request", "/api/models/demo/repo/xet-write-token/main?create_pr=1", Some(ANN), 200),
        ("as Python asks", "/api/models/demo/repo/xet-write-token/None?create_pr=1", Some(ANN), 200),
        ("without opening one", "/api/models/demo/repo/xet-write-token/None", Some(DEMO), 404),
        ("the author of a pull request", "/api/models/demo/repo/xet-write-token/refs%2Fpr%2F1", Some(ANN), 200),
        ("a pull request that is not there", "/api/models/demo/repo/xet-write-token/refs%2Fpr%2F2", Some(DEMO), 404),
        ("a revision that is not there", "/api/models/demo/repo/xet-write-token/nope", Some(DEMO), 404),
        ("a repo that is not there", "/api/models/demo/nope/xet-write-token/main", Some(DEMO), 404),
        ("a private repo, read by nobody", "/api/models/demo/hidden/xet-read-token/main", None, 401),
        ("a private repo, read by somebody else", "/api/models/demo/hidden/xet-read-token/main", Some(ANN), 404),
        ("a private repo, read by its owner", "/api/models/demo/hidden/xet-read-token/main", Some(READER), 200),
        ("a gated repo, read by somebody else", "/api/models/demo/gated/xet-read-token/main", Some(ANN), 403),
        ("a gated repo, read by its owner", "/api/models/demo/gated/xet-read-token/main", Some(DEMO), 200),
        ("by another method", WRITE, Some(DEMO), 405),
    ];
    for (who, url, token, status) in rows {
        let ask = hub.ask(if *status == 405 { "POST" } else { "GET" }, url);
        let reply = match token {
            Some(token) => ask.token(token).send().await,
            None => ask.send().await,
        };
        assert_eq!(reply.status, *status, "{who}: {}", reply.text());
        assert_eq!(reply.headers.contains_key("x-xet-access-token"), *status == 200, "{who}");
    }
}

#[tokio::test]
async fn the_two_kinds_of_tokens_do_not_mix() {
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    hub.ask("GET", "/api/whoami-v2").token(&token).send().await.expect(401);
    hub.ask("GET", WRITE).token(&token).send().await.expect(401);
    let xorb = Xorb::new(&noisy(2, 1));
    xorb.post(&hub, DEMO).await.expect(401);
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    let xorb = Xorb::new(&noisy(2, 1));
    let (info, _) = whole(&xorb);
    let path = format!("/v1/xorbs/default/{}", xorb.hash);
    let parts: Vec<&str> = token.split('.').collect();
    let rows = [
        String::new(),
        "x".to_owned(),
        format!("{token}x"),
        token[1..].to_owned(),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], &parts[2].replace(|c: char| c.is_ascii_lowercase(), "A")),
        format!("{}.{}.{}", parts[0], "e30", parts[2]),
    ];
    for bad in rows {
        for (method, path, body) in [
            ("POST", path.as_str(), xorb.body.clone()),
            ("POST", "/v1/shards", shard(&[&info], &[&xorb.info])),
            ("POST", "/v2/shards", shard(&[&info], &[&xorb.info])),
            ("GET", &path.replace("xorbs", "chunks"), Vec::new()),
            ("GET", &path.replace("xorbs/default", "reconstructions"), Vec::new()),
            ("GET", &path.replace("v1/xorbs/default", "v2/reconstructions"), Vec::new()),
        ] {
            let reply = hub.cas(method, path).token(&bad).body(body).send().await.expect(401);
            assert!(reply.json()["error"].as_str().unwrap().starts_with("Unauthorized"), "{}", reply.text());
        }
    }
    let reply = hub.cas("POST", &path).body(xorb.body.clone()).send().await.expect(401);
    assert!(reply.text().contains("a token is required"));
    hub.cas("POST", &path).header("authorization", "Basic eDp5").body(xorb.body.clone()).send().await.expect(401);
    assert_eq!(stored(&hub).await, 0);
}

/// How many xorbs are stored.
async fn stored(hub: &Hub) -> usize {
    let listed = hub.ask("GET", "/_control/xet/xorbs").token(CONTROL).send().await.expect(200).json();
    listed["xorbs"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_token_to_read_writes_nothing() {
    let hub = Hub::with_repo().await;
    let (write, read) = (hub.xet_token("write").await, hub.xet_token("read").await);
    let xorb = Xorb::new(&noisy(2, 1));
    let (info, _) = whole(&xorb);
    let shard = shard(&[&info], &[&xorb.info]);
    xorb.post(&hub, &read).await.expect(403);
    assert_eq!(stored(&hub).await, 0);
    xorb.post(&hub, &write).await.expect(200);
    hub.post_shard(&read, shard.clone()).await.expect(403);
    hub.cas("POST", "/v2/shards").token(&read).body(shard.clone()).send().await.expect(403);
    let url = format!("/v1/reconstructions/{}", info.metadata.file_hash);
    hub.cas("GET", &url).token(&read).send().await.expect(404);
    hub.post_shard(&write, shard).await.expect(200);
    hub.cas("GET", &url).token(&read).send().await.expect(200);
    hub.cas("GET", &url).token(&write).send().await.expect(200);
}

#[tokio::test]
async fn a_token_ends_when_it_says_or_when_its_repo_does() {
    let hub = Hub::with(builder().xet_token_lifetime(std::time::Duration::from_secs(5))).await;
    hub.create("model", "repo").await;
    let token = hub.xet_token("write").await;
    let xorb = Xorb::new(&noisy(2, 1));
    xorb.post(&hub, &token).await.expect(200);
    hub.handle.clock().advance(5);
    let reply = xorb.post(&hub, &token).await.expect(401);
    assert!(reply.text().contains("expired"), "{}", reply.text());

    let change = json!({ "tokenLifetimeSeconds": 60 });
    let set: Value = hub.ask("PUT", "/_control/xet").token(CONTROL).json(&change).send().await.expect(200).json();
    assert_eq!(set, json!({ "offered": true, "tokenLifetimeSeconds": 60, "urlLifetimeSeconds": 900 }));
    let token = hub.xet_token("write").await;
    hub.handle.clock().advance(5);
    xorb.post(&hub, &token).await.expect(200);
    hub.ask("DELETE", "/api/repos/delete").token(DEMO).json(&json!({ "name": "repo" })).send().await.expect(200);
    hub.create("model", "repo").await;
    let reply = xorb.post(&hub, &token).await.expect(401);
    assert!(reply.text().contains("repo is gone"), "{}", reply.text());
    hub.ask("PUT", "/_control/xet").token(CONTROL).json(&json!({ "lifetime": 1 })).send().await.expect(400);
}

#[tokio::test]
async fn a_hub_that_does_not_offer_xet() {
    let hub = Hub::with(builder().without_xet()).await;
    hub.create("model", "repo").await;
    for url in [WRITE, READ] {
        hub.ask("GET", url).token(DEMO).send().await.expect(404);
    }
    let batch = json!({
        "operation": "upload", "transfers": ["basic", "multipart", "xet"], "objects": [{ "oid": "0".repeat(64), "size": 1 }],
    });
    let ask = async || {
        let asked = hub.ask("POST", "/demo/repo.git/info/lfs/objects/batch").token(DEMO).lfs(&batch);
        asked.send().await.expect(200).json()
    };
    assert_eq!(ask().await["transfer"], "basic");
    hub.ask("PUT", "/_control/xet").token(CONTROL).json(&json!({ "offered": true })).send().await.expect(200);
    assert_eq!(ask().await["transfer"], "xet");
    hub.ask("GET", WRITE).token(DEMO).send().await.expect(200);
}
