//! Contents on their way to the LFS store: PUT of an object or a part, completion, verification.
//!
//! Presigned URLs carry their own permission in the query: these requests have neither a token nor any other header. Only
//! the verification belongs to the Hub and may see the token.

use super::lfs_batch::LFS_JSON;
use super::refusal::refused_by_store;
use super::{Endpoint, Hub, no_content, not_ours};
use crate::error::Error;
use crate::http::{BodyPart, FileIdx, Method, Request, Response};
use crate::json::object;

/// Sends a whole object.
#[derive(Clone, PartialEq, Eq)]
pub struct PutObject {
    /// Presigned URL.
    pub href: String,
    /// Where the content is.
    pub file: FileIdx,
    /// Its size in bytes.
    pub size: u64,
}

impl Endpoint for PutObject {
    type Output = ();

    fn request(&self, _: &Hub) -> Result<Request, Error> {
        Ok(put(&self.href, self.file, 0, self.size))
    }

    fn parse(&self, response: &Response, _: &Hub) -> Result<(), Error> {
        stored(response, &self.href)
    }
}

/// Sends one part of an object.
#[derive(Clone, PartialEq, Eq)]
pub struct PutPart {
    /// Presigned URL.
    pub href: String,
    /// Where the content is.
    pub file: FileIdx,
    /// First byte of the part.
    pub start: u64,
    /// One past its last byte.
    pub end: u64,
}

impl Endpoint for PutPart {
    /// The store's `ETag` for the part, quotes included: the completion wants it unchanged.
    type Output = String;

    fn request(&self, _: &Hub) -> Result<Request, Error> {
        Ok(put(&self.href, self.file, self.start, self.end))
    }

    fn parse(&self, response: &Response, _: &Hub) -> Result<String, Error> {
        stored(response, &self.href)?;
        match response.header("etag") {
            Some(etag) if !etag.is_empty() => Ok(etag.to_owned()),
            _ => Err(Error::protocol(
                "The store took a part but its answer shows no ETag; in a page the store must expose that header by \
                 CORS (Access-Control-Expose-Headers: ETag)",
            )),
        }
    }
}

/// Says that all parts of an object are stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Complete {
    /// Where to say it; the URL authorizes itself.
    pub href: String,
    /// SHA-256 of the object.
    pub oid: String,
    /// What each part's PUT was answered with, in order.
    pub etags: Vec<String>,
}

impl Endpoint for Complete {
    type Output = ();

    fn request(&self, _: &Hub) -> Result<Request, Error> {
        if self.etags.is_empty() || self.etags.iter().any(String::is_empty) {
            return Err(Error::internal("an LFS object cannot be completed before every part has its ETag"));
        }
        let body = object(|body| {
            body.text("oid", &self.oid).list("parts", |parts| {
                for (etag, number) in self.etags.iter().zip(1_u64..) {
                    parts.object(|part| {
                        part.text("etag", etag).number("partNumber", number);
                    });
                }
            });
        });
        Ok(Request::new(Method::Post, &self.href).header("accept", LFS_JSON).text(LFS_JSON, body))
    }

    fn parse(&self, response: &Response, _: &Hub) -> Result<(), Error> {
        stored(response, &self.href)
    }
}

/// Asks the Hub to look at an object in its store.
#[derive(Clone, PartialEq, Eq)]
pub struct Verify {
    /// Where to ask.
    pub href: String,
    /// SHA-256 of the object.
    pub oid: String,
    /// Its size in bytes.
    pub size: u64,
}

impl Endpoint for Verify {
    type Output = ();

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        let body = object(|body| {
            body.text("oid", &self.oid).number("size", self.size);
        });
        Ok(hub.follow(Method::Post, &self.href).json(body))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<(), Error> {
        no_content(response, &hub.follow(Method::Post, &self.href))
    }
}

fn put(href: &str, file: FileIdx, start: u64, end: u64) -> Request {
    let mut request = Request::new(Method::Put, href);
    request.body = vec![BodyPart::Slice { file, start, end }];
    request
}

fn stored(response: &Response, href: &str) -> Result<(), Error> {
    match response.is_success() {
        true if response.is_page() => Err(not_ours(href)),
        true => Ok(()),
        false => Err(refused_by_store(response, href)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::hub::testing::{AUTHORIZED_JSON, answer, good, hub, shown};

    const HREF: &str = "https://store.example/o?signature=secret";

    #[test]
    fn an_object_goes_without_any_header() {
        let endpoint = PutObject { href: HREF.to_owned(), file: FileIdx(7), size: 10 };
        assert_eq!(shown(endpoint.request(&hub())), format!("PUT {HREF}\n[file 7 0..10]"));
        assert_eq!(endpoint.parse(&good(""), &hub()), Ok(()));
        assert_eq!(endpoint.parse(&answer(403, &[], ""), &hub()).unwrap_err().code, Code::Forbidden);
        let page = endpoint.parse(&good("<!doctype html><p>Sign in"), &hub()).unwrap_err();
        assert_eq!((page.code, page.message.contains("secret")), (Code::Protocol, false), "a portal is no store");
    }

    #[test]
    fn a_part_brings_its_etag_home() {
        let endpoint = PutPart { href: HREF.to_owned(), file: FileIdx(7), start: 5, end: 10 };
        assert_eq!(shown(endpoint.request(&hub())), format!("PUT {HREF}\n[file 7 5..10]"));
        let etag = |etag: &str| endpoint.parse(&answer(200, &[("etag", etag)], ""), &hub());
        assert_eq!(etag("\"abc\"").as_deref(), Ok("\"abc\""));
        for lost in [etag(""), endpoint.parse(&good(""), &hub())] {
            let error = lost.unwrap_err();
            assert_eq!(error.code, Code::Protocol);
            assert!(error.message.contains("Access-Control-Expose-Headers"), "{}", error.message);
        }
    }

    #[test]
    fn the_completion_authorizes_itself() {
        let complete = |href: &str, etags: &[&str]| Complete {
            href: href.to_owned(),
            oid: "aa".to_owned(),
            etags: etags.iter().map(|etag| (*etag).to_owned()).collect(),
        };
        // Even where its URL is the Hub's, no token goes along.
        let expected = concat!(
            "POST https://hub.example/complete?u=1\naccept: application/vnd.git-lfs+json",
            "\ncontent-type: application/vnd.git-lfs+json\n",
            r#"{"oid":"aa","parts":[{"etag":"\"1\"","partNumber":1},{"etag":"\"2\"","partNumber":2}]}"#
        );
        let endpoint = complete("https://hub.example/complete?u=1", &["\"1\"", "\"2\""]);
        assert_eq!(shown(endpoint.request(&hub())), expected);
        assert_eq!(endpoint.parse(&good("{}"), &hub()), Ok(()));
        assert_eq!(complete(HREF, &[]).request(&hub()).unwrap_err().code, Code::Internal);
    }

    #[test]
    fn verification_shows_the_token_to_the_hub_alone() {
        let verify = |href: &str| Verify { href: href.to_owned(), oid: "aa".to_owned(), size: 10 };
        let body = r#"{"oid":"aa","size":10}"#;
        let ours = "https://hub.example/verify";
        assert_eq!(shown(verify(ours).request(&hub())), format!("POST {ours}{AUTHORIZED_JSON}{body}"));
        let theirs = "https://store.example/verify";
        assert_eq!(
            shown(verify(theirs).request(&hub())),
            format!("POST {theirs}\ncontent-type: application/json\n{body}")
        );
        assert_eq!(verify(ours).parse(&good(""), &hub()), Ok(()));
        assert_eq!(verify(ours).parse(&answer(422, &[], ""), &hub()).unwrap_err().code, Code::Rejected);
    }
}
