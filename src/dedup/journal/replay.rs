//! What records say when they are read again: which xorbs the store has, and how far each file is.
//!
//! Invariants: every span names a xorb that there is, within it; a file rests only on such xorbs: when one goes, what rests on it goes.

use std::collections::HashMap;

use super::super::place::{Origin, Place, Run};
use super::format::{self, Record, Span};
use crate::hash::{Sized, XetHash};
use crate::journal::{FileKey, frame};
use crate::limits::JOURNAL_LIFE;
use crate::shard::XorbInfo;
use crate::small::SmallMap;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Replay {
    pub(super) xorbs: SmallMap<u32, Xorb>,
    pub(super) files: HashMap<FileKey, File>,
    /// The number of the next xorb.
    pub(super) next: u32,
}

/// A xorb that the store has.
#[derive(Debug)]
pub(super) struct Xorb {
    /// In seconds since 1970.
    stored: u64,
    /// Without its chunks where nobody needs them, or nobody told us.
    pub(super) info: XorbInfo,
    pub(super) is_registered: bool,
    /// Chunks that files need of it at least.
    reach: u32,
    /// The place of its first chunk among all that was restored.
    pub(super) first: u32,
}

/// A file, as far as it is.
#[derive(Debug, Default)]
pub(super) struct File {
    spans: Vec<Span>,
    /// Chunks of all spans.
    pub(super) chunks: u32,
    /// State of its digest; it may be farther than the chunks.
    pub(super) digest: Vec<u8>,
    pub(super) finished: Option<(XetHash, [u8; 32])>,
    is_registered: bool,
}

impl Replay {
    /// Reads a stream; nothing when it is broken, or not ours. Says as well whether there was nothing behind the last whole record.
    pub(super) fn read(stream: &[u8]) -> Option<(Replay, bool)> {
        let mut replay = Replay::default();
        let mut records = frame::read(stream);
        for framed in records.by_ref() {
            let (kind, payload) = framed.ok()?;
            replay.apply(format::read(kind, payload)?)?;
        }
        Some((replay, records.bytes() == stream.len()))
    }

    fn apply(&mut self, record: Record) -> Option<()> {
        match record {
            Record::Xorb { number, stored, info } => {
                if number < self.next {
                    return None;
                }
                self.next = number.checked_add(1)?;
                let reach = info.chunks.len() as u32;
                self.xorbs.insert(number, Xorb { stored, info, is_registered: reach == 0, reach, first: 0 });
            }
            Record::Checkpoint { key, first, digest, spans } => {
                self.note(&spans)?;
                let file = self.files.entry(key).or_default();
                if first > file.chunks {
                    return None;
                }
                file.keep(first);
                file.extend(spans)?;
                file.digest = digest;
            }
            Record::Finished { key, hash, sha256, spans } => {
                self.note(&spans)?;
                let mut file = File { finished: Some((hash, sha256)), ..File::default() };
                file.extend(spans)?;
                self.files.insert(key, file);
            }
            Record::Registered { xorbs, files } => {
                // Those that went, or never came to be written, matter to nobody.
                for number in xorbs {
                    self.xorbs.get_mut(&number).into_iter().for_each(|xorb| xorb.is_registered = true);
                }
                for file in files {
                    self.files.get_mut(&file).into_iter().for_each(|file| file.is_registered = true);
                }
            }
            Record::Forgotten { below } => self.drop_xorbs(|number, _| number < below),
        }
        Some(())
    }

    /// Nothing when a span lies outside of what is known.
    fn note(&mut self, spans: &[Span]) -> Option<()> {
        for span in spans {
            let xorb = self.xorbs.get_mut(&span.xorb)?;
            if span.list.is_empty() && span.end() as usize > xorb.info.chunks.len() {
                return None;
            }
            xorb.reach = xorb.reach.max(span.end());
        }
        Some(())
    }

    /// Drops what is too old to be believed. Whether there was anything.
    pub(super) fn expire(&mut self, now_seconds: u64) -> bool {
        let life = JOURNAL_LIFE.0 / 1000;
        let before = self.xorbs.len();
        self.drop_xorbs(|_, xorb| now_seconds.abs_diff(xorb.stored) > life);
        self.xorbs.len() < before
    }

    fn drop_xorbs(&mut self, is_gone: impl Fn(u32, &Xorb) -> bool) {
        let all = std::mem::take(&mut self.xorbs);
        self.xorbs.extend(all.into_iter().filter(|(number, xorb)| !is_gone(*number, xorb)));
        for file in self.files.values_mut() {
            let good = file.spans.iter().take_while(|span| self.xorbs.contains_key(&span.xorb));
            file.keep(good.map(|span| span.chunks).sum());
        }
    }

    /// Gives all chunks their places; nothing when there are more than can be counted.
    pub(super) fn place(&mut self) -> Option<()> {
        let mut next = 0_u32;
        for (_, xorb) in self.xorbs.iter_mut() {
            xorb.first = next;
            next = next.checked_add(xorb.count())?;
        }
        Some(())
    }

    /// The chunks whose hash is known, and where they are.
    pub(super) fn chunks(&self) -> impl Iterator<Item = (XetHash, Place)> {
        let listed = self.xorbs.values().map(|xorb| (xorb.first, &xorb.info.chunks));
        let spans = self.files.values().flat_map(|file| &file.spans).filter(|span| !span.list.is_empty());
        let told = spans.filter_map(|span| Some((self.start(span)?, &span.list)));
        let place = |number| Place { origin: Origin::restored(), number };
        listed
            .chain(told)
            .flat_map(move |(first, list)| (first..).zip(list).map(move |(number, chunk)| (chunk.hash, place(number))))
    }

    /// What a file consists of so far.
    pub(super) fn content(&self, file: &File) -> Option<(Vec<Sized>, Vec<Run>)> {
        let mut chunks = Vec::with_capacity(file.chunks as usize);
        let mut runs: Vec<Run> = Vec::new();
        for span in &file.spans {
            chunks.extend(self.list(span)?);
            runs.push(Run {
                start: Place { origin: Origin::restored(), number: self.start(span)? },
                chunks: span.chunks,
            });
        }
        Some((chunks, runs))
    }

    fn start(&self, span: &Span) -> Option<u32> {
        self.xorbs.get(&span.xorb).map(|xorb| xorb.first + span.start)
    }

    fn list<'a>(&'a self, span: &'a Span) -> Option<&'a [Sized]> {
        if !span.list.is_empty() {
            return Some(&span.list);
        }
        self.xorbs.get(&span.xorb)?.info.chunks.get(span.start as usize..span.end() as usize)
    }

    /// Makes it short: what is registered is not told of again, and of the chunks of registered xorbs only the newest are kept, up to
    /// about `most_bytes` of them.
    pub(super) fn compact(&mut self, most_bytes: usize) {
        self.files.retain(|_, file| !file.is_registered);
        let mut bytes = 0;
        let mut short = Vec::new();
        for (&number, xorb) in self.xorbs.iter().collect::<Vec<_>>().into_iter().rev() {
            bytes += 36 * xorb.info.chunks.len();
            if xorb.is_registered && bytes > most_bytes {
                short.push(number);
            }
        }
        short.reverse();
        let mut files = std::mem::take(&mut self.files);
        for span in files.values_mut().flat_map(|file| &mut file.spans) {
            if short.binary_search(&span.xorb).is_ok() {
                span.list = self.list(span).unwrap_or_default().to_vec();
            }
        }
        self.files = files;
        for number in short {
            if let Some(xorb) = self.xorbs.get_mut(&number) {
                xorb.info.chunks = Vec::new();
            }
        }
    }

    /// As a stream.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut registered = Vec::new();
        for (&number, xorb) in self.xorbs.iter() {
            out.extend(format::xorb(number, xorb.stored, &xorb.info));
            registered.extend(xorb.is_registered.then_some(number));
        }
        let mut files: Vec<(&FileKey, &File)> = self.files.iter().collect();
        files.sort_unstable_by_key(|(key, _)| **key);
        for (key, File { spans, digest, finished, .. }) in &files {
            out.extend(match finished {
                Some((hash, sha256)) => format::finished(**key, *hash, sha256, spans),
                None => format::checkpoint(**key, 0, digest, spans),
            });
        }
        let named: Vec<FileKey> = files.iter().filter(|(_, file)| file.is_registered).map(|(key, _)| **key).collect();
        out.extend(format::registered(&registered, &named));
        out
    }
}

impl Xorb {
    /// Chunks that it has, as far as is known.
    pub(super) fn count(&self) -> u32 {
        self.reach.max(self.info.chunks.len() as u32)
    }
}

impl File {
    fn extend(&mut self, spans: Vec<Span>) -> Option<()> {
        for span in spans {
            self.chunks = self.chunks.checked_add(span.chunks)?;
            self.spans.push(span);
        }
        Some(())
    }

    /// Keeps the first chunks only.
    fn keep(&mut self, chunks: u32) {
        if chunks >= self.chunks {
            return;
        }
        self.chunks = chunks;
        self.finished = None;
        self.is_registered = false;
        let mut left = chunks;
        for span in &mut self.spans {
            span.chunks = span.chunks.min(left);
            span.list.truncate(span.chunks as usize);
            left -= span.chunks;
        }
        self.spans.retain(|span| span.chunks > 0);
    }
}
