//! Many at once, and much at once.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use crate::harness::{DEMO, Hub, file, header, header_on};

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
        assert_eq!(
            crate::harness::git(&hub.dir(&format!("datasets/demo/r{n}")), &["rev-list", "--count", "main"]),
            "11\n"
        );
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
