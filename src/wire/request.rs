//! Requests as plain objects.

use serde::{Deserialize, Serialize};
#[cfg(feature = "wasm")]
use tsify::Tsify;

use crate::http::{Answer, BodyPart, FileIdx, Request};

/// [`Request`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct RequestView {
    /// HTTP method.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Name and value.
    pub headers: Vec<(String, String)>,
    /// Pieces of the body, in order; none means no body.
    pub body: Vec<BodyPartView>,
    /// Read the answer as text, leave its stream with the driver, or give its bytes to the authority.
    #[cfg_attr(feature = "wasm", tsify(type = "\"text\" | \"stream\" | \"dedup\" | \"recall\""))]
    pub answer: String,
}

/// [`BodyPart`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum BodyPartView {
    /// Literal text.
    Text {
        /// The text.
        text: String,
    },
    /// Bytes of a file.
    Slice {
        /// The file.
        file: u32,
        /// First byte.
        start: u64,
        /// One past the last byte.
        end: u64,
    },
    /// Bytes of a file in base64.
    Base64 {
        /// The file.
        file: u32,
        /// First byte.
        start: u64,
        /// One past the last byte.
        end: u64,
    },
    /// The body of a xorb.
    Xorb {
        /// Its number.
        xorb: u32,
        /// Its bytes.
        bytes: u64,
    },
    /// A shard.
    Shard {
        /// Its number.
        shard: u32,
        /// Its bytes.
        bytes: u64,
    },
}

impl From<Request> for RequestView {
    fn from(request: Request) -> RequestView {
        RequestView {
            method: request.method.as_str().to_owned(),
            url: request.url,
            headers: request.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            body: request.body.into_iter().map(BodyPartView::from).collect(),
            answer: match request.answer {
                Answer::Text => "text".to_owned(),
                Answer::Stream => "stream".to_owned(),
                Answer::Dedup => "dedup".to_owned(),
                Answer::Recall => "recall".to_owned(),
            },
        }
    }
}

impl From<BodyPart> for BodyPartView {
    fn from(part: BodyPart) -> BodyPartView {
        match part {
            BodyPart::Text(text) => BodyPartView::Text { text },
            BodyPart::Slice { file: FileIdx(file), start, end } => BodyPartView::Slice { file, start, end },
            BodyPart::Base64 { file: FileIdx(file), start, end } => BodyPartView::Base64 { file, start, end },
            BodyPart::Xorb { xorb, bytes } => BodyPartView::Xorb { xorb, bytes },
            BodyPart::Shard { shard, bytes } => BodyPartView::Shard { shard, bytes },
        }
    }
}
