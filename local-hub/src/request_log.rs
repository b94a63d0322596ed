//! What has been asked, in order: for tests that count requests, look at concurrency or prove that a token stayed at home.
//!
//! An entry never holds a token, a cookie or a signature: header names are kept, and the values of a few harmless headers. The list keeps
//! the last [`KEPT`] requests; calls to the control API and health checks are not in it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::http::{HeaderMap, Method, Uri, header};
use serde::Serialize;

/// How many requests are kept.
pub const KEPT: usize = 200_000;

/// Headers whose values are kept.
const SHOWN: &[&str] = &[
    "accept",
    "access-control-request-headers",
    "access-control-request-method",
    "content-length",
    "content-type",
    "expect",
    "origin",
    "range",
    "referer",
    "transfer-encoding",
    "user-agent",
    "x-request-id",
    "x-xet-session-id",
];

/// One request.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Position in the order of arrival, from 1; goes on when the list is cleared.
    pub seq: u64,
    /// The `X-Request-Id` of the answer.
    pub id: String,
    /// `hub`, `store` or `cas`.
    pub face: &'static str,
    /// The method.
    pub method: String,
    /// The `Host` header.
    pub host: String,
    /// The path, as sent.
    pub path: String,
    /// The query, as sent; the values of signatures are replaced by dots.
    pub query: String,
    /// The route's name; `preflight` for CORS preflights, `page` for the page's files, `none` when the URL means nothing.
    pub route: &'static str,
    /// The repo, as in page URLs, where the request is about one.
    pub repo: Option<String>,
    /// The answer's status; none when there was no answer.
    pub status: Option<u16>,
    /// How many requests were going on when this one came, itself included.
    pub concurrent: u32,
    /// Bytes of the request's body that came.
    pub request_bytes: u64,
    /// Bytes of the answer's body that went out.
    pub response_bytes: u64,
    /// Milliseconds since 1970 when the head of the request had come.
    pub started_at: f64,
    /// Milliseconds since 1970 when the answer was sent or the connection dropped; none as long as it goes on.
    pub ended_at: Option<f64>,
    /// The scheme of `Authorization`, in lower case; none when there was no such header.
    pub authorization: Option<String>,
    /// The name of the user, when the token is one of ours.
    pub user: Option<String>,
    /// The names of all request headers.
    pub header_names: Vec<String>,
    /// The values of harmless ones.
    pub headers: serde_json::Map<String, serde_json::Value>,
    /// The id of the fault rule that was applied.
    pub fault: Option<u64>,
    /// Whether the connection was dropped by a fault before the whole answer was out, or by the client.
    pub cut: bool,
}

/// The list.
pub struct RequestLog {
    entries: Mutex<VecDeque<Arc<Mutex<Entry>>>>,
    next: AtomicU64,
    going_on: AtomicU32,
    /// Wall time of `origin`, so that times never go back.
    wall: f64,
    origin: Instant,
}

impl Default for RequestLog {
    fn default() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64() * 1000.0);
        Self {
            entries: Mutex::default(),
            next: AtomicU64::new(1),
            going_on: AtomicU32::new(0),
            wall,
            origin: Instant::now(),
        }
    }
}

impl RequestLog {
    /// Notes that a request has come.
    pub fn start(
        &self,
        id: &str,
        face: &'static str,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Arc<Mutex<Entry>> {
        let text = |name: &header::HeaderName| {
            headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let authorization = text(&header::AUTHORIZATION)
            .map(|value| value.split_once(' ').map_or_else(String::new, |(scheme, _)| scheme.to_ascii_lowercase()));
        let mut header_names: Vec<String> = headers.keys().map(ToString::to_string).collect();
        header_names.sort();
        let shown = SHOWN
            .iter()
            .filter_map(|name| {
                let value = String::from_utf8_lossy(headers.get(*name)?.as_bytes()).into_owned();
                // The address of a page may hold what its query hides in ours.
                let value =
                    if *name == "referer" { value.split('?').next().unwrap_or_default().to_owned() } else { value };
                Some(((*name).to_owned(), value.into()))
            })
            .collect();
        let entry = Entry {
            seq: self.next.fetch_add(1, Ordering::Relaxed),
            id: id.to_owned(),
            face,
            method: method.to_string(),
            host: text(&header::HOST).unwrap_or_default(),
            path: uri.path().to_owned(),
            query: redact(uri.query().unwrap_or_default()),
            route: "none",
            repo: None,
            status: None,
            concurrent: self.going_on.fetch_add(1, Ordering::Relaxed) + 1,
            request_bytes: 0,
            response_bytes: 0,
            started_at: self.now(),
            ended_at: None,
            authorization,
            user: None,
            header_names,
            headers: shown,
            fault: None,
            cut: false,
        };
        let entry = Arc::new(Mutex::new(entry));
        let mut entries = self.lock();
        if entries.len() == KEPT {
            entries.pop_front();
        }
        entries.push_back(Arc::clone(&entry));
        entry
    }

    /// All requests since the start or the last [`RequestLog::clear`].
    pub fn entries(&self) -> Vec<Entry> {
        let entries: Vec<_> = self.lock().iter().cloned().collect();
        entries.iter().map(|entry| edit(entry).clone()).collect()
    }

    /// Forgets all requests; those that still go on are forgotten too.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Notes that a request has ended, once for each [`RequestLog::start`].
    pub fn ended(&self) {
        self.going_on.fetch_sub(1, Ordering::Relaxed);
    }

    /// The time now, in the unit of the entries.
    pub fn now(&self) -> f64 {
        self.wall + self.origin.elapsed().as_secs_f64() * 1000.0
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Mutex<Entry>>>> {
        self.entries.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// An entry, to be changed.
pub fn edit(entry: &Mutex<Entry>) -> MutexGuard<'_, Entry> {
    entry.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// A query without the values that let somebody in.
fn redact(query: &str) -> String {
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}=…"),
        _ => pair.to_owned(),
    };
    query.split('&').map(pair).collect::<Vec<_>>().join("&")
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["signature", "token", "secret", "code"].iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_holds_no_secret() {
        let log = RequestLog::default();
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, "Bearer hf_secret".parse().unwrap());
        headers.insert(header::COOKIE, "sid=hf_secret".parse().unwrap());
        headers.insert(header::REFERER, "http://a.test/?code=hf_secret".parse().unwrap());
        headers.insert(header::RANGE, "bytes=0-1".parse().unwrap());
        let uri = "/x?X-Amz-Date=1&X-Amz-Signature=hf_secret&signature=hf_secret&a=b".parse().unwrap();
        log.start("id", "store", &Method::PUT, &uri, &headers);
        let text = serde_json::to_string(&log.entries()).unwrap();
        assert!(!text.contains("secret"), "{text}");
        assert!(text.contains("X-Amz-Date=1") && text.contains("a=b") && text.contains("bytes=0-1"), "{text}");
        assert_eq!(log.entries()[0].authorization.as_deref(), Some("bearer"));
        log.clear();
        assert!(log.entries().is_empty());
        log.start("id", "hub", &Method::GET, &"/".parse().unwrap(), &HeaderMap::new());
        assert_eq!(log.entries()[0].seq, 2);
    }
}
