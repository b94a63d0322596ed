//! A content store in memory that believes nothing: tokens end, every hash is computed anew, and a shard that names what is not
//! stored is a mistake of ours.

use std::collections::HashMap;

use hubferry::hash::XetHash;
use hubferry::http::{Request, Response};
use serde_json::json;

use crate::sim_hub::{answer, refuse};
use crate::store::Store;

/// The store's address.
pub const CAS: &str = "https://cas.example";

/// Where data URLs lead.
pub const DATA: &str = "https://data.example";

/// Milliseconds since 1970 at time zero of the virtual clock.
pub const EPOCH_MS: u64 = 1_700_000_000_000;

/// What the token for the store begins with.
pub const CAS_TOKEN: &str = "xet-secretsecret-";

#[derive(Clone)]
pub struct SimCas {
    /// Whether the Hub offers it.
    pub offered: bool,
    /// How long a token is good.
    pub token_ms: u64,
    /// Ends of the tokens that were given, on the virtual clock.
    tokens: Vec<u64>,
    pub store: Store,
    bodies: HashMap<XetHash, Vec<u8>>,
    /// Every body that arrived whole, with its size.
    pub posted: Vec<(XetHash, u64)>,
    pub shards: u32,
    /// Questions about chunks that could be answered.
    pub hits: u32,
    /// Whether it has ever lost anything.
    has_lost: bool,
}

impl Default for SimCas {
    fn default() -> SimCas {
        SimCas {
            offered: false,
            token_ms: 3_600_000,
            tokens: Vec::new(),
            store: Store::default(),
            bodies: HashMap::new(),
            posted: Vec::new(),
            shards: 0,
            hits: 0,
            has_lost: false,
        }
    }
}

impl SimCas {
    pub fn give_token(&mut self, now_ms: u64) -> Response {
        if !self.offered {
            return refuse(404, None, "Not found");
        }
        let ends = now_ms + self.token_ms;
        self.tokens.push(ends);
        let token = format!("{CAS_TOKEN}{}", self.tokens.len() - 1);
        answer(200, json!({ "casUrl": CAS, "exp": (EPOCH_MS + ends) / 1000, "accessToken": token }))
    }

    pub fn tokens_given(&self) -> usize {
        self.tokens.len()
    }

    /// Loses the xorbs that no shard has listed.
    pub fn sweep(&mut self) {
        self.store.sweep();
        self.has_lost = true;
    }

    /// All tokens end now.
    pub fn expire(&mut self) {
        self.tokens.fill(0);
    }

    /// Name of the file with this SHA-256, when it is registered.
    pub fn xet_hash(&self, oid: &str) -> Option<String> {
        self.store.files().get(&unhex(oid)).map(|file| file.hash.to_string())
    }

    pub fn read(&self, oid: &str) -> Option<Vec<u8>> {
        self.store.files().contains_key(&unhex(oid)).then(|| self.store.read(&unhex(oid)))
    }

    /// Bytes of all bodies that arrived.
    pub fn posted_bytes(&self) -> u64 {
        self.posted.iter().map(|(_, bytes)| bytes).sum()
    }

    /// Whether the request has a token that is good; the refusal when not.
    fn refusal(&self, request: &Request, now_ms: u64) -> Option<Response> {
        let bearer = request.headers.iter().find(|(name, _)| *name == "authorization").map(|(_, value)| value.as_str());
        let number = bearer.and_then(|value| value.strip_prefix("Bearer ")?.strip_prefix(CAS_TOKEN)?.parse().ok());
        let number: usize = number.expect("a token of the store");
        (self.tokens[number] <= now_ms).then(|| refuse(401, None, "The token has expired"))
    }

    /// Does the work and answers, with bytes for the data plane.
    pub fn serve(&mut self, route: &str, request: &Request, body: &[u8], now_ms: u64) -> (Response, Vec<u8>) {
        if route == "data" {
            return self.data(request);
        }
        if let Some(refusal) = self.refusal(request, now_ms) {
            return (refusal, Vec::new());
        }
        let name = || XetHash::parse(request.url.rsplit('/').next().expect("a name")).expect("a hash");
        let response = match route {
            "xorb" => {
                let hash = name();
                self.store.take_xorb(hash, body);
                let was_inserted = self.bodies.insert(hash, body.to_vec()).is_none();
                self.posted.push((hash, body.len() as u64));
                answer(200, json!({ "was_inserted": was_inserted }))
            }
            "shard" if self.has_lost && !self.store.would_take(body) => refuse(400, None, "unknown xorb"),
            "shard" => {
                self.store.take_shard(body);
                self.shards += 1;
                answer(200, json!({ "result": 1 }))
            }
            "chunk" => match self.store.answer(name()) {
                Some(shard) => {
                    self.hits += 1;
                    return (Response { status: 200, ..Response::default() }, shard);
                }
                None => refuse(404, None, "Not found"),
            },
            "reconstruction" => self.reconstruction(request, name()),
            other => panic!("the simulated store has no route {other}"),
        };
        (response, Vec::new())
    }

    /// Only ever asked for the first byte of a file.
    fn reconstruction(&self, request: &Request, file: XetHash) -> Response {
        assert!(request.headers.contains(&("range", "bytes=0-0".to_owned())), "{request:?}");
        let Some(file) = self.store.files().values().find(|one| one.hash == file) else {
            return refuse(404, None, "Not found");
        };
        let term = &file.terms[0];
        let (start, end, raw) = record(&self.bodies[&term.xorb], term.start);
        let xorb = term.xorb.to_string();
        let chunks = json!({ "start": term.start, "end": term.start + 1 });
        let fetch = json!([{
            "range": chunks, "url": format!("{DATA}/{xorb}?signature=1"), "url_range": { "start": start, "end": end - 1 },
        }]);
        answer(
            200,
            json!({
                "offset_into_first_range": 0,
                "terms": [{ "hash": xorb, "unpacked_length": raw, "range": chunks }],
                "fetch_info": { xorb: fetch },
            }),
        )
    }

    fn data(&self, request: &Request) -> (Response, Vec<u8>) {
        let xorb = request.url.rsplit('/').next().and_then(|name| name.split('?').next()).expect("a name");
        let body = &self.bodies[&XetHash::parse(xorb).expect("a hash")];
        let (_, range) = request.headers.iter().find(|(name, _)| *name == "range").expect("a range");
        let (start, last) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')).expect("a range");
        let (start, last): (usize, usize) = (start.parse().expect("a number"), last.parse().expect("a number"));
        (Response { status: 206, ..Response::default() }, body[start..=last].to_vec())
    }
}

/// Where the n-th record of a body begins and ends, and how many bytes its chunk has.
fn record(body: &[u8], n: u32) -> (usize, usize, usize) {
    let number = |at: usize| usize::from(body[at]) | usize::from(body[at + 1]) << 8 | usize::from(body[at + 2]) << 16;
    let mut start = 0;
    for _ in 0..n {
        start += 8 + number(start + 1);
    }
    (start, start + 8 + number(start + 1), number(start + 5))
}

pub fn unhex(oid: &str) -> [u8; 32] {
    std::array::from_fn(|at| u8::from_str_radix(&oid[2 * at..2 * at + 2], 16).expect("hex"))
}
