//! What the tables beside the endpoints have in common.

use super::{Hub, HubUrl, RepoId, Token};
use crate::error::Error;
use crate::http::{BodyPart, Request, Response};

/// A Hub with a token.
pub(crate) fn hub() -> Hub {
    Hub {
        url: HubUrl::parse("https://hub.example").expect("an address"),
        token: Some(Token::parse("hf_secret").expect("a token")),
    }
}

/// `user/repo`, or with a prefix of its type.
pub(crate) fn repo(text: &str) -> RepoId {
    RepoId::parse(text).expect("a repo")
}

/// A request as one text: method and URL; a line a header; the body, references in brackets.
pub(crate) fn shown(request: Result<Request, Error>) -> String {
    let request = request.expect("a request");
    let mut shown = format!("{} {}", request.method.as_str(), request.url);
    for (name, value) in &request.headers {
        shown.push_str(&format!("\n{name}: {value}"));
    }
    if !request.body.is_empty() {
        shown.push('\n');
    }
    for part in &request.body {
        match part {
            BodyPart::Text(text) => shown.push_str(text),
            BodyPart::Slice { file, start, end } => shown.push_str(&format!("[file {} {start}..{end}]", file.0)),
            BodyPart::Base64 { file, start, end } => shown.push_str(&format!("[base64 {} {start}..{end}]", file.0)),
            BodyPart::Xorb { xorb, bytes } => shown.push_str(&format!("[xorb {xorb}, {bytes} bytes]")),
            BodyPart::Shard { shard, bytes } => shown.push_str(&format!("[shard {shard}, {bytes} bytes]")),
        }
    }
    shown
}

/// The header of a request with [`hub`]'s token.
pub(crate) const AUTHORIZED: &str = "\nauthorization: Bearer hf_secret";

/// The headers of a JSON request with [`hub`]'s token.
pub(crate) const AUTHORIZED_JSON: &str = "\nauthorization: Bearer hf_secret\ncontent-type: application/json\n";

/// An answer.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Response { status, headers, body: body.to_owned() }
}

/// A good answer without headers.
pub(crate) fn good(body: &str) -> Response {
    answer(200, &[], body)
}
