//! The content-addressed store's side of the wire. Every call but telemetry wants a token of its own, see [`token`](crate::cas::token).

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{StatusCode, header};
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tokio::sync::mpsc;
use xet_core_structures::merklehash::MerkleHash;

use crate::call::{Answer, Call, json as json_answer, typed};
use crate::cas::reconstruction::{self, Plan};
use crate::cas::route::CasRoute;
use crate::cas::token::Holder;
use crate::cas::xorb;
use crate::error::Refusal;
use crate::hash_text;
use crate::hub::Hub;
use crate::limits::{RECONSTRUCTIONS_PER_CALL, SHARD_MAX, TELEMETRY_MAX, XORB_FOOTER_MAX, XORB_MAX};
use crate::range::{self, Part};
use crate::repo::blocking;
use crate::store::receive::{self, Broken};

/// How often a client hears that its shard is still being checked.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// Which form of an answer about a reconstruction.
#[derive(Clone, Copy)]
enum Version {
    One,
    Two,
}

/// Answers a request to the content-addressed store.
/// Errors: 401 for the token, 403 for its scope; and those of each call.
pub async fn answer(mut call: Call, route: CasRoute, holder: Result<Holder, Refusal>) -> Answer {
    match route {
        CasRoute::Telemetry => {
            call.bytes(TELEMETRY_MAX).await?;
            json_answer(&json!({}))
        }
        CasRoute::Grant => Err(Refusal::no_route()),
        CasRoute::Xorb(hash) => put_xorb(call, holder?, hash).await,
        CasRoute::Shard => put_shard(call, holder?).await,
        CasRoute::ShardStream => stream_shard(call, holder?).await,
        CasRoute::Chunk(hash) => {
            // Any token will do: the answer helps nobody who does not have the chunk.
            holder?;
            chunk(&call, hash).await
        }
        CasRoute::Reconstruction(hash) => reconstruct(call, holder?, hash, Version::One).await,
        CasRoute::ReconstructionV2(hash) => reconstruct(call, holder?, hash, Version::Two).await,
        CasRoute::Reconstructions => reconstruct_many(call, holder?).await,
    }
}

fn broken(broken: Broken, too_large: Refusal) -> Refusal {
    match broken {
        Broken::Connection => Refusal::bad_request("The request body ended too early"),
        Broken::TooLarge => too_large,
        Broken::Internal(refusal) => refusal,
    }
}

/// What the head of a request says of its body's length.
fn declared(call: &Call) -> u64 {
    let length = call.headers.get(header::CONTENT_LENGTH);
    length.and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0)
}

/// `POST /v1/xorbs/{prefix}/{hash}`.
/// Errors: 400 for what is no xorb or another one, 413.
async fn put_xorb(mut call: Call, holder: Holder, hash: MerkleHash) -> Answer {
    holder.check_write()?;
    if declared(&call) > XORB_MAX + XORB_FOOTER_MAX {
        return Err(xorb::too_large());
    }
    let body = call.take_body();
    let hub = call.hub;
    let received = receive::receive_raw(body, hub.cas.incoming(), XORB_MAX + XORB_FOOTER_MAX).await;
    let (file, _) = received.map_err(|error| broken(error, xorb::too_large()))?;
    let is_new = blocking(move || hub.cas.keep_xorb(file, hash)).await?;
    json_answer(&json!({ "was_inserted": is_new }))
}

/// Takes the body of a shard.
async fn take_shard(call: &mut Call, holder: &Holder) -> Result<NamedTempFile, Refusal> {
    holder.check_write()?;
    let too_large = || Refusal::too_large(format!("a shard has at most {SHARD_MAX} bytes"));
    if declared(call) > SHARD_MAX {
        return Err(too_large());
    }
    let body = call.take_body();
    let received = receive::receive_raw(body, call.hub.cas.incoming(), SHARD_MAX).await;
    let (file, _) = received.map_err(|error| broken(error, too_large()))?;
    Ok(file)
}

/// `POST /v1/shards`.
/// Errors: 400 for what is no shard or says what is not so, 413.
async fn put_shard(mut call: Call, holder: Holder) -> Answer {
    let file = take_shard(&mut call, &holder).await?;
    let hub = call.hub;
    let is_new = blocking(move || hub.cas.keep_shard(file, &holder.repo, &mut |_, _| {})).await?;
    json_answer(&json!({ "result": u8::from(is_new) }))
}

/// `POST /v2/shards`: the same, with an answer that begins at once and tells how it goes. What is wrong with the shard is its last line.
/// Errors: 413.
async fn stream_shard(mut call: Call, holder: Holder) -> Answer {
    let file = take_shard(&mut call, &holder).await?;
    let (lines, mut ready) = mpsc::channel::<Bytes>(16);
    tokio::task::spawn_blocking(move || {
        let tell = |line: Value| {
            // A client that went away hears nothing, and its shard is kept all the same.
            let _ = lines.blocking_send(format!("{line}\n").into());
        };
        tell(json!({ "type": "validating", "verified": 0, "total": 0 }));
        let mut last = Instant::now();
        let kept = call.hub.cas.keep_shard(file, &holder.repo, &mut |verified, total| {
            if last.elapsed() >= HEARTBEAT {
                last = Instant::now();
                tell(json!({ "type": "validating", "verified": verified, "total": total }));
            }
        });
        match kept {
            Ok(_) => {
                tell(json!({ "type": "committing", "stage": "uploading" }));
                tell(json!({ "type": "committing", "stage": "syncing" }));
                tell(json!({ "type": "result" }));
            }
            Err(refusal) => {
                let retryable = refusal.cause.is_some();
                if let (true, Some(cause)) = (call.hub.config.log, &refusal.cause) {
                    eprintln!("internal error: {cause}");
                }
                tell(json!({ "type": "error", "message": refusal.message, "retryable": retryable }));
            }
        }
    });
    let lines = stream::poll_fn(move |cx| ready.poll_recv(cx).map(|line| line.map(Ok::<_, std::io::Error>)));
    typed(StatusCode::OK, "application/x-ndjson", Body::from_stream(lines))
}

/// `GET /v1/chunks/{prefix}/{hash}`.
/// Errors: 404 for a chunk that is not known, or may not be asked for.
async fn chunk(call: &Call, hash: MerkleHash) -> Answer {
    let hub = Arc::clone(&call.hub);
    let shard = blocking(move || hub.cas.ask_chunk(&hash)).await?;
    let shard = shard.ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "Chunk not found"))?;
    typed(StatusCode::OK, "application/octet-stream", shard)
}

/// The plan for a file that the token's repo has, or for the part of it that `part` asks for.
/// Errors: 404, 416.
fn plan(hub: &Hub, holder: &Holder, hash: &MerkleHash, part: impl FnOnce(u64) -> Part) -> Result<Plan, Refusal> {
    let unknown = || Refusal::new(StatusCode::NOT_FOUND, "File not found");
    if !holder.repo.xet.holds(hash)? {
        return Err(unknown());
    }
    let file = hub.cas.file(hash)?.ok_or_else(unknown)?;
    let size = file.file_size();
    let (first, length) = match part(size) {
        Part::Whole => (0, size),
        Part::Range(first, last) => (first, last - first + 1),
        Part::Beyond => {
            return Err(Refusal::new(StatusCode::RANGE_NOT_SATISFIABLE, format!("The file has {size} bytes")));
        }
    };
    Plan::new(&hub.cas, &file.segments, first, length)
}

/// `GET /v1/reconstructions/{hash}`, `GET /v2/reconstructions/{hash}`.
/// Errors: 404 for a file that the token's repo does not have, 416.
async fn reconstruct(call: Call, holder: Holder, hash: MerkleHash, version: Version) -> Answer {
    let answer = blocking(move || {
        let plan = plan(&call.hub, &holder, &hash, |size| range::parse(&call.headers, size))?;
        match version {
            Version::One => plan.answer(&call.hub.cas, &call.hub.store),
            Version::Two => plan.answer_v2(&call.hub.cas, &call.hub.store),
        }
    });
    json_answer(&answer.await?)
}

/// `GET /v1/reconstructions?file_id=…&file_id=…`, or `POST /v1/reconstructions` with a JSON list of hashes.
/// Errors: 400 for what is no hash, 404 for a file that the token's repo does not have, 413.
async fn reconstruct_many(mut call: Call, holder: Holder) -> Answer {
    let texts: Vec<String> = if call.method == axum::http::Method::POST {
        call.json().await?
    } else {
        call.query.iter().filter(|(name, _)| name == "file_id").map(|(_, value)| value.clone()).collect()
    };
    if texts.is_empty() {
        return Err(Refusal::bad_request("Invalid query: expected file_id"));
    }
    if texts.len() > RECONSTRUCTIONS_PER_CALL {
        return Err(Refusal::too_large(format!("at most {RECONSTRUCTIONS_PER_CALL} files per call")));
    }
    let read =
        |text: &String| hash_text::parse(text).ok_or_else(|| Refusal::bad_request(format!("Invalid hash: {text}")));
    let hashes: Vec<MerkleHash> = texts.iter().map(read).collect::<Result<_, _>>()?;
    let hub = call.hub;
    let answer = blocking(move || {
        let one = |hash: MerkleHash| Ok((hash, plan(&hub, &holder, &hash, |_| Part::Whole)?));
        let plans: Vec<(MerkleHash, Plan)> = hashes.into_iter().map(one).collect::<Result<_, Refusal>>()?;
        reconstruction::answer_many(&plans, &hub.cas, &hub.store)
    });
    json_answer(&answer.await?)
}
