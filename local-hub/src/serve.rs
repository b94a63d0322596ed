//! The way of every request: log, fault, caller, route, answer.
//!
//! [`serve`] either answers or says that the connection must be dropped; the connection loop does that by failing.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use sync_wrapper::SyncWrapper;
use uuid::Uuid;

use crate::body::{EntryEnd, RequestBody, ResponseBody, Spoil};
use crate::call::{Call, set};
use crate::cors::{self, Face};
use crate::error::Refusal;
use crate::faults::{Fault, Seen};
use crate::hub::Hub;
use crate::limits::DRAIN_MAX;
use crate::request_log::{Entry, edit};
use crate::route::Route;
use crate::routes::{self, Target};
use crate::store;
use crate::web;

/// The connection must be dropped without (the rest of) an answer.
#[derive(Debug)]
pub struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("dropped by a fault rule")
    }
}

impl std::error::Error for Dropped {}

/// What a request is aimed at, on either host.
enum Aim {
    /// The browser's question before the request.
    Preflight,
    /// The store.
    Store,
    /// The Hub.
    Hub(Target),
}

impl Aim {
    fn of(hub: &Hub, face: Face, method: &Method, path: &str, headers: &HeaderMap) -> Self {
        match face {
            _ if cors::is_preflight(method, headers) => Self::Preflight,
            Face::Store => Self::Store,
            Face::Hub => Self::Hub(routes::find(hub, method, path)),
        }
    }

    fn name(&self, method: &Method, path: &str) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Store => store::http::route_name(method, path),
            Self::Hub(target) => target.name(),
        }
    }

    /// Whether it stays out of the log and is spared by faults.
    fn is_hidden(&self) -> bool {
        matches!(self, Self::Hub(Target::Route(Route::Control(_) | Route::Health)))
    }
}

/// What stays the same from the request to its answer.
struct Exchange {
    hub: Arc<Hub>,
    face: Face,
    method: Method,
    path: String,
    headers: HeaderMap,
    /// The id that the answer will bear.
    id: String,
    entry: Option<Arc<Mutex<Entry>>>,
}

/// Answers a request.
pub async fn serve(hub: Arc<Hub>, face: Face, request: Request<Incoming>) -> Result<Response<ResponseBody>, Dropped> {
    let (parts, incoming) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let aim = Aim::of(&hub, face, &parts.method, &path, &parts.headers);
    let id = Uuid::new_v4().to_string();
    let entry = (!aim.is_hidden()).then(|| hub.log.start(&id, face.name(), &parts.method, &parts.uri, &parts.headers));
    let exchange = Exchange { hub, face, method: parts.method, path, headers: parts.headers, id, entry };
    let end = EntryEnd::new(exchange.entry.clone().map(|entry| (entry, Arc::clone(&exchange.hub.log))));
    let route = aim.name(&exchange.method, &exchange.path);
    let fault = exchange.note(&aim, route);

    let (body, mut rest) = RequestBody::new(incoming, exchange.entry.clone());
    let mut body = Body::new(body);
    if let Some(instead) = before(&fault, &mut body).await? {
        return Ok(exchange.finish(instead, None, end));
    }
    let response = exchange.work(aim, query, body).await;
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
    if exchange.hub.config.log && exchange.entry.is_some() {
        let status = response.status().as_u16();
        eprintln!("{} {} {} {route} {status}", face.name(), exchange.method, exchange.path);
    }
    Ok(exchange.finish(response, spoil, end))
}

impl Exchange {
    /// Names the route in the log, and asks the rules for a fault.
    fn note(&self, aim: &Aim, route: &'static str) -> Fault {
        let Some(entry) = &self.entry else { return Fault::None };
        let seen = Seen { face: self.face.name(), route, method: self.method.as_str(), path: &self.path };
        let taken = self.hub.faults.take(seen);
        let mut entry = edit(entry);
        entry.route = route;
        if let Aim::Hub(Target::Route(Route::Repo(id, _))) = aim {
            entry.repo = Some(id.url_path());
        }
        entry.fault = taken.as_ref().map(|(id, _)| *id);
        taken.map_or(Fault::None, |(_, fault)| fault)
    }

    /// Does what is asked.
    async fn work(&self, aim: Aim, query: Vec<(String, String)>, body: Body) -> Response<Body> {
        let mut call = Call {
            hub: Arc::clone(&self.hub),
            method: self.method.clone(),
            path: self.path.clone(),
            query,
            headers: self.headers.clone(),
            body: SyncWrapper::new(body),
            caller: None,
        };
        let is_hidden = aim.is_hidden();
        let answer = match aim {
            Aim::Preflight => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::NO_CONTENT;
                if !self.is_closed() {
                    cors::preflight(self.face, &self.headers, response.headers_mut());
                }
                Ok(response)
            }
            Aim::Store => Ok(store::http::answer(call).await),
            Aim::Hub(Target::Nothing(refusal)) => Err(refusal),
            Aim::Hub(Target::Page(file)) => web::page::answer(&self.hub, &self.headers, file).await,
            // The control API has a token of its own.
            Aim::Hub(Target::Route(route)) if is_hidden => routes::answer(call, route).await,
            Aim::Hub(Target::Route(route)) => match self.hub.accounts.caller(&self.headers) {
                Ok(caller) => {
                    if let (Some(entry), Some(caller)) = (&self.entry, &caller) {
                        edit(entry).user = Some(caller.name.clone());
                    }
                    call.caller = caller;
                    routes::answer(call, route).await
                }
                Err(refusal) => Err(refusal),
            },
        };
        answer.unwrap_or_else(|refusal| {
            // What went wrong inside goes to the log of the process.
            if let (true, Some(cause)) = (self.hub.config.log, &refusal.cause) {
                eprintln!("internal error: {cause}");
            }
            refusal.into_response()
        })
    }

    /// Whether pages of other origins are kept out.
    fn is_closed(&self) -> bool {
        self.face == Face::Hub && self.path.starts_with("/_control/")
    }

    /// Adds what every answer has.
    fn finish(&self, mut response: Response<Body>, spoil: Option<Spoil>, end: EntryEnd) -> Response<ResponseBody> {
        let id_header = match self.face {
            Face::Hub => "x-request-id",
            Face::Store => "x-amz-request-id",
        };
        set(&mut response, id_header, &self.id);
        if !self.is_closed() && !cors::is_preflight(&self.method, &self.headers) {
            cors::answer(self.face, &self.headers, response.headers_mut());
        }
        end.edit(|entry| entry.status = Some(response.status().as_u16()));
        let length = response.body().size_hint().exact();
        if self.method == Method::HEAD {
            // The head of the GET, without its body.
            if let Some(length) = length
                && !response.headers().contains_key(header::CONTENT_LENGTH)
            {
                response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
            }
            return response.map(|_| ResponseBody::new(Body::empty(), Some(0), None, end));
        }
        let declared =
            response.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        response.map(|body| ResponseBody::new(body, declared.or(length), spoil, end))
    }
}

/// What a fault does before the work: nothing, an answer instead of it, or the end of the connection.
async fn before(fault: &Fault, body: &mut Body) -> Result<Option<Response<Body>>, Dropped> {
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
