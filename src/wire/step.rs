//! Steps as plain objects.

use serde::{Deserialize, Serialize};
#[cfg(feature = "wasm")]
use tsify::Tsify;

use super::commits::CommitStateView;
use super::error::ErrorView;
use super::progress::EventView;
use super::request::RequestView;
use crate::hash::base64;
use crate::http::FileIdx;
use crate::journal::FileKey;
use crate::step::{DigestKind, PackOptions, ProbeFile, Step, Tell};

/// [`Step`] for a driver; `T` is the machine's output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum StepView<T> {
    /// Read beginnings of files.
    Probe {
        /// Step id.
        id: u32,
        /// In the order the answers must have.
        files: Vec<ProbeFileView>,
    },
    /// Read a file to its end.
    Digest {
        /// Step id.
        id: u32,
        /// The file.
        file: u32,
        /// Its size in bytes.
        size: u64,
        /// Which digest.
        #[cfg_attr(feature = "wasm", tsify(type = "\"sha256\" | \"gitBlob\""))]
        kind: String,
        /// The name under which the file is remembered: 32 hex digits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        key: Option<String>,
    },
    /// Open the data plane.
    Pack {
        /// Step id.
        id: u32,
        /// How it packs.
        options: PackOptionsView,
    },
    /// Take a file through the one pass.
    Ingest {
        /// Step id.
        id: u32,
        /// The file.
        file: u32,
        /// Its size in bytes.
        size: u64,
        /// Its SHA-256, where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        sha256: Option<String>,
        /// The name under which the file is remembered: 32 hex digits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        key: Option<String>,
    },
    /// Seal what lanes have packed.
    Flush {
        /// Step id.
        id: u32,
    },
    /// Ask the authority for a shard.
    #[serde(rename_all = "camelCase")]
    Shard {
        /// Step id.
        id: u32,
        /// Bytes at most.
        most_bytes: u64,
    },
    /// Ask which files go with the next commit.
    PlanCommit {
        /// Step id.
        id: u32,
        /// What there is to choose from.
        state: CommitStateView,
    },
    /// Append records to the journal.
    Record {
        /// Step id.
        id: u32,
        /// The records in base64.
        records: String,
        /// Answer when they are kept for certain.
        barrier: bool,
    },
    /// Tell the data plane.
    Tell {
        /// What.
        tell: TellView,
    },
    /// Send a request.
    Send {
        /// Step id.
        id: u32,
        /// The request.
        request: RequestView,
    },
    /// Stop a step.
    Cancel {
        /// Step id.
        id: u32,
    },
    /// Tell the caller.
    Event {
        /// What.
        event: EventView,
    },
    /// Nothing more for now.
    Wait {
        /// Milliseconds on the driver's clock.
        #[serde(rename = "untilMs", default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        until_ms: Option<u64>,
    },
    /// The end.
    Done {
        /// Output or error.
        outcome: OutcomeView<T>,
    },
}

/// How a machine ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum OutcomeView<T> {
    /// Well.
    Output {
        /// What it yields.
        output: T,
    },
    /// Badly.
    Error {
        /// Why.
        error: ErrorView,
    },
}

/// [`ProbeFile`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct ProbeFileView {
    /// The file.
    pub file: u32,
    /// Its size in bytes.
    pub size: u64,
    /// Read it whole, bring both oids.
    pub whole: bool,
    /// Bring its text.
    pub text: bool,
    /// Keep what was read.
    pub keep: bool,
}

/// [`PackOptions`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct PackOptionsView {
    /// Lanes side by side.
    pub lanes: u16,
    /// Bytes of a xorb.
    pub xorb_bytes: u64,
    /// Sealed xorbs that a lane may hold.
    pub bodies: u32,
    /// Bytes that may wait for verdicts.
    pub undecided_bytes: u64,
    /// Bytes of the authority's index.
    pub index_bytes: u64,
}

/// [`Tell`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum TellView {
    /// A query is over.
    Settled {
        /// Hash string of the chunk.
        chunk: String,
    },
    /// The store has a xorb.
    Stored {
        /// Its number.
        xorb: u32,
    },
    /// The store has accepted a shard.
    Registered {
        /// Its number.
        shard: u32,
    },
    /// The store does not have what a shard names.
    Distrust {
        /// Its number.
        shard: u32,
    },
    /// What was kept of files is not needed.
    Forget {
        /// The files.
        files: Vec<u32>,
    },
}

impl<T, U: From<T>> From<Step<T>> for StepView<U> {
    fn from(step: Step<T>) -> StepView<U> {
        match step {
            Step::Probe { id, files } => {
                StepView::Probe { id: id.0, files: files.into_iter().map(ProbeFileView::from).collect() }
            }
            Step::Digest { id, file, size, kind, key } => StepView::Digest {
                id: id.0,
                file: file.0,
                size,
                kind: match kind {
                    DigestKind::Sha256 => "sha256".to_owned(),
                    DigestKind::GitBlob => "gitBlob".to_owned(),
                },
                key: key.map(FileKey::to_hex),
            },
            Step::Pack { id, options } => StepView::Pack { id: id.0, options: options.into() },
            Step::Ingest { id, file, size, sha256, key } => {
                StepView::Ingest { id: id.0, file: file.0, size, sha256, key: key.map(FileKey::to_hex) }
            }
            Step::Flush { id } => StepView::Flush { id: id.0 },
            Step::Shard { id, most_bytes } => StepView::Shard { id: id.0, most_bytes },
            Step::PlanCommit { id, state } => StepView::PlanCommit { id: id.0, state: state.into() },
            Step::Record { id, records, barrier } => {
                let records = String::from_utf8(base64::encode(&records)).unwrap_or_default();
                StepView::Record { id: id.0, records, barrier }
            }
            Step::Tell(tell) => StepView::Tell { tell: tell.into() },
            Step::Send { id, request } => StepView::Send { id: id.0, request: request.into() },
            Step::Cancel { id } => StepView::Cancel { id: id.0 },
            Step::Event(event) => StepView::Event { event: event.into() },
            Step::Wait { until } => StepView::Wait { until_ms: until.map(|millis| millis.0) },
            Step::Done(Ok(output)) => StepView::Done { outcome: OutcomeView::Output { output: output.into() } },
            Step::Done(Err(error)) => StepView::Done { outcome: OutcomeView::Error { error: error.into() } },
        }
    }
}

impl From<ProbeFile> for ProbeFileView {
    fn from(probe: ProbeFile) -> ProbeFileView {
        let ProbeFile { file, size, whole, text, keep } = probe;
        ProbeFileView { file: file.0, size, whole, text, keep }
    }
}

impl From<PackOptions> for PackOptionsView {
    fn from(options: PackOptions) -> PackOptionsView {
        let PackOptions { lanes, xorb_bytes, bodies, undecided_bytes, index_bytes } = options;
        PackOptionsView { lanes, xorb_bytes, bodies, undecided_bytes, index_bytes }
    }
}

impl From<Tell> for TellView {
    fn from(tell: Tell) -> TellView {
        match tell {
            Tell::Settled { chunk } => TellView::Settled { chunk },
            Tell::Stored { xorb } => TellView::Stored { xorb },
            Tell::Registered { shard } => TellView::Registered { shard },
            Tell::Distrust { shard } => TellView::Distrust { shard },
            Tell::Forget { files } => TellView::Forget { files: numbers(files) },
        }
    }
}

pub(super) fn numbers(files: Vec<FileIdx>) -> Vec<u32> {
    files.into_iter().map(|FileIdx(file)| file).collect()
}
