//! Nothing that was acknowledged is lost when the program is killed, and nothing half is left.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{commit, file, git, header, lfs_file, noise, oid, snapshot, upload};
use crate::program::Program;

/// How often the program is killed while it is pushed to.
const ROUNDS: usize = 20;
/// The repos that are pushed to, each by two at once.
const REPOS: [&str; 2] = ["one", "two"];
/// Larger objects go in parts.
const PARTS: [&str; 4] = ["--multipart-threshold", "100000", "--part-size", "60000"];

/// What the Hub has said yes to, of one repo.
#[derive(Default)]
struct Acknowledged {
    commits: Vec<String>,
    objects: Vec<String>,
}

/// Pushes to a repo until the program dies; `acknowledged` counts over all who push.
async fn push_until_killed(url: String, repo: &str, seed: usize, acknowledged: Arc<AtomicUsize>) -> Acknowledged {
    let client = reqwest::Client::new();
    let mut kept = Acknowledged::default();
    for n in 0.. {
        let content = noise([40_000, 250_000, 3_000][n % 3], (seed * 1000 + n) as u64);
        let id = oid(&content);
        let pushed = async {
            upload(&client, &url, repo, &content).await?;
            kept.objects.push(id.clone());
            acknowledged.fetch_add(1, Ordering::SeqCst);
            let lines = [
                header(&format!("push {seed}, {n}")),
                lfs_file(&format!("{seed}/{n}.bin"), &content),
                file(&format!("{seed}/{n}.txt"), &noise(5000, n as u64)),
            ];
            kept.commits.push(commit(&client, &url, repo, &lines).await?);
            Ok::<(), reqwest::Error>(())
        };
        if pushed.await.is_err() {
            break;
        }
    }
    kept
}

/// A repo holds all that was acknowledged, and git finds nothing wrong with it.
fn check(repo: &Path, kept: &Acknowledged) {
    git(repo, &["fsck", "--strict", "--no-dangling"]);
    let history = git(repo, &["rev-list", "main"]);
    for commit in &kept.commits {
        assert!(history.contains(commit), "the acknowledged commit {commit} is lost");
    }
    let object = |oid: &str| repo.join("lfs/objects").join(&oid[..2]).join(&oid[2..4]).join(oid);
    for id in &kept.objects {
        assert_eq!(oid(&std::fs::read(object(id)).unwrap()), *id);
    }
    if kept.commits.is_empty() {
        return;
    }
    // Every large file that a commit names is there, also of commits whose answer was lost.
    let pointers = git(repo, &["grep", "--text", "-h", "^oid sha256:", "main", "--", "*.bin"]);
    for id in pointers.lines().map(|line| line.trim_start_matches("oid sha256:")) {
        assert!(object(id).is_file(), "{id} is committed and not stored");
    }
}

/// Nothing half is left after a start: no locks, no temporary files.
fn check_clean(data: &Path) {
    assert_eq!(std::fs::read_dir(data.join("incoming")).unwrap().count(), 0);
    // The program itself holds this one.
    let own = data.join(".lock");
    for path in snapshot(data).into_keys().filter(|path| *path != own) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let stray = name.ends_with(".lock") || name.starts_with("tmp_") || name.starts_with("pack_git2_");
        assert!(!stray, "{} is left", path.display());
    }
}

#[tokio::test]
async fn killed_twenty_times_in_the_middle_of_pushes() {
    let data = tempfile::tempdir().unwrap();
    let dir = |repo: &str| data.path().join(format!("repos/models/demo/{repo}.git"));
    let mut kept: BTreeMap<&str, Acknowledged> = REPOS.map(|repo| (repo, Acknowledged::default())).into();
    for round in 0..=ROUNDS {
        let mut program = Program::start(data.path(), &PARTS);
        check_clean(data.path());
        if round == 0 {
            for repo in REPOS {
                let ask = reqwest::Client::new().post(format!("{}/api/repos/create", program.url));
                let made = ask.bearer_auth("hf_demo").json(&json!({ "name": repo })).send().await.unwrap();
                assert_eq!(made.status(), 200);
            }
        }
        for (repo, kept) in &kept {
            let info = reqwest::get(format!("{}/api/models/demo/{repo}", program.url)).await.unwrap();
            let info: Value = info.error_for_status().unwrap().json().await.unwrap();
            assert_eq!(info["sha"], git(&dir(repo), &["rev-parse", "main"]).trim());
            check(&dir(repo), kept);
        }
        if round == ROUNDS {
            break;
        }
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let pushes: Vec<_> = (0..2 * REPOS.len())
            .map(|n| {
                let (repo, seed) = (REPOS[n % REPOS.len()], round * 10 + n);
                let pushing = push_until_killed(program.url.clone(), repo, seed, Arc::clone(&acknowledged));
                (repo, tokio::spawn(pushing))
            })
            .collect();
        // Some are in full swing; then any moment will do.
        while acknowledged.load(Ordering::SeqCst) < 2 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(37 * round as u64 % 149)).await;
        program.child.kill().unwrap();
        program.child.wait().unwrap();
        for (repo, pushing) in pushes {
            let more = pushing.await.unwrap();
            let kept = kept.get_mut(repo).unwrap();
            kept.commits.extend(more.commits);
            kept.objects.extend(more.objects);
        }
    }
    let commits: usize = kept.values().map(|kept| kept.commits.len()).sum();
    assert!(commits > ROUNDS, "{commits} commits");
}

#[tokio::test]
async fn killed_while_repos_are_made() {
    let data = tempfile::tempdir().unwrap();
    for round in 0..3 {
        let mut program = Program::start(data.path(), &[]);
        let (client, url) = (reqwest::Client::new(), program.url.clone());
        let making = tokio::spawn(async move {
            let mut made = Vec::new();
            for n in 0.. {
                let name = format!("r{round}-{n}");
                let ask = client
                    .post(format!("{url}/api/repos/create"))
                    .bearer_auth("hf_demo")
                    .json(&json!({ "name": name }));
                if !ask.send().await.is_ok_and(|reply| reply.status() == 200) {
                    return made;
                }
                made.push(name);
            }
            made
        });
        tokio::time::sleep(Duration::from_millis(250 + 41 * round)).await;
        program.child.kill().unwrap();
        program.child.wait().unwrap();
        let made = making.await.unwrap();
        assert!(!made.is_empty());
        let program = Program::start(data.path(), &[]);
        let list: Value = reqwest::get(format!("{}/api/models", program.url)).await.unwrap().json().await.unwrap();
        let listed: Vec<&str> = list.as_array().unwrap().iter().map(|repo| repo["id"].as_str().unwrap()).collect();
        for name in made {
            assert!(listed.contains(&format!("demo/{name}").as_str()), "{name} is lost");
        }
        for id in listed {
            git(&data.path().join(format!("repos/models/{id}.git")), &["fsck", "--strict"]);
        }
        assert_eq!(std::fs::read_dir(data.path().join("repos/limbo")).unwrap().count(), 0);
    }
}
