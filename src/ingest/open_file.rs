//! One file on its way through the pass.

use crate::dedup::{FinishedFile, Place, Run};
use crate::hash::{Sha256, Sized, Tree};
use crate::http::FileIdx;

/// How far the reading of a file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Open,
    Ended,
    Abandoned,
}

#[derive(Debug)]
pub(super) struct OpenFile {
    file: FileIdx,
    sha256: Option<Sha256>,
    tree: Tree,
    chunks: Vec<Sized>,
    placed: usize,
    packed: u64,
    runs: Vec<Run>,
    reading: Reading,
}

impl OpenFile {
    pub(super) fn new(file: FileIdx, with_sha256: bool) -> OpenFile {
        OpenFile {
            file,
            sha256: with_sha256.then(Sha256::new),
            tree: Tree::new(),
            chunks: Vec::new(),
            placed: 0,
            packed: 0,
            runs: Vec::new(),
            reading: Reading::Open,
        }
    }

    /// The digest under way, which somebody else goes on with for a while.
    pub(super) fn lend_digest(&mut self) -> Option<Sha256> {
        self.sha256.take()
    }

    pub(super) fn take_digest_back(&mut self, sha256: Sha256) {
        self.sha256 = Some(sha256);
    }

    /// Takes the next chunk; whether it is the first.
    pub(super) fn push(&mut self, chunk: Sized) -> bool {
        self.tree.push(chunk);
        self.chunks.push(chunk);
        self.chunks.len() == 1
    }

    pub(super) fn end(&mut self) {
        self.reading = Reading::Ended;
    }

    pub(super) fn abandon(&mut self) {
        self.reading = Reading::Abandoned;
    }

    /// Whether a chunk of it has no place yet.
    pub(super) fn expects_place(&self) -> bool {
        self.placed < self.chunks.len()
    }

    /// Says where its next chunk is, and whether it was packed for this file.
    pub(super) fn place(&mut self, place: Place, is_new: bool) {
        if is_new {
            self.packed += self.chunks[self.placed].size;
        }
        self.placed += 1;
        if !self.runs.last_mut().is_some_and(|run| run.extend(place)) {
            self.runs.push(Run { start: place, chunks: 1 });
        }
    }

    /// Whether nothing more comes and every chunk has its place.
    pub(super) fn is_decided(&self) -> bool {
        self.reading != Reading::Open && !self.expects_place()
    }

    /// What it has come to; nothing for an abandoned one.
    pub(super) fn finish(self) -> Option<FinishedFile> {
        (self.reading == Reading::Ended).then(|| FinishedFile {
            file: self.file,
            hash: self.tree.file_hash(),
            sha256: self.sha256.map(Sha256::digest_bytes),
            packed: self.packed,
            chunks: self.chunks,
            runs: self.runs,
        })
    }
}
