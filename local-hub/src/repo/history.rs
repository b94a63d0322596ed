//! The history of a revision: commits one after another, and the last one that touched a path.

use std::collections::HashMap;

use git2::{Commit, Oid, Repository, Sort};

use crate::error::Refusal;
use crate::repo::read;

/// A commit, as the API shows it.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The commit id.
    pub id: Oid,
    /// First line of the message.
    pub title: String,
    /// The rest of the message.
    pub description: String,
    /// Seconds since 1970.
    pub time: i64,
    /// The author's name.
    pub author: String,
}

impl Summary {
    /// The summary of a commit.
    pub fn of(commit: &Commit<'_>) -> Self {
        let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
        let (title, description) = message.split_once('\n').unwrap_or((&message, ""));
        Self {
            id: commit.id(),
            title: title.to_owned(),
            description: description.trim().to_owned(),
            time: commit.time().seconds(),
            author: String::from_utf8_lossy(commit.author().name_bytes()).into_owned(),
        }
    }
}

/// A page of the history from a commit backwards, and how many commits there are in all.
pub fn commits(repo: &Repository, head: Oid, skip: usize, count: usize) -> Result<(Vec<Summary>, usize), Refusal> {
    let mut walk = repo.revwalk()?;
    walk.set_sorting(Sort::TOPOLOGICAL)?;
    walk.push(head)?;
    let mut page = Vec::new();
    let mut total = 0;
    for oid in walk {
        let oid = oid?;
        if total >= skip && page.len() < count {
            page.push(Summary::of(&repo.find_commit(oid)?));
        }
        total += 1;
    }
    Ok((page, total))
}

/// For each path, the last commit (looking back from a head along first parents) that changed it.
pub fn last_commits(
    repo: &Repository,
    head: &Commit<'_>,
    paths: &[String],
) -> Result<HashMap<String, Summary>, Refusal> {
    let mut found = HashMap::new();
    let mut wanted: Vec<(&String, Option<Oid>)> =
        paths.iter().map(|path| Ok((path, read::id_at(head, path)?))).collect::<Result<_, Refusal>>()?;
    let mut commit = repo.find_commit(head.id())?;
    while !wanted.is_empty() {
        let parent = commit.parents().next();
        let mut kept = Vec::new();
        for (path, id) in wanted {
            let before = parent.as_ref().map(|parent| read::id_at(parent, path)).transpose()?.flatten();
            if before == id {
                kept.push((path, id));
            } else {
                found.insert(path.clone(), Summary::of(&commit));
            }
        }
        wanted = kept;
        match parent {
            Some(parent) => commit = parent,
            None => break,
        }
    }
    Ok(found)
}

/// How a commit changed a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// It was not there before.
    Added,
    /// Its content is another.
    Changed,
    /// It is gone.
    Deleted,
}

/// The paths that a commit changed against its first parent, sorted.
pub fn touched(repo: &Repository, commit: &Commit<'_>) -> Result<Vec<(String, Touch)>, Refusal> {
    let tree = commit.tree()?;
    let before = commit.parents().next().map(|parent| parent.tree()).transpose()?;
    let diff = repo.diff_tree_to_tree(before.as_ref(), Some(&tree), None)?;
    let mut touched = Vec::new();
    for delta in diff.deltas() {
        let (file, touch) = match delta.status() {
            git2::Delta::Added => (delta.new_file(), Touch::Added),
            git2::Delta::Deleted => (delta.old_file(), Touch::Deleted),
            _ => (delta.new_file(), Touch::Changed),
        };
        let path = file.path_bytes().map(|path| String::from_utf8_lossy(path).into_owned()).unwrap_or_default();
        touched.push((path, touch));
    }
    touched.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(touched)
}
