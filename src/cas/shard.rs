//! `POST /v1/shards`: registers files whose xorbs are stored. Twice is the same as once.

use super::{BYTES, Cas, json};
use crate::error::{Code, Error};
use crate::http::{BodyPart, Method, Request, Response};
use crate::hub::{Endpoint, Hub};
use crate::json::Fields;

/// Sends a shard, by reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostShard {
    /// The store, with a token that may write.
    pub cas: Cas,
    /// Its number in the push.
    pub shard: u32,
    /// Its bytes.
    pub bytes: u64,
}

impl Endpoint for PostShard {
    /// The store has taken it.
    type Output = ();

    fn request(&self, _: &Hub) -> Result<Request, Error> {
        let mut request = self.cas.request(Method::Post, "/v1/shards").header("content-type", BYTES);
        request.body = vec![BodyPart::Shard { shard: self.shard, bytes: self.bytes }];
        Ok(request)
    }

    /// Errors: what the store refused; `server_error`, so that a caller may try again, when it does not find what the shard names:
    /// that was stored, or found, in this very push; `protocol` when its answer cannot be read.
    fn parse(&self, response: &Response, hub: &Hub) -> Result<(), Error> {
        // The result is 1 for a new shard and 0 for one that is known: both are success.
        let known = |mut answer: Fields| answer.need::<u64>("result").map(drop);
        json(response, &self.request(hub)?.url, known).map_err(|mut error| {
            if response.status == 400 {
                error.code = Code::ServerError;
                error.message.push_str(". Nothing was committed; push again");
            }
            error
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::cas;
    use super::*;
    use crate::hub::testing::hub;

    #[test]
    fn request_and_answers() {
        let post = PostShard { cas: cas(), shard: 3, bytes: 9 };
        let request = post.request(&hub()).unwrap();
        assert_eq!((request.url.as_str(), request.body_bytes()), ("https://cas.example/v1/shards", 9));
        // (status, body, what it means)
        let rows = [
            (200, r#"{"result":1}"#, Ok(())),
            (200, r#"{"result":0,"shard_hash":"x"}"#, Ok(())),
            (200, "", Err(Code::Protocol)),
            (400, r#"{"error":"unknown xorb"}"#, Err(Code::ServerError)),
            (401, "", Err(Code::Unauthorized)),
            (403, "", Err(Code::Forbidden)),
            (413, "", Err(Code::Rejected)),
            (500, "", Err(Code::ServerError)),
        ];
        for (status, body, expected) in rows {
            let parsed = post.parse(&Response { status, headers: vec![], body: body.to_owned() }, &hub());
            assert_eq!(parsed.map_err(|error| error.code), expected, "{status} {body}");
        }
    }
}
