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
        let mut said = Fields::of(json)?;
        Ok(Said {
            offset_into_first_range: said.get("offset_into_first_range")?,
            terms: said.get("terms")?,
            fetch_info: of_xorbs(&mut said, "fetch_info")?,
            xorbs: of_xorbs(&mut said, "xorbs")?,
        })
    }
}

/// What is said of each xorb, under the xorb's hash.
fn of_xorbs<T: Read>(said: &mut Fields, name: &str) -> Result<Vec<(Name, Vec<T>)>, Misfit> {
    let xorbs: Option<Fields> = said.get(name)?;
    xorbs.map_or(Ok(Vec::new()), Fields::all).map_err(|misfit| misfit.within(name))
}

struct SaidTerm {
    hash: String,
    unpacked_length: u64,
    range: Span,
}

impl Read for SaidTerm {
    fn read(json: Json) -> Result<SaidTerm, Misfit> {
        let mut term = Fields::of(json)?;
        Ok(SaidTerm {
            hash: term.get("hash")?,
            unpacked_length: term.get("unpacked_length")?,
            range: term.get("range")?,
        })
    }
}

/// Of chunks half-open; of bytes, as in HTTP, both ends belong to it.
#[derive(Clone, Copy)]
struct Span {
    start: u64,
    end: u64,
}

impl Read for Span {
    fn read(json: Json) -> Result<Span, Misfit> {
        let mut span = Fields::of(json)?;
        Ok(Span { start: span.get("start")?, end: span.get("end")? })
    }
}

struct SaidFetch {
    range: Span,
    url: String,
    url_range: Span,
}

impl Read for SaidFetch {
    fn read(json: Json) -> Result<SaidFetch, Misfit> {
        let mut fetch = Fields::of(json)?;
        Ok(SaidFetch { range: fetch.get("range")?, url: fetch.get("url")?, url_range: fetch.get("url_range")? })
    }
}

struct SaidXorb {
    url: String,
    ranges: Vec<SaidRange>,
}

impl Read for SaidXorb {
    fn read(json: Json) -> Result<SaidXorb, Misfit> {
        let mut xorb = Fields::of(json)?;
        Ok(SaidXorb { url: xorb.get("url")?, ranges: xorb.get("ranges")? })
    }
}

struct SaidRange {
    chunks: Span,
    bytes: Span,
}

impl Read for SaidRange {
    fn read(json: Json) -> Result<SaidRange, Misfit> {
        let mut range = Fields::of(json)?;
        Ok(SaidRange { chunks: range.get("chunks")?, bytes: range.get("bytes")? })
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
