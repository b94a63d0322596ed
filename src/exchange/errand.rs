//! What an owner of requests hands in, and what it hears of them.

use crate::http::{Request, Response};
use crate::hub::Replay;
use crate::limits;
use crate::retry::Kind;
use crate::step::{Failure, StepId};
use crate::time::Millis;

/// Which queue a request stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Small JSON calls.
    Api,
    /// Content: LFS objects and parts, xorbs and shards.
    Body,
}

/// One request to be carried out, and what its owner wants to be reminded of.
#[derive(Debug, Clone)]
pub struct Errand<P> {
    /// Comes back with the outcome.
    pub purpose: P,
    /// The request.
    pub request: Request,
    /// What sort of request it is.
    pub kind: Kind,
    /// How long the answer may take once the body is sent.
    pub deadline: Millis,
}

impl<P> Errand<P> {
    /// An API call with the usual deadline.
    pub fn api(purpose: P, request: Request, replay: Replay) -> Errand<P> {
        let kind = match replay {
            Replay::Safe => Kind::Call,
            Replay::Unsafe => Kind::Change,
        };
        Errand { purpose, request, kind, deadline: limits::API_DEADLINE }
    }

    /// An API call whose answer nobody needs: one attempt, and not for long.
    pub fn once(purpose: P, request: Request, deadline: Millis) -> Errand<P> {
        Errand { purpose, request, kind: Kind::Aside, deadline }
    }

    /// A body on its way to a store.
    pub fn body(purpose: P, request: Request) -> Errand<P> {
        Errand { purpose, request, kind: Kind::Body, deadline: limits::COMMIT_DEADLINE }
    }

    /// Its queue.
    pub(super) fn lane(&self) -> Lane {
        if self.kind == Kind::Body { Lane::Body } else { Lane::Api }
    }

    /// Where it goes: scheme, host and port.
    pub(super) fn host(&self) -> &str {
        let url = self.request.url.as_str();
        let after_scheme = url.find("://").map_or(0, |at| at + 3);
        let length = url[after_scheme..].find(['/', '?', '#']).unwrap_or(url.len() - after_scheme);
        &url[..after_scheme + length]
    }

    /// Whether it counts where the caller limits the speed.
    pub(super) fn is_heavy(&self) -> bool {
        self.request.body_bytes() >= limits::HEAVY_BYTES
    }
}

/// What the owner has to do or to know next.
#[derive(Debug)]
pub enum Outgoing<P> {
    /// Send this.
    Send {
        /// The attempt's step.
        id: StepId,
        /// The request.
        request: Request,
    },
    /// Stop waiting for this.
    Cancel {
        /// The attempt's step.
        id: StepId,
    },
    /// An attempt failed and another will follow.
    Retrying {
        /// Whose.
        purpose: P,
        /// The attempt that failed, from 1.
        attempt: u32,
        /// Span until the next.
        delay: Millis,
        /// Why, in a sentence.
        cause: String,
    },
    /// An errand is over.
    Settled {
        /// Whose.
        purpose: P,
        /// The last answer, or why there is none.
        outcome: Result<Response, Failure>,
    },
}

/// How far a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Bytes since the last report.
    pub fresh: u64,
    /// Bytes of this attempt.
    pub so_far: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Method;

    #[test]
    fn hosts() {
        // (URL, host)
        let rows = [
            ("https://hub.example/api/models", "https://hub.example"),
            ("http://127.0.0.1:8080/x?y", "http://127.0.0.1:8080"),
            ("https://store.example?signature=x", "https://store.example"),
            ("https://store.example", "https://store.example"),
            ("nonsense", "nonsense"),
        ];
        for (url, host) in rows {
            assert_eq!(Errand::body((), Request::new(Method::Put, url)).host(), host);
        }
    }
}
