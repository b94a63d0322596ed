//! CORS as the real services answer it: fixed lists, nothing mirrored but the origin.
//!
//! The control API answers no other origin.

use axum::http::{HeaderMap, HeaderValue, header};

/// Methods that a page of another origin may use on the Hub.
const HUB_METHODS: &str = "GET, HEAD, POST, PUT, DELETE";
/// Request headers that a page of another origin may send to the Hub.
const HUB_HEADERS: &str = "Authorization, Content-Type, Accept, Range, X-Xet-Session-Id";
/// Answer headers of the Hub that a page of another origin may read.
const HUB_EXPOSED: &str = "X-Request-Id, Link, ETag, X-Linked-Etag, X-Linked-Size, X-Xet-Hash, X-Error-Code, X-Error-Message, \
                           Content-Range, Content-Type, X-Total-Count, X-Repo-Commit, Accept-Ranges, RateLimit, RateLimit-Policy, \
                           Retry-After";

/// Methods that a page of another origin may use on the store.
const STORE_METHODS: &str = "GET, HEAD, PUT";
/// Request headers that a page of another origin may send to the store.
const STORE_HEADERS: &str = "Content-Type, Range, X-Request-Id";
/// Answer headers of the store that a page of another origin may read.
const STORE_EXPOSED: &str = "ETag, Content-Length, Content-Range, Accept-Ranges, x-amz-request-id";

/// Methods that a page of another origin may use on the content-addressed store.
const CAS_METHODS: &str = "GET, HEAD, POST";
/// Request headers that a page of another origin may send to it.
const CAS_HEADERS: &str = "Authorization, Content-Type, Accept, Range, X-Xet-Session-Id";
/// Its answer headers that a page of another origin may read.
const CAS_EXPOSED: &str = "X-Request-Id, X-Error-Message, Content-Type, Retry-After";

/// Which of the three answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// The Hub.
    Hub,
    /// The store for large files.
    Store,
    /// The content-addressed store.
    Cas,
}

impl Face {
    /// The word in the request log and in fault rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hub => "hub",
            Self::Store => "store",
            Self::Cas => "cas",
        }
    }
}

/// Adds the headers of an ordinary answer.
pub fn answer(face: Face, request: &HeaderMap, response: &mut HeaderMap) {
    let Some(origin) = request.get(header::ORIGIN) else { return };
    response.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    response.append(header::VARY, HeaderValue::from_static("Origin"));
    let exposed = match face {
        Face::Hub => HUB_EXPOSED,
        Face::Store => STORE_EXPOSED,
        Face::Cas => CAS_EXPOSED,
    };
    response.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(exposed));
}

/// Adds the headers of a preflight's answer.
pub fn preflight(face: Face, request: &HeaderMap, response: &mut HeaderMap) {
    let Some(origin) = request.get(header::ORIGIN) else { return };
    let (methods, headers) = match face {
        Face::Hub => (HUB_METHODS, HUB_HEADERS),
        Face::Store => (STORE_METHODS, STORE_HEADERS),
        Face::Cas => (CAS_METHODS, CAS_HEADERS),
    };
    response.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    response.append(header::VARY, HeaderValue::from_static("Origin"));
    response.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    response.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(headers));
    response.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
}

/// Whether this is a preflight.
pub fn is_preflight(method: &axum::http::Method, headers: &HeaderMap) -> bool {
    method == axum::http::Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}
