//! The one pass over a file's bytes: digest, cut, hash, and pack what is new, in the order in which the bytes come.
//!
//! A lane runs one of these for all its files. Bytes go in by windows of any size; out come questions for the authority, sealed
//! xorbs, and finished files. Verdicts may come late: undecided chunks wait here, and [`Ingest::undecided_bytes`] tells the lane
//! when to stop reading.
//!
//! Invariants: the result does not depend on how the bytes are fed or when verdicts come; every byte is taken once; what was
//! packed belongs to the lane, not to the file: a file that fails half-way leaves its chunks usable; no more bodies exist than the
//! lane may have, and each buffer is reserved once and used again.

mod open_file;

use std::collections::VecDeque;

use crate::chunk::Chunker;
use crate::dedup::{Checkpoint, Chunk, FinishedFile, Origin, Place, Verdict};
use crate::error::Error;
use crate::hash::{Sized, XetHash, chunk_hash};
use crate::http::FileIdx;
use crate::threads;
use crate::xorb::{Compression, Sealed, XorbBuilder};
use open_file::OpenFile;

pub use open_file::Beginning;

/// Chunks that are asked about together: enough for one message, few enough to come back soon.
const ASKED_TOGETHER: usize = 64;

/// Bytes by which the buffer of undecided chunks grows at least.
const LEAST_GROWTH_BYTES: usize = 256 * 1024;

/// Room for the open chunk and one window beside the undecided bytes that were announced.
const WINDOW_SLACK_BYTES: usize = 1280 * 1024;

/// Bytes of a body's buffer beyond its target: a chunk is compressed in its place, and may grow meanwhile.
const BODY_SLACK_BYTES: usize = 64 * 1024;

/// How a lane packs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IngestOptions {
    /// The lane, by which the authority knows it.
    pub lane: u16,
    /// Bytes of a body at which a xorb is sealed.
    pub xorb_bytes: usize,
    /// Whether chunks are compressed.
    pub compression: Compression,
    /// Whether the SHA-256 is made in the same pass; off where somebody else makes it.
    pub sha256: bool,
}

/// See the module.
#[derive(Debug)]
pub struct Ingest {
    options: IngestOptions,
    chunker: Chunker,
    /// Bytes whose chunks are not decided, then those of the open chunk.
    bytes: Vec<u8>,
    /// Where the undecided ones begin in `bytes`: what lies before is done with.
    start: usize,
    /// Where the open chunk begins in `bytes`.
    open_start: usize,
    undecided: VecDeque<Chunk>,
    unasked: Vec<Chunk>,
    /// Of the first undecided ones; they wait while no body may be begun.
    verdicts: VecDeque<Verdict>,
    /// The files whose chunks are not all decided, and the one that is read.
    files: VecDeque<OpenFile>,
    is_reading: bool,
    /// Begun with the first chunk in it.
    builder: Option<XorbBuilder>,
    packed: u32,
    most_bodies: usize,
    /// Sealed, and not given back.
    bodies_out: usize,
    spare: Vec<Vec<u8>>,
    sealed: VecDeque<Sealed>,
    finished: VecDeque<FinishedFile>,
}

impl Ingest {
    /// A lane that has read nothing.
    pub fn new(options: IngestOptions) -> Ingest {
        Ingest {
            options,
            chunker: Chunker::new(),
            bytes: Vec::new(),
            start: 0,
            open_start: 0,
            undecided: VecDeque::new(),
            unasked: Vec::new(),
            verdicts: VecDeque::new(),
            files: VecDeque::new(),
            is_reading: false,
            builder: None,
            packed: 0,
            most_bodies: usize::MAX,
            bodies_out: 0,
            spare: Vec::new(),
            sealed: VecDeque::new(),
            finished: VecDeque::new(),
        }
    }

    /// The same, with room for one open body and so many sealed ones: while there are as many, chunks that would begin another one
    /// wait for [`reuse`](Self::reuse), decided or not.
    #[must_use]
    pub fn with_bodies(mut self, sealed: usize) -> Ingest {
        self.most_bodies = sealed.saturating_add(1);
        self
    }

    /// The same, for a lane that stops reading at so many undecided bytes: their buffer is reserved at once, and large enough that they
    /// are not moved with every window when there are always as many.
    #[must_use]
    pub fn with_undecided(mut self, bytes: usize) -> Ingest {
        self.bytes.reserve_exact(bytes / 2 * 3 + WINDOW_SLACK_BYTES);
        self
    }

    /// Begins a file.
    ///
    /// Errors: `internal` while another one is read.
    pub fn begin(&mut self, file: FileIdx) -> Result<(), Error> {
        self.begin_with(file, self.options.sha256)
    }

    /// The same, with a choice about this file's SHA-256.
    ///
    /// Errors: as [`begin`](Self::begin).
    pub fn begin_with(&mut self, file: FileIdx, sha256: bool) -> Result<(), Error> {
        self.begin_file(Beginning::new(file, sha256))
    }

    /// The same, for a file with a past, or a future: its bytes come from where an earlier run has left off, and a later one may go on.
    ///
    /// Errors: as [`begin`](Self::begin).
    pub fn begin_file(&mut self, beginning: Beginning) -> Result<(), Error> {
        if self.is_reading {
            return Err(Error::internal("a file was begun before the last one ended"));
        }
        self.is_reading = true;
        self.files.push_back(OpenFile::new(beginning));
        Ok(())
    }

    /// What has found its place of the file that is read since the last time, if the journal knows the file. `digest` is the saved state
    /// of its SHA-256 where somebody else makes it.
    pub fn take_checkpoint(&mut self, digest: Vec<u8>) -> Option<Checkpoint> {
        self.files.back_mut().filter(|_| self.is_reading)?.checkpoint(digest)
    }

    /// Takes the next bytes of the file.
    ///
    /// Errors: `internal` when no file is read.
    pub fn feed(&mut self, window: &[u8]) -> Result<(), Error> {
        let Some(file) = self.files.back_mut().filter(|_| self.is_reading) else {
            return Err(Error::internal("bytes came and no file was begun"));
        };
        let (digested, cut) = file.skips(window.len());
        let lent = file.lend_digest();
        let (digest, window) = (&window[digested..], &window[cut..]);
        self.make_room(window.len());
        let Some(mut sha256) = lent else {
            self.cut(window);
            return Ok(());
        };
        threads::beside(digest.len(), || sha256.update(digest), || self.cut(window));
        if let Some(file) = self.files.back_mut() {
            file.take_digest_back(sha256);
        }
        Ok(())
    }

    /// Ends the file; it is finished when its last verdict has come.
    ///
    /// Errors: `internal` when no file is read.
    pub fn end(&mut self) -> Result<(), Error> {
        if !self.is_reading {
            return Err(Error::internal("a file ended that was not begun"));
        }
        if self.chunker.open_bytes() > 0 {
            self.close_chunks(&[self.bytes.len()]);
            self.chunker = Chunker::new();
        }
        self.is_reading = false;
        if let Some(file) = self.files.back_mut() {
            file.end();
        }
        self.collect_finished();
        Ok(())
    }

    /// The file that is read will not be read on: what was packed of it stays.
    pub fn abandon(&mut self) {
        if std::mem::take(&mut self.is_reading) {
            self.bytes.truncate(self.open_start);
            self.chunker = Chunker::new();
            if let Some(file) = self.files.back_mut() {
                file.abandon();
            }
            self.collect_finished();
        }
    }

    /// The chunks to ask the authority about; empty while it is not worth a message. `all` asks about what there is.
    pub fn take_questions(&mut self, all: bool) -> Vec<Chunk> {
        if all || self.unasked.len() >= ASKED_TOGETHER { std::mem::take(&mut self.unasked) } else { Vec::new() }
    }

    /// Takes verdicts, in the order of the questions.
    ///
    /// Errors: `internal` for more of them than questions.
    pub fn decide(&mut self, verdicts: &[Verdict]) -> Result<(), Error> {
        if self.verdicts.len() + verdicts.len() > self.undecided.len() - self.unasked.len() {
            return Err(Error::internal("a verdict came for no chunk"));
        }
        self.verdicts.extend(verdicts);
        self.apply();
        Ok(())
    }

    /// Chunks that have been asked about, or will be, and have no place yet.
    pub fn undecided_chunks(&self) -> usize {
        self.undecided.len()
    }

    /// Bytes of those chunks.
    pub fn undecided_bytes(&self) -> usize {
        self.open_start - self.start
    }

    /// Bytes of the xorb that is being filled.
    pub fn open_xorb_bytes(&self) -> usize {
        self.builder.as_ref().map_or(0, XorbBuilder::body_bytes)
    }

    /// Seals the xorb that is being filled, if anything is in it.
    pub fn flush(&mut self) {
        if let Some(builder) = self.builder.take() {
            self.bodies_out += 1;
            self.sealed.push_back(builder.seal());
        }
    }

    /// The next sealed xorb, in the order of the lane's chunks.
    pub fn take_sealed(&mut self) -> Option<Sealed> {
        self.sealed.pop_front()
    }

    /// The next finished file.
    pub fn take_finished(&mut self) -> Option<FinishedFile> {
        self.finished.pop_front()
    }

    /// Gives the buffer of a stored body back for the next one.
    pub fn reuse(&mut self, body: Vec<u8>) {
        self.bodies_out = self.bodies_out.saturating_sub(1);
        self.spare.push(body);
        self.apply();
    }

    /// Cuts the window, and names the chunks that end in it.
    fn cut(&mut self, window: &[u8]) {
        let mut ends = Vec::new();
        let mut rest = window;
        while let Some(taken) = self.chunker.cut(rest) {
            let (own, later) = rest.split_at(taken);
            self.bytes.extend_from_slice(own);
            ends.push(self.bytes.len());
            if ends.len() == threads::TOGETHER {
                self.close_chunks(&ends);
                ends.clear();
            }
            rest = later;
        }
        self.close_chunks(&ends);
        self.bytes.extend_from_slice(rest);
    }

    /// Names the chunks that end there.
    fn close_chunks(&mut self, ends: &[usize]) {
        let starts = std::iter::once(self.open_start).chain(ends.iter().copied());
        let chunks: Vec<&[u8]> = starts.zip(ends).map(|(start, end)| &self.bytes[start..*end]).collect();
        let named = threads::map(&chunks, |chunk| Sized { hash: chunk_hash(chunk), size: chunk.len() as u64 });
        self.open_start = ends.last().copied().unwrap_or(self.open_start);
        for sized in named {
            if let Some(file) = self.files.back_mut() {
                let is_first = file.push(sized);
                let asked = Chunk { hash: sized.hash, bytes: sized.size as u32, is_first };
                self.undecided.push_back(asked);
                self.unasked.push(asked);
            }
        }
    }

    /// Carries verdicts out, as long as there is room for what is new.
    fn apply(&mut self) {
        while let Some(verdict) = self.verdicts.front() {
            match *verdict {
                Verdict::Known(place) => self.settle(place, false),
                Verdict::New => {
                    let packed = self.pack();
                    if packed == 0 {
                        break;
                    }
                    for _ in 0..packed {
                        let place = Place { origin: Origin::lane(self.options.lane), number: self.packed };
                        self.packed += 1;
                        self.settle(place, true);
                    }
                }
            }
        }
        self.collect_finished();
    }

    /// Carries the first verdict out: its chunk is at this place.
    fn settle(&mut self, place: Place, is_new: bool) {
        self.verdicts.pop_front();
        let Some(chunk) = self.undecided.pop_front() else { return };
        self.start += chunk.bytes as usize;
        if let Some(file) = self.files.iter_mut().find(|file| file.expects_place()) {
            file.place(place, is_new);
        }
    }

    /// Packs the first chunks, as many as are new and surely fit; none while no body may be begun for them.
    fn pack(&mut self) -> usize {
        let Some(first) = self.undecided.front() else { return 0 };
        if self.builder.as_ref().is_some_and(|builder| !builder.has_room(first.bytes as usize)) {
            self.flush();
        }
        let builder = match &mut self.builder {
            Some(builder) => builder,
            None if self.bodies_out >= self.most_bodies => return 0,
            empty => {
                let target = self.options.xorb_bytes;
                let body = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(target + BODY_SLACK_BYTES));
                empty.insert(XorbBuilder::reusing(target, body).with_compression(self.options.compression))
            }
        };
        let news = self.verdicts.iter().take(threads::TOGETHER).take_while(|verdict| **verdict == Verdict::New).count();
        let fit = builder.fitting(self.undecided.iter().take(news).map(|chunk| chunk.bytes as usize));
        let mut rest = &self.bytes[self.start..];
        let chunks: Vec<(XetHash, &[u8])> = (self.undecided.iter().take(fit))
            .map(|chunk| {
                let (own, later) = rest.split_at(chunk.bytes as usize);
                rest = later;
                (chunk.hash, own)
            })
            .collect();
        builder.push_all(&chunks);
        chunks.len()
    }

    /// Moves what is still needed to the front before the buffer would have to grow.
    fn make_room(&mut self, more: usize) {
        if self.bytes.len() + more <= self.bytes.capacity() {
            return;
        }
        self.bytes.drain(..self.start);
        self.open_start -= self.start;
        self.start = 0;
        self.bytes.reserve_exact(more.max(LEAST_GROWTH_BYTES));
    }

    fn collect_finished(&mut self) {
        while let Some(file) = self.files.front()
            && file.is_decided()
        {
            let finished = self.files.pop_front().and_then(OpenFile::finish);
            self.finished.extend(finished);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_verdicts_stays_within_what_was_reserved() {
        const UNDECIDED: usize = 512 * 1024;
        const WINDOW: usize = 256 * 1024;
        let options = IngestOptions { lane: 0, xorb_bytes: 1 << 20, compression: Compression::Off, sha256: false };
        let mut ingest = Ingest::new(options).with_undecided(UNDECIDED);
        let reserved = ingest.bytes.capacity();
        ingest.begin(FileIdx(0)).unwrap();
        for at in 0..64_u64 {
            // No two windows are the same, and none has a place to cut: chunks are as long as they can be.
            ingest.feed(&at.to_le_bytes().repeat(WINDOW / 8)).unwrap();
            ingest.take_questions(true);
            while ingest.undecided_bytes() >= UNDECIDED {
                ingest.decide(&[Verdict::New]).unwrap();
                ingest.take_sealed().into_iter().for_each(|sealed| ingest.reuse(sealed.body));
            }
        }
        assert_eq!(ingest.bytes.capacity(), reserved);
    }
}
