//! Git over smart HTTP, for reading: `git clone` and `git fetch`, whole or shallow, in the protocol's versions 0 to 2.
//!
//! The work is done by the system's `git upload-pack`, one process for each request, few at a time, killed when the client goes. It gets a
//! clean environment, and nothing that it complains about leaves this machine. Large files come as their pointers; git-lfs fetches
//! them by the batch call.

use std::io::Read;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use bytes::Bytes;
use flate2::read::GzDecoder;
use futures_util::{Stream, StreamExt, stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::io::ReaderStream;

use crate::call::{Answer, Call, set, typed};
use crate::error::Refusal;
use crate::ident::RepoId;
use crate::limits::{GIT_REQUEST_MAX, GIT_WAIT};
use crate::repo::blocking;

/// `GET {p}{id}.git/info/refs?service=git-upload-pack`: what there is to fetch.
/// Errors: 401, 403, 404 in text, which git shows its user; 403 for a push and for the old protocol without a service.
pub async fn refs(call: Call, id: RepoId) -> Answer {
    shown(advertise(&call, &id).await)
}

async fn advertise(call: &Call, id: &RepoId) -> Answer {
    match call.param("service") {
        Some("git-upload-pack") => {}
        Some("git-receive-pack") => return Err(no_push()),
        _ => return Err(Refusal::forbidden("This Hub speaks git's smart protocol only")),
    }
    let repo = call.repo_to_read(id)?;
    let permit = permit(call).await?;
    let mut child = start(call, &repo.dir, true)?;
    let mut advertised = Vec::new();
    // Version 2 begins at once; before it, a line names the service.
    if !protocol(call).is_some_and(|text| text.split(':').any(|word| word == "version=2")) {
        advertised.extend_from_slice(b"001e# service=git-upload-pack\n0000");
    }
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_end(&mut advertised).await?;
    }
    let status = child.wait().await?;
    drop(permit);
    if !status.success() {
        return Err(Refusal::internal(format!("git upload-pack: {status}")));
    }
    let mut response = typed(StatusCode::OK, "application/x-git-upload-pack-advertisement", advertised)?;
    set(&mut response, "cache-control", "no-cache");
    Ok(response)
}

/// `POST {p}{id}.git/git-upload-pack`: a fetch.
/// Errors: those of [`refs`]; 400 for a body that cannot be read, 413, 415.
pub async fn upload_pack(mut call: Call, id: RepoId) -> Answer {
    shown(fetch(&mut call, &id).await)
}

async fn fetch(call: &mut Call, id: &RepoId) -> Answer {
    let repo = call.repo_to_read(id)?;
    if call.content_type() != "application/x-git-upload-pack-request" {
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Expected application/x-git-upload-pack-request"));
    }
    let encoding = call.headers.get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = call.bytes(GIT_REQUEST_MAX).await?;
    let body = match encoding.as_deref() {
        None | Some("identity") => body,
        Some("gzip" | "x-gzip") => blocking(move || unzip(&body)).await?,
        Some(other) => {
            let message = format!("Unsupported Content-Encoding: {other}");
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
    };
    let permit = permit(call).await?;
    let mut child = start(call, &repo.dir, false)?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Refusal::internal("git without its streams"));
    };
    // Git may begin to answer before it has read all.
    tokio::spawn(async move {
        // It ends early when it has read enough, or was killed.
        let _ = stdin.write_all(&body).await;
    });
    let body = Body::from_stream(output(child, ReaderStream::with_capacity(stdout, 1 << 16), permit));
    let mut response = Response::new(body);
    set(&mut response, "content-type", "application/x-git-upload-pack-result");
    set(&mut response, "cache-control", "no-cache");
    Ok(response)
}

/// `POST {p}{id}.git/git-receive-pack`.
/// Errors: 403.
pub fn receive_pack() -> Answer {
    shown(Err(no_push()))
}

fn no_push() -> Refusal {
    Refusal::forbidden("This Hub takes no git push. Push with hubferry, or with `hf upload`.")
}

/// The process and its place, as long as its answer is being sent.
type Running = (Child, ReaderStream<tokio::process::ChildStdout>, OwnedSemaphorePermit);

/// What the process writes; an error at the end when it failed. Dropped before, it kills the process.
fn output(
    child: Child,
    stdout: ReaderStream<tokio::process::ChildStdout>,
    permit: OwnedSemaphorePermit,
) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    stream::unfold(Some((child, stdout, permit)), |running: Option<Running>| async {
        let (mut child, mut stdout, permit) = running?;
        match stdout.next().await {
            Some(Ok(bytes)) => Some((Ok(bytes), Some((child, stdout, permit)))),
            Some(Err(error)) => Some((Err(error), None)),
            None => match child.wait().await {
                Ok(status) if status.success() => None,
                Ok(status) => Some((Err(std::io::Error::other(format!("git upload-pack: {status}"))), None)),
                Err(error) => Some((Err(error), None)),
            },
        }
    })
}

/// A place among the few processes.
/// Errors: 503 when none becomes free.
async fn permit(call: &Call) -> Result<OwnedSemaphorePermit, Refusal> {
    let waiting = std::sync::Arc::clone(&call.hub.git_processes).acquire_owned();
    match tokio::time::timeout(Duration::from_secs(GIT_WAIT), waiting).await {
        Ok(Ok(permit)) => Ok(permit),
        _ => {
            let mut refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "Too many fetches at once. Please retry.");
            refusal.retry_after = Some(GIT_WAIT);
            Err(refusal)
        }
    }
}

/// Starts `git upload-pack` on a repo.
/// Errors: 501 when there is no git.
fn start(call: &Call, repo: &Path, advertise: bool) -> Result<Child, Refusal> {
    let mut command = Command::new("git");
    command.env_clear();
    for name in ["PATH", "SystemRoot"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.env("LC_ALL", "C").env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    if let Some(protocol) = protocol(call) {
        command.env("GIT_PROTOCOL", protocol);
    }
    for setting in ["safe.directory=*", "uploadpack.allowFilter=true", "uploadpack.allowAnySHA1InWant=true"] {
        command.args(["-c", setting]);
    }
    command.args(["upload-pack", "--strict", "--stateless-rpc"]);
    if advertise {
        command.arg("--advertise-refs").stdin(Stdio::null());
    } else {
        command.stdin(Stdio::piped());
    }
    command.arg(repo).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Refusal::new(StatusCode::NOT_IMPLEMENTED, "This Hub has no git program, which git clone needs")
        }
        _ => error.into(),
    })
}

/// The protocol that the client asks for, when it is one that can be passed on.
fn protocol(call: &Call) -> Option<&str> {
    let text = call.headers.get("git-protocol")?.to_str().ok()?;
    let is_plain = text.len() <= 100 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"=:.-".contains(&b));
    is_plain.then_some(text)
}

fn unzip(body: &[u8]) -> Result<Bytes, Refusal> {
    let mut plain = Vec::new();
    let read = GzDecoder::new(body).take(GIT_REQUEST_MAX as u64 + 1).read_to_end(&mut plain);
    match read {
        Err(_) => Err(Refusal::bad_request("The request body is no gzip")),
        Ok(read) if read > GIT_REQUEST_MAX => Err(Refusal::too_large("request entity too large")),
        Ok(_) => Ok(plain.into()),
    }
}

/// A refusal in the form that git understands: plain text, and the question for a password where one would help.
fn shown(answer: Answer) -> Answer {
    let refusal = match answer {
        Ok(response) => return Ok(response),
        // Its cause goes to the log.
        Err(refusal) if refusal.cause.is_some() => return Err(refusal),
        Err(refusal) => refusal,
    };
    let text = format!("{}\n", refusal.message);
    let is_login = refusal.status == StatusCode::UNAUTHORIZED;
    let mut response = refusal.into_response();
    response.headers_mut().remove(header::CONTENT_LENGTH);
    set(&mut response, "content-type", "text/plain; charset=utf-8");
    if is_login {
        set(&mut response, "www-authenticate", "Basic realm=\"Hub: user name and token\"");
    }
    Ok(response.map(|_| Body::from(text)))
}
