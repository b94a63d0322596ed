//! The vocabulary between a machine and its driver.
//!
//! Rules, for every machine: after each `handle`, `poll` until [`Step::Wait`] or [`Step::Done`]; every step with an id is
//! answered exactly once, by that id (a cancelled one may be answered late or not at all); an unknown id is an error, not
//! a panic; `Done` is final and repeats.

use crate::error::{Code, Error};
use crate::http::{FileIdx, Request, Response};
use crate::push::Event;
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

/// Why a piece of work brought no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// One of `Offline`, `Blocked`, `Timeout`, `FileChanged`, `FileUnreadable`, `Unsupported`, `Internal`.
    pub code: Code,
    /// What the platform said, in a sentence; without tokens and queries.
    pub message: String,
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
    /// A digest or a body goes on: `bytes` so far, of this step.
    Progress {
        /// The step.
        id: StepId,
        /// Bytes read or sent so far.
        bytes: u64,
    },
}
