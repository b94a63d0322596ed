//! How the Hub and the content-addressed store belong together: commits, listings, downloads, LFS, git.

use serde_json::{Value, json};

use super::kit::{CHUNK, Xorb, file, line, noisy, shard};
use crate::harness::{ANN, DEMO, Hub, git, header, lfs_file, noise, oid};

#[tokio::test]
async fn a_commit_rests_on_a_shard_and_on_nothing_less() {
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    let xorb = Xorb::new(&noisy(5, 1));
    let (info, content) = file(&[(&xorb, 0, 5)]);
    let commit = async |line: Value| hub.commit_to("main", &[header("a"), line]).await;
    let refused = async || commit(line("a.bin", &content)).await.expect(400).text();
    assert!(refused().await.contains("does not exist"));
    xorb.post(&hub, &token).await.expect(200);
    assert!(refused().await.contains("does not exist"), "a xorb alone is no file");
    hub.post_shard(&token, shard(&[&info], &[&xorb.info])).await.expect(200);
    let mut wrong = line("a.bin", &content);
    wrong["value"]["size"] = (content.len() + 1).into();
    assert!(commit(wrong).await.expect(400).text().contains("wrong size"));
    commit(line("a.bin", &content)).await.expect(200);
    assert_eq!(hub.stored(), 0, "LFS keeps none of it");
}

#[tokio::test]
async fn listings_say_the_hash_of_a_file_that_xet_keeps() {
    let hub = Hub::with_repo().await;
    let (content, hash) = hub.store(&[(&Xorb::new(&noisy(5, 1)), 0, 5)]).await;
    let by_lfs = hub.upload("lfs.bin", &noise(3000, 2)).await;
    hub.commit(&[line("xet.bin", &content), by_lfs]).await;
    let tree = hub.get("/api/models/demo/repo/tree/main").await.expect(200).json();
    let paths = json!({ "paths": ["xet.bin", "lfs.bin", "README.md"], "expand": true });
    let info = hub.ask("POST", "/api/models/demo/repo/paths-info/main").json(&paths).send().await.expect(200).json();
    let blobs = hub.get("/api/models/demo/repo?blobs=1").await.expect(200).json()["siblings"].clone();
    for list in [tree, info, blobs] {
        let entry = |path: &str| {
            let named = |entry: &&Value| entry["path"] == path || entry["rfilename"] == path;
            list.as_array().unwrap().iter().find(named).cloned()
        };
        let xet = entry("xet.bin").unwrap();
        assert_eq!(xet["xetHash"], hash.hex());
        assert_eq!(xet["size"], content.len());
        assert_eq!(xet["lfs"]["size"], content.len());
        assert!(entry("lfs.bin").unwrap().get("xetHash").is_none());
        assert!(entry("README.md").is_none_or(|entry| entry.get("xetHash").is_none()));
    }
}

#[tokio::test]
async fn a_download_tells_where_the_chunks_are_or_gives_the_bytes() {
    let hub = Hub::with_repo().await;
    let (one, two) = (Xorb::new(&noisy(5, 1)), Xorb::new(&noisy(3, 2)));
    let (content, hash) = hub.store(&[(&one, 0, 5), (&two, 0, 3), (&one, 2, 3)]).await;
    let commit = hub.commit(&[line("dir/a b.bin", &content)]).await;
    let url = "/demo/repo/resolve/main/dir/a%20b.bin";
    let link = format!(
        "<{}/api/models/demo/repo/xet-read-token/{commit}>; rel=\"xet-auth\", <{}/v1/reconstructions/{hash}>; \
         rel=\"xet-reconstruction-info\"",
        hub.handle.url, hub.handle.cas_url
    );
    let etag = format!("\"{}\"", oid(&content));
    let asked = |accept: &'static str| hub.ask("GET", url).header("accept", accept).header("range", "bytes=0-0").send();
    for (reply, status) in [
        (hub.get(url).await, 302),
        (hub.ask("HEAD", url).send().await, 302),
        (asked("application/vnd.xet-fileinfo+json, */*").await, 200),
        (asked("*/*").await, 302),
    ] {
        let reply = reply.expect(status);
        assert_eq!(reply.header("x-xet-hash"), hash.hex());
        assert_eq!(reply.header("link"), link);
        assert_eq!(reply.header("x-linked-size"), content.len().to_string());
        assert_eq!(reply.header("x-linked-etag"), etag);
        assert_eq!(reply.header("x-repo-commit"), commit);
        if status == 200 {
            assert_eq!(reply.header("content-type"), "application/vnd.xet-fileinfo+json");
            assert_eq!(reply.json()["hash"], hash.hex());
        }
    }
    let location = hub.get(url).await.header("location").to_owned();
    let whole = hub.get(&location).await.expect(200);
    assert!(whole.body == content);
    assert_eq!(whole.header("content-length"), content.len().to_string());
    let head = hub.ask("HEAD", &location).send().await.expect(200);
    assert_eq!((head.header("content-length"), head.body.len()), (&content.len().to_string()[..], 0));
    let size = content.len();
    for (range, first, after) in [
        ("bytes=0-0".to_owned(), 0, 1),
        (format!("bytes={}-{}", CHUNK - 1, CHUNK), CHUNK - 1, CHUNK + 1),
        (format!("bytes={}-{}", 5 * CHUNK - 3, 8 * CHUNK + 2), 5 * CHUNK - 3, 8 * CHUNK + 3),
        ("bytes=-7".to_owned(), size - 7, size),
        (format!("bytes={}-", size - 1), size - 1, size),
    ] {
        let part = hub.ask("GET", &location).header("range", &range).send().await.expect(206);
        assert!(part.body == content[first..after], "{range}");
        assert_eq!(part.header("content-range"), format!("bytes {first}-{}/{size}", after - 1));
    }
    hub.ask("GET", &location).header("range", &format!("bytes={size}-")).send().await.expect(416);

    // A Hub that stops to offer Xet still gives the bytes, and says nothing of chunks.
    let settings = hub.handle.xet().settings();
    hub.handle.xet().set(hubferry_local_hub::XetSettings { offered: false, ..settings });
    let plain = asked("application/vnd.xet-fileinfo+json, */*").await.expect(302);
    assert_eq!((plain.header("x-xet-hash"), plain.header("link")), ("", ""));
    assert!(hub.get(plain.header("location")).await.expect(200).body == content);
}

#[tokio::test]
async fn the_batch_offers_xet_to_who_knows_it() {
    let hub = Hub::with_repo().await;
    let (stored, _) = hub.store(&[(&Xorb::new(&noisy(5, 1)), 0, 5)]).await;
    let new = noise(3000, 2);
    let ask = async |token: &str, transfers: Value| {
        let body = json!({
            "operation": "upload", "transfers": transfers, "hash_algo": "sha256", "ref": { "name": "refs/heads/a b" },
            "objects": [{ "oid": oid(&stored), "size": stored.len() }, { "oid": oid(&new), "size": new.len() }],
        });
        let asked = hub.ask("POST", "/demo/repo.git/info/lfs/objects/batch").token(token).lfs(&body);
        asked.send().await.expect(200).json()
    };
    for transfers in [json!(["basic", "multipart", "xet"]), json!(["xet"])] {
        let answer = ask(DEMO, transfers).await;
        assert_eq!(answer["transfer"], "xet");
        assert!(answer["objects"][0].get("actions").is_none(), "what Xet keeps is here");
        let upload = &answer["objects"][1]["actions"]["upload"];
        let href = format!("{}/api/models/demo/repo/xet-write-token/refs%2Fheads%2Fa%20b", hub.handle.url);
        assert_eq!(upload["href"], href);
        let header = &upload["header"];
        assert_eq!(header["X-Xet-Cas-Url"], hub.handle.cas_url);
        let exp: u64 = header["X-Xet-Token-Expiration"].as_str().unwrap().parse().unwrap();
        assert!(exp > hub.handle.clock().now());
        assert!(header["X-Xet-Session-Id"].as_str().unwrap().len() >= 32);
        let xorb = Xorb::new(&noisy(1, 7));
        xorb.post(&hub, header["X-Xet-Access-Token"].as_str().unwrap()).await.expect(200);
    }
    // Who may only propose is told how to ask for that.
    let answer = ask(ANN, json!(["xet"])).await;
    let href = answer["objects"][1]["actions"]["upload"]["href"].as_str().unwrap().to_owned();
    assert!(href.ends_with("?create_pr=1"), "{href}");
    for transfers in [json!(["basic"]), json!(["basic", "multipart"])] {
        let answer = ask(DEMO, transfers).await;
        assert_eq!(answer["transfer"], "basic");
        assert!(answer["objects"][0].get("actions").is_none());
        assert!(answer["objects"][1]["actions"]["upload"]["href"].as_str().unwrap().contains("X-Amz-Signature"));
    }
    let verify = json!({ "oid": oid(&stored), "size": stored.len() });
    hub.ask("POST", "/demo/repo.git/info/lfs/objects/verify").token(DEMO).json(&verify).send().await.expect(200);
}

#[tokio::test]
async fn lfs_clients_and_git_see_a_large_file_like_any_other() {
    let hub = Hub::with_repo().await;
    let (content, _) = hub.store(&[(&Xorb::new(&noisy(5, 1)), 0, 5)]).await;
    hub.commit(&[line("a.bin", &content)]).await;
    let body = json!({ "operation": "download", "objects": [{ "oid": oid(&content), "size": content.len() }] });
    let answer = hub.ask("POST", "/demo/repo.git/info/lfs/objects/batch").lfs(&body).send().await.expect(200).json();
    let href = answer["objects"][0]["actions"]["download"]["href"].as_str().unwrap();
    assert!(hub.get(href).await.expect(200).body == content);
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{}/demo/repo", hub.handle.url);
    let dir = folder.path().to_owned();
    let text = tokio::task::spawn_blocking(move || {
        let target = dir.join("clone");
        let status = std::process::Command::new("git")
            .args(["-c", "filter.lfs.smudge=", "-c", "filter.lfs.required=false", "clone", "--quiet", &url])
            .arg(&target)
            .env("GIT_LFS_SKIP_SMUDGE", "1")
            .status()
            .unwrap();
        assert!(status.success());
        git(&target, &["show", "HEAD:a.bin"])
    })
    .await
    .unwrap();
    assert!(text.contains(&format!("oid sha256:{}\nsize {}", oid(&content), content.len())), "{text}");
    // By LFS as well: the bytes are in both places, and the entry still tells its hash.
    let by_lfs = hub.upload("b.bin", &content).await;
    hub.commit(&[by_lfs]).await;
}

#[tokio::test]
async fn a_list_of_large_files_holds_both_kinds_and_forgets_what_is_deleted() {
    let hub = Hub::with_repo().await;
    let (content, hash) = hub.store(&[(&Xorb::new(&noisy(5, 1)), 0, 5)]).await;
    let other = noise(3000, 2);
    let by_lfs = hub.upload("lfs.bin", &other).await;
    hub.commit(&[line("xet.bin", &content), by_lfs]).await;
    let list = async |query: &str| {
        hub.ask("GET", &format!("/api/models/demo/repo/lfs-files{query}")).token(DEMO).send().await.expect(200)
    };
    let all = list("").await.json();
    let named = |name: &str| all.as_array().unwrap().iter().find(|entry| entry["filename"] == name).cloned().unwrap();
    assert_eq!((&named("xet.bin")["xetHash"], &named("xet.bin")["size"]), (&json!(hash.hex()), &json!(content.len())));
    assert_eq!(named("lfs.bin")["xetHash"], Value::Null);
    let first = list("?limit=1").await;
    let second = hub.ask("GET", &first.next().unwrap()).token(DEMO).send().await.expect(200);
    assert!(second.next().is_none());
    assert_ne!(first.json()[0]["oid"], second.json()[0]["oid"]);

    let body = json!({ "deletions": { "sha": [oid(&content)], "rewriteHistory": false } });
    let url = "/api/models/demo/repo/lfs-files/batch";
    hub.ask("POST", url).token(DEMO).json(&body).send().await.expect(200);
    assert_eq!(list("").await.json().as_array().unwrap().len(), 1);
    hub.commit_to("main", &[header("again"), lfs_file("c.bin", &content)]).await.expect(400);
    let token = hub.xet_token("read").await;
    hub.cas("GET", &format!("/v1/reconstructions/{hash}")).token(&token).send().await.expect(404);
}

#[tokio::test]
async fn copies_moves_and_squashes_keep_large_files() {
    let hub = Hub::with_repo().await;
    hub.create("dataset", "copy").await;
    let (content, hash) = hub.store(&[(&Xorb::new(&noisy(5, 1)), 0, 5)]).await;
    hub.commit(&[line("a.bin", &content)]).await;
    let body = json!({
        "target": { "type": "dataset", "name": "demo/copy" },
        "files": [{ "xetHash": hash.hex(), "sha256": oid(&content), "filename": "a.bin" }],
    });
    let url = "/api/models/demo/repo/lfs-files/duplicate";
    let copied = hub.ask("POST", url).token(DEMO).json(&body).send().await.expect(200).json();
    assert_eq!(copied, json!({ "failed": [] }));
    let lines = [header("a copy"), line("b.bin", &content)];
    hub.ask("POST", "/api/datasets/demo/copy/commit/main").token(DEMO).lines(&lines).send().await.expect(200);
    hub.ask("POST", "/api/models/demo/repo/super-squash/main").token(DEMO).json(&json!({})).send().await.expect(200);
    let moved = json!({ "fromRepo": "demo/repo", "toRepo": "demo/moved", "type": "model" });
    hub.ask("POST", "/api/repos/move").token(DEMO).json(&moved).send().await.expect(200);
    for url in ["/demo/moved/resolve/main/a.bin", "/datasets/demo/copy/resolve/main/b.bin"] {
        let reply = hub.get(url).await.expect(302);
        assert_eq!(reply.header("x-xet-hash"), hash.hex());
        assert!(hub.get(reply.header("location")).await.expect(200).body == content, "{url}");
    }
    hub.ask("DELETE", "/api/repos/delete").token(DEMO).json(&json!({ "name": "moved" })).send().await.expect(200);
    let left = hub.get("/datasets/demo/copy/resolve/main/b.bin").await.expect(302);
    assert!(hub.get(left.header("location")).await.expect(200).body == content, "the chunks belong to no repo");
}
