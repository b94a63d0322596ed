//! `GET /v1/chunks/{prefix}/{hash}`: whether the store has a chunk, and if so, where it and its neighbours are.

use super::Cas;
use crate::hash::XetHash;
use crate::http::{Answer, Method, Request, Response};

/// Asks about a chunk. The answer is a shard and goes to the authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkQuery {
    /// The chunk.
    pub chunk: XetHash,
}

impl ChunkQuery {
    /// The whole request.
    pub fn request(&self, cas: &Cas) -> Request {
        let mut request = cas.request(Method::Get, &format!("/v1/chunks/default-merkledb/{}", self.chunk));
        request.answer = Answer::Dedup;
        request
    }

    /// Whether the store told something. All else, refusals among it, is no more than not knowing.
    pub fn parse(&self, response: &Response) -> bool {
        response.status == 200
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::cas;
    use super::*;

    #[test]
    fn request_and_answers() {
        let query = ChunkQuery { chunk: XetHash::ZERO };
        let request = query.request(&cas());
        assert_eq!(request.url, format!("https://cas.example/v1/chunks/default-merkledb/{}", "0".repeat(64)));
        assert_eq!((request.answer, request.body_bytes()), (Answer::Dedup, 0));
        for (status, known) in [(200, true), (204, false), (404, false), (401, false), (500, false)] {
            assert_eq!(query.parse(&Response { status, ..Response::default() }), known, "{status}");
        }
    }
}
