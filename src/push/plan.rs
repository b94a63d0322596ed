//! From the caller's operations to files and commit lines: everything that can be judged before any request.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::file::FileEntry;
use super::shared::{CARD, Card, GIT_ATTRIBUTES, Line, Shared, is_rules_file};
use super::types::{Commits, Event, Operation, PushOptions, check_parent_commit};
use crate::error::Error;
use crate::folder::check_path_in_repo;
use crate::limits::{
    CARD_BYTES, INLINE_COMMIT_BYTES, INLINE_FILE_BYTES, LFS_FILES_PER_COMMIT, MAX_SAFE_INTEGER, PULL_TITLE_CHARS,
};
use crate::quote::Quoted;

/// Errors: `invalid_input`, naming the option.
pub(super) fn check_options(options: &PushOptions) -> Result<(), Error> {
    if let Some(parent) = &options.parent_commit {
        check_parent_commit(parent)?;
    }
    let branch = &options.revision;
    if options.pull_request {
        check_pull_request(options)?;
    }
    if options.merge && !options.pull_request {
        return Err(Error::invalid("merge merges the pull request of isPullRequest; give both, or push to the branch"));
    }
    folder_in_repo(&options.delete_under)?;
    let odd = |c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c);
    if branch.is_empty() || branch.contains(odd) || branch.contains("..") || branch.starts_with('-') {
        return Err(Error::invalid(format!(
            "branch {branch} is not a name that git takes; use letters, digits, - _ . and /",
            branch = Quoted(branch)
        )));
    }
    if options.title.as_ref().is_some_and(|title| title.trim().is_empty()) {
        return Err(Error::invalid("commitTitle must not be empty; leave it out for a title made from the files"));
    }
    Ok(())
}

/// The branch that every repo begins with, and that pull requests are made against.
pub(super) const DEFAULT_BRANCH: &str = "main";

fn check_pull_request(options: &PushOptions) -> Result<(), Error> {
    if options.revision != DEFAULT_BRANCH {
        return Err(Error::invalid(format!(
            "isPullRequest opens a pull request against {DEFAULT_BRANCH}; leave out branch {}, or push to it without \
             isPullRequest",
            Quoted(&options.revision)
        )));
    }
    let short = |title: &String| title.trim().chars().count() < PULL_TITLE_CHARS;
    if options.title.as_ref().is_some_and(short) {
        return Err(Error::invalid(format!(
            "commitTitle becomes the pull request's title, which needs at least {PULL_TITLE_CHARS} characters"
        )));
    }
    Ok(())
}

/// A folder of the repo, written as Python's `path_in_repo` is, as the Hub writes it: without slashes around it, empty for
/// the root.
///
/// Errors: `invalid_input` for a path that no repo has.
pub(super) fn folder_in_repo(folder: &str) -> Result<String, Error> {
    match folder.trim_matches('/') {
        "" | "." => Ok(String::new()),
        folder => check_path_in_repo(folder),
    }
}

/// Appends operations to the plan.
///
/// Errors: `invalid_input` for a path or size that cannot be.
pub(super) fn add(shared: &mut Shared, operations: Vec<Operation>) -> Result<(), Error> {
    for operation in operations {
        match operation {
            Operation::AddOrUpdate { path, file, size, modified_ms } => {
                let path = check_path_in_repo(&path)?;
                if path.ends_with('/') {
                    return Err(Error::invalid(format!(
                        "{path} names a folder; give the file a name",
                        path = Quoted(&path)
                    ))
                    .at(&path));
                }
                if size > MAX_SAFE_INTEGER {
                    return Err(
                        Error::invalid(format!("{path} is larger than 2^53 bytes", path = Quoted(&path))).at(&path)
                    );
                }
                shared.lines.push(Line::Add(shared.files.len()));
                shared.meter.file_added(size);
                shared.files.push(FileEntry::new(path, file, size, modified_ms));
            }
            Operation::Delete { path } => {
                let path = check_path_in_repo(&path)?;
                shared.lines.push(if path.ends_with('/') { Line::DeleteFolder(path) } else { Line::DeleteFile(path) });
            }
        }
    }
    Ok(())
}

/// Looks at the operations together: which adds must stay whatever the repo holds, and what is likely a mistake.
///
/// Errors: `invalid_input` when several commits cannot do what the order of the operations says.
pub(super) fn close(shared: &mut Shared) -> Result<(), Error> {
    let deletes = Deletes::of(&shared.lines);
    for (index, file) in shared.files.iter_mut().enumerate() {
        file.forced = deletes.covers(&file.path);
        if is_rules_file(&file.path) {
            shared.rules.files.push(index);
            shared.rules.brings_attributes |= file.path == GIT_ATTRIBUTES;
        }
    }
    let twice = added_twice(shared);
    if !twice.is_empty() {
        shared.events.push_back(Event::Warning {
            code: "duplicate_path",
            message: "These paths are added more than once in this commit; the last content stays".to_owned(),
            paths: twice,
        });
    }
    let undone = deleted_after_add(shared);
    if let Some(path) = undone.first().filter(|_| shared.options.commits == Commits::Auto) {
        return Err(Error::invalid(format!(
            "{path} is added and then deleted; of several commits the first deletes, so leave it out or push in one commit", path = Quoted(path)))
        .at(path));
    }
    if !undone.is_empty() {
        shared.events.push_back(Event::Warning {
            code: "deletes_added_path",
            message: "These paths are added and then deleted in the same commit".to_owned(),
            paths: undone,
        });
    }
    if let Some(file) = standing_at(shared, CARD).filter(|&index| shared.files[index].size <= CARD_BYTES) {
        shared.card = Some(Card { file, text: None });
        shared.belts.ask.push_back(file);
    }
    shared
        .belts
        .ask
        .extend((0..shared.files.len()).filter(|&index| shared.card.as_ref().is_none_or(|card| card.file != index)));
    shared.holding = shared.options.commits == Commits::One && may_be_too_much(&shared.files);
    Ok(())
}

/// Whether the Hub may not take all of this in one commit.
fn may_be_too_much(files: &[FileEntry]) -> bool {
    let inline = files.iter().map(|file| file.size).filter(|size| *size <= INLINE_FILE_BYTES);
    files.len() > LFS_FILES_PER_COMMIT || inline.sum::<u64>() > INLINE_COMMIT_BYTES
}

/// Those of `paths`, files of the repo, that no operation touches.
pub(super) fn untouched(shared: &Shared, mut paths: Vec<String>) -> Vec<String> {
    let deletes = Deletes::of(&shared.lines);
    let added: HashSet<&str> = shared.files.iter().map(|file| file.path.as_str()).collect();
    paths.retain(|path| !added.contains(path.as_str()) && !deletes.covers(path));
    paths
}

/// The paths that the commit deletes.
#[derive(Default)]
struct Deletes {
    files: HashSet<String>,
    folders: HashSet<String>,
}

impl Deletes {
    fn of(lines: &[Line]) -> Deletes {
        let mut deletes = Deletes::default();
        for line in lines {
            deletes.note(line);
        }
        deletes
    }

    fn note(&mut self, line: &Line) {
        match line {
            Line::Add(_) => {}
            Line::DeleteFile(path) => {
                self.files.insert(path.clone());
            }
            Line::DeleteFolder(path) => {
                self.folders.insert(path.trim_end_matches('/').to_owned());
            }
        }
    }

    /// Whether `path` or a folder above it goes.
    fn covers(&self, path: &str) -> bool {
        if self.files.contains(path) {
            return true;
        }
        if self.folders.is_empty() {
            return false;
        }
        self.folders.contains("") || path.match_indices('/').any(|(at, _)| self.folders.contains(&path[..at]))
    }
}

/// The paths that are added more than once. Their hashes are compared first: nearly always all differ, and a push of a hundred thousand
/// files must not begin with a pause.
fn added_twice(shared: &Shared) -> Vec<String> {
    let mut hashes: Vec<u64> = shared.files.iter().map(|file| hash_of(&file.path)).collect();
    hashes.sort_unstable();
    if hashes.windows(2).all(|pair| pair[0] != pair[1]) {
        return Vec::new();
    }
    let mut paths: Vec<&str> = shared.files.iter().map(|file| file.path.as_str()).collect();
    paths.sort_unstable();
    let mut twice: Vec<String> =
        paths.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].to_owned()).collect();
    twice.dedup();
    twice
}

fn hash_of(path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

fn deleted_after_add(shared: &Shared) -> Vec<String> {
    let mut later = Deletes::default();
    let mut undone = Vec::new();
    for line in shared.lines.iter().rev() {
        match line {
            Line::Add(index) if later.covers(&shared.files[*index].path) => {
                undone.push(shared.files[*index].path.clone());
            }
            line => later.note(line),
        }
    }
    undone.reverse();
    undone
}

/// The files whose content stands at their path when all lines are applied in order, by index.
pub(super) fn standing(shared: &Shared) -> Vec<usize> {
    let mut later = Deletes::default();
    let mut taken: HashSet<&str> = HashSet::new();
    let mut standing = Vec::new();
    for line in shared.lines.iter().rev() {
        match line {
            Line::Add(index) => {
                let path = shared.files[*index].path.as_str();
                if !later.covers(path) && taken.insert(path) {
                    standing.push(*index);
                }
            }
            line => later.note(line),
        }
    }
    standing.reverse();
    standing
}

/// The file whose content stands at a path, as by [`standing`].
fn standing_at(shared: &Shared, path: &str) -> Option<usize> {
    let mut later = Deletes::default();
    for line in shared.lines.iter().rev() {
        match line {
            Line::Add(index) if shared.files[*index].path == path => return (!later.covers(path)).then_some(*index),
            Line::Add(_) => {}
            line => later.note(line),
        }
    }
    None
}

/// The first line of the message when the caller gave none. Source: `@huggingface/hub` default titles.
pub(super) fn title(shared: &Shared) -> String {
    if let Some(title) = &shared.options.title {
        return title.clone();
    }
    let mut added = 0;
    let mut deleted = shared.mirrored.len();
    let mut single = shared.mirrored.first().map_or("", String::as_str);
    for line in &shared.lines {
        match line {
            Line::Add(index) => {
                added += 1;
                single = &shared.files[*index].path;
            }
            Line::DeleteFile(path) | Line::DeleteFolder(path) => {
                deleted += 1;
                single = path;
            }
        }
    }
    match (added, deleted) {
        (1, 0) => format!("Add {single}"),
        (0, 1) => format!("Delete {single}"),
        (_, 0) => format!("Add {added} files"),
        (0, _) => format!("Deletes {deleted} files"),
        _ => format!("Add {added} files, delete {deleted}"),
    }
}

/// The message's first line for one of several commits, with the rest that the caller's title may have.
pub(super) fn part_title(shared: &Shared, part: u32) -> String {
    let title = title(shared);
    if part <= 1 {
        return title;
    }
    let (first, rest) = title.split_at(title.find('\n').unwrap_or(title.len()));
    format!("{} (part {part}){rest}", first.trim_end())
}
