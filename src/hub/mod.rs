//! The Hub's HTTP API: one file per endpoint, each a value with `request()` and `parse()`.
//!
//! Invariants: endpoints keep no state and never retry; only this folder knows a path, a header name or what a status
//! means; the token is put on requests to the Hub's own origin and on no other.

mod address;
mod entry;
mod link;
mod refusal;

#[cfg(test)]
pub(crate) mod testing;

pub mod branch;
pub mod commit;
pub mod commits;
pub mod discussions;
pub mod download_info;
pub mod file_exists;
pub mod lfs_batch;
pub mod lfs_store;
pub mod may_write;
pub mod paths_info;
pub mod preupload;
pub mod ratelimit;
pub mod refs;
pub mod repo_create;
pub mod repo_delete;
pub mod repo_head;
pub mod repo_info;
pub mod resolve;
pub mod tree;
pub mod validate_yaml;
pub mod whoami;
pub mod xet_token;

pub use address::{Hub, HubUrl, RepoId, RepoType, Token, encode_path, encode_segment};
use address::{path_segments, revision_segment};
pub use refusal::{refused, refused_by_cas};

use crate::error::Error;
use crate::http::{Request, Response, without_query};
use crate::json::{Json, Misfit};
use crate::limits;
use crate::time::Millis;

/// Whether a request may be sent again when nobody knows if the first one was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// Twice is the same as once.
    Safe,
    /// Only a refusal that surely did nothing (429) may be answered with a second try; a lost answer may not.
    Unsafe,
}

/// One call of the API.
pub trait Endpoint {
    /// What a good answer holds.
    type Output;

    /// Whether the request may be repeated blindly.
    const REPLAY: Replay = Replay::Safe;

    /// [`REPLAY`](Self::REPLAY), or what an endpoint inside this one says.
    fn replay(&self) -> Replay {
        Self::REPLAY
    }

    /// How long the answer may take, its body included.
    fn deadline(&self) -> Millis {
        limits::API_DEADLINE
    }

    /// The whole request.
    ///
    /// Errors: `invalid_input` when the arguments can be seen to be wrong.
    fn request(&self, hub: &Hub) -> Result<Request, Error>;

    /// Reads the answer, good or bad.
    ///
    /// Errors: what the Hub refused, by [`refused`]; `protocol` when a good answer cannot be read.
    fn parse(&self, response: &Response, hub: &Hub) -> Result<Self::Output, Error>;
}

/// How long an answer of so many bytes may take: as long as on the slowest connection that is not taken for a dead one.
pub fn deadline_for(bytes: u64) -> Millis {
    limits::API_DEADLINE + Millis(bytes.saturating_mul(1000) / limits::SLOWEST_BYTES_PER_SECOND)
}

/// Reads a JSON body of a successful answer; a refusal becomes its error.
fn json<T>(response: &Response, request: &Request, read: impl FnOnce(Json) -> Result<T, Misfit>) -> Result<T, Error> {
    read(tree(response, request)?).map_err(|misfit| unreadable(request, misfit.to_string()))
}

fn tree(response: &Response, request: &Request) -> Result<Json, Error> {
    no_content(response, request)?;
    Json::parse(&response.body).map_err(|error| unreadable(request, error.to_string()))
}

fn unreadable(request: &Request, why: String) -> Error {
    Error::protocol(format!(
        "The answer to {} {} is not what this version of hubferry can read ({why})",
        request.method.as_str(),
        without_query(&request.url),
    ))
}

/// Checks that an answer is a success; what it says does not matter, as long as the Hub says it.
fn no_content(response: &Response, request: &Request) -> Result<(), Error> {
    match response.is_success() {
        true if response.is_page() => Err(not_ours(&request.url)),
        true => Ok(()),
        false => Err(refused(response, &request.url)),
    }
}

/// A page in the place of an answer.
fn not_ours(url: &str) -> Error {
    Error::protocol(format!(
        "What answers for {} is a page for people: a portal or a proxy on the way; check the connection and try again",
        crate::http::without_query(url)
    ))
}
