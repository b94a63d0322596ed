//! The program: its first line, its end, its options, and a data folder that outlives it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::noise;

/// The program as a child; killed when dropped.
pub struct Program {
    pub child: Child,
    pub url: String,
    pub ready: Value,
}

impl Program {
    /// Starts it on a data folder, with demo's token.
    pub fn start(data: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hubferry-local-hub"))
            .args(["--user", "demo:hf_demo", "--data"])
            .arg(data)
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        Self { url: ready["url"].as_str().unwrap().to_owned(), child, ready }
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn it_says_that_it_is_ready_and_ends_when_told() {
    for name in ["-TERM", "-INT"] {
        let data = tempfile::tempdir().unwrap();
        let start = Instant::now();
        let mut program = Program::start(data.path(), &[]);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(5), "{took:?}");
        assert_eq!(program.ready["ready"], true);
        assert!(program.ready["storeUrl"].as_str().unwrap().starts_with("http://127.0.0.2:"));
        assert!(program.url.starts_with("http://127.0.0.1:"));
        assert_eq!(reqwest::get(format!("{}/_health", program.url)).await.unwrap().status(), 200);
        program.signal(name);
        let status = program.child.wait().unwrap();
        assert!(status.success(), "{status}");
        let mut rest = String::new();
        program.child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "one line and no more");
    }
}

#[tokio::test]
async fn an_answer_on_its_way_is_finished_at_the_end() {
    let data = tempfile::tempdir().unwrap();
    let mut program = Program::start(data.path(), &["--control-token", "c"]);
    let client = reqwest::Client::new();
    let rule = json!({ "route": "whoami", "fault": { "kind": "delay", "ms": 800 } });
    client.post(format!("{}/_control/faults", program.url)).bearer_auth("c").json(&rule).send().await.unwrap();
    let slow = tokio::spawn(client.get(format!("{}/api/whoami-v2", program.url)).bearer_auth("hf_demo").send());
    tokio::time::sleep(Duration::from_millis(300)).await;
    program.signal("-TERM");
    assert_eq!(slow.await.unwrap().unwrap().status(), 200);
    assert!(tokio::task::spawn_blocking(move || program.child.wait()).await.unwrap().unwrap().success());
}

#[tokio::test]
async fn what_was_pushed_is_there_after_a_restart_and_one_program_has_the_folder() {
    let data = tempfile::tempdir().unwrap();
    let client = reqwest::Client::new();
    let program = Program::start(data.path(), &[]);
    let body = json!({ "name": "kept", "private": true });
    let made = client.post(format!("{}/api/repos/create", program.url)).bearer_auth("hf_demo").json(&body).send().await;
    assert_eq!(made.unwrap().status(), 200);

    let second =
        Command::new(env!("CARGO_BIN_EXE_hubferry-local-hub")).arg("--data").arg(data.path()).output().unwrap();
    assert!(!second.status.success() && second.stdout.is_empty());
    assert!(String::from_utf8_lossy(&second.stderr).contains("in use"));

    drop(program);
    let program = Program::start(data.path(), &[]);
    let info = client.get(format!("{}/api/models/demo/kept", program.url)).bearer_auth("hf_demo").send().await.unwrap();
    assert_eq!(info.status(), 200);
    assert_eq!(info.json::<Value>().await.unwrap()["private"], true);
}

#[test]
fn names_and_tokens_are_given_once() {
    for options in [["--user", "a:hf_1", "--user", "b:hf_1"], ["--user", "a:hf_1", "--org", "a:a"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_hubferry-local-hub")).args(options).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{options:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("given twice") && !said.contains("hf_1"), "{said}");
    }
}

#[test]
fn bad_options_are_refused() {
    for options in [
        &["--user", "demo"][..],
        &["--user", "demo:secret"],
        &["--user", "demo:hf_x:admin"],
        &["--org", "acme"],
        &["--port", "x"],
        &["--part-size", "0"],
        &["--nonsense"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_hubferry-local-hub")).args(options).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        assert!(output.stdout.is_empty());
    }
}

/// The most memory that a process had at once.
/// Units: bytes.
pub fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_body_needs_little_memory() {
    const BLOCK: usize = 1 << 20;
    const BLOCKS: usize = 400;
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(data.path(), &[]);
    let client = reqwest::Client::new();
    let post = async |path: &str, body: Value| {
        let url = format!("{}{path}", program.url);
        let sent = client.post(url).bearer_auth("hf_demo").json(&body).send().await.unwrap();
        assert_eq!(sent.status(), 200);
        sent.json::<Value>().await.unwrap()
    };
    post("/api/repos/create", json!({ "name": "repo" })).await;
    let block = noise(BLOCK, 1);
    let mut digest = Sha256::new();
    for _ in 0..BLOCKS {
        digest.update(&block);
    }
    let size = BLOCK * BLOCKS;
    let objects =
        json!({ "operation": "upload", "objects": [{ "oid": hex::encode(digest.finalize()), "size": size }] });
    let batch = post("/demo/repo.git/info/lfs/objects/batch", objects.clone()).await;
    let href = batch["objects"][0]["actions"]["upload"]["href"].as_str().unwrap();
    let (host, path) = href.strip_prefix("http://").unwrap().split_once('/').unwrap();
    tokio::task::block_in_place(|| {
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "PUT /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n")
            .unwrap();
        for _ in 0..BLOCKS {
            stream.write_all(&block).unwrap();
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    });
    assert!(post("/demo/repo.git/info/lfs/objects/batch", objects).await["objects"][0]["actions"].is_null());
    let most = peak(program.child.id());
    assert!(most < 100 << 20, "{most} bytes");
}
