//! The vocabulary between a machine and its driver.
//!
//! Rules, for every machine: after each `handle`, `poll` until [`Step::Wait`] or [`Step::Done`]; every step with an id is
//! answered exactly once, by that id (a cancelled one may be answered late or not at all); an unknown id is an error, not
//! a panic; `Done` is final and repeats.

use crate::error::{Code, Error};
use crate::http::{FileIdx, Request, Response};
use crate::journal::FileKey;
use crate::push::{CommitState, Event};
use crate::time::Millis;

/// Names one step, and later its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(pub u32);

/// What the driver must do next. `T` is what the machine yields at its end.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a step that is dropped stalls the job"]
pub enum Step<T> {
    /// Read the beginnings (or the whole) of these files on a lane; answer with [`Input::Probed`].
    Probe {
        /// The step's name.
        id: StepId,
        /// The files, in the order the answers must have.
        files: Vec<ProbeFile>,
    },
    /// Read `file` to its end on a lane; answer with [`Input::Digested`], and with [`Input::Progress`] (bytes read) while
    /// it goes on.
    Digest {
        /// The step's name.
        id: StepId,
        /// The file.
        file: FileIdx,
        /// Its size, as the engine knows it: another length means the file changed.
        size: u64,
        /// Which digest.
        kind: DigestKind,
        /// The name under which the file is remembered; none when it must not be.
        key: Option<FileKey>,
    },
    /// Open the data plane of this push: lanes that pack, and the authority that they ask. Stays open until it is cancelled or the
    /// push ends; meanwhile it brings [`Input::Sealed`], [`Input::Query`] and [`Input::Lost`]. Answered by [`Input::Failed`] alone.
    Pack {
        /// The step's name.
        id: StepId,
        /// How it packs.
        options: PackOptions,
    },
    /// Take `file` through the one pass; answer with [`Input::Ingested`], and with [`Input::Progress`] (bytes read) while it goes on.
    Ingest {
        /// The step's name.
        id: StepId,
        /// The file.
        file: FileIdx,
        /// Its size, as the engine knows it: another length means the file changed.
        size: u64,
        /// Its SHA-256 in hex, where a probe has made it.
        sha256: Option<String>,
        /// The name under which the file is remembered; none when it must not be.
        key: Option<FileKey>,
    },
    /// Seal what lanes have packed; answer with [`Input::Flushed`], after [`Input::Sealed`] for each xorb.
    Flush {
        /// The step's name.
        id: StepId,
    },
    /// Ask the authority for a shard of files whose xorbs are stored; answer with [`Input::Shard`].
    Shard {
        /// The step's name.
        id: StepId,
        /// Bytes of the shard at most, unless one file alone needs more.
        most_bytes: u64,
    },
    /// Ask the caller which files go with the next commit; answer with [`Input::Planned`].
    PlanCommit {
        /// The step's name.
        id: StepId,
        /// What there is to choose from.
        state: CommitState,
    },
    /// Tell the data plane. Needs no answer; what is told in order arrives in order.
    Tell(Tell),
    /// Append `records` to the journal, in this order; answer with [`Input::Recorded`] or [`Input::Failed`]. One of which nobody waits
    /// for the answer may be collected, and may be open when the machine ends.
    Record {
        /// The step's name.
        id: StepId,
        /// Whole records.
        records: Vec<u8>,
        /// Answer only when these, and all before them, will survive whatever ends this program.
        barrier: bool,
    },
    /// Send `request`; answer with [`Input::Response`] or [`Input::Failed`], and with [`Input::Progress`] (bytes of the
    /// body sent) where the transport can tell.
    Send {
        /// The step's name.
        id: StepId,
        /// The whole request.
        request: Request,
    },
    /// Stop the work of that step; its answer is no longer awaited.
    Cancel {
        /// The step to stop.
        id: StepId,
    },
    /// Tell the caller. Needs no answer.
    Event(Event),
    /// Drained. Poll again after the next input, or at `until` if there is one.
    Wait {
        /// When to poll again though nothing happened.
        until: Option<Millis>,
    },
    /// The end; later polls repeat it.
    Done(Result<T, Error>),
}

/// One file of a [`Step::Probe`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProbeFile {
    /// The file.
    pub file: FileIdx,
    /// Its size, as the engine knows it: another length means the file changed.
    pub size: u64,
    /// Read it whole and bring both oids; otherwise only the sample.
    pub whole: bool,
    /// Bring its text as well (lossy UTF-8): it is a rules file that preupload wants to see.
    pub text: bool,
    /// Keep what was read for [`Step::Ingest`], until [`Tell::Forget`]; only while [`Step::Pack`] is open.
    pub keep: bool,
}

/// How the data plane of a push packs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackOptions {
    /// Lanes side by side.
    pub lanes: u16,
    /// Bytes of a body at which a lane seals a xorb.
    pub xorb_bytes: u64,
    /// Sealed xorbs that a lane may hold until the store has them; then it packs nothing, and so reads nothing.
    pub bodies: u32,
    /// Bytes of a lane that may wait for the authority's verdicts.
    pub undecided_bytes: u64,
    /// Memory of the authority's index, in bytes.
    pub index_bytes: u64,
}

/// What the data plane is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tell {
    /// The query about this chunk (a hash string) is over, answered or not: nobody waits for it any more.
    Settled {
        /// The chunk.
        chunk: String,
    },
    /// The store has this xorb: its body is not needed any more.
    Stored {
        /// The xorb's number, from [`Input::Sealed`].
        xorb: u32,
    },
    /// The store has accepted this shard.
    Registered {
        /// The shard's number, from [`Input::Shard`].
        shard: u32,
    },
    /// The store has refused this shard because it does not have what that names: nothing that earlier runs have stored is to be
    /// believed any more. Brings [`Input::Lost`] with all files of the shard and those that rest on what is gone; with none at all
    /// when nothing was of an earlier run.
    Distrust {
        /// The shard's number, from [`Input::Shard`].
        shard: u32,
    },
    /// What a probe kept of these files is not needed.
    Forget {
        /// The files.
        files: Vec<FileIdx>,
    },
}

/// Which digest of a file is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DigestKind {
    /// SHA-256 of the content: the LFS oid.
    Sha256,
    /// SHA-1 over `blob <size>\0` and the content: the git blob oid.
    GitBlob,
}

/// What a probe found in one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Probed {
    /// The first 512 bytes (all, when the file is shorter), in base64.
    pub sample: String,
    /// The git blob oid, when the file was read whole.
    pub git_blob: Option<String>,
    /// The SHA-256, when the file was read whole.
    pub sha256: Option<String>,
    /// The text, when it was asked for.
    pub text: Option<String>,
}

/// What the one pass made of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingested {
    /// Its name in the content-addressed store: a hash string.
    pub xet_hash: String,
    /// Its SHA-256, lower-case hex.
    pub sha256: String,
    /// Raw bytes of its chunks that were new, and packed.
    pub packed: u64,
    /// Its bytes that were not read, because an earlier run had: up to all of them.
    pub resumed: u64,
}

/// A shard that can be sent, by reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardRef {
    /// Its number in this push.
    pub shard: u32,
    /// Its bytes.
    pub bytes: u64,
    /// The files that it registers.
    pub files: Vec<FileIdx>,
}

/// Why a piece of work brought no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// One of `Offline`, `Blocked`, `Timeout`, `FileChanged`, `FileUnreadable`, `Unsupported`, `Internal`.
    pub code: Code,
    /// What the platform said, in a sentence; without tokens and queries.
    pub message: String,
}

impl Failure {
    /// Whether a file is to blame, which another push may find as it should be.
    pub(crate) fn is_of_file(&self) -> bool {
        matches!(self.code, Code::FileChanged | Code::FileUnreadable)
    }
}

/// What the driver tells the machine.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The answer to [`Step::Probe`], file by file in its order.
    Probed {
        /// The step.
        id: StepId,
        /// One result a file.
        files: Vec<Result<Probed, Failure>>,
    },
    /// The answer to [`Step::Digest`].
    Digested {
        /// The step.
        id: StepId,
        /// Lower-case hex.
        digest: String,
    },
    /// The answer to [`Step::Ingest`].
    Ingested {
        /// The step.
        id: StepId,
        /// What it came to.
        file: Ingested,
    },
    /// A lane has sealed a xorb and waits for it to be stored.
    Sealed {
        /// The [`Step::Pack`].
        id: StepId,
        /// Its number in this push, for [`BodyPart::Xorb`](crate::http::BodyPart::Xorb) and [`Tell::Stored`].
        xorb: u32,
        /// Its hash string.
        hash: String,
        /// Bytes of its body.
        bytes: u64,
    },
    /// The authority wants to know whether the store has this chunk; [`Tell::Settled`] when that is over.
    Query {
        /// The [`Step::Pack`].
        id: StepId,
        /// The chunk's hash string.
        chunk: String,
    },
    /// A lane died with these sealed xorbs; these files, though some were ingested, must be ingested again.
    Lost {
        /// The [`Step::Pack`].
        id: StepId,
        /// Numbers of xorbs that cannot be sent any more.
        xorbs: Vec<u32>,
        /// The files; not those whose [`Step::Ingest`] is open, which fail or go on by themselves.
        files: Vec<FileIdx>,
    },
    /// The answer to [`Step::Flush`].
    Flushed {
        /// The step.
        id: StepId,
    },
    /// The answer to [`Step::Record`].
    Recorded {
        /// The step.
        id: StepId,
    },
    /// The answer to [`Step::Shard`]; none when no file is ready that was not in a shard before.
    Shard {
        /// The step.
        id: StepId,
        /// The shard.
        shard: Option<ShardRef>,
    },
    /// The answer to [`Step::PlanCommit`]: so many of its files, from the first; none is to wait for more.
    Planned {
        /// The step.
        id: StepId,
        /// How many.
        files: u64,
    },
    /// The answer to [`Step::Send`], whatever its status.
    Response {
        /// The step.
        id: StepId,
        /// The answer.
        response: Response,
    },
    /// Any step failed.
    Failed {
        /// The step.
        id: StepId,
        /// Why.
        failure: Failure,
    },
    /// A request failed, because this file, which is part of its body, changed or cannot be read.
    FileFailed {
        /// The step.
        id: StepId,
        /// The file.
        file: FileIdx,
        /// Why.
        failure: Failure,
    },
    /// The device has a connection from now on, or has none. Only where the platform tells; a driver that never says so is online.
    Connection {
        /// Whether there is one.
        online: bool,
    },
    /// A digest or a body goes on: `bytes` so far, of this step. Zero bytes of a body say that its transport can tell.
    Progress {
        /// The step.
        id: StepId,
        /// Bytes read or sent so far.
        bytes: u64,
    },
}

impl Input {
    /// The step that it is about, if it is about one.
    pub fn id(&self) -> Option<StepId> {
        match self {
            Input::Connection { .. } => None,
            Input::Probed { id, .. }
            | Input::Digested { id, .. }
            | Input::Ingested { id, .. }
            | Input::Sealed { id, .. }
            | Input::Query { id, .. }
            | Input::Lost { id, .. }
            | Input::Flushed { id }
            | Input::Recorded { id }
            | Input::Shard { id, .. }
            | Input::Planned { id, .. }
            | Input::Response { id, .. }
            | Input::Failed { id, .. }
            | Input::FileFailed { id, .. }
            | Input::Progress { id, .. } => Some(*id),
        }
    }
}
