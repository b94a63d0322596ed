//! How a fault is carried out: an answer instead of the work, a connection that ends, an answer that is not what was made.
//!
//! `serve` calls [`before`] and [`after`] around the work; what happens to single bytes on their way is in `body`.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};

use crate::error::Refusal;
use crate::faults::Fault;

/// The largest answer that a fault takes apart.
/// Units: bytes.
const WHOLE_MAX: usize = 64 * 1024 * 1024;

/// Headers that tell a digest of the content.
const ETAGS: [&str; 2] = ["etag", "x-linked-etag"];

/// The connection must be dropped without (the rest of) an answer.
#[derive(Debug)]
pub struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("dropped by a fault rule")
    }
}

impl std::error::Error for Dropped {}

/// What a fault does before the work: nothing, an answer instead of it, or the end of the connection.
pub async fn before(fault: &Fault, body: &mut Body) -> Result<Option<Response<Body>>, Dropped> {
    match fault {
        Fault::Status { status, headers, body: text } => {
            read(body, u64::MAX).await;
            Ok(Some(status_answer(*status, headers, text.as_deref())))
        }
        Fault::Html { status } => {
            read(body, u64::MAX).await;
            let page = "<!DOCTYPE html>\n<html><head><title>Just a moment</title></head><body><h1>Just a moment</h1></body></html>\n";
            let mut response = Response::new(Body::from(page));
            *response.status_mut() =
                status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            Ok(Some(response))
        }
        Fault::Delay { ms } => {
            tokio::time::sleep(Duration::from_millis(*ms)).await;
            Ok(None)
        }
        Fault::CutRequest { after_bytes } => {
            read(body, *after_bytes).await;
            Err(Dropped)
        }
        Fault::Drop => {
            read(body, u64::MAX).await;
            Err(Dropped)
        }
        Fault::Stall => {
            // Nobody else would notice that the client has left in the middle of its body.
            if read(body, u64::MAX).await { std::future::pending().await } else { Err(Dropped) }
        }
        _ => Ok(None),
    }
}

fn status_answer(status: u16, headers: &[(String, String)], text: Option<&str>) -> Response<Body> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match text {
        Some(text) => Response::new(Body::from(text.to_owned())),
        None => Refusal::new(status, status.canonical_reason().unwrap_or("Error")).into_response(),
    };
    *response.status_mut() = status;
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (name.parse::<header::HeaderName>(), HeaderValue::from_str(value)) {
            response.headers_mut().append(name, value);
        }
    }
    if text.is_some() && !response.headers().contains_key(header::CONTENT_TYPE) {
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    }
    response
}

/// What a fault does after the work, to the answer as a whole.
pub async fn after(fault: &Fault, mut response: Response<Body>) -> Result<Response<Body>, Dropped> {
    match fault {
        Fault::DropAnswer => Err(Dropped),
        Fault::StallAnswer => std::future::pending().await,
        Fault::AnswerHeaders { headers } => {
            for (name, value) in headers {
                let Ok(name) = name.parse::<header::HeaderName>() else { continue };
                match value.as_deref().map(HeaderValue::from_str) {
                    None => {
                        response.headers_mut().remove(name);
                    }
                    Some(Ok(value)) => {
                        response.headers_mut().insert(name, value);
                    }
                    Some(Err(_)) => {}
                }
            }
            Ok(response)
        }
        Fault::WrongEtag => {
            for name in ETAGS {
                let wrong = response.headers().get(name).and_then(|value| {
                    let text: String = value.to_str().ok()?.chars().map(other_digit).collect();
                    HeaderValue::from_str(&text).ok()
                });
                if let Some(wrong) = wrong {
                    response.headers_mut().insert(name, wrong);
                }
            }
            Ok(response)
        }
        Fault::HalfAnswer { after_bytes } => {
            let (mut parts, body) = response.into_parts();
            let whole = Limited::new(body, WHOLE_MAX).collect().await.map_err(|_| Dropped)?.to_bytes();
            let end = after_bytes.map_or(whole.len() / 2, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
            parts.headers.remove(header::CONTENT_LENGTH);
            Ok(Response::from_parts(parts, Body::from(whole.slice(..end.min(whole.len())))))
        }
        _ => Ok(response),
    }
}

/// Another hex digit for each hex digit.
fn other_digit(c: char) -> char {
    match c.to_digit(16) {
        Some(digit) => char::from_digit(15 - digit, 16).unwrap_or(c),
        None => c,
    }
}

/// Reads a body until it ends or so many bytes have come; whether it was not cut before.
async fn read(body: &mut Body, limit: u64) -> bool {
    let mut seen = 0;
    while seen < limit {
        match body.frame().await {
            Some(Ok(frame)) => seen += frame.data_ref().map_or(0, |data| data.len() as u64),
            Some(Err(_)) => return false,
            None => return true,
        }
    }
    true
}
