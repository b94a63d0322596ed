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

use crate::auth::Caller;
use crate::body::{EntryEnd, RequestBody, ResponseBody, Spoil};
use crate::call::{Call, set};
use crate::cas;
use crate::cas::route::{CasRoute, NoCasRoute};
use crate::cas::token::Holder;
use crate::cors::{self, Face};
use crate::error::Refusal;
use crate::faults::{Fault, Seen};
use crate::faulty::{self, Dropped};
use crate::hub::Hub;
use crate::limits::DRAIN_MAX;
use crate::oauth;
use crate::pace::Pace;
use crate::rate::{Policy, Standing, Who};
use crate::request_log::{Entry, edit};
use crate::route::{RepoRoute, Route};
use crate::routes::{self, Target};
use crate::store;
use crate::web;
use crate::wire::Link;

/// What a request is aimed at, on either host.
enum Aim {
    /// The browser's question before the request.
    Preflight,
    /// The store.
    Store,
    /// The content-addressed store.
    Cas(Result<CasRoute, NoCasRoute>),
    /// The Hub.
    Hub(Target),
}

impl Aim {
    fn of(hub: &Hub, face: Face, method: &Method, path: &str, headers: &HeaderMap) -> Self {
        match face {
            _ if cors::is_preflight(method, headers) => Self::Preflight,
            Face::Store => Self::Store,
            Face::Cas => Self::Cas(cas::route::parse(method, path)),
            Face::Hub => Self::Hub(routes::find(hub, method, path)),
        }
    }

    fn name(&self, method: &Method, path: &str) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Store => store::http::route_name(method, path),
            Self::Cas(Ok(route)) => route.name(),
            Self::Cas(Err(none)) => none.name,
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
    link: Link,
    method: Method,
    path: String,
    headers: HeaderMap,
    /// The id that the answer will bear.
    id: String,
    entry: Option<Arc<Mutex<Entry>>>,
}

/// Answers a request.
pub async fn serve(
    hub: Arc<Hub>,
    face: Face,
    link: Link,
    request: Request<Incoming>,
) -> Result<Response<ResponseBody>, Dropped> {
    let (parts, incoming) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let aim = Aim::of(&hub, face, &parts.method, &path, &parts.headers);
    let id = Uuid::new_v4().to_string();
    let entry = (!aim.is_hidden()).then(|| hub.log.start(&id, face.name(), &parts.method, &parts.uri, &parts.headers));
    let exchange = Exchange { hub, face, link, method: parts.method, path, headers: parts.headers, id, entry };
    let end = EntryEnd::new(exchange.entry.clone().map(|entry| (entry, Arc::clone(&exchange.hub.log))));
    let route = aim.name(&exchange.method, &exchange.path);
    let fault = exchange.note(&aim, route);
    let (upload, spoil) = exchange.lines(&fault);

    let flip = match fault {
        Fault::FlipRequest { at } => Some(at),
        _ => None,
    };
    let (body, mut rest) = RequestBody::new(incoming, exchange.entry.clone(), upload, flip);
    let mut body = Body::new(body);
    if exchange.entry.is_some() {
        tokio::time::sleep(exchange.hub.network.latency()).await;
    }
    if let Some(instead) = faulty::before(&fault, &mut body).await? {
        return Ok(exchange.finish(instead, spoil, end));
    }
    let response = exchange.work(aim, route, &fault, query, body).await;
    // A client that is still sending would miss an answer that comes with the end of the connection.
    if let Ok(rest) = rest.try_recv() {
        drain(rest).await;
    }
    let response = faulty::after(&fault, response).await?;
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
        if taken.reset {
            self.link.reset_at_end();
        }
        let mut entry = edit(entry);
        entry.route = route;
        if let Aim::Hub(Target::Route(Route::Repo(id, _))) = aim {
            entry.repo = Some(id.url_path());
        }
        entry.fault = taken.id;
        taken.fault
    }

    /// How the bytes of the request come and those of the answer go: the lines in front of the request's body, and all about the answer's.
    fn lines(&self, fault: &Fault) -> (Vec<Arc<Pace>>, Spoil) {
        if self.entry.is_none() {
            return (Vec::new(), Spoil::default());
        }
        let mut upload = Vec::from_iter(self.hub.network.upload());
        let mut spoil = Spoil { paces: Vec::from_iter(self.hub.network.download()), ..Spoil::default() };
        match fault {
            Fault::DripRequest { bytes_per_second } => upload.push(Pace::new(*bytes_per_second)),
            Fault::Drip { bytes_per_second } => spoil.paces.push(Pace::new(*bytes_per_second)),
            Fault::CutAnswer { after_bytes } => spoil.cut_after = Some(*after_bytes),
            Fault::FlipAnswer { at } => spoil.flip = Some(*at),
            _ => {}
        }
        (upload, spoil)
    }

    /// Does what is asked.
    async fn work(
        &self,
        aim: Aim,
        route: &'static str,
        fault: &Fault,
        query: Vec<(String, String)>,
        body: Body,
    ) -> Response<Body> {
        let call = Call {
            hub: Arc::clone(&self.hub),
            method: self.method.clone(),
            path: self.path.clone(),
            query,
            headers: self.headers.clone(),
            body: SyncWrapper::new(body),
            caller: None,
            is_expired: *fault == Fault::Expired,
        };
        let mut standing = None;
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
            Aim::Cas(Ok(route)) => {
                let holder = self.holder(call.is_expired);
                cas::http::answer(call, route, holder).await
            }
            Aim::Cas(Err(none)) => Err(none.refusal()),
            Aim::Hub(Target::Nothing(refusal)) => Err(refusal),
            Aim::Hub(Target::Page(file)) => web::page::answer(&self.hub, &self.headers, file).await,
            // The control API has a token of its own.
            Aim::Hub(Target::Route(route)) if is_hidden => routes::answer(call, route).await,
            Aim::Hub(Target::Route(target)) => {
                let caller = self.caller(takes_basic(&target));
                standing = Policy::of(route).and_then(|policy| {
                    let who = match &caller {
                        Ok(Some(caller)) => Who::User(caller.name.clone()),
                        _ => Who::Address(self.link.peer),
                    };
                    self.hub.rates.request(policy, who)
                });
                match standing.as_ref().and_then(Standing::refusal) {
                    Some(refusal) => Err(refusal),
                    None => self.routed(call, target, fault, caller).await,
                }
            }
        };
        let mut response = answer.unwrap_or_else(|refusal| {
            // What went wrong inside goes to the log of the process.
            if let (true, Some(cause)) = (self.hub.config.log, &refusal.cause) {
                eprintln!("internal error: {cause}");
            }
            refusal.into_response()
        });
        if let Some(standing) = standing {
            standing.show(&mut response);
        }
        response
    }

    /// Who calls, noted in the log.
    fn caller(&self, basic: bool) -> Result<Option<Caller>, Refusal> {
        let caller =
            self.hub.accounts.caller(&self.headers, basic, |token| self.hub.oauth.caller(token, &self.hub.accounts))?;
        if let (Some(entry), Some(caller)) = (&self.entry, &caller) {
            edit(entry).user = Some(caller.name.clone());
        }
        Ok(caller)
    }

    /// Who shows a token of the content-addressed store, noted in the log.
    fn holder(&self, is_expired: bool) -> Result<Holder, Refusal> {
        let holder = self.hub.cas.tokens.holder(&self.headers, &self.hub.repos, is_expired)?;
        if let Some(entry) = &self.entry {
            let mut entry = edit(entry);
            entry.user = holder.user.clone();
            entry.repo = Some(holder.repo.id.url_path());
        }
        Ok(holder)
    }

    async fn routed(
        &self,
        mut call: Call,
        target: Route,
        fault: &Fault,
        caller: Result<Option<Caller>, Refusal>,
    ) -> Result<Response<Body>, Refusal> {
        call.caller = caller?;
        if let Route::Repo(id, route) = &target {
            routes::foreign::commit(&self.hub, id, route, fault).await?;
        }
        routes::answer(call, target).await
    }

    /// Whether pages of other origins are kept out.
    fn is_closed(&self) -> bool {
        self.face == Face::Hub && (self.path.starts_with("/_control/") || oauth::route::is_for_people(&self.path))
    }

    /// Adds what every answer has.
    fn finish(&self, mut response: Response<Body>, spoil: Spoil, end: EntryEnd) -> Response<ResponseBody> {
        let id_header = match self.face {
            Face::Hub | Face::Cas => "x-request-id",
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
            return response.map(|_| ResponseBody::new(Body::empty(), Some(0), Spoil::default(), end));
        }
        let declared =
            response.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        response.map(|body| ResponseBody::new(body, declared.or(length), spoil, end))
    }
}

/// Whether a token may come as a password: git and git-lfs know no other way.
fn takes_basic(target: &Route) -> bool {
    let Route::Repo(_, route) = target else { return false };
    matches!(
        route,
        RepoRoute::GitRefs
            | RepoRoute::GitUploadPack
            | RepoRoute::GitReceivePack
            | RepoRoute::LfsBatch
            | RepoRoute::LfsVerify
    )
}

/// Reads what a client still sends, within bounds.
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
