//! `POST /v1/xorbs/default/{hash}`: stores a xorb. Twice is the same as once.

use super::{BYTES, Cas, json};
use crate::error::Error;
use crate::hash::XetHash;
use crate::http::{BodyPart, Method, Request, Response};
use crate::hub::{Endpoint, Hub};

/// Sends a sealed xorb, by reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostXorb {
    /// The store, with a token that may write.
    pub cas: Cas,
    /// Its name.
    pub hash: XetHash,
    /// Its number in the push.
    pub xorb: u32,
    /// Bytes of its body.
    pub bytes: u64,
}

impl Endpoint for PostXorb {
    /// Whether it is new; `false` when the store has it already, which is as good.
    type Output = bool;

    fn request(&self, _: &Hub) -> Result<Request, Error> {
        let path = format!("/v1/xorbs/default/{}", self.hash);
        let mut request = self.cas.request(Method::Post, &path).header("content-type", BYTES);
        request.body = vec![BodyPart::Xorb { xorb: self.xorb, bytes: self.bytes }];
        Ok(request)
    }

    /// Errors: what the store refused; `protocol` when its answer cannot be read.
    fn parse(&self, response: &Response, hub: &Hub) -> Result<bool, Error> {
        json(response, &self.request(hub)?.url, |mut answer| answer.need("was_inserted"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::cas;
    use super::*;
    use crate::Code;
    use crate::hub::testing::hub;

    #[test]
    fn request_and_answers() {
        let post = PostXorb { cas: cas(), hash: XetHash::ZERO, xorb: 3, bytes: 9 };
        let request = post.request(&hub()).unwrap();
        let url = format!("https://cas.example/v1/xorbs/default/{}", "0".repeat(64));
        assert_eq!((request.method, request.url.as_str(), request.body_bytes()), (Method::Post, url.as_str(), 9));
        let authorization = request.headers.iter().find(|(name, _)| *name == "authorization");
        assert_eq!(authorization.map(|(_, value)| value.as_str()), Some("Bearer s3cret"));
        // (status, body, what it means)
        let rows = [
            (200, r#"{"was_inserted":true}"#, Ok(true)),
            (200, r#"{"was_inserted":false,"more":1}"#, Ok(false)),
            (200, "<html>", Err(Code::Protocol)),
            (200, "{}", Err(Code::Protocol)),
            (400, r#"{"error":"bad hash"}"#, Err(Code::Rejected)),
            (401, "", Err(Code::Unauthorized)),
            (403, "", Err(Code::Forbidden)),
            (413, "", Err(Code::Rejected)),
            (429, "", Err(Code::RateLimited)),
            (503, "", Err(Code::ServerError)),
        ];
        for (status, body, expected) in rows {
            let parsed = post.parse(&Response { status, headers: vec![], body: body.to_owned() }, &hub());
            assert_eq!(
                parsed.as_ref().map_err(|error| error.code),
                expected.as_ref().map_err(|code| *code),
                "{status} {body}"
            );
            if let Err(error) = parsed {
                assert!(error.message.contains(&url), "{}", error.message);
                assert!(!error.message.contains("s3cret"), "{}", error.message);
            }
        }
    }
}
