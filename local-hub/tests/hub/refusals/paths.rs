//! Paths that no file of a repo can have.

use super::{check, commit};
use crate::harness::{Hub, delete, delete_folder, file, header, lfs_file};

/// All rows of this file.
pub const ROWS: usize = 67;

#[tokio::test]
async fn commits_with_bad_paths() {
    let hub = Hub::with_repo().await;
    hub.commit(&[file("file", b"x"), file("folder/x", b"x")]).await;
    let long = "x".repeat(256);
    let mut rows = Vec::new();
    for path in [
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "./a",
        "a/./b",
        "../a",
        "a/../b",
        ".git",
        ".git/config",
        "a/.git/x",
        ".GIT/x",
        "..\\ddd",
        "a\\b",
        "a\0b",
        "a\nb",
        "\u{7f}",
        &long,
    ] {
        rows.push(commit(&[header("x"), file("good", b"x"), file(path, b"x")], 422, "", "Invalid path"));
        rows.push(commit(&[header("x"), delete(path)], 422, "", "Invalid path"));
        rows.push(commit(&[header("x"), lfs_file(path, b"x")], 422, "", "Invalid path"));
    }
    rows.push(commit(&[header("x"), delete_folder("/")], 422, "", "Invalid path"));
    rows.push(commit(&[header("x"), delete_folder("../x/")], 422, "", "Invalid path"));
    rows.push(commit(&[header("x"), file("file/below", b"x")], 422, "", "in the way"));
    rows.push(commit(&[header("x"), file("folder", b"x")], 422, "", "in the way"));
    check(&hub, ROWS, rows).await;
}
