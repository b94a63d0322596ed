//! The merge of a pull request, which moves a branch and changes a record, and must not stop between the two.
//!
//! What the record will be is written beside it before the branch moves (`discussions/{num}.merge`), and takes its place after. When the
//! process ends in between, the next start looks whether the branch has the merge commit, and finishes or forgets it: [`recover`].

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use git2::{Commit, ErrorCode, ObjectType, Oid, Repository};

use crate::durable;
use crate::error::Refusal;
use crate::repo::MAIN;
use crate::repo::discussions::{self, Discussion, Status};
use crate::repo::pack::PackWriter;
use crate::repo::write::{self, Message};

const ENDING: &str = ".merge";

/// What a pull request would bring to the main branch, as a text diff; and the paths that both sides changed in different ways.
pub fn changes(git: &Repository, discussion: &Discussion) -> Result<(String, Vec<String>), Refusal> {
    let (main, head) = ends(git, discussion)?;
    let base = git.find_commit(git.merge_base(main.id(), head.id())?)?;
    let diff = git.diff_tree_to_tree(Some(&base.tree()?), Some(&head.tree()?), None)?;
    let mut text = String::new();
    diff.print(git2::DiffFormat::Patch, |_, _, line| {
        if matches!(line.origin(), '+' | '-' | ' ') {
            text.push(line.origin());
        }
        text.push_str(&String::from_utf8_lossy(line.content()));
        true
    })?;
    let index = git.merge_trees(&base.tree()?, &main.tree()?, &head.tree()?, None)?;
    Ok((text, conflicts(&index)?))
}

fn conflicts(index: &git2::Index) -> Result<Vec<String>, Refusal> {
    let mut paths = Vec::new();
    for conflict in index.conflicts()? {
        let conflict = conflict?;
        let side = conflict.our.or(conflict.their).or(conflict.ancestor);
        paths.extend(side.map(|entry| String::from_utf8_lossy(&entry.path).into_owned()));
    }
    Ok(paths)
}

fn ends<'r>(git: &'r Repository, discussion: &Discussion) -> Result<(Commit<'r>, Commit<'r>), Refusal> {
    let commit = |name: &str| match git.find_reference(name) {
        Ok(reference) => Ok(reference.peel_to_commit()?),
        Err(error) if error.code() == ErrorCode::NotFound => Err(Refusal::revision_not_found(name)),
        Err(error) => Err(error.into()),
    };
    Ok((commit(&format!("refs/heads/{MAIN}"))?, commit(&discussion.reference())?))
}

/// A merge between its steps.
struct Merge {
    /// The head of the main branch before.
    from: Oid,
    /// The merge commit.
    commit: Oid,
    /// The record after.
    merged: Discussion,
}

/// Merges a pull request into the main branch; gives its record after that, which is kept.
/// Errors: 400 for a draft or one that is closed, 409 when both sides changed the same.
pub fn merge(
    git: &Repository,
    repo_dir: &Path,
    discussion: Discussion,
    author: &str,
    comment: Option<&str>,
) -> Result<Discussion, Refusal> {
    let merge = prepare(git, repo_dir, discussion, author, comment)?;
    if let Err(refusal) = land(git, &merge) {
        fs::remove_file(intent(repo_dir, merge.merged.num))?;
        return Err(refusal);
    }
    finish(repo_dir, merge.merged.num)?;
    Ok(merge.merged)
}

/// Writes the merge commit, and what the record will be.
fn prepare(
    git: &Repository,
    repo_dir: &Path,
    discussion: Discussion,
    author: &str,
    comment: Option<&str>,
) -> Result<Merge, Refusal> {
    match discussion.status {
        Status::Open => {}
        Status::Draft => return Err(Refusal::bad_request("Cannot merge a pull request in draft")),
        Status::Closed => return Err(Refusal::bad_request("Cannot merge a closed pull request")),
        Status::Merged => return Err(Refusal::bad_request("The pull request is already merged")),
    }
    let (main, head) = ends(git, &discussion)?;
    let base = git.find_commit(git.merge_base(main.id(), head.id())?)?;
    let mut index = git.merge_trees(&base.tree()?, &main.tree()?, &head.tree()?, None)?;
    if index.has_conflicts() {
        let paths = conflicts(&index)?;
        return Err(Refusal::conflict(format!("Cannot merge: conflicts in {}", paths.join(", ")))
            .with("filesWithConflicts", paths));
    }
    let tree = index.write_tree_to(git)?;
    let message = Message {
        author: author.to_owned(),
        title: format!("{} (#{})", discussion.title, discussion.num),
        description: String::new(),
    };
    let mut pack = PackWriter::new(git)?;
    let text = write::commit_text(tree, &[main.id(), head.id()], &message);
    let commit = pack.add(ObjectType::Commit, text.as_bytes())?;
    pack.finish()?;

    let mut merged = discussion;
    merged.turn(author, Status::Merged)?;
    merged.merge_commit = Some(commit.to_string());
    if let Some(comment) = comment {
        merged.comment(author, comment);
    }
    durable::write_json(&intent(repo_dir, merged.num), &merged)?;
    Ok(Merge { from: main.id(), commit, merged })
}

/// Moves the main branch.
fn land(git: &Repository, merge: &Merge) -> Result<(), Refusal> {
    write::move_ref(git, &format!("refs/heads/{MAIN}"), Some(merge.from), merge.commit)
}

/// Puts the record in its place.
fn finish(repo_dir: &Path, num: u64) -> io::Result<()> {
    fs::rename(intent(repo_dir, num), discussions::file(repo_dir, num))?;
    durable::sync_dir(&repo_dir.join("discussions"))
}

/// Finishes the merges of a repo whose branch has moved and forgets those whose branch has not. Before anybody else uses the repo.
pub fn recover(repo_dir: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(repo_dir.join("discussions")) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        let Some(num) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(ENDING)?.parse().ok()) else {
            continue;
        };
        let merged: Option<Discussion> = durable::read_json(&path)?;
        if merged.is_some_and(|merged| has_landed(repo_dir, &merged).unwrap_or(false)) {
            finish(repo_dir, num)?;
        } else {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

fn has_landed(repo_dir: &Path, merged: &Discussion) -> Result<bool, git2::Error> {
    let git = Repository::open_bare(repo_dir)?;
    let commit = Oid::from_str(merged.merge_commit.as_deref().unwrap_or_default())?;
    let main = git.find_reference(&format!("refs/heads/{MAIN}"))?.peel_to_commit()?.id();
    Ok(main == commit || git.graph_descendant_of(main, commit)?)
}

fn intent(repo_dir: &Path, num: u64) -> PathBuf {
    repo_dir.join("discussions").join(format!("{num}{ENDING}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::{RepoId, RepoType};
    use crate::repo::write::Change;
    use crate::repo::{NewRepo, Repos};

    fn repo_id() -> RepoId {
        RepoId { kind: RepoType::Model, owner: "demo".into(), name: "repo".into() }
    }

    /// A repo with an open pull request that adds a file.
    fn pull(data: &Path) -> (PathBuf, Discussion) {
        let repos = Repos::open(data).unwrap();
        let new =
            NewRepo { id: repo_id(), private: false, sdk: None, license: None, files: vec![], author: "demo".into() };
        let repo = repos.create(new).unwrap();
        let git = repo.git().unwrap();
        let head = git.find_reference("refs/heads/main").unwrap().peel_to_commit().unwrap().id();
        let mut pack = PackWriter::new(&git).unwrap();
        let blob = pack.add(ObjectType::Blob, b"new\n").unwrap();
        let message = Message { author: "ann".into(), title: "Add it".into(), description: String::new() };
        let changes = [Change::File { path: "new.txt".into(), blob }];
        let commit = write::commit(&git, pack, Some(head), &changes, None, &message).unwrap();
        write::move_ref(&git, "refs/pr/1", None, commit).unwrap();
        let pull = Discussion::new(1, "ann", "Add it", "", Status::Open, true);
        discussions::put(&repo.dir, &pull).unwrap();
        (repo.dir.clone(), pull)
    }

    #[test]
    fn an_end_in_the_middle_leaves_it_open_or_merged() {
        for moved in [false, true] {
            let data = tempfile::tempdir().unwrap();
            let (dir, pull) = pull(data.path());
            let git = Repository::open_bare(&dir).unwrap();
            let merge = prepare(&git, &dir, pull, "demo", Some("thanks")).unwrap();
            if moved {
                land(&git, &merge).unwrap();
                // Somebody may have gone on from there before the end.
                let message = Message { author: "demo".into(), title: "Next".into(), description: String::new() };
                let pack = PackWriter::new(&git).unwrap();
                let next = write::commit(&git, pack, Some(merge.commit), &[], None, &message).unwrap();
                write::move_ref(&git, "refs/heads/main", Some(merge.commit), next).unwrap();
            }
            assert_eq!(discussions::get(&dir, 1).unwrap().unwrap().status, Status::Open);

            // The next start.
            let repos = Repos::open(data.path()).unwrap();
            let repo = repos.get(&repo_id()).unwrap();
            let found = discussions::get(&dir, 1).unwrap().unwrap();
            assert!(!intent(&dir, 1).exists());
            assert_eq!(discussions::all(&dir).unwrap().len(), 1);
            if moved {
                assert_eq!((found.status, found.merge_commit), (Status::Merged, Some(merge.commit.to_string())));
                assert_eq!(found.events.last().unwrap().kind, "comment");
            } else {
                assert_eq!((found.status, &found.merge_commit), (Status::Open, &None));
                // And it can be merged then.
                let merged = super::merge(&repo.git().unwrap(), &dir, found, "demo", None).unwrap();
                assert_eq!(discussions::get(&dir, 1).unwrap().unwrap().merge_commit, merged.merge_commit);
            }
        }
    }

    #[test]
    fn a_branch_that_moved_meanwhile_leaves_it_open() {
        let data = tempfile::tempdir().unwrap();
        let (dir, pull) = pull(data.path());
        let git = Repository::open_bare(&dir).unwrap();
        let mut merge = prepare(&git, &dir, pull, "demo", None).unwrap();
        merge.from = merge.commit;
        assert_eq!(land(&git, &merge).unwrap_err().status, axum::http::StatusCode::CONFLICT);
        recover(&dir).unwrap();
        assert_eq!(discussions::get(&dir, 1).unwrap().unwrap().status, Status::Open);
        assert!(!intent(&dir, 1).exists());
    }
}
