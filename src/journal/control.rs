//! The records that a push writes, and what they come to.
//!
//! A push says what it is (`Begun`), what it learnt of a file (`File`), what the store took (`Stored`), and, before the Hub is asked for
//! something that must not happen twice, that it is about to ask (`Opening`, `Posting`), and afterwards what became of it (`Pull`,
//! `Committed`). Replaying them is reading them in order; whatever was the last word on a thing is taken.
//!
//! Not here: URLs that the store signed, ETags and upload ids of parts. They are credentials, and short-lived; an object of which some
//! parts were sent is asked for again.

use std::collections::HashMap;

use super::flat::{Reader, Writer};
use super::frame::{self, Broken};
use super::key::FileKey;
use crate::hash::{hex, unhex};

/// What a push is: a journal is only taken by a push of which all this is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Address of the Hub.
    pub hub: String,
    /// The repo with its type.
    pub repo: String,
    /// The branch that the caller named.
    pub revision: String,
    /// Whether it opens a pull request.
    pub pull_request: bool,
    /// When it began, in milliseconds since 1970.
    pub at_ms: u64,
}

/// Where the Hub wants a file's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Inline in the commit.
    Inline,
    /// In the store.
    Store,
}

/// What is known of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// When that was learnt, in milliseconds since 1970.
    pub at_ms: u64,
    /// Where the Hub wants it, once it was asked.
    pub place: Option<Place>,
    /// Which rules files went along with that question: it is believed only with the same ones.
    pub rules: u32,
    /// Its SHA-256 in hex.
    pub sha256: Option<String>,
    /// Its git blob oid in hex.
    pub git_blob: Option<String>,
    /// Its name in the content-addressed store, a hash string.
    pub xet_hash: Option<String>,
}

/// A commit that is about to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// The commit that it builds on.
    pub parent: String,
    /// The first line of its message.
    pub title: String,
    /// Operations in it.
    pub files: u64,
}

/// A pull request that is about to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Its title.
    pub title: String,
    /// The newest pull request before it.
    pub newest_before: u64,
}

/// A commit that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// Its id.
    pub oid: String,
    /// Operations in it.
    pub files: u64,
}

/// One record of the stream `control`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A push begins.
    Begun(Begun),
    /// Something was learnt of a file; all that is known of it.
    File(FileKey, Facts),
    /// The store has a file's content: since then, in milliseconds since 1970.
    Stored(FileKey, u64),
    /// A pull request is about to be opened.
    Opening(Opening),
    /// It is open and has this number.
    Pull(u64),
    /// A commit is about to be sent.
    Posting(Posting),
    /// A commit stands.
    Committed(Committed),
    /// What the journal says of stored contents is not so: the Hub did not find one.
    Distrust,
}

const BEGUN: u8 = 1;
const FILE: u8 = 2;
const STORED: u8 = 3;
const OPENING: u8 = 4;
const PULL: u8 = 5;
const POSTING: u8 = 6;
const COMMITTED: u8 = 7;
const DISTRUST: u8 = 8;

impl Record {
    /// As it stands in the stream.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (kind, payload) = match self {
            Record::Begun(Begun { hub, repo, revision, pull_request, at_ms }) => {
                let names = Writer::new().text(hub).text(repo).text(revision);
                (BEGUN, names.u8(u8::from(*pull_request)).u64(*at_ms))
            }
            Record::File(FileKey(key), facts) => (FILE, facts.write(Writer::new().raw(key))),
            Record::Stored(FileKey(key), at_ms) => (STORED, Writer::new().raw(key).u64(*at_ms)),
            Record::Opening(Opening { title, newest_before }) => {
                (OPENING, Writer::new().text(title).u64(*newest_before))
            }
            Record::Pull(num) => (PULL, Writer::new().u64(*num)),
            Record::Posting(Posting { parent, title, files }) => {
                (POSTING, Writer::new().text(parent).text(title).u64(*files))
            }
            Record::Committed(Committed { oid, files }) => (COMMITTED, Writer::new().text(oid).u64(*files)),
            Record::Distrust => (DISTRUST, Writer::new()),
        };
        frame::write(kind, &payload.done())
    }

    /// Reads a payload; `None` for one that no push writes.
    fn read(kind: u8, payload: &[u8]) -> Option<Record> {
        let mut reader = Reader::new(payload);
        let read = &mut reader;
        let record = match kind {
            BEGUN => Record::Begun(Begun {
                hub: read.text()?.to_owned(),
                repo: read.text()?.to_owned(),
                revision: read.text()?.to_owned(),
                pull_request: read.u8()? == 1,
                at_ms: read.u64()?,
            }),
            FILE => Record::File(FileKey(read.array()?), Facts::read(read)?),
            STORED => Record::Stored(FileKey(read.array()?), read.u64()?),
            OPENING => Record::Opening(Opening { title: read.text()?.to_owned(), newest_before: read.u64()? }),
            PULL => Record::Pull(read.u64()?),
            POSTING => Record::Posting(Posting {
                parent: read.text()?.to_owned(),
                title: read.text()?.to_owned(),
                files: read.u64()?,
            }),
            COMMITTED => Record::Committed(Committed { oid: read.text()?.to_owned(), files: read.u64()? }),
            DISTRUST => Record::Distrust,
            _ => return None,
        };
        (reader.rest() == 0).then_some(record)
    }
}

/// Bits of [`Facts`] that say what follows.
const IS_INLINE: u8 = 1;
const IS_IN_STORE: u8 = 2;
const HAS_SHA256: u8 = 4;
const HAS_GIT_BLOB: u8 = 8;
const HAS_XET_HASH: u8 = 16;

impl Facts {
    fn write(&self, out: Writer) -> Writer {
        // An oid that is none is not written: nobody would believe it.
        let sha256: Option<[u8; 32]> = self.sha256.as_deref().and_then(unhex);
        let git_blob: Option<[u8; 20]> = self.git_blob.as_deref().and_then(unhex);
        let xet_hash: Option<[u8; 32]> = self.xet_hash.as_deref().and_then(unhex);
        let place = match self.place {
            None => 0,
            Some(Place::Inline) => IS_INLINE,
            Some(Place::Store) => IS_IN_STORE,
        };
        let has = |is_there: bool, bit: u8| if is_there { bit } else { 0 };
        let bits = place
            | has(sha256.is_some(), HAS_SHA256)
            | has(git_blob.is_some(), HAS_GIT_BLOB)
            | has(xet_hash.is_some(), HAS_XET_HASH);
        let out = out.u64(self.at_ms).u32(self.rules).u8(bits);
        let out = out.raw(sha256.as_ref().map_or(&[], |oid| &oid[..]));
        let out = out.raw(git_blob.as_ref().map_or(&[], |oid| &oid[..]));
        out.raw(xet_hash.as_ref().map_or(&[], |hash| &hash[..]))
    }

    fn read(read: &mut Reader<'_>) -> Option<Facts> {
        let (at_ms, rules, bits) = (read.u64()?, read.u32()?, read.u8()?);
        let mut text = |bit: u8, length: usize| match bits & bit {
            0 => Some(None),
            _ => read.raw(length).map(|bytes| Some(hex(bytes))),
        };
        let (sha256, git_blob, xet_hash) = (text(HAS_SHA256, 32)?, text(HAS_GIT_BLOB, 20)?, text(HAS_XET_HASH, 32)?);
        let place = match bits & (IS_INLINE | IS_IN_STORE) {
            0 => None,
            IS_INLINE => Some(Place::Inline),
            IS_IN_STORE => Some(Place::Store),
            _ => return None,
        };
        Some(Facts { at_ms, place, rules, sha256, git_blob, xet_hash })
    }
}

/// What the records of a journal come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Replayed {
    /// Bytes of whole records; what stands behind them was not written whole.
    pub bytes: usize,
    /// What the push is; none for a journal without records.
    pub begun: Option<Begun>,
    /// What is known of files.
    pub files: HashMap<FileKey, Facts>,
    /// Whose contents are stored, and since when.
    pub stored: HashMap<FileKey, u64>,
    /// The pull request that may be open.
    pub opening: Option<Opening>,
    /// The pull request that is.
    pub pull: Option<u64>,
    /// The parent of the first commit.
    pub first_parent: Option<String>,
    /// The commit that may stand.
    pub posting: Option<Posting>,
    /// Those that do.
    pub commits: Vec<Committed>,
}

/// Reads a stream.
///
/// Errors: `Damaged` as well for a record that no push of this version writes.
pub fn replay(stream: &[u8]) -> Result<Replayed, Broken> {
    let mut state = Replayed::default();
    let mut records = frame::read(stream);
    for record in records.by_ref() {
        let (kind, payload) = record?;
        match Record::read(kind, payload).ok_or(Broken::Damaged)? {
            Record::Begun(begun) if state.begun.is_none() => state.begun = Some(begun),
            _ if state.begun.is_none() => return Err(Broken::Damaged),
            Record::Begun(_) => return Err(Broken::Damaged),
            Record::File(key, facts) => {
                state.files.insert(key, facts);
            }
            Record::Stored(key, at_ms) => {
                state.stored.insert(key, at_ms);
            }
            Record::Opening(opening) => state.opening = Some(opening),
            Record::Pull(num) => {
                state.opening = None;
                state.pull = Some(num);
            }
            Record::Posting(posting) => {
                state.first_parent.get_or_insert_with(|| posting.parent.clone());
                state.posting = Some(posting);
            }
            Record::Committed(commit) => {
                state.posting = None;
                state.commits.push(commit);
            }
            Record::Distrust => state.stored.clear(),
        }
    }
    state.bytes = records.bytes();
    Ok(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun() -> Begun {
        let (hub, repo) = ("https://hub.example".to_owned(), "datasets/u/r".to_owned());
        Begun { hub, repo, revision: "main".to_owned(), pull_request: true, at_ms: 1_760_000_000_000 }
    }

    fn every_record() -> Vec<Record> {
        let key = FileKey::of("a", 1, 2);
        let facts = |place| Facts {
            at_ms: 3,
            place,
            rules: 4,
            sha256: Some("ab".repeat(32)),
            git_blob: Some("cd".repeat(20)),
            xet_hash: Some("ef".repeat(32)),
        };
        let posting = Posting { parent: "p".repeat(40), title: "Größe (part 2)".to_owned(), files: 9 };
        vec![
            Record::Begun(begun()),
            Record::File(key, Facts::default()),
            Record::File(key, facts(Some(Place::Inline))),
            Record::File(key, Facts { git_blob: None, ..facts(Some(Place::Store)) }),
            Record::File(key, Facts { sha256: None, xet_hash: None, ..facts(None) }),
            Record::Stored(key, 5),
            Record::Opening(Opening { title: "t".to_owned(), newest_before: 6 }),
            Record::Pull(7),
            Record::Posting(posting),
            Record::Committed(Committed { oid: "c".repeat(40), files: 8 }),
            Record::Distrust,
        ]
    }

    #[test]
    fn every_record_comes_back() {
        for record in every_record() {
            let bytes = record.to_bytes();
            let (kind, payload) = frame::read(&bytes).next().expect("a record").expect("a sound one");
            assert_eq!(Record::read(kind, payload).as_ref(), Some(&record));
            for end in 0..payload.len() {
                assert_ne!(Record::read(kind, &payload[..end]).as_ref(), Some(&record), "{record:?} cut at {end}");
            }
            assert_eq!(Record::read(kind, &[payload, &[0]].concat()), None, "{record:?} with more than it has");
        }
    }

    #[test]
    fn the_last_word_on_a_thing_is_taken() {
        let (a, b) = (FileKey::of("a", 1, 2), FileKey::of("b", 1, 2));
        let known = |at_ms| Facts { at_ms, ..Facts::default() };
        let posting = |title: &str| Posting { parent: format!("before {title}"), title: title.to_owned(), files: 1 };
        let records = [
            Record::Begun(begun()),
            Record::File(a, known(1)),
            Record::File(b, known(2)),
            Record::File(a, known(3)),
            Record::Stored(a, 4),
            Record::Opening(Opening { title: "t".to_owned(), newest_before: 1 }),
            Record::Pull(2),
            Record::Posting(posting("one")),
            Record::Committed(Committed { oid: "c1".to_owned(), files: 9 }),
            Record::Posting(posting("two")),
        ];
        let stream: Vec<u8> = records.iter().flat_map(Record::to_bytes).collect();
        let state = replay(&stream).expect("sound");
        assert_eq!(state.begun, Some(begun()));
        assert_eq!(state.files, HashMap::from([(a, known(3)), (b, known(2))]));
        assert_eq!((state.stored, state.opening, state.pull), (HashMap::from([(a, 4)]), None, Some(2)));
        assert_eq!(state.first_parent.as_deref(), Some("before one"));
        assert_eq!(state.posting, Some(posting("two")));
        assert_eq!(state.commits, [Committed { oid: "c1".to_owned(), files: 9 }]);
        let more = [stream, Record::Distrust.to_bytes()].concat();
        assert_eq!(replay(&more).expect("sound").stored, HashMap::new());
    }

    #[test]
    fn what_no_push_writes_is_not_believed() {
        let begin = Record::Begun(begun()).to_bytes();
        let rows = [
            ("an unknown kind", [begin.clone(), frame::write(99, b"")].concat()),
            ("a payload that ends too early", [begin.clone(), frame::write(STORED, b"")].concat()),
            ("two beginnings", [begin.clone(), begin.clone()].concat()),
            ("no beginning", Record::Pull(1).to_bytes()),
            ("a file that is wanted in two places", {
                let facts = Writer::new().raw(&[0; 16]).u64(0).u32(0).u8(IS_INLINE | IS_IN_STORE);
                [begin, frame::write(FILE, &facts.done())].concat()
            }),
        ];
        for (name, stream) in rows {
            assert_eq!(replay(&stream), Err(Broken::Damaged), "{name}");
        }
        assert_eq!(replay(&[]), Ok(Replayed::default()), "nothing is nothing");
    }
}
