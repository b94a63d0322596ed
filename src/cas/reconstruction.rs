//! `GET /v1|v2/reconstructions/{file hash}`: where the bytes of a file lie, as chunks of xorbs behind URLs that need no token.
//!
//! Both versions say the same; the second names each xorb's URL once. Whatever comes is checked here, so that whoever carries a
//! plan out need not doubt it: every term lies within one fetch, and together they hold the bytes that were asked for.
//!
//! Source: Xet specification 1.1, download protocol; vectors in `tests/vectors/reconstruction.json`.

use std::collections::HashMap;
use std::ops::Range;

use super::Cas;
use crate::error::Error;
use crate::hash::XetHash;
use crate::http::{Method, Request, Response};
use crate::hub::{Endpoint, Hub};
use crate::json::{Fields, Json, Misfit, Name, Read};
use crate::xorb::XORB_MOST_BYTES;

/// Which of the two routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// Every store has it.
    V1,
    /// Newer stores have it.
    V2,
}

/// Asks where bytes of a file lie.
#[derive(Debug, Clone)]
pub struct Reconstruct {
    /// The store, with a token that may read.
    pub cas: Cas,
    /// The file.
    pub file: XetHash,
    /// Which of its bytes; half-open, not empty.
    pub range: Range<u64>,
    /// Which route.
    pub version: Version,
}

/// Where bytes of a file lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Bytes of the first term that lie before those that were asked for.
    pub skip: u64,
    /// What the bytes consist of, in order. More than what was asked for may hang on at the end.
    pub terms: Vec<Term>,
    /// What has to be fetched, each once.
    pub fetches: Vec<Fetch>,
}

/// A run of chunks of one xorb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The fetch that brings them, by its place.
    pub fetch: u32,
    /// Which, by their places in the xorb.
    pub chunks: Range<u32>,
    /// How many bytes they are.
    pub bytes: u64,
}

/// A part of a xorb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Where it is.
    pub url: String,
    /// Which bytes of it to ask for: exactly these, they are part of what is signed.
    pub bytes: Range<u64>,
    /// The chunks in them, by their places in the xorb.
    pub chunks: Range<u32>,
}

struct Said {
    offset_into_first_range: u64,
    terms: Vec<SaidTerm>,
    fetch_info: Vec<(Name, Vec<SaidFetch>)>,
    xorbs: Vec<(Name, Vec<SaidXorb>)>,
}

impl Read for Said {
    fn read(json: Json) -> Result<Said, Misfit> {
        Fields::read(json, |said| Said {
            offset_into_first_range: said.get("offset_into_first_range"),
            terms: said.get("terms"),
            fetch_info: of_xorbs(said, "fetch_info"),
            xorbs: of_xorbs(said, "xorbs"),
        })
    }
}

/// What is said of each xorb, under the xorb's hash.
fn of_xorbs<T: Read>(said: &mut Fields, name: &str) -> Vec<(Name, Vec<T>)> {
    let read = said.get::<Option<Fields>>(name).unwrap_or_default().all();
    read.unwrap_or_else(|misfit| {
        said.miss(misfit.within(name));
        Vec::new()
    })
}

struct SaidTerm {
    hash: String,
    unpacked_length: u64,
    range: Span,
}

impl Read for SaidTerm {
    fn read(json: Json) -> Result<SaidTerm, Misfit> {
        Fields::read(json, |term| SaidTerm {
            hash: term.get("hash"),
            unpacked_length: term.get("unpacked_length"),
            range: term.get("range"),
        })
    }
}

/// Of chunks half-open; of bytes, as in HTTP, both ends belong to it.
#[derive(Clone, Copy, Default)]
struct Span {
    start: u64,
    end: u64,
}

impl Read for Span {
    fn read(json: Json) -> Result<Span, Misfit> {
        Fields::read(json, |span| Span { start: span.get("start"), end: span.get("end") })
    }
}

struct SaidFetch {
    range: Span,
    url: String,
    url_range: Span,
}

impl Read for SaidFetch {
    fn read(json: Json) -> Result<SaidFetch, Misfit> {
        Fields::read(json, |fetch| SaidFetch {
            range: fetch.get("range"),
            url: fetch.get("url"),
            url_range: fetch.get("url_range"),
        })
    }
}

struct SaidXorb {
    url: String,
    ranges: Vec<SaidRange>,
}

impl Read for SaidXorb {
    fn read(json: Json) -> Result<SaidXorb, Misfit> {
        Fields::read(json, |xorb| SaidXorb { url: xorb.get("url"), ranges: xorb.get("ranges") })
    }
}

struct SaidRange {
    chunks: Span,
    bytes: Span,
}

impl Read for SaidRange {
    fn read(json: Json) -> Result<SaidRange, Misfit> {
        Fields::read(json, |range| SaidRange { chunks: range.get("chunks"), bytes: range.get("bytes") })
    }
}

impl Reconstruct {
    fn wrong(&self, what: &str) -> Error {
        Error::protocol(format!("The store's answer about file {} cannot be used: {what}", self.file))
    }

    /// What the answer offers for each xorb.
    fn offers(&self, said: &Said) -> Result<HashMap<String, Vec<Fetch>>, Error> {
        let mut offers: HashMap<String, Vec<Fetch>> = HashMap::new();
        for (hash, fetches) in &said.fetch_info {
            for SaidFetch { range, url, url_range } in fetches {
                offers.entry(hash.to_string()).or_default().push(self.fetch(url, *range, *url_range)?);
            }
        }
        for (hash, xorbs) in &said.xorbs {
            for SaidXorb { url, ranges } in xorbs {
                for SaidRange { chunks, bytes } in ranges {
                    offers.entry(hash.to_string()).or_default().push(self.fetch(url, *chunks, *bytes)?);
                }
            }
        }
        Ok(offers)
    }

    fn fetch(&self, url: &str, chunks: Span, bytes: Span) -> Result<Fetch, Error> {
        if !super::is_usable(url) {
            return Err(self.wrong("it names a URL that is neither https nor of this machine"));
        }
        // A stored body has a footer behind its chunks, which is not fetched.
        if bytes.end < bytes.start || bytes.end >= XORB_MOST_BYTES as u64 {
            return Err(self.wrong("it names a range of bytes that no xorb has"));
        }
        Ok(Fetch { url: url.to_owned(), bytes: bytes.start..bytes.end + 1, chunks: self.chunks(chunks)? })
    }

    fn chunks(&self, Span { start, end }: Span) -> Result<Range<u32>, Error> {
        match (u32::try_from(start), u32::try_from(end)) {
            (Ok(start), Ok(end)) if start < end => Ok(start..end),
            _ => Err(self.wrong("it names a range of chunks that no xorb has")),
        }
    }

    /// Leaves out what lies before and behind what was asked for: a store may answer with more.
    fn plan(&self, said: &Said) -> Result<Plan, Error> {
        let offers = self.offers(said)?;
        let wanted = self.range.end - self.range.start;
        let mut plan = Plan { skip: said.offset_into_first_range, terms: Vec::new(), fetches: Vec::new() };
        let mut places: HashMap<(&str, usize), u32> = HashMap::new();
        let mut held: u64 = 0;
        for SaidTerm { hash, unpacked_length: bytes, range } in &said.terms {
            if plan.terms.is_empty() && *bytes <= plan.skip {
                plan.skip -= bytes;
                continue;
            }
            let needed = wanted.saturating_add(plan.skip);
            if held >= needed {
                break;
            }
            let chunks = self.chunks(*range)?;
            let of_xorb = offers.get(hash).map_or(&[][..], Vec::as_slice);
            let holds = |fetch: &Fetch| fetch.chunks.start <= chunks.start && chunks.end <= fetch.chunks.end;
            let offer = of_xorb.iter().position(holds).ok_or_else(|| self.wrong("it does not say where a xorb is"))?;
            let fetch = *places.entry((hash, offer)).or_insert_with(|| {
                plan.fetches.push(of_xorb[offer].clone());
                plan.fetches.len() as u32 - 1
            });
            plan.terms.push(Term { fetch, chunks, bytes: *bytes });
            held = held.saturating_add(*bytes);
        }
        if held < wanted.saturating_add(plan.skip) {
            return Err(self.wrong("it tells less than was asked for"));
        }
        Ok(plan)
    }
}

impl Endpoint for Reconstruct {
    /// Nothing when the store has no such route, which only the second version may say.
    type Output = Option<Plan>;

    fn request(&self, _: &Hub) -> Result<Request, Error> {
        if self.range.is_empty() {
            return Err(Error::invalid(format!("the range {}..{} is empty", self.range.start, self.range.end)));
        }
        let version = match self.version {
            Version::V1 => "v1",
            Version::V2 => "v2",
        };
        let request = self.cas.request(Method::Get, &format!("/{version}/reconstructions/{}", self.file));
        Ok(request.header("range", format!("bytes={}-{}", self.range.start, self.range.end - 1)))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<Option<Plan>, Error> {
        if self.version == Version::V2 && matches!(response.status, 404 | 501) {
            return Ok(None);
        }
        if !response.is_success() {
            return Err(super::refused(response, &self.request(hub)?.url));
        }
        let answer = Json::parse(&response.body).map_err(|error| self.wrong(&error.to_string()))?;
        let said = Said::read(answer).map_err(|misfit| self.wrong(&misfit.to_string()))?;
        self.plan(&said).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use serde_json::{Value, json};

    const FILE: &str = "2496ec7e021e190701e2aeca032af38e758d0d6fbec42ef9b426a35c8cd8a60c";

    fn hub() -> Hub {
        Hub { url: crate::hub::HubUrl::parse("https://hub.example").unwrap(), token: None }
    }

    fn ask(range: Range<u64>, version: Version) -> Reconstruct {
        let cas = Cas::new("https://cas.example", "s3cret").unwrap();
        Reconstruct { cas, file: XetHash::parse(FILE).unwrap(), range, version }
    }

    fn answer(status: u16, body: &Value) -> Response {
        Response { status, headers: Vec::new(), body: body.to_string() }
    }

    fn parse(range: Range<u64>, body: &Value) -> Result<Plan, Error> {
        ask(range, Version::V1).parse(&answer(200, body), &hub()).map(|plan| plan.expect("a plan"))
    }

    fn term(hash: &str, chunks: Range<u32>, bytes: u64) -> Value {
        json!({ "hash": hash, "unpacked_length": bytes, "range": { "start": chunks.start, "end": chunks.end } })
    }

    /// Two xorbs; of the second, two parts.
    fn said(skip: u64) -> Value {
        let part = |chunks: Range<u32>, bytes: Range<u64>, url: &str| {
            json!({
                "range": { "start": chunks.start, "end": chunks.end }, "url": url,
                "url_range": { "start": bytes.start, "end": bytes.end - 1 },
            })
        };
        json!({
            "offset_into_first_range": skip,
            "terms": [term("a", 0..2, 100), term("b", 5..6, 50), term("a", 1..2, 60), term("b", 0..1, 30)],
            "fetch_info": {
                "a": [part(0..2, 0..90, "https://data.example/a?sign=1")],
                "b": [part(0..1, 0..20, "https://data.example/b?1"), part(5..7, 70..95, "https://data.example/b?2")],
            },
        })
    }

    #[test]
    fn requests() {
        let request = ask(5..17, Version::V2).request(&hub()).unwrap();
        assert_eq!(request.url, format!("https://cas.example/v2/reconstructions/{FILE}"));
        assert_eq!(
            request.headers,
            [("authorization", "Bearer s3cret".to_owned()), ("range", "bytes=5-16".to_owned()),]
        );
        let older = ask(0..1, Version::V1).request(&hub()).unwrap();
        assert_eq!(older.url, format!("https://cas.example/v1/reconstructions/{FILE}"));
        assert_eq!(ask(3..3, Version::V1).request(&hub()).unwrap_err().code, Code::InvalidInput);
    }

    #[test]
    fn names_each_fetch_once_and_only_those_that_are_needed() {
        let plan = parse(0..240, &said(0)).unwrap();
        let urls: Vec<&str> = plan.fetches.iter().map(|fetch| fetch.url.as_str()).collect();
        assert_eq!(urls, ["https://data.example/a?sign=1", "https://data.example/b?2", "https://data.example/b?1"]);
        assert_eq!(plan.fetches[1].bytes, 70..95);
        assert_eq!(plan.terms.iter().map(|term| term.fetch).collect::<Vec<_>>(), [0, 1, 0, 2]);
        // (bytes before those that were asked for, how many were asked for, what is left of them, chunks of the terms)
        let rows = [
            (0, 1, 0, vec![(0, 2)]),
            (0, 100, 0, vec![(0, 2)]),
            (0, 101, 0, vec![(0, 2), (5, 6)]),
            (99, 1, 99, vec![(0, 2)]),
            (99, 2, 99, vec![(0, 2), (5, 6)]),
            (100, 1, 0, vec![(5, 6)]),
            (149, 61, 49, vec![(5, 6), (1, 2)]),
            (150, 90, 0, vec![(1, 2), (0, 1)]),
            (239, 1, 29, vec![(0, 1)]),
        ];
        for (skip, length, left, chunks) in rows {
            let plan = parse(1_000..1_000 + length, &said(skip)).unwrap();
            assert_eq!(plan.skip, left, "{skip} {length}");
            assert_eq!(
                plan.terms.iter().map(|term| (term.chunks.start, term.chunks.end)).collect::<Vec<_>>(),
                chunks,
                "{skip} {length}"
            );
            assert!(plan.terms.iter().all(|term| (term.fetch as usize) < plan.fetches.len()));
        }
    }

    #[test]
    fn both_versions_say_the_same() {
        let newer = json!({
            "offset_into_first_range": 3,
            "terms": [term("a", 0..2, 100), term("a", 7..8, 10)],
            "xorbs": { "a": [{ "url": "https://data.example/a", "ranges": [
                { "chunks": { "start": 0, "end": 2 }, "bytes": { "start": 0, "end": 89 } },
                { "chunks": { "start": 7, "end": 8 }, "bytes": { "start": 200, "end": 209 } },
            ] }] },
        });
        let plan = ask(3..110, Version::V2).parse(&answer(200, &newer), &hub()).unwrap().unwrap();
        let bytes: Vec<_> = plan.fetches.iter().map(|fetch| fetch.bytes.clone()).collect();
        assert_eq!((plan.skip, bytes), (3, vec![0..90, 200..210]));
    }

    #[test]
    fn answers_that_are_errors() {
        let with = |change: &dyn Fn(&mut Value)| {
            let mut body = said(0);
            change(&mut body);
            body
        };
        let rows = [
            ("no JSON object", json!("hello")),
            ("less than was asked for", with(&|body| drop(body["terms"].as_array_mut().unwrap().pop()))),
            ("nothing at all", with(&|body| body["terms"] = json!([]))),
            ("an offset beyond the end", with(&|body| body["offset_into_first_range"] = json!(u64::MAX))),
            ("no place for a xorb", with(&|body| body["fetch_info"]["a"] = json!([]))),
            ("a term that no fetch holds", with(&|body| body["terms"][1]["range"]["end"] = json!(9))),
            ("chunks that end before they begin", with(&|body| body["terms"][0]["range"]["end"] = json!(0))),
            ("a place beyond any xorb", with(&|body| body["terms"][0]["range"]["end"] = json!(1u64 << 40))),
            (
                "a range that is too long",
                with(&|body| body["fetch_info"]["a"][0]["url_range"]["end"] = json!(1u64 << 40)),
            ),
            (
                "a range that ends before it begins",
                with(&|body| body["fetch_info"]["b"][1]["url_range"]["end"] = json!(1)),
            ),
            ("another kind of URL", with(&|body| body["fetch_info"]["a"][0]["url"] = json!("file:///etc/passwd"))),
            ("an open URL", with(&|body| body["fetch_info"]["a"][0]["url"] = json!("http://data.example/a"))),
        ];
        for (name, body) in rows {
            let error = parse(0..240, &body).unwrap_err();
            assert_eq!(error.code, Code::Protocol, "{name}");
            assert!(!error.message.contains("sign=1"), "{name}");
        }
    }

    #[test]
    fn refusals() {
        let refused = |version, status| ask(0..1, version).parse(&answer(status, &json!({})), &hub());
        assert_eq!(refused(Version::V2, 404), Ok(None));
        assert_eq!(refused(Version::V2, 501), Ok(None));
        let rows = [
            (404, Code::EntryNotFound),
            (401, Code::Unauthorized),
            (403, Code::Forbidden),
            (416, Code::Rejected),
            (503, Code::ServerError),
        ];
        for (status, code) in rows {
            assert_eq!(refused(Version::V1, status).unwrap_err().code, code, "{status}");
        }
    }
}
