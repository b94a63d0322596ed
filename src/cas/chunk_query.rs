//! `GET /v1/chunks/{prefix}/{hash}`: whether the store has a chunk, and if so, where it and its neighbours are.

use super::Cas;
use crate::error::Error;
use crate::hash::XetHash;
use crate::http::{Answer, Method, Request, Response};
use crate::hub::{Endpoint, Hub};

/// Asks about a chunk. The answer is a shard and goes to the authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkQuery {
    /// The store, with a token that may read.
    pub cas: Cas,
    /// The chunk.
    pub chunk: XetHash,
}

impl Endpoint for ChunkQuery {
    /// Whether the store told something. All else, refusals among it, is no more than not knowing.
    type Output = bool;

    fn request(&self, _: &Hub) -> Result<Request, Error> {
        let mut request = self.cas.request(Method::Get, &format!("/v1/chunks/default-merkledb/{}", self.chunk));
        request.answer = Answer::Dedup;
        Ok(request)
    }

    fn parse(&self, response: &Response, _: &Hub) -> Result<bool, Error> {
        Ok(response.status == 200)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::cas;
    use super::*;
    use crate::hub::testing::hub;

    #[test]
    fn request_and_answers() {
        let query = ChunkQuery { cas: cas(), chunk: XetHash::ZERO };
        let request = query.request(&hub()).unwrap();
        assert_eq!(request.url, format!("https://cas.example/v1/chunks/default-merkledb/{}", "0".repeat(64)));
        assert_eq!((request.answer, request.body_bytes()), (Answer::Dedup, 0));
        for (status, known) in [(200, true), (204, false), (404, false), (401, false), (500, false)] {
            assert_eq!(query.parse(&Response { status, ..Response::default() }, &hub()), Ok(known), "{status}");
        }
    }
}
