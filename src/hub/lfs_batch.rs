//! `POST /{repo}.git/info/lfs/objects/batch`: where the contents of LFS files go.
//!
//! Source: git-lfs batch API in the Hub's form; vectors in `tests/vectors/lfs-http.json`. Xet is not offered here, so an
//! answer that chooses it is an error.

use std::collections::HashMap;
use std::fmt;

use super::{Endpoint, Hub, HubUrl, RepoId, json};
use crate::error::Error;
use crate::http::{Method, Request, Response, without_query};
use crate::json::{Fields, Json, Misfit, Read, object};
use crate::quote::Quoted;

/// The media type of everything around LFS.
pub(super) const LFS_JSON: &str = "application/vnd.git-lfs+json";

/// Asks for upload actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LfsBatch {
    /// The repo.
    pub repo: RepoId,
    /// The branch that the commit goes to; none when that is a pull request that is not open yet.
    pub revision: Option<String>,
    /// SHA-256 and size of each object, at most [`crate::limits::LFS_BATCH_OBJECTS`], no oid twice.
    pub objects: Vec<(String, u64)>,
}

/// What to do with one object. `Debug` shows no presigned query.
#[derive(Clone, PartialEq, Eq)]
pub enum Action {
    /// Nothing: the Hub has it.
    Present,
    /// One PUT.
    Basic {
        /// Presigned URL.
        href: String,
        /// Where to ask for verification afterwards.
        verify: Option<String>,
    },
    /// One PUT a part, then the completion.
    Multipart {
        /// In the order of the content.
        parts: Vec<PartUrl>,
        /// Where to say that all parts are there; authorizes itself.
        complete: String,
        /// Where to ask for verification afterwards.
        verify: Option<String>,
    },
    /// The Hub does not take this object.
    Refused {
        /// The Hub's code, most often an HTTP status.
        code: i64,
        /// The Hub's reason.
        message: String,
    },
}

/// One part of a multipart upload. `Debug` shows no presigned query.
///
/// Units: `start..end` in bytes of the object, half-open.
#[derive(Clone, PartialEq, Eq)]
pub struct PartUrl {
    /// Presigned URL.
    pub url: String,
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Present => f.write_str("Present"),
            Action::Basic { href, verify } => f
                .debug_struct("Basic")
                .field("href", &without_query(href))
                .field("verify", &verify.as_deref().map(without_query))
                .finish(),
            Action::Multipart { parts, complete, verify } => f
                .debug_struct("Multipart")
                .field("parts", parts)
                .field("complete", &without_query(complete))
                .field("verify", &verify.as_deref().map(without_query))
                .finish(),
            Action::Refused { code, message } => {
                f.debug_struct("Refused").field("code", code).field("message", message).finish()
            }
        }
    }
}

impl fmt::Debug for PartUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}..{}]", without_query(&self.url), self.start, self.end)
    }
}

impl LfsBatch {
    fn bare(&self, hub: &Hub) -> Request {
        hub.request(Method::Post, &format!("/{}.git/info/lfs/objects/batch", self.repo))
    }
}

impl Endpoint for LfsBatch {
    /// One action an object, in the order of the question.
    type Output = Vec<Action>;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        let body = object(|body| {
            body.text("hash_algo", "sha256").list("objects", |objects| {
                for (oid, size) in &self.objects {
                    objects.object(|object| {
                        object.text("oid", oid).number("size", *size);
                    });
                }
            });
            body.text("operation", "upload");
            if let Some(revision) = &self.revision {
                body.object("ref", |reference| {
                    reference.text("name", revision);
                });
            }
            body.texts("transfers", &["basic", "multipart"]);
        });
        Ok(self.bare(hub).header("accept", LFS_JSON).text(LFS_JSON, body))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<Vec<Action>, Error> {
        let answer: Answer = json(response, &self.bare(hub), Answer::read)?;
        if let Some(transfer) = answer.transfer.filter(|known| known != "basic" && known != "multipart") {
            return Err(Error::protocol(format!(
                "The Hub chose the transfer {transfer}, which was not offered",
                transfer = Quoted(&transfer)
            )));
        }
        let mut by_oid: HashMap<String, Object> = HashMap::with_capacity(answer.objects.len());
        for object in answer.objects {
            by_oid.insert(object.oid.clone(), object);
        }
        let mut actions = Vec::with_capacity(self.objects.len());
        for (oid, size) in &self.objects {
            let object = by_oid
                .remove(oid)
                .ok_or_else(|| Error::protocol(format!("The Hub's LFS batch answer lacks object {oid}")))?;
            actions.push(action(object, *size, hub)?);
        }
        match by_oid.into_keys().next() {
            None => Ok(actions),
            Some(oid) => Err(Error::protocol(format!("The Hub's LFS batch answer names object {oid}, not asked for"))),
        }
    }
}

struct Answer {
    transfer: Option<String>,
    objects: Vec<Object>,
}

impl Read for Answer {
    fn read(json: Json) -> Result<Answer, Misfit> {
        Fields::read(json, |answer| Answer { transfer: answer.get("transfer"), objects: answer.get("objects") })
    }
}

struct Object {
    oid: String,
    refused: Option<Refused>,
    actions: Actions,
}

impl Read for Object {
    fn read(json: Json) -> Result<Object, Misfit> {
        Fields::read(json, |object| Object {
            refused: object.get("error"),
            actions: object.get::<Option<Actions>>("actions").unwrap_or_default(),
            oid: object.get("oid"),
        })
    }
}

#[derive(Default)]
struct Refused {
    code: f64,
    message: String,
}

impl Read for Refused {
    fn read(json: Json) -> Result<Refused, Misfit> {
        Fields::read(json, |error| Refused { code: error.get("code"), message: error.text("message") })
    }
}

#[derive(Default)]
struct Actions {
    upload: Option<Upload>,
    verify: Option<Verify>,
}

impl Read for Actions {
    fn read(json: Json) -> Result<Actions, Misfit> {
        Fields::read(json, |actions| Actions { upload: actions.get("upload"), verify: actions.get("verify") })
    }
}

struct Verify {
    href: String,
}

impl Read for Verify {
    fn read(json: Json) -> Result<Verify, Misfit> {
        Fields::read(json, |verify| Verify { href: verify.get("href") })
    }
}

struct Upload {
    href: String,
    header: Json,
}

impl Read for Upload {
    fn read(json: Json) -> Result<Upload, Misfit> {
        Fields::read(json, |upload| Upload { href: upload.get("href"), header: upload.get("header") })
    }
}

fn action(object: Object, size: u64, hub: &Hub) -> Result<Action, Error> {
    if let Some(Refused { code, message }) = object.refused {
        return Ok(Action::Refused { code: code as i64, message });
    }
    let Some(upload) = object.actions.upload else { return Ok(Action::Present) };
    let href = on_this_hub(hub, checked(upload.href)?);
    let verify =
        object.actions.verify.map(|verify| checked(verify.href)).transpose()?.map(|href| on_this_hub(hub, href));
    if *upload.header.get("chunk_size") == Json::Null {
        return Ok(Action::Basic { href, verify });
    }
    Ok(Action::Multipart { parts: plan_parts(&upload.header, size)?, complete: href, verify })
}

/// Reads the parts out of an upload action's `header`: `chunk_size`, and one URL per part number.
///
/// Errors: `protocol` unless the numbers are 1, 2, … and as many as the size asks for.
pub fn plan_parts(header: &Json, size: u64) -> Result<Vec<PartUrl>, Error> {
    let wrong = |why: String| Error::protocol(format!("The Hub's multipart plan {why}"));
    let chunk_size = match header.get("chunk_size") {
        Json::Text(text) => text.parse().ok(),
        other => other.as_u64(),
    }
    .filter(|size| *size > 0)
    .ok_or_else(|| wrong("has no usable chunk_size".to_owned()))?;
    let expected = size.div_ceil(chunk_size);
    let incomplete =
        || wrong(format!("does not have the parts 1 to {expected} that {size} bytes in pieces of {chunk_size} need"));
    let count =
        usize::try_from(expected).ok().filter(|count| *count < header.members().len()).ok_or_else(incomplete)?;
    let mut urls: Vec<Option<String>> = vec![None; count];
    for (key, value) in header.members() {
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let number: usize = key.parse().map_err(|_| wrong(format!("has a part number out of range: {key}")))?;
        let url = value.as_str().ok_or_else(|| wrong(format!("has no URL for part {key}")))?;
        match number.checked_sub(1).and_then(|place| urls.get_mut(place)) {
            Some(place @ None) => *place = Some(checked(url.to_owned())?),
            _ => return Err(incomplete()),
        }
    }
    let mut start = 0;
    let part = |url: Option<String>| {
        let part = PartUrl { url: url.ok_or_else(incomplete)?, start, end: size.min(start.saturating_add(chunk_size)) };
        start = part.end;
        Ok(part)
    };
    urls.into_iter().map(part).collect()
}

/// Only web addresses may be followed.
fn checked(href: String) -> Result<String, Error> {
    if href.starts_with("https://") || href.starts_with("http://") {
        return Ok(href);
    }
    Err(Error::protocol("The Hub's LFS batch answer has an upload address that is not http(s)"))
}

/// Behind another address than the public one (a mirror, a proxy), the Hub's own URLs are taken to that address.
fn on_this_hub(hub: &Hub, href: String) -> String {
    match href.strip_prefix(HubUrl::PUBLIC) {
        Some(rest) if rest.starts_with('/') => format!("{}{rest}", hub.url.as_str()),
        _ => href,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json as object};

    use super::*;
    use crate::Code;
    use crate::hub::testing::{good, hub, repo, shown};

    fn batch() -> LfsBatch {
        LfsBatch {
            repo: repo("datasets/user/name"),
            revision: Some("refs/pr/1".to_owned()),
            objects: vec![("aa".to_owned(), 10), ("bb".to_owned(), 3)],
        }
    }

    #[test]
    fn request() {
        let expected = concat!(
            "POST https://hub.example/datasets/user/name.git/info/lfs/objects/batch",
            "\nauthorization: Bearer hf_secret",
            "\naccept: application/vnd.git-lfs+json",
            "\ncontent-type: application/vnd.git-lfs+json",
            "\n",
            r#"{"hash_algo":"sha256","objects":[{"oid":"aa","size":10},{"oid":"bb","size":3}],"operation":"upload","#,
            r#""ref":{"name":"refs/pr/1"},"transfers":["basic","multipart"]}"#
        );
        assert_eq!(shown(batch().request(&hub())), expected);
    }

    #[test]
    fn answers_come_in_the_order_of_the_question() {
        let body = object!({
            "transfer": "multipart",
            "objects": [
                { "oid": "bb", "size": 3, "authenticated": true, "actions": {
                    "upload": { "href": "https://store.example/o?sig=1", "header": { "x-amz-acl": "private" } },
                    "verify": { "href": "https://huggingface.co/verify" },
                } },
                { "oid": "aa", "size": 10, "actions": { "upload": {
                    "href": "https://huggingface.co/complete?u=1",
                    "header": { "chunk_size": 4, "2": "https://store.example/2", "00001": "https://store.example/1",
                        "3": "https://huggingface.co/3" },
                } } },
            ],
        });
        let part = |url: &str, start, end| PartUrl { url: url.to_owned(), start, end };
        let expected = [
            Action::Multipart {
                parts: vec![
                    part("https://store.example/1", 0, 4),
                    part("https://store.example/2", 4, 8),
                    // A part's URL is signed for its host.
                    part("https://huggingface.co/3", 8, 10),
                ],
                // The public Hub's own addresses are taken to the address in use.
                complete: "https://hub.example/complete?u=1".to_owned(),
                verify: None,
            },
            Action::Basic {
                href: "https://store.example/o?sig=1".to_owned(),
                verify: Some("https://hub.example/verify".to_owned()),
            },
        ];
        let actions = batch().parse(&good(&body.to_string()), &hub()).unwrap();
        assert_eq!(actions, expected);
        assert!(!format!("{actions:?}").contains("sig"));
    }

    #[test]
    fn parts_lie_beyond_four_gibibytes_as_before_them() {
        const PIECE: u64 = 16 << 20;
        let size = (5 << 30) + 1;
        let mut header = object!({ "chunk_size": PIECE });
        for number in 1..=321 {
            header[number.to_string().as_str()] = "https://store.example/part".into();
        }
        let parts = plan_parts(&Json::parse(&header.to_string()).unwrap(), size).unwrap();
        let places: Vec<(u64, u64)> = parts.iter().map(|part| (part.start, part.end)).collect();
        let expected = (0..321).map(|part| (part * PIECE, size.min((part + 1) * PIECE))).collect::<Vec<_>>();
        assert_eq!(places, expected);
        assert_eq!(places[320], (5 << 30, size), "a last part of one byte");
    }

    #[test]
    fn objects_that_need_nothing_or_are_refused() {
        // (what it shows, rest of the object, action)
        let refused = Action::Refused { code: 422, message: "too large".to_owned() };
        let rows = [
            ("no actions", object!({}), Action::Present),
            ("empty actions", object!({ "actions": {} }), Action::Present),
            ("null actions", object!({ "actions": null }), Action::Present),
            ("refused", object!({ "error": { "code": 422, "message": "too large" } }), refused),
        ];
        for (name, mut rest, expected) in rows {
            rest["oid"] = "aa".into();
            let body = object!({ "objects": [rest, { "oid": "bb" }] });
            assert_eq!(batch().parse(&good(&body.to_string()), &hub()).unwrap(), [expected, Action::Present], "{name}");
        }
    }

    #[test]
    fn answers_that_cannot_be_used() {
        let one = |actions: Value| object!({ "objects": [{ "oid": "aa", "actions": actions }, { "oid": "bb" }] });
        let upload =
            |header: Value| one(object!({ "upload": { "href": "https://store.example/o", "header": header } }));
        let url = "https://store.example/1";
        let rows = [
            ("xet was not offered", object!({ "transfer": "xet", "objects": [{ "oid": "aa" }, { "oid": "bb" }] })),
            ("an object is missing", object!({ "objects": [{ "oid": "aa" }] })),
            ("an object too many", object!({ "objects": [{ "oid": "aa" }, { "oid": "bb" }, { "oid": "cc" }] })),
            ("objects are no list", object!({ "objects": {} })),
            ("no address", one(object!({ "upload": {} }))),
            ("an address of another kind", one(object!({ "upload": { "href": "file:///etc/passwd" } }))),
            ("an address without scheme", one(object!({ "upload": { "href": "/x" } }))),
            ("no part", upload(object!({ "chunk_size": "10" }))),
            ("a gap", upload(object!({ "chunk_size": "5", "1": url, "3": url }))),
            ("a number twice", upload(object!({ "chunk_size": "5", "1": url, "01": url }))),
            ("counted from zero", upload(object!({ "chunk_size": "5", "0": url, "1": url }))),
            ("no size", upload(object!({ "chunk_size": "0", "1": url }))),
            ("a size that is none", upload(object!({ "chunk_size": "many", "1": url }))),
            ("a negative size", upload(object!({ "chunk_size": -5, "1": url }))),
            ("a part without URL", upload(object!({ "chunk_size": "10", "1": 7 }))),
            ("a part of another kind", upload(object!({ "chunk_size": "10", "1": "data:x" }))),
            ("a number out of range", upload(object!({ "chunk_size": "10", "99999999999999999999": url }))),
        ];
        for (name, body) in rows {
            assert_eq!(batch().parse(&good(&body.to_string()), &hub()).unwrap_err().code, Code::Protocol, "{name}");
        }
    }
}
