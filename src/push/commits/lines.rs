//! The lines of one commit.

use super::super::file::{FileEntry, Mode};
use super::super::shared::{Line, Shared};
use crate::error::Error;
use crate::hub::commit::CommitLine;

/// What the one commit of a push does: what the patterns delete, then the operations in the caller's order. Files that need no
/// line are left out.
pub(super) fn of_all(shared: &Shared) -> Result<Vec<CommitLine>, Error> {
    let mut lines = mirrored(shared);
    lines.reserve(shared.lines.len());
    for line in &shared.lines {
        match line {
            Line::Add(index) => {
                let file = &shared.files[*index];
                if file.skipped.is_none() {
                    lines.push(add(file)?);
                }
            }
            line => lines.extend(delete(line)),
        }
    }
    Ok(lines)
}

/// What one of several commits does: all that is deleted, in the first, then these files.
pub(super) fn of_some(shared: &Shared, files: &[usize]) -> Result<Vec<CommitLine>, Error> {
    let mut lines = deletes(shared);
    for &index in files {
        let file = &shared.files[index];
        if file.skipped.is_none() && !file.done {
            lines.push(add(file)?);
        }
    }
    Ok(lines)
}

/// What a commit deletes, unless an earlier one has.
pub(in crate::push) fn deletes(shared: &Shared) -> Vec<CommitLine> {
    if shared.deletes_are_done {
        return Vec::new();
    }
    let mut lines = mirrored(shared);
    lines.extend(shared.lines.iter().filter_map(delete));
    lines
}

fn mirrored(shared: &Shared) -> Vec<CommitLine> {
    shared.mirrored.iter().map(|path| CommitLine::DeleteFile { path: path.clone() }).collect()
}

fn delete(line: &Line) -> Option<CommitLine> {
    match line {
        Line::Add(_) => None,
        Line::DeleteFile(path) => Some(CommitLine::DeleteFile { path: path.clone() }),
        Line::DeleteFolder(path) => Some(CommitLine::DeleteFolder { path: path.clone() }),
    }
}

fn add(file: &FileEntry) -> Result<CommitLine, Error> {
    match (file.mode, &file.sha256) {
        (Some(Mode::Regular), _) => Ok(CommitLine::File { path: file.path.clone(), file: file.file, size: file.size }),
        (Some(Mode::Lfs), Some(oid)) => {
            Ok(CommitLine::LfsFile { path: file.path.clone(), oid: oid.clone(), size: file.size })
        }
        _ => Err(Error::internal("a file came to the commit before it was sorted").at(&file.path)),
    }
}
