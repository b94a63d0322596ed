//! The way of every request: log, fault, caller, route, answer.
//!
//! [`serve`] either answers or says that the connection must be dropped; the connection loop does that by failing.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use sync_wrapper::SyncWrapper;
use uuid::Uuid;

use crate::body::{EntryEnd, RequestBody, ResponseBody, Spoil};
use crate::call::Call;
use crate::cors::{self, Face};
use crate::error::Refusal;
use crate::faults::{Fault, Seen};
use crate::hub::Hub;
use crate::limits::DRAIN_MAX;
use crate::request_log::edit;
use crate::route::Route;
use crate::routes::{self, Target};
use crate::store;

/// The connection must be dropped without (the rest of) an answer.
#[derive(Debug)]
pub struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("dropped by a fault rule")
    }
}

impl std::error::Error for Dropped {}

/// Answers a request.
pub async fn serve(hub: Arc<Hub>, face: Face, request: Request<Incoming>) -> Result<Response<ResponseBody>, Dropped> {
    let request_id = Uuid::new_v4().to_string();
    let (parts, incoming) = request.into_parts();
    let method = parts.method;
    let headers = parts.headers;
    let path = parts.uri.path().to_owned();
    let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();

    let is_preflight = cors::is_preflight(&method, &headers);
    let target = match face {
        Face::Hub if !is_preflight => Some(routes::find(&hub, &method, &path)),
        _ => None,
    };
    let hidden = matches!(&target, Some(Target::Route(Route::Control(_) | Route::Health)));
    let entry = (!hidden).then(|| hub.log.start(&request_id, face.name(), &method, &parts.uri, &headers));
    let end = EntryEnd::new(entry.clone().map(|entry| (entry, Arc::clone(&hub.log))));
    let route = match &target {
        _ if is_preflight => "preflight",
        Some(target) => target.name(),
        None => store::http::route_name(&method, &path),
    };
    let mut fault = Fault::None;
    if let Some(entry) = &entry {
        let seen = Seen { face: face.name(), route, method: method.as_str(), path: &path };
        let taken = hub.faults.take(seen);
        let mut entry = edit(entry);
        entry.route = route;
        if let Some(Target::Route(Route::Repo(id, _))) = &target {
            entry.repo = Some(id.url_path());
        }
        if let Some((id, taken)) = taken {
            entry.fault = Some(id);
            fault = taken;
        }
    }

    let (body, mut rest) = RequestBody::new(incoming, entry.clone());
    let mut body = Body::new(body);
    if let Some(instead) = before(&fault, &mut body, &end).await? {
        return Ok(finish(face, &method, &headers, &request_id, instead, None, end));
    }

    let response = if is_preflight {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        cors::preflight(face, &headers, response.headers_mut());
        response
    } else {
        let mut call = Call {
            hub: Arc::clone(&hub),
            method: method.clone(),
            path,
            query,
            headers: headers.clone(),
            body: SyncWrapper::new(body),
            caller: None,
        };
        match target {
            None => store::http::answer(call).await,
            Some(Target::Nothing(refusal)) => refusal.into_response(),
            Some(Target::Page(file)) => {
                crate::web::page::answer(&hub, file).await.unwrap_or_else(|refusal| told(&hub, refusal))
            }
            Some(Target::Route(route)) => {
                let answer = match hub.accounts.caller(&headers) {
                    // The control API has a token of its own.
                    _ if hidden => routes::answer(call, route).await,
                    Ok(caller) => {
                        if let (Some(entry), Some(caller)) = (&entry, &caller) {
                            edit(entry).user = Some(caller.name.clone());
                        }
                        call.caller = caller;
                        routes::answer(call, route).await
                    }
                    Err(refusal) => Err(refusal),
                };
                answer.unwrap_or_else(|refusal| told(&hub, refusal))
            }
        }
    };
    // A client that is still sending would miss an answer that comes with the end of the connection.
    if let Ok(rest) = rest.try_recv() {
        drain(rest).await;
    }
    let spoil = match fault {
        Fault::DropAnswer => return Err(Dropped),
        Fault::StallAnswer => std::future::pending().await,
        Fault::CutAnswer { after_bytes } => Some(Spoil::CutAfter(after_bytes)),
        Fault::Drip { bytes_per_second } => Some(Spoil::Drip(bytes_per_second)),
        _ => None,
    };
    if hub.config.log && !hidden {
        eprintln!("{} {method} {} {route} {}", face.name(), parts.uri.path(), response.status().as_u16());
    }
    Ok(finish(face, &method, &headers, &request_id, response, spoil, end))
}

/// What a fault does before the work: nothing, an answer instead of it, or the end of the connection.
async fn before(fault: &Fault, body: &mut Body, end: &EntryEnd) -> Result<Option<Response<Body>>, Dropped> {
    match fault {
        Fault::Status { status, headers, body: text } => {
            read(body, u64::MAX).await;
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = match text {
                Some(text) => Response::new(Body::from(text.clone())),
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
            Ok(Some(response))
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
            read(body, u64::MAX).await;
            end.edit(|entry| entry.status = None);
            std::future::pending().await
        }
        Fault::None | Fault::DropAnswer | Fault::StallAnswer | Fault::CutAnswer { .. } | Fault::Drip { .. } => Ok(None),
    }
}

/// Reads a body until it ends or so many bytes have come.
async fn read(body: &mut Body, limit: u64) {
    let mut seen = 0;
    while seen < limit {
        match body.frame().await {
            Some(Ok(frame)) => seen += frame.data_ref().map_or(0, |data| data.len() as u64),
            _ => return,
        }
    }
}

async fn drain(mut rest: Incoming) {
    let reading = async {
        let mut seen = 0;
        while seen < DRAIN_MAX
            && let Some(Ok(frame)) = rest.frame().await
        {
            seen += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
    };
    // A client that stops sending keeps its answer no longer than this.
    let _ = tokio::time::timeout(Duration::from_secs(10), reading).await;
}

/// A refusal as an answer; what went wrong inside goes to the log of the process.
fn told(hub: &Hub, refusal: Refusal) -> Response<Body> {
    if let (true, Some(cause)) = (hub.config.log, &refusal.cause) {
        eprintln!("internal error: {cause}");
    }
    refusal.into_response()
}

/// Adds what every answer has.
fn finish(
    face: Face,
    method: &Method,
    request: &axum::http::HeaderMap,
    request_id: &str,
    mut response: Response<Body>,
    spoil: Option<Spoil>,
    end: EntryEnd,
) -> Response<ResponseBody> {
    let id = HeaderValue::from_str(request_id).unwrap_or_else(|_| HeaderValue::from_static("-"));
    let id_header = match face {
        Face::Hub => "x-request-id",
        Face::Store => "x-amz-request-id",
    };
    response.headers_mut().insert(id_header, id);
    if !cors::is_preflight(method, request) {
        cors::answer(face, request, response.headers_mut());
    }
    let length = response.body().size_hint().exact();
    if method == Method::HEAD {
        // The head of the GET, without its body.
        if let Some(length) = length
            && !response.headers().contains_key(header::CONTENT_LENGTH)
        {
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        *response.body_mut() = Body::empty();
        end.edit(|entry| entry.status = Some(response.status().as_u16()));
        return response.map(|body| ResponseBody::new(body, Some(0), None, end));
    }
    let declared = response.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    end.edit(|entry| entry.status = Some(response.status().as_u16()));
    response.map(|body| ResponseBody::new(body, declared.or(length), spoil, end))
}
