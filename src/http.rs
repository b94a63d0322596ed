//! HTTP as values: what a driver has to send, and what it brings back. No client inside.
//!
//! A [`Request`] is whole: the driver adds nothing but bytes that it slices from the files it holds. Its `Debug` shows
//! neither credentials nor a presigned query.

use std::fmt;

/// Names a file of the caller; the driver holds the handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileIdx(pub u32);

/// The methods that the Hub uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// GET
    Get,
    /// HEAD
    Head,
    /// POST
    Post,
    /// PUT
    Put,
    /// DELETE
    Delete,
}

impl Method {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

/// A piece of a request's body; the pieces follow each other without a gap.
///
/// Units: `start..end` in bytes of the file, half-open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyPart {
    /// Literal text.
    Text(String),
    /// A range of a file, by reference: it goes from the file to the network without passing through the engine.
    Slice {
        /// The file.
        file: FileIdx,
        /// First byte.
        start: u64,
        /// One past the last byte.
        end: u64,
    },
    /// A range of a file in base64 (standard alphabet, padded), encoded by the driver's compute lane.
    Base64 {
        /// The file.
        file: FileIdx,
        /// First byte.
        start: u64,
        /// One past the last byte.
        end: u64,
    },
    /// The body of a sealed xorb, from the lane that holds it; always the only part.
    Xorb {
        /// Its number in the push.
        xorb: u32,
        /// Its bytes.
        bytes: u64,
    },
    /// A shard, from the authority; always the only part.
    Shard {
        /// Its number in the push.
        shard: u32,
        /// Its bytes.
        bytes: u64,
    },
}

impl BodyPart {
    /// How many bytes this part puts on the wire.
    pub fn wire_bytes(&self) -> u64 {
        match self {
            BodyPart::Text(text) => text.len() as u64,
            BodyPart::Slice { start, end, .. } => end - start,
            BodyPart::Base64 { start, end, .. } => (end - start).div_ceil(3) * 4,
            BodyPart::Xorb { bytes, .. } | BodyPart::Shard { bytes, .. } => *bytes,
        }
    }
}

/// How the driver hands the body of a good answer back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Answer {
    /// As text, into [`Response::body`].
    #[default]
    Text,
    /// Left unread with the driver, which gives it to the caller; [`Response::body`] stays empty. Refusals come as text.
    Stream,
    /// To the authority: shards that tell where chunks are. [`Response::body`] stays empty.
    Dedup,
    /// To the authority: records of a xorb that the store has; it asks about the first chunk in them. [`Response::body`] stays empty.
    Recall,
}

/// One HTTP request, complete.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
    /// Header names in lower case, with their values.
    pub headers: Vec<(&'static str, String)>,
    /// The body; no part means no body.
    pub body: Vec<BodyPart>,
    /// What to do with the answer's body.
    pub answer: Answer,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: Method, url: impl Into<String>) -> Request {
        Request { method, url: url.into(), headers: Vec::new(), body: Vec::new(), answer: Answer::Text }
    }

    /// Adds a header; `name` in lower case.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Request {
        self.headers.push((name, value.into()));
        self
    }

    /// Sets a body of one text.
    #[must_use]
    pub fn text(mut self, content_type: &str, body: impl Into<String>) -> Request {
        self.headers.push(("content-type", content_type.to_owned()));
        self.body = vec![BodyPart::Text(body.into())];
        self
    }

    /// Sets a JSON body.
    #[must_use]
    pub fn json(self, text: String) -> Request {
        self.text("application/json", text)
    }

    /// Leaves the body of a good answer with the driver.
    #[must_use]
    pub fn streamed(mut self) -> Request {
        self.answer = Answer::Stream;
        self
    }

    /// Bytes of the body on the wire.
    pub fn body_bytes(&self) -> u64 {
        self.body.iter().map(BodyPart::wire_bytes).sum()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Request")
            .field("method", &self.method.as_str())
            .field("url", &without_query(&self.url))
            .field("headers", &names)
            .field("body_bytes", &self.body_bytes())
            .finish()
    }
}

/// The URL up to its query: what may be shown to people.
pub fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

/// One HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Names in lower case. In a page only those the server exposes.
    pub headers: Vec<(String, String)>,
    /// The body as text; empty when it was streamed.
    pub body: String,
}

impl Response {
    /// The first header of this name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether the status says success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it is a page for people: then who answers is a portal or a proxy on the way.
    pub fn is_page(&self) -> bool {
        let begins = |text: &str, with: &str| {
            text.trim_start().get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
        };
        self.header("content-type").is_some_and(|kind| begins(kind, "text/html"))
            || begins(&self.body, "<html")
            || begins(&self.body, "<!doc")
    }
}
