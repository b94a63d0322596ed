//! One file on its way through the pass.

use crate::dedup::{Checkpoint, FinishedFile, Place, Resume, Run};
use crate::hash::{Sha256, Sized, Tree};
use crate::http::FileIdx;
use crate::journal::FileKey;

/// A file that is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// Which one.
    pub file: FileIdx,
    /// Whether its SHA-256 is made here.
    pub sha256: bool,
    /// By which the journal knows it.
    pub key: Option<FileKey>,
    /// Where an earlier run has left off: its bytes come from there on.
    pub resume: Option<Resume>,
}

impl Beginning {
    /// A file without a past.
    pub fn new(file: FileIdx, sha256: bool) -> Beginning {
        Beginning { file, sha256, key: None, resume: None }
    }
}

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
    key: Option<FileKey>,
    /// How far it is ahead of the bytes says its own length.
    sha256: Option<Sha256>,
    tree: Tree,
    chunks: Vec<Sized>,
    placed: usize,
    packed: u64,
    runs: Vec<Run>,
    reading: Reading,
    /// Bytes of it that came, with those that needed not.
    at: u64,
    /// Where the cutting begins.
    cut_from: u64,
    /// Placed chunks that a checkpoint has told of, the run in which they end, and how many of that one's.
    told: usize,
    told_run: (usize, u32),
}

impl OpenFile {
    pub(super) fn new(beginning: Beginning) -> OpenFile {
        let Beginning { file, sha256, key, resume } = beginning;
        let Resume { from, digest, chunks, runs } = resume.unwrap_or_else(Resume::nothing);
        let mut tree = Tree::new();
        chunks.iter().for_each(|chunk| tree.push(*chunk));
        OpenFile {
            file,
            key,
            // What is no state is that of the beginning.
            sha256: sha256.then(|| Sha256::restore(&digest).unwrap_or_default()),
            tree,
            placed: chunks.len(),
            packed: 0,
            at: from,
            cut_from: chunks.iter().map(|chunk| chunk.size).sum(),
            told: chunks.len(),
            told_run: (runs.len().saturating_sub(1), runs.last().map_or(0, |run| run.chunks)),
            chunks,
            runs,
            reading: Reading::Open,
        }
    }

    /// Takes note of the next bytes: how many of them are already digested, and how many cut.
    pub(super) fn skips(&mut self, bytes: usize) -> (usize, usize) {
        let at = self.at;
        self.at += bytes as u64;
        let skip = |from: u64| from.saturating_sub(at).min(bytes as u64) as usize;
        (skip(self.sha256.as_ref().map_or(0, Sha256::length)), skip(self.cut_from))
    }

    /// What has found its place since the last time, if anything has. `digest` is the state of its SHA-256 where somebody else makes
    /// it.
    pub(super) fn checkpoint(&mut self, digest: Vec<u8>) -> Option<Checkpoint> {
        let key = self.key.filter(|_| self.placed > self.told)?;
        let chunks = self.chunks[self.told..self.placed].to_vec();
        let (first, (at, done)) = (self.told as u32, self.told_run);
        let mut runs = self.runs[at..].to_vec();
        if let Some(run) = runs.first_mut() {
            *run = Run { start: run.start.plus(done), chunks: run.chunks - done };
        }
        runs.retain(|run| run.chunks > 0);
        self.told = self.placed;
        self.told_run = (self.runs.len() - 1, self.runs.last().map_or(0, |run| run.chunks));
        let digest = self.sha256.as_ref().map_or(digest, Sha256::save);
        Some(Checkpoint { key, first, digest, chunks, runs })
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
            key: self.key,
            hash: self.tree.file_hash(),
            sha256: self.sha256.map(Sha256::digest_bytes),
            packed: self.packed,
            chunks: self.chunks,
            runs: self.runs,
        })
    }
}
