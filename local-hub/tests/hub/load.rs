//! Many at once, and much at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{DEMO, Hub, commit, file, git, header, header_on, lfs_file, noise, upload};
use crate::program::Program;

#[tokio::test]
async fn of_commits_on_the_same_parent_exactly_one_wins() {
    let hub = Arc::new(Hub::with_repo().await);
    for round in 0..5 {
        let head = hub.head().await;
        let tries: Vec<_> = (0..8)
            .map(|n| {
                let (hub, head) = (Arc::clone(&hub), head.clone());
                tokio::spawn(async move {
                    let lines = [header_on(&head), file(&format!("{round}/{n}"), b"x")];
                    hub.commit_to("main", &lines).await.status
                })
            })
            .collect();
        let mut statuses = Vec::new();
        for one in tries {
            statuses.push(one.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
    }
    assert_eq!(hub.git(&["rev-list", "--count", "main"]), "6\n");
}

#[tokio::test]
async fn commits_without_a_parent_all_land_and_nothing_is_lost() {
    let hub = Arc::new(Hub::with_repo().await);
    let tries: Vec<_> = (0..16)
        .map(|n| {
            let hub = Arc::clone(&hub);
            tokio::spawn(async move {
                for k in 0..4 {
                    hub.commit_to("main", &[header("x"), file(&format!("{n}/{k}"), b"x")]).await.expect(200);
                }
            })
        })
        .collect();
    for one in tries {
        one.await.unwrap();
    }
    assert_eq!(hub.paths().await.len(), 65);
    assert_eq!(hub.git(&["rev-list", "--count", "main"]), "65\n");
    hub.git(&["fsck", "--strict"]);
}

#[tokio::test]
async fn repos_are_written_in_parallel() {
    let hub = Arc::new(Hub::start().await);
    for n in 0..4 {
        hub.create("dataset", &format!("r{n}")).await;
    }
    let tries: Vec<_> = (0..4)
        .map(|n| {
            let hub = Arc::clone(&hub);
            tokio::spawn(async move {
                for k in 0..10 {
                    let url = format!("/api/datasets/demo/r{n}/commit/main");
                    let lines = [header("x"), file(&k.to_string(), &[k])];
                    hub.ask("POST", &url).token(DEMO).lines(&lines).send().await.expect(200);
                }
            })
        })
        .collect();
    for one in tries {
        one.await.unwrap();
    }
    for n in 0..4 {
        assert_eq!(git(&hub.dir(&format!("datasets/demo/r{n}")), &["rev-list", "--count", "main"]), "11\n");
    }
}

#[tokio::test]
async fn ten_thousand_files_are_one_commit_in_seconds() {
    let hub = Hub::with_repo().await;
    let lines: Vec<Value> =
        (0..10_000).map(|n| file(&format!("d{}/f{n}.txt", n % 97), n.to_string().as_bytes())).collect();
    let start = Instant::now();
    hub.commit(&lines).await;
    let took = start.elapsed();
    println!("10,000 files: {took:?}");
    // Generous: a machine that runs everything else too.
    assert!(took.as_secs() < 30, "{took:?}");
    let info = hub.get("/api/models/demo/repo").await.expect(200).json();
    assert_eq!(info["siblings"].as_array().unwrap().len(), 10_001);
    hub.git(&["fsck", "--strict"]);
}

/// Who pushes at once.
const CLIENTS: usize = 16;

/// How many commits each makes; many more in the long tests.
fn commits_each() -> usize {
    if std::env::var_os("HUBFERRY_FULL").is_some() { 60 } else { 3 }
}

/// What one client has seen: how long each of its commits took with everything that belongs to it, and how often it had to ask again.
#[derive(Default)]
struct Seen {
    took: Vec<Duration>,
    again: usize,
}

/// Says what many have seen: commits a second, the middle and the slow ones, the most memory of the program.
fn report(what: &str, program: &Program, wall: Duration, seen: &[Seen]) {
    let mut took: Vec<Duration> = seen.iter().flat_map(|seen| seen.took.iter().copied()).collect();
    took.sort_unstable();
    let again: usize = seen.iter().map(|seen| seen.again).sum();
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.child.id())).unwrap_or_default();
    let memory = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map_or("unknown", str::trim);
    println!(
        "{what}: {} commits, {:.0} a second, p50 {:?}, p95 {:?}, {again} asked again, memory {memory}",
        took.len(),
        took.len() as f64 / wall.as_secs_f64(),
        took[took.len() / 2],
        took[took.len() * 95 / 100],
    );
}

/// Pushes a large and two small files: batch, PUT, commit. With `on_head` the commit names the head as its parent and is made again when
/// somebody else was faster.
async fn push(url: String, repo: String, client: usize, on_head: bool) -> Seen {
    let http = reqwest::Client::new();
    let mut seen = Seen::default();
    for n in 0..commits_each() {
        let start = Instant::now();
        let content = noise(50_000, (client * 1000 + n) as u64);
        upload(&http, &url, &repo, &content).await.unwrap();
        loop {
            let first = if on_head {
                let info = http.get(format!("{url}/api/models/demo/{repo}")).send().await.unwrap();
                header_on(info.json::<Value>().await.unwrap()["sha"].as_str().unwrap())
            } else {
                header("a push")
            };
            let lines = [
                first,
                lfs_file(&format!("{client}/{n}.bin"), &content),
                file(&format!("{client}/{n}.txt"), b"small"),
                file(&format!("{client}/{n}.md"), &content[..3000]),
            ];
            match commit(&http, &url, &repo, &lines).await {
                Ok(_) => break,
                Err(error) if matches!(error.status().map(|status| status.as_u16()), Some(409 | 412)) => {
                    seen.again += 1
                }
                Err(error) => panic!("{error}"),
            }
        }
        seen.took.push(start.elapsed());
    }
    seen
}

async fn load(what: &str, repos: &[String], on_head: bool) {
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(data.path(), &[]);
    let http = reqwest::Client::new();
    for repo in repos {
        let ask = http.post(format!("{}/api/repos/create", program.url)).bearer_auth("hf_demo");
        assert_eq!(ask.json(&json!({ "name": repo })).send().await.unwrap().status(), 200);
    }
    let start = Instant::now();
    let pushes: Vec<_> = (0..CLIENTS)
        .map(|n| tokio::spawn(push(program.url.clone(), repos[n % repos.len()].clone(), n, on_head)))
        .collect();
    let mut seen = Vec::new();
    for one in pushes {
        seen.push(one.await.unwrap());
    }
    report(what, &program, start.elapsed(), &seen);
    let each = CLIENTS / repos.len() * commits_each();
    for repo in repos {
        let dir = data.path().join(format!("repos/models/demo/{repo}.git"));
        let count = |args: &[&str]| git(&dir, args).lines().count();
        assert_eq!(count(&["rev-list", "main"]), each + 1, "one commit for each push, none lost, none twice");
        assert_eq!(count(&["rev-list", "--merges", "main"]), 0);
        assert_eq!(count(&["ls-tree", "-r", "--name-only", "main"]), 3 * each + 1);
        git(&dir, &["fsck", "--strict", "--no-dangling"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_clients_push_to_their_own_repos() {
    let repos: Vec<String> = (0..CLIENTS).map(|n| format!("r{n}")).collect();
    load("16 repos", &repos, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_clients_push_to_one_repo() {
    load("one repo", &["one".to_owned()], false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_clients_push_to_one_repo_each_on_the_head_it_saw() {
    load("one repo, each on the head", &["one".to_owned()], true).await;
}
