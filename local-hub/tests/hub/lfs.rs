//! Large files: asked for, sent whole or in parts, verified, and counted only when they are what they say.

use serde_json::{Value, json};

use crate::harness::{ANN, DEMO, Hub, builder, file, header, noise, oid};

const BATCH: &str = "/demo/repo.git/info/lfs/objects/batch";

async fn ask(hub: &Hub, body: &Value) -> Value {
    let reply = hub.ask("POST", BATCH).token(DEMO).lfs(body).send().await.expect(200);
    assert_eq!(reply.header("content-type"), "application/vnd.git-lfs+json");
    reply.json()
}

async fn verify(hub: &Hub, entry: &Value, content: &[u8]) -> u16 {
    let href = entry["actions"]["verify"]["href"].as_str().unwrap();
    hub.ask("POST", href).token(DEMO).json(&json!({ "oid": oid(content), "size": content.len() })).send().await.status
}

#[tokio::test]
async fn an_object_goes_by_one_put() {
    let hub = Hub::with_repo().await;
    let content = noise(300_000, 1);
    let entry = hub.batch(&content).await;
    assert_eq!(entry["authenticated"], true);
    let href = entry["actions"]["upload"]["href"].as_str().unwrap();
    assert!(href.starts_with(&hub.handle.store_url), "{href}");
    assert_eq!(verify(&hub, &entry, &content).await, 404);

    let reply = hub.ask("PUT", href).body(content.clone()).send().await.expect(200);
    assert!(reply.header("etag").starts_with('"') && reply.header("etag").ends_with('"'));
    assert_eq!(verify(&hub, &entry, &content).await, 200);
    assert_eq!(verify(&hub, &entry, &content[1..]).await, 404);
    let wrong = json!({ "oid": oid(&content), "size": 1 });
    hub.ask("POST", entry["actions"]["verify"]["href"].as_str().unwrap())
        .token(DEMO)
        .json(&wrong)
        .send()
        .await
        .expect(422);

    // It is here now: nothing to do.
    assert_eq!(hub.batch(&content).await, json!({ "oid": oid(&content), "size": content.len() }));
    // Where git-lfs keeps it.
    let (id, dir) = (oid(&content), hub.dir("models/demo/repo"));
    assert_eq!(std::fs::read(dir.join("lfs/objects").join(&id[..2]).join(&id[2..4]).join(&id)).unwrap(), content);
    // Not in another repo.
    hub.create("dataset", "other").await;
    let body = json!({ "operation": "upload", "objects": [{ "oid": id, "size": content.len() }] });
    let other = hub.ask("POST", "/datasets/demo/other.git/info/lfs/objects/batch").token(DEMO).lfs(&body).send().await;
    assert!(other.expect(200).json()["objects"][0]["actions"]["upload"].is_object());
}

#[tokio::test]
async fn the_batch_answers_object_by_object() {
    let hub = Hub::with_repo().await;
    hub.upload("x", b"stored").await;
    for algo in [json!(null), json!("sha256"), json!("sha_256")] {
        let mut body = json!({
            "operation": "upload", "transfers": ["basic", "multipart"], "ref": { "name": "main" },
            "objects": [
                { "oid": oid(b"stored"), "size": 6 }, { "oid": oid(b"new"), "size": 3 }, { "oid": oid(b"new"), "size": 3 },
                { "oid": "nonsense", "size": 3 }, { "oid": oid(b"stored2"), "size": 7 },
            ],
        });
        if !algo.is_null() {
            body["hash_algo"] = algo;
        }
        let answer = ask(&hub, &body).await;
        assert_eq!(answer["transfer"], "basic");
        let objects = answer["objects"].as_array().unwrap();
        assert_eq!(objects.len(), 4, "an object named twice is answered once");
        assert!(objects[0].get("actions").is_none());
        assert_eq!(objects[1]["actions"]["upload"]["expires_in"], 900);
        assert_eq!(objects[2]["error"]["code"], 422);
        assert!(objects[3]["actions"]["upload"].is_object());
    }
    let lie = ask(&hub, &json!({ "operation": "upload", "objects": [{ "oid": oid(b"stored"), "size": 5 }] })).await;
    assert_eq!(lie["objects"][0]["error"]["code"], 422);
    // Somebody who may open a pull request may upload for it.
    let body = json!({ "operation": "upload", "objects": [{ "oid": oid(b"ann"), "size": 3 }] });
    hub.ask("POST", BATCH).token(ANN).lfs(&body).send().await.expect(200);
}

#[tokio::test]
async fn objects_can_be_fetched_by_batch() {
    let hub = Hub::with_repo().await;
    hub.upload("x", b"stored").await;
    let body = json!({ "operation": "download", "objects": [{ "oid": oid(b"stored"), "size": 6 }, { "oid": oid(b"no"), "size": 2 }] });
    let answer = hub.ask("POST", BATCH).lfs(&body).send().await.expect(200).json();
    let href = answer["objects"][0]["actions"]["download"]["href"].as_str().unwrap();
    assert_eq!(hub.get(href).await.expect(200).body, b"stored");
    assert_eq!(answer["objects"][1]["error"]["code"], 404);
}

#[tokio::test]
async fn a_content_that_is_not_its_oid_does_not_count() {
    let hub = Hub::with_repo().await;
    let entry = hub.batch(b"right content").await;
    let href = entry["actions"]["upload"]["href"].as_str().unwrap();
    let reply = hub.ask("PUT", href).body(b"wrong content".to_vec()).send().await.expect(400);
    assert!(reply.text().contains("<Code>XAmzContentSHA256Mismatch</Code>"), "{}", reply.text());
    assert_eq!(hub.stored(), 0);
    assert_eq!(verify(&hub, &entry, b"right content").await, 404);
    let line = crate::harness::lfs_file("x.bin", b"right content");
    hub.commit_to("main", &[header("x"), line]).await.expect(400);
    // The URL is still good.
    hub.ask("PUT", href).body(b"right content".to_vec()).send().await.expect(200);
    assert_eq!(hub.stored(), 1);
}

/// An object in parts: its entry, and the part URLs in order.
async fn parts(hub: &Hub, content: &[u8]) -> (Value, Vec<String>) {
    let entry = hub.batch(content).await;
    let header = entry["actions"]["upload"]["header"].as_object().unwrap();
    let mut numbered: Vec<(u64, String)> = header
        .iter()
        .filter(|(key, _)| *key != "chunk_size")
        .map(|(key, url)| (key.parse().unwrap(), url.as_str().unwrap().to_owned()))
        .collect();
    numbered.sort();
    assert_eq!(header["chunk_size"], "1000");
    assert!(numbered.iter().map(|(number, _)| *number).eq(1..=numbered.len() as u64));
    (entry, numbered.into_iter().map(|(_, url)| url).collect())
}

async fn put_parts(hub: &Hub, urls: &[String], content: &[u8]) -> Vec<Value> {
    let mut done = Vec::new();
    for (at, (url, part)) in urls.iter().zip(content.chunks(1000)).enumerate() {
        let reply = hub.ask("PUT", url).body(part.to_vec()).send().await.expect(200);
        done.push(json!({ "partNumber": at + 1, "etag": reply.header("etag") }));
    }
    done
}

async fn complete(hub: &Hub, entry: &Value, oid: &str, parts: &[Value]) -> crate::harness::Reply {
    let href = entry["actions"]["upload"]["href"].as_str().unwrap();
    assert!(href.starts_with(&hub.handle.url));
    // Allowed by the URL alone.
    hub.ask("POST", href).lfs(&json!({ "oid": oid, "parts": parts })).send().await
}

async fn with_parts() -> Hub {
    let hub = Hub::with(builder().multipart(2000, 1000)).await;
    hub.create("model", "repo").await;
    hub
}

#[tokio::test]
async fn a_larger_object_goes_in_parts() {
    let hub = with_parts().await;
    assert!(hub.batch(&noise(2000, 1)).await["actions"]["upload"].get("header").is_none());
    let content = noise(12_345, 2);
    let (entry, urls) = parts(&hub, &content).await;
    assert_eq!(urls.len(), 13);
    let done = put_parts(&hub, &urls, &content).await;
    // A part may come again, the same or first another and then right.
    hub.ask("PUT", &urls[4]).body(vec![7; 1000]).send().await.expect(200);
    hub.ask("PUT", &urls[4]).body(content[4000..5000].to_vec()).send().await.expect(200);
    assert_eq!(verify(&hub, &entry, &content).await, 404);
    complete(&hub, &entry, &oid(&content), &done).await.expect(200);
    assert_eq!(verify(&hub, &entry, &content).await, 200);
    let line = crate::harness::lfs_file("x.bin", &content);
    hub.commit(&[line, file("a.txt", b"a")]).await;
    let found = hub.get("/demo/repo/resolve/main/x.bin").await.expect(302);
    assert_eq!(hub.get(found.header("location")).await.expect(200).body, content);
    // The same again has nothing to do and nothing to say.
    complete(&hub, &entry, &oid(&content), &done).await.expect(200);
}

#[tokio::test]
async fn the_end_of_parts_is_checked() {
    let hub = with_parts().await;
    let content = noise(3500, 3);
    let (entry, urls) = parts(&hub, &content).await;
    let good = put_parts(&hub, &urls[..3], &content[..3000]).await;
    let last = |etag: &str| json!({ "partNumber": 4, "etag": etag });
    let with_last = |etag: &str| [good.clone(), vec![last(etag)]].concat();
    complete(&hub, &entry, &oid(&content), &with_last("\"0\"")).await.expect(400);

    let reply = hub.ask("PUT", &urls[3]).body(content[3000..].to_vec()).send().await.expect(200);
    let etag = reply.header("etag").to_owned();
    let all = with_last(&etag);
    let mut swapped = all.clone();
    swapped.swap(0, 1);
    let mut renumbered = all.clone();
    renumbered[0]["partNumber"] = 2.into();
    for (parts, says) in [
        (&all[..3], "ascending"),
        (&swapped[..], "ascending"),
        (&renumbered[..], "ascending"),
        (&[][..], "ascending"),
        (&with_last(etag.trim_matches('"'))[..], "ETag"),
        (&with_last("\"00000000000000000000000000000000\"")[..], "ETag"),
    ] {
        let reply = complete(&hub, &entry, &oid(&content), parts).await.expect(400);
        assert!(reply.text().contains(says), "{}", reply.text());
    }
    complete(&hub, &entry, &oid(b"other"), &all).await.expect(400);
    assert_eq!(hub.stored(), 0);
    complete(&hub, &entry, &oid(&content), &all).await.expect(200);
    assert_eq!(hub.stored(), 1);
}

#[tokio::test]
async fn parts_that_do_not_make_the_object_do_not_count() {
    let hub = with_parts().await;
    let content = noise(3500, 4);
    let (entry, urls) = parts(&hub, &content).await;
    let mut other = content.clone();
    other[1500] ^= 1;
    let done = put_parts(&hub, &urls, &other).await;
    let reply = complete(&hub, &entry, &oid(&content), &done).await.expect(400);
    assert!(reply.text().contains("does not match its oid"));
    assert_eq!(hub.stored(), 0);
    // The upload is over; a new batch starts another.
    complete(&hub, &entry, &oid(&content), &done).await.expect(404);
    let (entry, urls) = parts(&hub, &content).await;
    let done = put_parts(&hub, &urls, &content).await;
    complete(&hub, &entry, &oid(&content), &done).await.expect(200);
    assert_eq!(std::fs::read_dir(hub.handle.data().join("uploads")).unwrap().count(), 0);
}
