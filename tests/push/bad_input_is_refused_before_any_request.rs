//! Arguments that cannot be right are refused at once, with what, where, and what to do.

use hubferry::error::Code;
use hubferry::http::FileIdx;
use hubferry::hub::{HubUrl, RepoId, Token};
use hubferry::push::{Operation, Push, PushOptions};

use crate::sim::{TOKEN, options};

fn add(path: &str, size: u64) -> Operation {
    Operation::AddOrUpdate { path: path.into(), file: FileIdx(0), size, modified_ms: None }
}

#[test]
fn paths() {
    for path in ["", "/", "..", "../x", "a/../b", ".git/config", "a/.git", ".cache/x", "dir/", "a\0b"] {
        let mut push = Push::new(options()).expect("good options");
        let error = push.add(vec![add(path, 1)]).expect_err(path);
        assert_eq!(error.code, Code::InvalidInput, "{path:?}: {error}");
    }
    let mut push = Push::new(options()).expect("good options");
    assert_eq!(push.add(vec![add("huge", 1 << 53)]).expect_err("too large").code, Code::InvalidInput);
}

#[test]
fn options_rows() {
    type Spoil = fn(&mut PushOptions);
    let rows: [(&str, Spoil); 8] = [
        ("empty branch", |o| o.revision = String::new()),
        ("branch with a space", |o| o.revision = "a b".into()),
        ("branch with ..", |o| o.revision = "a..b".into()),
        ("branch like an option", |o| o.revision = "-b".into()),
        ("short parent", |o| o.parent_commit = Some("abcd".into())),
        ("parent that is no hex", |o| o.parent_commit = Some("mainmain".into())),
        ("long parent", |o| o.parent_commit = Some("a".repeat(41))),
        ("empty title", |o| o.title = Some("  ".into())),
    ];
    for (name, spoil) in rows {
        let mut options = options();
        spoil(&mut options);
        assert_eq!(Push::new(options).err().map(|error| error.code), Some(Code::InvalidInput), "{name}");
    }
}

#[test]
fn tokens_addresses_and_repos() {
    for token in ["", "secret", "hf_a b", "hf_a\n", "Bearer hf_x"] {
        let error = Token::parse(token).expect_err(token);
        assert!(token.is_empty() || !error.message.contains(token), "the message shows the token");
    }
    assert!(!format!("{:?}", Token::parse(TOKEN)).contains(TOKEN));
    for url in
        ["", "hub.example", "ftp://hub.example", "https://", "https://u:p@hub.example", "https://h/?q", "https://a b"]
    {
        assert_eq!(HubUrl::parse(url).expect_err(url).code, Code::InvalidInput);
    }
    for repo in [
        "",
        "/",
        "a/",
        "/b",
        "a/b/c",
        "a b/c",
        "a--b/c",
        "a/..",
        "-a/b",
        "a/b-",
        ".a/b",
        "a/b.git",
        "models/a/b/c",
        "x/ä",
    ] {
        assert_eq!(RepoId::parse(repo).expect_err(repo).code, Code::InvalidInput, "{repo}");
    }
    assert_eq!(RepoId::parse("buckets/a/b").expect_err("a bucket").code, Code::Unsupported);
    for repo in ["gpt2", "u/r", "datasets/u/r", "spaces/u/r", "models/u/r", "u/a.b_c-d"] {
        RepoId::parse(repo).unwrap_or_else(|error| panic!("{repo}: {error}"));
    }
}
