//! Repos come, go, and tell about themselves.

use serde_json::{Value, json};

use crate::harness::{ANN, DEMO, Hub, file, git};

#[tokio::test]
async fn each_type_starts_with_the_commit_that_the_real_hub_makes() {
    let hub = Hub::start().await;
    for (kind, plural, prefix, paths) in [
        ("model", "models", "", json!([".gitattributes"])),
        ("dataset", "datasets", "datasets/", json!([".gitattributes"])),
        ("space", "spaces", "spaces/", json!([".gitattributes", "README.md"])),
        ("kernel", "kernels", "kernels/", json!([".gitattributes"])),
    ] {
        let mut body = json!({ "name": "new", "organization": "demo", "type": kind });
        if kind == "space" {
            body["sdk"] = "gradio".into();
        }
        let made = hub.ask("POST", "/api/repos/create").token(DEMO).json(&body).send().await.expect(200).json();
        assert_eq!(made["url"], format!("{}/{prefix}demo/new", hub.handle.url));
        assert_eq!(made["name"], "demo/new");

        let info = hub.get(&format!("/api/{plural}/demo/new")).await.expect(200).json();
        let listed: Value = info["siblings"].as_array().unwrap().iter().map(|file| file["rfilename"].clone()).collect();
        assert_eq!(listed, paths);
        assert_eq!(info["id"], "demo/new");
        assert_eq!(info["private"], false);

        let dir = hub.dir(&format!("{plural}/demo/new"));
        assert_eq!(git(&dir, &["log", "--format=%s %an", "main"]), "initial commit demo\n");
        let attributes = git(&dir, &["show", "main:.gitattributes"]);
        assert!(attributes.contains("*.safetensors filter=lfs diff=lfs merge=lfs -text\n"));
        assert_eq!(attributes.contains("*.png"), kind == "dataset");
        if kind == "space" {
            assert!(git(&dir, &["show", "main:README.md"]).contains("\nsdk: gradio\n"));
        }
        assert_eq!(git(&dir, &["symbolic-ref", "HEAD"]), "refs/heads/main\n");
    }
}

#[tokio::test]
async fn a_repo_may_start_with_a_licence_and_files() {
    let hub = Hub::start().await;
    let body = json!({
        "name": "repo", "license": "apache-2.0",
        "files": [{ "path": "a/b.txt", "content": "aGk=", "encoding": "base64" }, { "path": "c.txt", "content": "text" }],
    });
    hub.ask("POST", "/api/repos/create").token(DEMO).json(&body).send().await.expect(200);
    assert_eq!(hub.paths().await, [".gitattributes", "README.md", "a/b.txt", "c.txt"]);
    assert_eq!(hub.git(&["show", "main:README.md"]), "---\nlicense: apache-2.0\n---\n");
    assert_eq!(hub.git(&["show", "main:a/b.txt"]), "hi");
}

#[tokio::test]
async fn a_second_creation_names_the_repo_that_is_there() {
    let hub = Hub::with_repo().await;
    let head = hub.head().await;
    let body = json!({ "name": "repo", "type": "model" });
    let reply = hub.ask("POST", "/api/repos/create").token(DEMO).json(&body).send().await.expect(409);
    assert_eq!(reply.json()["url"], format!("{}/demo/repo", hub.handle.url));
    assert_eq!(reply.json()["error"], "You already created this model repo");
    assert_eq!(hub.head().await, head);
    // Another type is another repo.
    hub.create("dataset", "repo").await;
}

#[tokio::test]
async fn a_deleted_repo_is_gone_with_everything() {
    let hub = Hub::with_repo().await;
    let line = hub.upload("big.bin", b"content").await;
    hub.commit(&[line]).await;
    let body = json!({ "name": "repo", "organization": "demo", "type": "model" });
    hub.ask("DELETE", "/api/repos/delete").token(ANN).json(&body).send().await.expect(403);
    hub.ask("DELETE", "/api/repos/delete").token(DEMO).json(&body).send().await.expect(200);
    let gone = hub.ask("DELETE", "/api/repos/delete").token(DEMO).json(&body).send().await.expect(404);
    assert_eq!(gone.header("x-error-code"), "RepoNotFound");
    assert!(!hub.dir("models/demo/repo").exists());
    // One of the same name starts afresh, and without the object.
    hub.create("model", "repo").await;
    assert_eq!(hub.paths().await, [".gitattributes"]);
    assert!(hub.batch(b"content").await["actions"]["upload"].is_object());
}

#[tokio::test]
async fn a_repo_may_move_and_change_its_settings() {
    let hub = Hub::with_repo().await;
    let line = hub.upload("big.bin", b"content").await;
    hub.commit(&[line]).await;
    hub.create("model", "taken").await;
    let to = |name: &str| json!({ "fromRepo": "demo/repo", "toRepo": name, "type": "model" });
    for (token, name, status) in [
        (DEMO, "demo/taken", 409),
        (DEMO, "demo/-bad", 400),
        (DEMO, "ann/repo", 403),
        (ANN, "ann/repo", 403),
        (DEMO, "acme/moved", 200),
    ] {
        hub.ask("POST", "/api/repos/move").token(token).json(&to(name)).send().await.expect(status);
    }
    hub.ask("POST", "/api/repos/move").token(DEMO).json(&to("demo/again")).send().await.expect(404);
    assert_eq!(hub.get("/acme/moved/resolve/main/big.bin").await.expect(302).header("x-linked-size"), "7");

    let url = "/api/models/acme/moved/settings";
    let settings = json!({ "private": true, "gated": "auto" });
    hub.ask("PUT", url).token(ANN).json(&settings).send().await.expect(403);
    let set = hub.ask("PUT", url).token(DEMO).json(&settings).send().await.expect(200).json();
    assert_eq!(set, json!({ "private": true, "gated": "auto" }));
    hub.get("/api/models/acme/moved").await.expect(401);
    hub.ask("PUT", url).token(DEMO).json(&json!({ "private": "yes" })).send().await.expect(400);
    hub.ask("PUT", url).token(DEMO).json(&json!({ "visibility": "public", "gated": false })).send().await.expect(200);
    assert_eq!(hub.get("/api/models/acme/moved").await.expect(200).json()["gated"], false);
}

#[tokio::test]
async fn the_info_shows_a_revision_and_what_is_asked_for() {
    let hub = Hub::with_repo().await;
    let first = hub.head().await;
    let large = hub.upload("x.bin", b"large content").await;
    let card = b"---\nlicense: mit\ntags:\n- a\n---\n# hi\n";
    let second = hub.commit(&[large, file("README.md", card)]).await;

    let info = hub.get("/api/models/demo/repo?blobs=1").await.expect(200).json();
    assert_eq!(info["sha"], second);
    assert_eq!(info["cardData"], json!({ "license": "mit", "tags": ["a"] }));
    assert_eq!(info["tags"], json!(["a"]));
    let sibling = |name: &str| {
        info["siblings"].as_array().unwrap().iter().find(|file| file["rfilename"] == name).unwrap().clone()
    };
    let large = sibling("x.bin");
    assert_eq!(large["size"], 13);
    assert_eq!(large["lfs"]["sha256"], crate::harness::oid(b"large content"));
    assert_eq!(large["lfs"]["size"], 13);
    assert_eq!(large["blobId"], hub.git(&["rev-parse", "main:x.bin"]).trim());
    assert!(sibling("README.md").get("lfs").is_none());

    let old = hub.get(&format!("/api/models/demo/repo/revision/{first}")).await.expect(200).json();
    assert_eq!(old["siblings"].as_array().unwrap().len(), 1);
    for rev in ["main", "HEAD", "refs%2Fheads%2Fmain", &second[..8]] {
        assert_eq!(
            hub.get(&format!("/api/models/demo/repo/revision/{rev}")).await.expect(200).json()["sha"],
            second,
            "{rev}"
        );
    }
    let little = hub.get("/api/models/demo/repo?expand[]=sha&expand[]=likes").await.expect(200).json();
    let mut keys: Vec<&String> = little.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["_id", "id", "likes", "sha"]);
    hub.get("/api/models/demo/repo?expand[]=nonsense").await.expect(400);
    hub.get("/api/models/demo/repo/revision/nope").await.expect(404);
}

#[tokio::test]
async fn the_list_of_repos_is_filtered() {
    let hub = Hub::start().await;
    for (kind, name) in [("model", "one"), ("model", "two"), ("dataset", "three")] {
        hub.create(kind, name).await;
    }
    let names = async |query: &str| -> Vec<String> {
        let list = hub.get(&format!("/api/models{query}")).await.expect(200).json();
        list.as_array().unwrap().iter().map(|repo| repo["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("").await, ["demo/one", "demo/two"]);
    assert_eq!(names("?search=TW").await, ["demo/two"]);
    assert_eq!(names("?author=ann").await, Vec::<String>::new());
    assert_eq!(names("?limit=1").await, ["demo/one"]);
}
