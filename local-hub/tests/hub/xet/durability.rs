//! Xorbs and shards outlive the program, however it ends, and many clients at once.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use xet_core_structures::merklehash::MerkleHash;

use super::kit::{CHUNK, Xorb, chunks, file, line, noisy, shard, whole};
use crate::harness::{self, DEMO, Hub, git, header, noise, oid, snapshot};
use crate::program::Program;

/// How often the program is killed while it is pushed to.
const ROUNDS: usize = 12;
/// How many push at once.
const PUSHERS: usize = 4;

/// What was acknowledged to one who pushes.
#[derive(Default)]
struct Acknowledged {
    xorbs: Vec<MerkleHash>,
    files: Vec<(String, MerkleHash)>,
    commits: Vec<String>,
}

/// A token of a running program to push to `demo/repo`, and where to.
async fn token(client: &reqwest::Client, url: &str) -> reqwest::Result<(String, String)> {
    let asked = client.get(format!("{url}/api/models/demo/repo/xet-write-token/main")).bearer_auth(DEMO);
    let given: Value = asked.send().await?.error_for_status()?.json().await?;
    Ok((given["casUrl"].as_str().unwrap().to_owned(), given["accessToken"].as_str().unwrap().to_owned()))
}

/// Pushes until the program dies.
async fn push_until_killed(url: String, seed: usize, acknowledged: Arc<AtomicUsize>) -> Acknowledged {
    let client = reqwest::Client::new();
    let mut kept = Acknowledged::default();
    let Ok((cas, token)) = token(&client, &url).await else { return kept };
    for n in 0.. {
        let xorb = Xorb::new(&noisy([2, 30, 8][n % 3], (seed * 1000 + n) as u64));
        let (info, content) = whole(&xorb);
        let post = async |path: String, body: Vec<u8>| {
            client.post(format!("{cas}{path}")).bearer_auth(&token).body(body).send().await?.error_for_status()
        };
        let pushed = async {
            post(format!("/v1/xorbs/default/{}", xorb.hash), xorb.body.clone()).await?;
            kept.xorbs.push(xorb.hash);
            post("/v1/shards".to_owned(), shard(&[&info], &[&xorb.info])).await?;
            kept.files.push((oid(&content), info.metadata.file_hash));
            let lines = [header(&format!("push {seed}, {n}")), line(&format!("{seed}/{n}.bin"), &content)];
            kept.commits.push(harness::commit(&client, &url, "repo", &lines).await?);
            acknowledged.fetch_add(1, Ordering::SeqCst);
            Ok::<(), reqwest::Error>(())
        };
        if pushed.await.is_err() {
            break;
        }
    }
    kept
}

/// A running program holds all that was acknowledged, and every large file of its history has its bytes.
async fn check(program: &Program, data: &Path, kept: &Acknowledged) {
    let repo = data.join("repos/models/demo/repo.git");
    git(&repo, &["fsck", "--strict", "--no-dangling"]);
    let history = git(&repo, &["rev-list", "main"]);
    for commit in &kept.commits {
        assert!(history.contains(commit), "the acknowledged commit {commit} is lost");
    }
    let client = reqwest::Client::new();
    let (cas, token) = token(&client, &program.url).await.unwrap();
    for hash in &kept.xorbs {
        let name = hash.hex();
        let path = data.join("xet/xorbs").join(&name[..2]).join(&name);
        assert!(path.is_file() && path.with_extension("index").is_file(), "{name} is lost");
    }
    for (oid, hash) in &kept.files {
        let asked = client.get(format!("{cas}/v1/reconstructions/{hash}")).bearer_auth(&token);
        assert_eq!(asked.send().await.unwrap().status(), 200, "{oid} is lost");
    }
    let names = git(&repo, &["ls-tree", "-r", "--name-only", "main"]);
    for path in names.lines().filter(|path| path.ends_with(".bin")) {
        // Redirected to the store, which puts it together.
        let body = client.get(format!("{}/demo/repo/resolve/main/{path}", program.url)).send().await.unwrap();
        let body = body.error_for_status().unwrap().bytes().await.unwrap();
        let pointer = git(&repo, &["show", &format!("main:{path}")]);
        assert!(pointer.contains(&oid(&body)), "{path}");
    }
}

#[tokio::test]
async fn killed_in_the_middle_of_pushes() {
    let data = tempfile::tempdir().unwrap();
    let mut kept = Acknowledged::default();
    for round in 0..=ROUNDS {
        let mut program = Program::start(data.path(), &[]);
        assert_eq!(std::fs::read_dir(data.path().join("incoming")).unwrap().count(), 0);
        if round == 0 {
            let ask = reqwest::Client::new().post(format!("{}/api/repos/create", program.url));
            let made = ask.bearer_auth(DEMO).json(&json!({ "name": "repo" })).send().await.unwrap();
            assert_eq!(made.status(), 200);
        }
        if round % 4 == 0 {
            check(&program, data.path(), &kept).await;
        }
        if round == ROUNDS {
            break;
        }
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let pushes: Vec<_> = (0..PUSHERS)
            .map(|n| tokio::spawn(push_until_killed(program.url.clone(), round * 10 + n, Arc::clone(&acknowledged))))
            .collect();
        while acknowledged.load(Ordering::SeqCst) < 2 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(31 * round as u64 % 97)).await;
        program.child.kill().unwrap();
        program.child.wait().unwrap();
        for pushing in pushes {
            let more = pushing.await.unwrap();
            kept.xorbs.extend(more.xorbs);
            kept.files.extend(more.files);
            kept.commits.extend(more.commits);
        }
    }
    assert!(kept.commits.len() > ROUNDS, "{} commits", kept.commits.len());
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let start = || harness::builder().data(data.path());
    let hub = Hub::with(start()).await;
    hub.create("model", "repo").await;
    let (one, two) = (Xorb::new(&noisy(5, 1)), Xorb::new(&noisy(3, 2)));
    let (content, hash) = hub.store(&[(&one, 2, 5), (&two, 0, 3)]).await;
    hub.commit(&[line("a.bin", &content)]).await;
    let token = hub.xet_token("write").await;
    let listed = async |hub: &Hub| {
        let get = async |path: &str| hub.ask("GET", path).token(harness::CONTROL).send().await.expect(200).json();
        (get("/_control/xet/xorbs").await, get("/_control/xet/shards").await)
    };
    let before = listed(&hub).await;
    hub.handle.shutdown().await;

    let hub = Hub::with(start()).await;
    assert_eq!(listed(&hub).await, before);
    let location = hub.get("/demo/repo/resolve/main/a.bin").await.expect(302).header("location").to_owned();
    assert!(hub.get(&location).await.expect(200).body == content);
    // Tokens and what may be asked for outlive it as well.
    hub.cas("GET", &format!("/v1/reconstructions/{hash}")).token(&token).send().await.expect(200);
    let asked = format!("/v1/chunks/default/{}", one.chunks[2].hash);
    hub.cas("GET", &asked).token(&token).send().await.expect(200);
    assert_eq!(one.post(&hub, &token).await.expect(200).json()["was_inserted"], false);
    let (info, _) = file(&[(&one, 2, 5), (&two, 0, 3)]);
    let again = hub.post_shard(&token, shard(&[&info], &[&one.info, &two.info])).await.expect(200);
    assert_eq!(again.json()["result"], 0);
}

#[tokio::test]
async fn a_clean_start_forgets_everything() {
    let hub = Hub::with_repo().await;
    let one = Xorb::new(&noisy(5, 1));
    let (_, hash) = hub.store(&[(&one, 0, 5)]).await;
    let before = snapshot(hub.handle.data());
    assert!(before.keys().any(|path| path.to_string_lossy().contains(&one.hash.hex())));
    hub.handle.reset().await.unwrap();
    hub.create("model", "repo").await;
    let token = hub.xet_token("write").await;
    hub.cas("GET", &format!("/v1/reconstructions/{hash}")).token(&token).send().await.expect(404);
    hub.cas("GET", &format!("/v1/chunks/default/{}", one.chunks[0].hash)).token(&token).send().await.expect(404);
    assert_eq!(one.post(&hub, &token).await.expect(200).json()["was_inserted"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_clients_at_once() {
    const CLIENTS: usize = 16;
    let hub = Arc::new(Hub::with_repo().await);
    // Half of what each sends is everybody's.
    let shared = Arc::new(Xorb::new(&noisy(20, 99)));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|n| {
            let (hub, shared) = (Arc::clone(&hub), Arc::clone(&shared));
            tokio::spawn(async move {
                let own = Xorb::new(&noisy(20, n as u64));
                let token = hub.xet_token("write").await;
                let inserted = shared.post(&hub, &token).await.expect(200).json()["was_inserted"] == true;
                own.post(&hub, &token).await.expect(200);
                let (info, content) = file(&[(&shared, 0, 10), (&own, 0, 20)]);
                let body = shard(&[&info], &[&shared.info, &own.info]);
                let path = if n % 2 == 0 { "/v1/shards" } else { "/v2/shards" };
                hub.cas("POST", path).token(&token).body(body).send().await.expect(200);
                let lines = [header("at once"), line(&format!("{n}.bin"), &content)];
                hub.commit_to("main", &lines).await.expect(200);
                let url = format!("/demo/repo/resolve/main/{n}.bin");
                let location = hub.get(&url).await.expect(302).header("location").to_owned();
                assert!(hub.get(&location).await.expect(200).body == content, "{n}");
                usize::from(inserted)
            })
        })
        .collect();
    let mut inserted = 0;
    for client in clients {
        inserted += client.await.unwrap();
    }
    assert_eq!(inserted, 1, "the shared xorb was new once");
    let listed = hub.ask("GET", "/_control/xet/xorbs").token(harness::CONTROL).send().await.expect(200).json();
    assert_eq!(listed["xorbs"].as_array().unwrap().len(), CLIENTS + 1);
}

#[tokio::test]
async fn a_large_file_needs_little_memory() {
    // One xorb of 60 MB, and a file that is it five times over.
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(data.path(), &[]);
    let client = reqwest::Client::new();
    let made = client.post(format!("{}/api/repos/create", program.url)).bearer_auth(DEMO);
    assert_eq!(made.json(&json!({ "name": "repo" })).send().await.unwrap().status(), 200);
    let (cas, token) = token(&client, &program.url).await.unwrap();
    let xorb =
        Xorb::with(&chunks(&noise(3000 * CHUNK, 1)), xet_core_structures::xorb_object::CompressionScheme::None, false);
    let count = xorb.chunks.len() as u32;
    let (info, content) = file(&[(&xorb, 0, count); 5]);
    let post = async |path: String, body: Vec<u8>| {
        let sent = client.post(format!("{cas}{path}")).bearer_auth(&token).body(body).send().await.unwrap();
        assert_eq!(sent.status(), 200, "{path}");
    };
    post(format!("/v1/xorbs/default/{}", xorb.hash), xorb.body.clone()).await;
    post("/v1/shards".to_owned(), shard(&[&info], &[&xorb.info])).await;
    let lines = [header("large"), line("a.bin", &content)];
    harness::commit(&client, &program.url, "repo", &lines).await.unwrap();
    let mut answer = client.get(format!("{}/demo/repo/resolve/main/a.bin", program.url)).send().await.unwrap();
    let mut at = 0;
    while let Some(piece) = answer.chunk().await.unwrap() {
        assert!(piece[..] == content[at..at + piece.len()]);
        at += piece.len();
    }
    assert_eq!(at, content.len());
    let most = crate::program::peak(program.child.id());
    assert!(most < 100 << 20, "{most} bytes");
}
