//! Folders and paths: what is listed, in pages, with the last commit.

use serde_json::{Value, json};

use crate::harness::{DEMO, Hub, file, oid};

fn paths(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|entry| entry["path"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_folder_lists_files_large_files_and_folders() {
    let hub = Hub::with_repo().await;
    let large = hub.upload("data/big.bin", b"large").await;
    hub.commit(&[large, file("data/ü b#?.txt", b"text"), file("data/deep/er/x", b"x")]).await;

    let list = hub.get("/api/models/demo/repo/tree/main/data").await.expect(200).json();
    assert_eq!(paths(&list), ["data/big.bin", "data/deep", "data/ü b#?.txt"]);
    let oid_of = |path: &str| hub.git(&["rev-parse", &format!("main:{path}")]).trim().to_owned();
    assert_eq!(
        list[0],
        json!({
            "type": "file", "path": "data/big.bin", "oid": oid_of("data/big.bin"), "size": 5,
            "lfs": { "oid": oid(b"large"), "size": 5, "pointerSize": 126 },
        })
    );
    assert_eq!(list[1], json!({ "type": "directory", "path": "data/deep", "oid": oid_of("data/deep"), "size": 0 }));
    assert_eq!(list[2]["size"], 4);

    let all = hub.get("/api/models/demo/repo/tree/main?recursive=true").await.expect(200).json();
    let wanted =
        [".gitattributes", "data", "data/big.bin", "data/deep", "data/deep/er", "data/deep/er/x", "data/ü b#?.txt"];
    assert_eq!(paths(&all), wanted);
    let below = hub.get("/api/models/demo/repo/tree/main/data/deep?recursive=1").await.expect(200).json();
    assert_eq!(paths(&below), ["data/deep/er", "data/deep/er/x"]);

    for path in ["nope", "data/nope", "data/big.bin", "data%2F.."] {
        let missing = hub.get(&format!("/api/models/demo/repo/tree/main/{}", path)).await;
        assert_eq!(missing.expect(404).header("x-error-code"), "EntryNotFound", "{path}");
    }
    let rev = hub.get("/api/models/demo/repo/tree/nope").await.expect(404);
    assert_eq!(rev.header("x-error-code"), "RevisionNotFound");
}

#[tokio::test]
async fn expanded_entries_name_their_last_commit() {
    let hub = Hub::with_repo().await;
    let first = hub.commit(&[file("a.txt", b"a"), file("dir/b.txt", b"b")]).await;
    let second = hub.commit(&[file("dir/b.txt", b"b2")]).await;
    let list = hub.get("/api/models/demo/repo/tree/main?expand=true").await.expect(200).json();
    let last = |path: &str| {
        let entry = list.as_array().unwrap().iter().find(|entry| entry["path"] == path).unwrap();
        entry["lastCommit"]["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(last("a.txt"), first);
    assert_eq!(last("dir"), second);
    assert_eq!(list[0]["lastCommit"]["title"], "initial commit");
    assert_eq!(list[0]["securityFileStatus"]["status"], "unscanned");
}

#[tokio::test]
async fn a_long_listing_comes_in_pages() {
    let hub = Hub::with_repo().await;
    let files: Vec<Value> = (0..1150).map(|n| file(&format!("many/{n:04}.txt"), n.to_string().as_bytes())).collect();
    hub.commit(&files).await;
    for (query, sizes) in [
        ("recursive=true", vec![1000, 152]),
        ("recursive=true&limit=500", vec![500, 500, 152]),
        ("recursive=true&expand=true&limit=1000", [vec![50; 23], vec![2]].concat()),
    ] {
        let mut url = format!("/api/models/demo/repo/tree/main?{query}");
        let (mut pages, mut seen) = (Vec::new(), Vec::new());
        loop {
            let page = hub.get(&url).await.expect(200);
            let list = page.json();
            pages.push(list.as_array().unwrap().len());
            seen.extend(paths(&list).iter().map(|path| (*path).to_owned()));
            match page.next() {
                Some(next) => url = next,
                None => break,
            }
        }
        assert_eq!(pages, sizes, "{query}");
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((seen.len(), sorted.len()), (1152, 1152), "{query}");
    }
    for bad in ["limit=0", "limit=x", "limit=1001", "cursor=%21", "cursor=bm9wZQ"] {
        hub.get(&format!("/api/models/demo/repo/tree/main?{bad}")).await.expect(400);
    }
}

#[tokio::test]
async fn named_paths_are_told_by_json_and_by_form() {
    let hub = Hub::with_repo().await;
    let large = hub.upload("big.bin", b"large").await;
    hub.commit(&[large, file("dir/a b.txt", b"a")]).await;
    let url = "/api/models/demo/repo/paths-info/main";
    let asked = ["dir", "big.bin", "nope", "dir/a b.txt", "dir/", "", "..", "dir//a b.txt"];
    let by_json =
        hub.ask("POST", url).json(&json!({ "paths": asked, "expand": false })).send().await.expect(200).json();
    assert_eq!(paths(&by_json), ["dir", "big.bin", "dir/a b.txt", "dir"]);
    assert_eq!(by_json[1]["lfs"]["oid"], oid(b"large"));

    let form = "paths=dir&paths=big.bin&paths=nope&paths=dir%2Fa+b.txt&expand=True";
    let by_form = hub
        .ask("POST", url)
        .token(DEMO)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.into())
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(paths(&by_form), ["dir", "big.bin", "dir/a b.txt"]);
    assert_eq!(by_form[0]["lastCommit"]["title"], "a commit");

    let many: Vec<String> = (0..1001).map(|n| n.to_string()).collect();
    hub.ask("POST", url).json(&json!({ "paths": many[1..] })).send().await.expect(200);
    let refused = hub.ask("POST", url).json(&json!({ "paths": many })).send().await.expect(413);
    assert!(refused.text().contains("too many parameters"));
    hub.ask("POST", url).json(&json!({})).send().await.expect(400);
    hub.ask("POST", "/api/models/demo/repo/paths-info/nope").json(&json!({ "paths": [] })).send().await.expect(404);
}
