//! The git program reads our repositories, and makes the same objects.

use std::process::Command;

use crate::harness::{Hub, delete, file, git, noise};

#[tokio::test]
async fn the_same_files_give_the_same_tree() {
    let hub = Hub::with_repo().await;
    // Names whose order differs between bytes, folders and files.
    let paths = ["a", "a.txt", "a-b", "b/c", "b.d", "b0", "ü", "Z", "b/e/f", "b-", "z z", "a0/x", "a0.x"];
    let mut lines = vec![delete(".gitattributes")];
    lines.extend(paths.iter().enumerate().map(|(n, path)| file(path, &noise(n * 10, n as u64))));
    lines.reverse();
    hub.commit(&lines).await;

    let work = tempfile::tempdir().unwrap();
    git(work.path(), &["init", "--quiet", "--initial-branch=main"]);
    for (n, path) in paths.iter().enumerate() {
        let path = work.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, noise(n * 10, n as u64)).unwrap();
    }
    git(work.path(), &["add", "--all"]);
    assert_eq!(hub.git(&["rev-parse", "main^{tree}"]), git(work.path(), &["write-tree"]));
    hub.git(&["fsck", "--strict", "--no-dangling"]);
}

#[tokio::test]
async fn many_commits_stay_sound_and_can_be_cloned() {
    let hub = Hub::with_repo().await;
    for n in 0..30 {
        let mut lines: Vec<_> = (0..5).map(|k| file(&format!("d{k}/f{n}"), &noise(n * 7 + k, 9))).collect();
        if n > 10 {
            lines.push(delete(&format!("d{}/f{}", n % 5, n - 10)));
        }
        hub.commit(&lines).await;
    }
    hub.git(&["fsck", "--strict"]);
    let clone = tempfile::tempdir().unwrap();
    let source = hub.dir("models/demo/repo");
    let output = Command::new("git").args(["clone", "--quiet"]).arg(&source).arg(clone.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = git(clone.path(), &["ls-files"]);
    assert_eq!(listed.lines().collect::<Vec<_>>(), hub.paths().await);
    // What the program packs again, we still read.
    hub.git(&["repack", "-a", "-d", "-q"]);
    hub.git(&["pack-refs", "--all"]);
    assert_eq!(listed.lines().collect::<Vec<_>>(), hub.paths().await);
    hub.commit(&[file("after", b"packing")]).await;
    hub.git(&["fsck", "--strict"]);
}
