//! The git program reads repos: whole and shallow, in every version of its protocol, with a token as password; and does not push.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::harness::{ANN, DEMO, Hub, READER, file, noise};

/// Runs git away from the settings of whoever runs the tests.
fn run(dir: &Path, args: &[&str]) -> Output {
    tokio::task::block_in_place(|| {
        Command::new("git")
            .current_dir(dir)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ASKPASS", "true")
            .args(args)
            .output()
            .unwrap()
    })
}

#[track_caller]
fn git(dir: &Path, args: &[&str]) -> String {
    let output = run(dir, args);
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn git_fails(dir: &Path, args: &[&str]) -> String {
    let output = run(dir, args);
    assert!(!output.status.success(), "git {args:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_has_the_history_and_the_pointers() {
    let hub = Hub::with_repo().await;
    let line = hub.upload("big.bin", b"large content").await;
    hub.commit(&[line, file("a/b.txt", b"hello\n")]).await;
    let head = hub.commit(&[file("a/b.txt", b"changed\n")]).await;
    let dir = tempfile::tempdir().unwrap();
    for version in ["0", "1", "2"] {
        for ending in ["", ".git"] {
            let url = format!("{}/demo/repo{ending}", hub.handle.url);
            let name = format!("clone{version}{ending}");
            git(dir.path(), &["-c", &format!("protocol.version={version}"), "clone", "-q", &url, &name]);
            let clone = dir.path().join(name);
            assert_eq!(git(&clone, &["rev-parse", "HEAD"]).trim(), head);
            assert_eq!(git(&clone, &["rev-list", "--count", "HEAD"]).trim(), "3");
            assert_eq!(git(&clone, &["status", "--porcelain"]), "");
            let pointer = std::fs::read_to_string(clone.join("big.bin")).unwrap();
            assert!(pointer.starts_with("version https://git-lfs.github.com/spec/v1\noid sha256:"), "{pointer}");
            git(&clone, &["fsck", "--strict"]);
        }
    }
    let routes: Vec<&str> = hub.handle.requests().entries().iter().map(|entry| entry.route).collect();
    assert!(routes.contains(&"git.refs") && routes.contains(&"git.upload-pack"));

    // A fetch brings what is new, pull requests on demand.
    let clone = dir.path().join("clone2");
    let next = hub.commit(&[file("c", b"c")]).await;
    let url = "/api/models/demo/repo/commit/main?create_pr=1";
    let lines = [crate::harness::header("proposed"), file("p", b"p")];
    hub.ask("POST", url).token(ANN).lines(&lines).send().await.expect(200);
    git(&clone, &["fetch", "-q", "origin", "main", "refs/pr/1:refs/remotes/origin/pr/1"]);
    assert_eq!(git(&clone, &["rev-parse", "origin/main"]).trim(), next);
    assert_eq!(git(&clone, &["log", "-1", "--format=%s", "origin/pr/1"]).trim(), "proposed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_may_be_shallow_or_without_contents() {
    let hub = Hub::with_repo().await;
    for n in 0..40 {
        hub.commit(&[file(&format!("{n}.txt"), format!("{n}").as_bytes())]).await;
    }
    let dir = tempfile::tempdir().unwrap();
    let url = format!("{}/demo/repo", hub.handle.url);
    git(dir.path(), &["clone", "-q", "--depth", "1", &url, "shallow"]);
    let shallow = dir.path().join("shallow");
    assert_eq!(git(&shallow, &["rev-list", "--count", "HEAD"]).trim(), "1");
    git(&shallow, &["fetch", "-q", "--deepen", "5"]);
    assert_eq!(git(&shallow, &["rev-list", "--count", "HEAD"]).trim(), "6");
    git(&shallow, &["fetch", "-q", "--unshallow"]);
    assert_eq!(git(&shallow, &["rev-list", "--count", "HEAD"]).trim(), "41");
    git(dir.path(), &["clone", "-q", "--filter=blob:none", "--no-checkout", &url, "bare"]);
    assert_eq!(git(&dir.path().join("bare"), &["show", "HEAD:7.txt"]), "7");
    // Forty haves are more than git sends without packing them.
    hub.commit(&[file("last", b"last")]).await;
    git(&shallow, &["-c", "protocol.version=0", "fetch", "-q", "--negotiation-tip=HEAD"]);
    assert_eq!(git(&shallow, &["rev-list", "--count", "origin/main"]).trim(), "42");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_repo_wants_a_token() {
    let hub = Hub::with_repo().await;
    let private = json!({ "private": true });
    hub.ask("PUT", "/api/models/demo/repo/settings").token(DEMO).json(&private).send().await.expect(200);
    let dir = tempfile::tempdir().unwrap();
    let plain = format!("{}/demo/repo", hub.handle.url);
    let with = |user: &str, token: &str| plain.replace("http://", &format!("http://{user}:{token}@"));
    git(dir.path(), &["clone", "-q", &with("demo", DEMO), "a"]);
    git(dir.path(), &["clone", "-q", &with("demo", READER), "b"]);
    let bearer = format!("http.extraHeader=Authorization: Bearer {READER}");
    git(dir.path(), &["-c", &bearer, "clone", "-q", &plain, "c"]);
    for url in [&plain, &with("demo", "hf_wrong"), &with("ann", DEMO), &with("ann", ANN)] {
        git_fails(dir.path(), &["clone", "-q", url, "d"]);
    }
    let refs = "/demo/repo.git/info/refs?service=git-upload-pack";
    let hidden = hub.get(refs).await.expect(401);
    assert!(hidden.header("www-authenticate").starts_with("Basic realm="));
    hub.ask("GET", refs).token(ANN).send().await.expect(404);
    let log = serde_json::to_string(&hub.handle.requests().entries()).unwrap();
    assert!(log.contains("\"basic\"") && !log.contains(DEMO) && !log.contains(READER));
    // Only git and its large files know that way.
    let basic = "Basic ZGVtbzpoZl9kZW1v";
    hub.ask("GET", "/api/whoami-v2").header("authorization", basic).send().await.expect(401);
    let batch = json!({ "operation": "download", "objects": [] });
    let url = "/demo/repo.git/info/lfs/objects/batch";
    hub.ask("POST", url).header("authorization", basic).lfs(&batch).send().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_is_refused_in_words() {
    let hub = Hub::with_repo().await;
    let dir = tempfile::tempdir().unwrap();
    let url = hub.handle.url.replace("http://", &format!("http://demo:{DEMO}@")) + "/demo/repo";
    git(dir.path(), &["clone", "-q", &url, "clone"]);
    let clone = dir.path().join("clone");
    let author = ["-c", "user.name=demo", "-c", "user.email=demo@example.test"];
    git(&clone, &[&author[..], &["commit", "-q", "--allow-empty", "-m", "mine"]].concat());
    let said = git_fails(&clone, &["push", "origin", "main"]);
    assert!(said.contains("This Hub takes no git push"), "{said}");
    hub.ask("POST", "/demo/repo.git/git-receive-pack").token(DEMO).send().await.expect(403);
    hub.get("/demo/repo.git/info/refs").await.expect(403);
    assert_eq!(hub.git(&["rev-list", "--count", "main"]), "1\n");
}

#[tokio::test]
async fn requests_that_git_would_not_make() {
    let hub = Hub::with_repo().await;
    let url = "/demo/repo.git/git-upload-pack";
    let ask = |body: &[u8]| {
        hub.ask("POST", url)
            .header("content-type", "application/x-git-upload-pack-request")
            .header("git-protocol", "version=2")
            .body(body.to_vec())
    };
    let refs = b"0014command=ls-refs\n0000";
    let plain = ask(refs).send().await.expect(200);
    assert!(plain.text().contains("refs/heads/main"), "{}", plain.text());
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(refs).unwrap();
    let packed = ask(&gzip.finish().unwrap()).header("content-encoding", "gzip").send().await.expect(200);
    assert_eq!(packed.body, plain.body);
    ask(refs).header("content-encoding", "gzip").send().await.expect(400);
    ask(refs).header("content-encoding", "br").send().await.expect(415);
    hub.ask("POST", url).body(refs.to_vec()).send().await.expect(415);
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    bomb.write_all(&vec![0; 40_000_000]).unwrap();
    ask(&bomb.finish().unwrap()).header("content-encoding", "gzip").send().await.expect(413);
    hub.get("/demo/absent.git/info/refs?service=git-upload-pack").await.expect(401);

    // What git complains about says nothing of this machine: the answer breaks off, or holds git's own word for the client.
    let data = hub.handle.data().to_string_lossy().into_owned();
    for body in [&b"nonsense"[..], b"", b"0032want 0123456789012345678901234567890123456789\n00000009done\n"] {
        let reply = ask(body).try_send().await;
        assert!(reply.is_err() || !reply.unwrap().text().contains(&data));
    }
}

/// The git processes that work on a repo.
fn processes(repo: &Path) -> usize {
    let of_repo = |entry: std::io::Result<std::fs::DirEntry>| {
        let line = std::fs::read(entry.ok()?.path().join("cmdline")).ok()?;
        let line = String::from_utf8_lossy(&line).into_owned();
        (line.contains("upload-pack") && line.contains(&*repo.to_string_lossy())).then_some(())
    };
    std::fs::read_dir("/proc").unwrap().filter_map(of_repo).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_process_of_a_client_that_goes_is_killed() {
    let hub = Hub::with_repo().await;
    let files: Vec<_> = (0..4).map(|n| file(&format!("{n}.txt"), &noise(8_000_000, n))).collect();
    let head = hub.commit(&files).await;
    let repo = hub.dir("models/demo/repo");
    let address = hub.handle.url.strip_prefix("http://").unwrap().to_owned();
    let body = format!("0032want {head}\n00000009done\n");
    let request = format!(
        "POST /demo/repo.git/git-upload-pack HTTP/1.1\r\nHost: {address}\r\n\
         Content-Type: application/x-git-upload-pack-request\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    tokio::task::block_in_place(|| {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut some = [0; 1000];
        stream.read_exact(&mut some).unwrap();
        assert!(some.starts_with(b"HTTP/1.1 200"));
        assert_eq!(processes(&repo), 1, "it waits for its client");
        drop(stream);
        let start = Instant::now();
        while processes(&repo) > 0 {
            assert!(start.elapsed() < Duration::from_secs(10), "the process is still there");
            std::thread::sleep(Duration::from_millis(20));
        }
    });
}
