//! Answers to steps, and news of the data plane, as plain objects.

use serde::{Deserialize, Serialize};
#[cfg(feature = "wasm")]
use tsify::Tsify;

use super::step::numbers;
use crate::error::Code;
use crate::http::{FileIdx, Response};
use crate::json::{Fields, Json, Misfit, Read};
use crate::quote::Quoted;
use crate::step::{Failure, Ingested, Input, Probed, ShardRef, StepId};

reads!(InputView, ProbeResultView);

/// [`Input`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(tag = "type", rename_all = "camelCase", try_from = "Json")]
pub enum InputView {
    /// Answer to a probe.
    Probed {
        /// Step id.
        id: u32,
        /// One result a file, in the step's order.
        files: Vec<ProbeResultView>,
    },
    /// Answer to a digest.
    Digested {
        /// Step id.
        id: u32,
        /// Lower-case hex.
        digest: String,
    },
    /// Answer to an ingest.
    Ingested {
        /// Step id.
        id: u32,
        /// What it came to.
        file: IngestedView,
    },
    /// A lane has sealed a xorb.
    Sealed {
        /// Step id.
        id: u32,
        /// Its number.
        xorb: u32,
        /// Its hash string.
        hash: String,
        /// Bytes of its body.
        bytes: u64,
    },
    /// The authority asks about a chunk.
    Query {
        /// Step id.
        id: u32,
        /// Hash string of the chunk.
        chunk: String,
    },
    /// A lane died.
    Lost {
        /// Step id.
        id: u32,
        /// Numbers of its sealed xorbs.
        xorbs: Vec<u32>,
        /// Files to be ingested again.
        again: Vec<u32>,
    },
    /// Answer to a flush.
    Flushed {
        /// Step id.
        id: u32,
    },
    /// Answer to records.
    Recorded {
        /// Step id.
        id: u32,
    },
    /// Answer to the question for a shard.
    Shard {
        /// Step id.
        id: u32,
        /// The shard, if there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        shard: Option<ShardView>,
    },
    /// Answer to the question for a plan.
    Planned {
        /// Step id.
        id: u32,
        /// How many files, from the first.
        files: u64,
    },
    /// Answer to a request.
    Response {
        /// Step id.
        id: u32,
        /// HTTP status.
        status: u16,
        /// Names in lower case, with values.
        headers: Vec<(String, String)>,
        /// Text of the body.
        body: String,
    },
    /// A step failed.
    Failed {
        /// Step id.
        id: u32,
        /// Why.
        failure: FailureView,
    },
    /// A request failed because of a file in its body.
    FileFailed {
        /// Step id.
        id: u32,
        /// The file.
        file: u32,
        /// Why.
        failure: FailureView,
    },
    /// A step goes on.
    Progress {
        /// Step id.
        id: u32,
        /// Bytes so far.
        bytes: u64,
    },
    /// The device has a connection, or has none.
    Connection {
        /// Whether there is one.
        online: bool,
    },
}

/// [`Ingested`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct IngestedView {
    /// Hash string of the file.
    pub xet_hash: String,
    /// Lower-case hex.
    pub sha256: String,
    /// Raw bytes that were new.
    pub packed: u64,
    /// Bytes that were not read, because an earlier run had; none when it is not said.
    #[serde(default)]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub resumed: u64,
}

/// [`ShardRef`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct ShardView {
    /// Its number.
    pub shard: u32,
    /// Its bytes.
    pub bytes: u64,
    /// The files that it registers.
    pub files: Vec<u32>,
}

impl Read for InputView {
    fn read(json: Json) -> Result<InputView, Misfit> {
        Fields::read(json, |input| {
            let kind: String = input.get("type");
            if kind == "connection" {
                return InputView::Connection { online: input.get("online") };
            }
            let id = input.get("id");
            match kind.as_str() {
                "probed" => InputView::Probed { id, files: input.get("files") },
                "digested" => InputView::Digested { id, digest: input.get("digest") },
                "ingested" => InputView::Ingested { id, file: input.get("file") },
                "sealed" => InputView::Sealed {
                    id,
                    xorb: input.get("xorb"),
                    hash: input.get("hash"),
                    bytes: input.get("bytes"),
                },
                "query" => InputView::Query { id, chunk: input.get("chunk") },
                "lost" => InputView::Lost { id, xorbs: input.get("xorbs"), again: input.get("again") },
                "flushed" => InputView::Flushed { id },
                "recorded" => InputView::Recorded { id },
                "shard" => InputView::Shard { id, shard: input.get("shard") },
                "response" => InputView::Response {
                    id,
                    status: input.get("status"),
                    headers: input.get("headers"),
                    body: input.get("body"),
                },
                "planned" => InputView::Planned { id, files: input.get("files") },
                "failed" => InputView::Failed { id, failure: input.get("failure") },
                "fileFailed" => InputView::FileFailed { id, file: input.get("file"), failure: input.get("failure") },
                "progress" => InputView::Progress { id, bytes: input.get("bytes") },
                other => {
                    input.miss(Misfit::new(format!(
                        "must be an input, and there is none of type {other}",
                        other = Quoted(other)
                    )));
                    InputView::Flushed { id }
                }
            }
        })
    }
}

impl Read for IngestedView {
    fn read(json: Json) -> Result<IngestedView, Misfit> {
        Fields::read(json, |file| IngestedView {
            xet_hash: file.get("xetHash"),
            sha256: file.get("sha256"),
            packed: file.get("packed"),
            resumed: file.get::<Option<u64>>("resumed").unwrap_or(0),
        })
    }
}

impl Read for ShardView {
    fn read(json: Json) -> Result<ShardView, Misfit> {
        Fields::read(json, |shard| ShardView {
            shard: shard.get("shard"),
            bytes: shard.get("bytes"),
            files: shard.get("files"),
        })
    }
}

impl Read for ProbeResultView {
    fn read(json: Json) -> Result<ProbeResultView, Misfit> {
        Fields::read(json, |result| match result.get::<String>("type").as_str() {
            "probed" => ProbeResultView::Probed {
                sample: result.get("sample"),
                git_blob: result.get("gitBlob"),
                sha256: result.get("sha256"),
                text: result.get("text"),
            },
            "failed" => ProbeResultView::Failed { failure: result.get("failure") },
            other => {
                result.miss(Misfit::new(format!(
                    "must be a probe's result, and there is none of type {other}",
                    other = Quoted(other)
                )));
                ProbeResultView::Failed { failure: FailureView::default() }
            }
        })
    }
}

impl Read for FailureView {
    fn read(json: Json) -> Result<FailureView, Misfit> {
        Fields::read(json, |failure| FailureView { code: failure.get("code"), message: failure.get("message") })
    }
}

/// One file of a probe's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(tag = "type", rename_all = "camelCase", try_from = "Json")]
pub enum ProbeResultView {
    /// It was read.
    #[serde(rename_all = "camelCase")]
    Probed {
        /// Base64 of the first 512 bytes.
        sample: String,
        /// Git blob oid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        git_blob: Option<String>,
        /// SHA-256.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        sha256: Option<String>,
        /// Text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        text: Option<String>,
    },
    /// It was not.
    Failed {
        /// Why.
        failure: FailureView,
    },
}

/// [`Failure`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct FailureView {
    /// Why, as one of the engine's codes.
    #[cfg_attr(
        feature = "wasm",
        tsify(
            type = "\"offline\" | \"blocked\" | \"timeout\" | \"file_changed\" | \"file_unreadable\" | \"unsupported\" | \"internal\""
        )
    )]
    pub code: String,
    /// What the platform said.
    pub message: String,
}

fn files(numbers: Vec<u32>) -> Vec<FileIdx> {
    numbers.into_iter().map(FileIdx).collect()
}

impl From<InputView> for Input {
    fn from(view: InputView) -> Input {
        match view {
            InputView::Probed { id, files } => {
                Input::Probed { id: StepId(id), files: files.into_iter().map(ProbeResultView::into_result).collect() }
            }
            InputView::Digested { id, digest } => Input::Digested { id: StepId(id), digest },
            InputView::Ingested { id, file: IngestedView { xet_hash, sha256, packed, resumed } } => {
                Input::Ingested { id: StepId(id), file: Ingested { xet_hash, sha256, packed, resumed } }
            }
            InputView::Sealed { id, xorb, hash, bytes } => Input::Sealed { id: StepId(id), xorb, hash, bytes },
            InputView::Query { id, chunk } => Input::Query { id: StepId(id), chunk },
            InputView::Lost { id, xorbs, again } => Input::Lost { id: StepId(id), xorbs, files: files(again) },
            InputView::Flushed { id } => Input::Flushed { id: StepId(id) },
            InputView::Recorded { id } => Input::Recorded { id: StepId(id) },
            InputView::Shard { id, shard } => Input::Shard { id: StepId(id), shard: shard.map(ShardRef::from) },
            InputView::Response { id, status, headers, body } => {
                Input::Response { id: StepId(id), response: Response { status, headers, body } }
            }
            InputView::Planned { id, files } => Input::Planned { id: StepId(id), files },
            InputView::Failed { id, failure } => Input::Failed { id: StepId(id), failure: failure.into() },
            InputView::FileFailed { id, file, failure } => {
                Input::FileFailed { id: StepId(id), file: FileIdx(file), failure: failure.into() }
            }
            InputView::Progress { id, bytes } => Input::Progress { id: StepId(id), bytes },
            InputView::Connection { online } => Input::Connection { online },
        }
    }
}

impl From<Input> for InputView {
    fn from(input: Input) -> InputView {
        match input {
            Input::Probed { id, files } => {
                InputView::Probed { id: id.0, files: files.into_iter().map(ProbeResultView::from_result).collect() }
            }
            Input::Digested { id, digest } => InputView::Digested { id: id.0, digest },
            Input::Ingested { id, file: Ingested { xet_hash, sha256, packed, resumed } } => {
                InputView::Ingested { id: id.0, file: IngestedView { xet_hash, sha256, packed, resumed } }
            }
            Input::Sealed { id, xorb, hash, bytes } => InputView::Sealed { id: id.0, xorb, hash, bytes },
            Input::Query { id, chunk } => InputView::Query { id: id.0, chunk },
            Input::Lost { id, xorbs, files } => InputView::Lost { id: id.0, xorbs, again: numbers(files) },
            Input::Flushed { id } => InputView::Flushed { id: id.0 },
            Input::Recorded { id } => InputView::Recorded { id: id.0 },
            Input::Shard { id, shard } => InputView::Shard { id: id.0, shard: shard.map(ShardView::from) },
            Input::Response { id, response: Response { status, headers, body } } => {
                InputView::Response { id: id.0, status, headers, body }
            }
            Input::Planned { id, files } => InputView::Planned { id: id.0, files },
            Input::Failed { id, failure } => InputView::Failed { id: id.0, failure: failure.into() },
            Input::FileFailed { id, file, failure } => {
                InputView::FileFailed { id: id.0, file: file.0, failure: failure.into() }
            }
            Input::Progress { id, bytes } => InputView::Progress { id: id.0, bytes },
            Input::Connection { online } => InputView::Connection { online },
        }
    }
}

impl From<ShardView> for ShardRef {
    fn from(view: ShardView) -> ShardRef {
        ShardRef { shard: view.shard, bytes: view.bytes, files: files(view.files) }
    }
}

impl From<ShardRef> for ShardView {
    fn from(shard: ShardRef) -> ShardView {
        ShardView { shard: shard.shard, bytes: shard.bytes, files: numbers(shard.files) }
    }
}

impl ProbeResultView {
    fn from_result(result: Result<Probed, Failure>) -> ProbeResultView {
        match result {
            Ok(Probed { sample, git_blob, sha256, text }) => ProbeResultView::Probed { sample, git_blob, sha256, text },
            Err(failure) => ProbeResultView::Failed { failure: failure.into() },
        }
    }

    fn into_result(self) -> Result<Probed, Failure> {
        match self {
            ProbeResultView::Probed { sample, git_blob, sha256, text } => Ok(Probed { sample, git_blob, sha256, text }),
            ProbeResultView::Failed { failure } => Err(failure.into()),
        }
    }
}

impl From<Failure> for FailureView {
    fn from(failure: Failure) -> FailureView {
        FailureView { code: failure.code.as_str().to_owned(), message: failure.message }
    }
}

impl From<FailureView> for Failure {
    /// An unknown code counts as a bug of the driver.
    fn from(view: FailureView) -> Failure {
        let code = Code::ALL.into_iter().find(|code| code.as_str() == view.code).unwrap_or(Code::Internal);
        Failure { code, message: view.message }
    }
}
