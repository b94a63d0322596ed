//! The store's side of the wire, as strict as S3: presigned URLs only, a length for every body, nothing else in between.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use tokio::io::{AsyncReadExt, AsyncSeekExt, SeekFrom};
use tokio_util::io::ReaderStream;

use crate::call::Call;
use crate::cas::content;
use crate::error::Refusal;
use crate::ident::RepoId;
use crate::range::{self, Part};
use crate::repo::{Repo, blocking};
use crate::store::large::{self, Large};
use crate::store::receive::{self, Broken};
use crate::store::sign::BadSignature;
use crate::store::{self, objects, xorb};

/// A refusal in S3's words.
pub struct Denied {
    status: StatusCode,
    code: &'static str,
    message: String,
}

pub fn denied(status: StatusCode, code: &'static str, message: impl Into<String>) -> Denied {
    Denied { status, code, message: message.into() }
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        if refusal.status == StatusCode::NOT_FOUND {
            return denied(refusal.status, "NoSuchBucket", "The specified bucket does not exist");
        }
        let message = "We encountered an internal error. Please try again.";
        denied(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", message)
    }
}

impl From<std::io::Error> for Denied {
    fn from(error: std::io::Error) -> Self {
        Refusal::from(error).into()
    }
}

/// The route's name in the request log.
pub fn route_name(method: &Method, path: &str) -> &'static str {
    match (method, path.starts_with("/uploads/")) {
        (&Method::PUT, true) => "store.part",
        (&Method::PUT, false) => "store.put",
        (&Method::GET, _) if path.starts_with(store::XORBS) => "store.xorb",
        (&Method::GET | &Method::HEAD, _) => "store.get",
        _ => "none",
    }
}

/// Answers a request to the store.
pub async fn answer(call: Call) -> Response<Body> {
    route(call).await.unwrap_or_else(|denied| {
        let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message></Error>",
            denied.code,
            escape(&denied.message)
        );
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = denied.status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        response
    })
}

async fn route(call: Call) -> Result<Response<Body>, Denied> {
    if call.headers.contains_key(header::AUTHORIZATION) {
        let message = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter \
                       or the Authorization header should be specified";
        return Err(denied(StatusCode::BAD_REQUEST, "InvalidArgument", message));
    }
    let upload = call.path.strip_prefix("/uploads/").map(str::to_owned);
    if call.method == Method::GET
        && let Some(hash) = store::parse_xorb_path(&call.path)
    {
        return xorb::get(&call, &hash).await;
    }
    match (call.method.as_str(), upload, store::parse_object_path(&call.path)) {
        ("PUT", Some(id), _) => put_part(call, id).await,
        ("PUT", None, Some((id, oid))) => put_object(call, id, oid).await,
        ("GET" | "HEAD", None, Some((id, oid))) => get_object(&call, &id, &oid).await,
        ("PUT" | "GET" | "HEAD", _, _) => Err(no_access()),
        _ => {
            let message = "The specified method is not allowed against this resource.";
            Err(denied(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message))
        }
    }
}

pub fn no_access() -> Denied {
    denied(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied")
}

/// The repo of a URL that is signed; it may be gone since.
fn find_repo(call: &Call, id: &RepoId) -> Result<Arc<Repo>, Denied> {
    call.hub.repos.get(id).ok_or_else(no_access)
}

pub fn check_signature(call: &Call, length: Option<u64>) -> Result<(), Denied> {
    // A HEAD may use the URL of a GET.
    let method = if call.method == Method::HEAD { "GET" } else { call.method.as_str() };
    let checked = call.hub.store.signer.check(method, &call.path, &call.query, length);
    let checked = if call.is_expired { checked.and(Err(BadSignature::Expired)) } else { checked };
    checked.map_err(|bad| match bad {
        BadSignature::Expired => denied(StatusCode::FORBIDDEN, "AccessDenied", "Request has expired"),
        BadSignature::Altered => denied(
            StatusCode::FORBIDDEN,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
        ),
    })
}

/// Checks all that can be known before the body of an upload is read; gives its length.
fn check_upload(call: &Call) -> Result<u64, Denied> {
    if call.headers.contains_key(header::TRANSFER_ENCODING) {
        let message = "A body comes with its length, not in pieces: send no Transfer-Encoding";
        return Err(denied(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message));
    }
    let Some(length) = call.headers.get(header::CONTENT_LENGTH) else {
        let message = "You must provide the Content-Length HTTP header.";
        return Err(denied(StatusCode::LENGTH_REQUIRED, "MissingContentLength", message));
    };
    let length = length.to_str().ok().and_then(|text| text.parse::<u64>().ok());
    let length = length.ok_or_else(|| denied(StatusCode::BAD_REQUEST, "InvalidArgument", "Invalid Content-Length"))?;
    check_signature(call, Some(length))?;
    if length == 0 {
        let message = "An object has at least one byte";
        return Err(denied(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message));
    }
    Ok(length)
}

fn broken(broken: Broken) -> Denied {
    match broken {
        Broken::Connection | Broken::TooLarge => denied(
            StatusCode::BAD_REQUEST,
            "IncompleteBody",
            "You did not provide the number of bytes specified by the Content-Length HTTP header",
        ),
        Broken::Internal(refusal) => refusal.into(),
    }
}

async fn put_object(mut call: Call, id: RepoId, oid: String) -> Result<Response<Body>, Denied> {
    check_upload(&call)?;
    let repo = find_repo(&call, &id)?;
    let body = call.take_body();
    let hub = call.hub;
    let received = if hub.cas.bench.is_some() {
        receive::receive_unchecked(body, hub.store.incoming(), &oid).await
    } else {
        receive::receive(body, hub.store.incoming()).await
    };
    let received = received.map_err(broken)?;
    if received.sha256 != oid {
        let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
        return Err(denied(StatusCode::BAD_REQUEST, "XAmzContentSHA256Mismatch", message));
    }
    let etag = received.md5.clone();
    blocking(move || receive::keep(received, &repo, hub.cas.bench.as_ref())).await?;
    Ok(stored(&etag))
}

async fn put_part(mut call: Call, id: String) -> Result<Response<Body>, Denied> {
    check_upload(&call)?;
    let gone = || denied(StatusCode::NOT_FOUND, "NoSuchUpload", "The specified multipart upload does not exist.");
    let number = call.param("partNumber").and_then(|text| text.parse::<u64>().ok());
    let number = number.ok_or_else(|| denied(StatusCode::BAD_REQUEST, "InvalidArgument", "Invalid part number"))?;
    call.hub.store.uploads.get(&id)?.ok_or_else(gone)?;
    let body = call.take_body();
    let hub = call.hub;
    let dir = hub.store.uploads.dir(&id);
    let received = if hub.cas.bench.is_some() {
        receive::receive_unchecked(body, &dir, "").await
    } else {
        receive::receive(body, &dir).await
    };
    let received = received.map_err(broken)?;
    let etag = blocking(move || Ok(hub.store.uploads.keep_part(&id, number, received)?)).await?;
    Ok(stored(&etag))
}

fn stored(etag: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{etag}\"")) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

async fn get_object(call: &Call, id: &RepoId, oid: &str) -> Result<Response<Body>, Denied> {
    check_signature(call, None)?;
    let repo = find_repo(call, id)?;
    let (hub, wanted) = (Arc::clone(&call.hub), oid.to_owned());
    let looked = Arc::clone(&repo);
    let found = blocking(move || Ok(large::find(&hub.cas, &looked, &wanted)?)).await?;
    let Some(Large { size, file_hash }) = found else {
        return Err(denied(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist."));
    };
    let (status, first, length) = match range::parse(&call.headers, size) {
        Part::Whole => (StatusCode::OK, 0, size),
        Part::Range(first, last) => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Part::Beyond => {
            return Err(denied(
                StatusCode::RANGE_NOT_SATISFIABLE,
                "InvalidRange",
                "The requested range is not satisfiable",
            ));
        }
    };
    let body = match file_hash {
        // A HEAD wants no bytes to be put together.
        Some(_) if call.method == Method::HEAD => Body::empty(),
        Some(hash) => content::body(&call.hub, hash, first, length).await?,
        None => {
            let mut file = tokio::fs::File::open(objects::path(&repo.dir, oid)).await?;
            file.seek(SeekFrom::Start(first)).await?;
            Body::from_stream(ReaderStream::with_capacity(file.take(length), 1 << 17))
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let mut set = |name: header::HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_LENGTH, &length.to_string());
    set(header::ACCEPT_RANGES, "bytes");
    set(header::ETAG, &format!("\"{oid}\""));
    if status == StatusCode::PARTIAL_CONTENT {
        set(header::CONTENT_RANGE, &format!("bytes {first}-{}/{size}", first + length - 1));
    }
    set(header::CONTENT_TYPE, call.param("response-content-type").unwrap_or("application/octet-stream"));
    if let Some(disposition) = call.param("response-content-disposition") {
        set(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}
