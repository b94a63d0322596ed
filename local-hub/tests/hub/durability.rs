//! Nothing that was acknowledged is lost when the program is killed, and nothing half is left.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{file, git, header, lfs_file, noise, oid};
use crate::program::Program;

/// Pushes until the program dies; gives the commits and objects that were acknowledged.
async fn push_until_killed(url: String, client: reqwest::Client, round: usize) -> (Vec<String>, Vec<String>) {
    let (mut commits, mut objects) = (Vec::new(), Vec::new());
    for n in 0.. {
        let content = noise(200_000, (round * 1000 + n) as u64);
        let batch = json!({ "operation": "upload", "objects": [{ "oid": oid(&content), "size": content.len() }] });
        let lines = [
            header(&format!("round {round}, {n}")),
            lfs_file(&format!("{round}/{n}.bin"), &content),
            file(&format!("{round}/{n}.txt"), &noise(5000, n as u64)),
        ];
        let pushed = async {
            let batch = client
                .post(format!("{url}/demo/repo.git/info/lfs/objects/batch"))
                .bearer_auth("hf_demo")
                .header("content-type", "application/vnd.git-lfs+json")
                .body(batch.to_string());
            let answer: Value = batch.send().await?.json().await?;
            let href = answer["objects"][0]["actions"]["upload"]["href"].as_str().unwrap();
            client.put(href).body(content.clone()).send().await?.error_for_status()?;
            objects.push(oid(&content));
            let body: Vec<String> = lines.iter().map(Value::to_string).collect();
            let commit = client
                .post(format!("{url}/api/models/demo/repo/commit/main"))
                .bearer_auth("hf_demo")
                .header("content-type", "application/x-ndjson")
                .body(body.join("\n"));
            let answer: Value = commit.send().await?.error_for_status()?.json().await?;
            commits.push(answer["commitOid"].as_str().unwrap().to_owned());
            Ok::<(), reqwest::Error>(())
        };
        if pushed.await.is_err() {
            break;
        }
    }
    (commits, objects)
}

fn check(repo: &Path, commits: &[String], objects: &[String]) {
    git(repo, &["fsck", "--strict", "--no-dangling"]);
    let history = git(repo, &["rev-list", "main"]);
    for commit in commits {
        assert!(history.contains(commit), "the acknowledged commit {commit} is lost");
    }
    for oid in objects {
        let path = repo.join("lfs/objects").join(&oid[..2]).join(&oid[2..4]).join(oid);
        let content = std::fs::read(path).unwrap();
        assert_eq!(crate::harness::oid(&content), *oid);
    }
    // Every large file that a commit names is there.
    for line in git(repo, &["ls-tree", "-r", "--name-only", "main"]).lines().filter(|path| path.ends_with(".bin")) {
        let pointer = git(repo, &["show", &format!("main:{line}")]);
        let oid = pointer.split("sha256:").nth(1).unwrap()[..64].to_owned();
        assert!(repo.join("lfs/objects").join(&oid[..2]).join(&oid[2..4]).join(&oid).is_file(), "{line}");
    }
}

#[tokio::test]
async fn killed_in_the_middle_of_a_push() {
    let data = tempfile::tempdir().unwrap();
    let repo = data.path().join("repos/models/demo/repo.git");
    let (mut commits, mut objects) = (Vec::new(), Vec::new());
    for round in 0..6 {
        let mut program = Program::start(data.path(), &[]);
        // Nothing half is left from the round before.
        assert_eq!(std::fs::read_dir(data.path().join("incoming")).unwrap().count(), 0);
        let client = reqwest::Client::new();
        if round == 0 {
            let body = json!({ "name": "repo" });
            let made = client
                .post(format!("{}/api/repos/create", program.url))
                .bearer_auth("hf_demo")
                .json(&body)
                .send()
                .await;
            assert_eq!(made.unwrap().status(), 200);
        }
        let pushing = tokio::spawn(push_until_killed(program.url.clone(), client, round));
        tokio::time::sleep(Duration::from_millis(400 + 37 * round as u64)).await;
        program.child.kill().unwrap();
        program.child.wait().unwrap();
        let (more_commits, more_objects) = pushing.await.unwrap();
        assert!(!more_objects.is_empty(), "round {round} pushed nothing");
        commits.extend(more_commits);
        objects.extend(more_objects);
        check(&repo, &commits, &objects);
    }
    assert!(commits.len() > 6, "{} commits", commits.len());

    // The last one starts, cleans up and goes on.
    let program = Program::start(data.path(), &[]);
    let left: Vec<_> = std::fs::read_dir(repo.join("objects"))
        .unwrap()
        .chain(std::fs::read_dir(repo.join("objects/pack")).unwrap())
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("tmp_") || name.starts_with("pack_git2_"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
    let lines = [header("after all"), file("last.txt", b"last")].map(|line| line.to_string()).join("\n");
    let answer = reqwest::Client::new()
        .post(format!("{}/api/models/demo/repo/commit/main", program.url))
        .bearer_auth("hf_demo")
        .header("content-type", "application/x-ndjson")
        .body(lines);
    assert_eq!(answer.send().await.unwrap().status(), 200);
    check(&repo, &commits, &objects);
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
