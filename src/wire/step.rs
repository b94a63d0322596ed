//! Steps and inputs as plain objects.

use serde::{Deserialize, Serialize};
#[cfg(feature = "wasm")]
use tsify::Tsify;

use super::commits::CommitStateView;
use super::push::EventView;
use crate::error::{Code, Error};
use crate::hash::base64;
use crate::http::{Answer, BodyPart, FileIdx, Request, Response};
use crate::journal::FileKey;
use crate::json::{Fields, Json, Misfit, Read};
use crate::step::{DigestKind, Failure, Ingested, Input, PackOptions, ProbeFile, Probed, ShardRef, Step, StepId, Tell};

reads!(InputView, ProbeResultView);

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

/// [`Request`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct RequestView {
    /// HTTP method.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Name and value.
    pub headers: Vec<(String, String)>,
    /// Pieces of the body, in order; none means no body.
    pub body: Vec<BodyPartView>,
    /// Read the answer as text, leave its stream with the driver, or give its bytes to the authority.
    #[cfg_attr(feature = "wasm", tsify(type = "\"text\" | \"stream\" | \"dedup\" | \"recall\""))]
    pub answer: String,
}

/// [`BodyPart`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum BodyPartView {
    /// Literal text.
    Text {
        /// The text.
        text: String,
    },
    /// Bytes of a file.
    Slice {
        /// The file.
        file: u32,
        /// First byte.
        start: u64,
        /// One past the last byte.
        end: u64,
    },
    /// Bytes of a file in base64.
    Base64 {
        /// The file.
        file: u32,
        /// First byte.
        start: u64,
        /// One past the last byte.
        end: u64,
    },
    /// The body of a xorb.
    Xorb {
        /// Its number.
        xorb: u32,
        /// Its bytes.
        bytes: u64,
    },
    /// A shard.
    Shard {
        /// Its number.
        shard: u32,
        /// Its bytes.
        bytes: u64,
    },
}

/// [`Error`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ErrorView {
    /// Stable code.
    pub code: String,
    /// For people.
    pub message: String,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// The path concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub path: Option<String>,
    /// What a server said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub refusal: Option<RefusalView>,
}

/// [`crate::error::Refusal`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct RefusalView {
    /// HTTP status.
    pub status: u16,
    /// URL without query.
    pub url: String,
    /// The server's name for the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub request_id: Option<String>,
    /// The JSON body.
    #[cfg_attr(feature = "wasm", tsify(type = "unknown"))]
    pub data: Json,
}

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
        let mut input = Fields::of(json)?;
        let kind: String = input.get("type")?;
        if kind == "connection" {
            return Ok(InputView::Connection { online: input.get("online")? });
        }
        let id = input.get("id")?;
        Ok(match kind.as_str() {
            "probed" => InputView::Probed { id, files: input.get("files")? },
            "digested" => InputView::Digested { id, digest: input.get("digest")? },
            "ingested" => InputView::Ingested { id, file: input.get("file")? },
            "sealed" => {
                InputView::Sealed { id, xorb: input.get("xorb")?, hash: input.get("hash")?, bytes: input.get("bytes")? }
            }
            "query" => InputView::Query { id, chunk: input.get("chunk")? },
            "lost" => InputView::Lost { id, xorbs: input.get("xorbs")?, again: input.get("again")? },
            "flushed" => InputView::Flushed { id },
            "recorded" => InputView::Recorded { id },
            "shard" => InputView::Shard { id, shard: input.get("shard")? },
            "response" => InputView::Response {
                id,
                status: input.get("status")?,
                headers: input.get("headers")?,
                body: input.get("body")?,
            },
            "planned" => InputView::Planned { id, files: input.get("files")? },
            "failed" => InputView::Failed { id, failure: input.get("failure")? },
            "fileFailed" => InputView::FileFailed { id, file: input.get("file")?, failure: input.get("failure")? },
            "progress" => InputView::Progress { id, bytes: input.get("bytes")? },
            other => return Err(Misfit::new(format!("must be an input, and there is none of type {other:?}"))),
        })
    }
}

impl Read for IngestedView {
    fn read(json: Json) -> Result<IngestedView, Misfit> {
        let mut file = Fields::of(json)?;
        Ok(IngestedView {
            xet_hash: file.get("xetHash")?,
            sha256: file.get("sha256")?,
            packed: file.get("packed")?,
            resumed: file.get::<Option<u64>>("resumed")?.unwrap_or(0),
        })
    }
}

impl Read for ShardView {
    fn read(json: Json) -> Result<ShardView, Misfit> {
        let mut shard = Fields::of(json)?;
        Ok(ShardView { shard: shard.get("shard")?, bytes: shard.get("bytes")?, files: shard.get("files")? })
    }
}

impl Read for ProbeResultView {
    fn read(json: Json) -> Result<ProbeResultView, Misfit> {
        let mut result = Fields::of(json)?;
        match result.get::<String>("type")?.as_str() {
            "probed" => Ok(ProbeResultView::Probed {
                sample: result.get("sample")?,
                git_blob: result.get("gitBlob")?,
                sha256: result.get("sha256")?,
                text: result.get("text")?,
            }),
            "failed" => Ok(ProbeResultView::Failed { failure: result.get("failure")? }),
            other => Err(Misfit::new(format!("must be a probe's result, and there is none of type {other:?}"))),
        }
    }
}

impl Read for FailureView {
    fn read(json: Json) -> Result<FailureView, Misfit> {
        let mut failure = Fields::of(json)?;
        Ok(FailureView { code: failure.get("code")?, message: failure.get("message")? })
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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

fn numbers(files: Vec<FileIdx>) -> Vec<u32> {
    files.into_iter().map(|FileIdx(file)| file).collect()
}

fn files(numbers: Vec<u32>) -> Vec<FileIdx> {
    numbers.into_iter().map(FileIdx).collect()
}

impl From<Request> for RequestView {
    fn from(request: Request) -> RequestView {
        RequestView {
            method: request.method.as_str().to_owned(),
            url: request.url,
            headers: request.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            body: request.body.into_iter().map(BodyPartView::from).collect(),
            answer: match request.answer {
                Answer::Text => "text".to_owned(),
                Answer::Stream => "stream".to_owned(),
                Answer::Dedup => "dedup".to_owned(),
                Answer::Recall => "recall".to_owned(),
            },
        }
    }
}

impl From<BodyPart> for BodyPartView {
    fn from(part: BodyPart) -> BodyPartView {
        match part {
            BodyPart::Text(text) => BodyPartView::Text { text },
            BodyPart::Slice { file: FileIdx(file), start, end } => BodyPartView::Slice { file, start, end },
            BodyPart::Base64 { file: FileIdx(file), start, end } => BodyPartView::Base64 { file, start, end },
            BodyPart::Xorb { xorb, bytes } => BodyPartView::Xorb { xorb, bytes },
            BodyPart::Shard { shard, bytes } => BodyPartView::Shard { shard, bytes },
        }
    }
}

impl From<Error> for ErrorView {
    fn from(error: Error) -> ErrorView {
        let error = error.into_account();
        ErrorView {
            code: error.code.as_str().to_owned(),
            message: error.message,
            retryable: error.code.retryable(),
            path: error.path,
            refusal: error.refusal.map(|refusal| RefusalView {
                status: refusal.status,
                url: refusal.url,
                request_id: refusal.request_id,
                data: refusal.data,
            }),
        }
    }
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
