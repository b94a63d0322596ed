//! The content-addressed store's HTTP API: one file per endpoint, like [`crate::hub`], and under the same rules.
//!
//! Invariants: endpoints keep no state and never retry; requests carry the store's own token and never the Hub's; what a
//! store names (data URLs) is asked without any.

pub mod chunk_query;
pub mod data;
pub mod reconstruction;
pub mod shard;
pub mod xorb;

use std::fmt;
use std::net::Ipv4Addr;

use crate::error::Error;
use crate::http::{Method, Request, Response, without_query};
use crate::hub::refused_by_cas as refused;
use crate::json::{Fields, Json, Misfit};

/// What bodies are called that are neither text nor JSON.
const BYTES: &str = "application/octet-stream";

/// A store and a token for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Cas {
    url: String,
    token: String,
}

impl Cas {
    /// Takes what the Hub answered.
    ///
    /// Errors: `protocol` for an address or a token that cannot be used; the token is not shown.
    pub fn new(url: &str, token: &str) -> Result<Cas, Error> {
        if !is_usable(url) || url.contains(['?', '#']) {
            return Err(Error::protocol("The Hub names a store whose address is neither https nor of this machine"));
        }
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::protocol("The Hub gave a token for its store that no header can carry"));
        }
        Ok(Cas { url: url.trim_end_matches('/').to_owned(), token: token.to_owned() })
    }

    /// A request to a path of the store (beginning with `/`), with its token.
    pub fn request(&self, method: Method, path: &str) -> Request {
        Request::new(method, format!("{}{path}", self.url)).header("authorization", format!("Bearer {}", self.token))
    }
}

impl fmt::Debug for Cas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cas").field("url", &self.url).finish_non_exhaustive()
    }
}

/// Reads a JSON body of a successful answer; a refusal becomes its error.
fn json<T>(response: &Response, url: &str, read: impl FnOnce(Fields) -> Result<T, Misfit>) -> Result<T, Error> {
    if !response.is_success() {
        return Err(refused(response, url));
    }
    let answer = Json::parse(&response.body).map_err(|error| error.to_string());
    let read = answer.and_then(|answer| Fields::of(answer).and_then(read).map_err(|misfit| misfit.to_string()));
    read.map_err(|why| {
        let url = without_query(url);
        Error::protocol(format!("The store's answer for {url} is not what this version of hubferry can read ({why})"))
    })
}

/// Whether a URL that a server named may be asked: https, or http on this very machine.
fn is_usable(url: &str) -> bool {
    if url.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b'\\') {
        return false;
    }
    if let Some(rest) = url.strip_prefix("https://") {
        return !rest.is_empty() && !rest.starts_with('/');
    }
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    host == "localhost" || host == "[::1]" || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    /// A store with a token.
    pub(super) fn cas() -> Cas {
        Cas::new("https://cas.example/", "s3cret").expect("a store")
    }

    #[test]
    fn addresses() {
        // (address, whether it may be asked)
        let rows = [
            ("https://cas.example", true),
            ("https://cas.example/prefix/", true),
            ("http://127.0.0.1:80", true),
            ("http://127.0.0.2", true),
            ("http://localhost:1234", true),
            ("http://[::1]:1234", true),
            ("http://cas.example", false),
            ("http://127.evil.example", false),
            ("http://localhost.evil.example", false),
            ("http://localhost@evil.example", false),
            ("ftp://cas.example", false),
            ("file:///etc/passwd", false),
            ("https://", false),
            ("https:///x", false),
            ("https://cas.example\\@evil.example", false),
            ("https://cas.example/\n", false),
            ("", false),
        ];
        for (url, usable) in rows {
            assert_eq!(is_usable(url), usable, "{url:?}");
            assert_eq!(
                Cas::new(url, "t0ken").map_err(|error| error.code),
                if usable {
                    Ok(Cas { url: url.trim_end_matches('/').to_owned(), token: "t0ken".to_owned() })
                } else {
                    Err(Code::Protocol)
                }
            );
        }
        for url in ["https://cas.example?x", "https://cas.example#x"] {
            assert_eq!(Cas::new(url, "t0ken").unwrap_err().code, Code::Protocol, "{url}");
        }
    }

    #[test]
    fn shows_its_token_to_the_store_alone() {
        let cas = Cas::new("https://cas.example/", "s3cret").unwrap();
        let request = cas.request(Method::Get, "/v1/x");
        assert_eq!(request.url, "https://cas.example/v1/x");
        assert_eq!(request.headers, [("authorization", "Bearer s3cret".to_owned())]);
        assert!(!format!("{cas:?} {request:?}").contains("s3cret"));
        for token in ["", "a b", "a\nb", "\u{fc}"] {
            let error = Cas::new("https://cas.example", token).unwrap_err();
            assert_eq!(error.code, Code::Protocol);
            assert!(token.is_empty() || !error.message.contains(token));
        }
    }
}
