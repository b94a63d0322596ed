//! Contents on their way to the LFS store: PUT of an object or a part, completion, verification.
//!
//! Presigned URLs carry their own permission in the query: these requests have neither a token nor any other header. Only
//! the verification belongs to the Hub and may see the token.

use serde_json::{Value, json as object};

use super::lfs_batch::LFS_JSON;
use super::refusal::refused_by_store;
use super::{Endpoint, Hub, no_content};
use crate::error::Error;
use crate::http::{BodyPart, FileIdx, Method, Request, Response};

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
        let parts: Vec<Value> = self
            .etags
            .iter()
            .zip(1_u64..)
            .map(|(etag, number)| object!({ "partNumber": number, "etag": etag }))
            .collect();
        let body = object!({ "oid": self.oid, "parts": parts });
        Ok(Request::new(Method::Post, &self.href).header("accept", LFS_JSON).text(LFS_JSON, body.to_string()))
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
        Ok(hub.follow(Method::Post, &self.href).json(&object!({ "oid": self.oid, "size": self.size })))
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
    if response.is_success() { Ok(()) } else { Err(refused_by_store(response, href)) }
}
