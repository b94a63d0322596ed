//! The URL space of the content-addressed store.

use axum::http::{Method, StatusCode};
use xet_core_structures::merklehash::MerkleHash;

use crate::error::Refusal;
use crate::hash_text;

/// The prefixes under which clients ask for chunks and send xorbs: one is in the specification, the other in the clients.
const PREFIXES: [&str; 2] = ["default", "default-merkledb"];

/// What a request to the content-addressed store is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CasRoute {
    /// `POST /v1/xorbs/{prefix}/{hash}`.
    Xorb(MerkleHash),
    /// `POST /v1/shards`.
    Shard,
    /// `POST /v2/shards`.
    ShardStream,
    /// `GET /v1/chunks/{prefix}/{hash}`.
    Chunk(MerkleHash),
    /// `GET /v1/reconstructions/{hash}`.
    Reconstruction(MerkleHash),
    /// `GET /v2/reconstructions/{hash}`.
    ReconstructionV2(MerkleHash),
    /// `GET /v1/reconstructions?file_id=…`, `POST /v1/reconstructions`.
    Reconstructions,
    /// `POST /v1/xorb-grants/…`, which is not offered.
    Grant,
    /// `POST /v1/telemetry`.
    Telemetry,
}

/// A request that means nothing: the name of the route that it nearly is, and how it is refused.
#[derive(Debug)]
pub struct NoCasRoute {
    /// For the request log and fault rules.
    pub name: &'static str,
    status: StatusCode,
    message: &'static str,
}

impl NoCasRoute {
    /// The answer.
    pub fn refusal(&self) -> Refusal {
        if self.status == StatusCode::NOT_FOUND { Refusal::no_route() } else { Refusal::new(self.status, self.message) }
    }
}

impl CasRoute {
    /// The name in the request log and in fault rules.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Xorb(_) => "cas.xorb",
            Self::Shard => "cas.shard",
            Self::ShardStream => "cas.shard-v2",
            Self::Chunk(_) => "cas.chunk",
            Self::Reconstruction(_) => "cas.reconstruction",
            Self::ReconstructionV2(_) => "cas.reconstruction-v2",
            Self::Reconstructions => "cas.reconstructions",
            Self::Grant => "cas.grant",
            Self::Telemetry => "cas.telemetry",
        }
    }
}

/// What a request is for.
pub fn parse(method: &Method, path: &str) -> Result<CasRoute, NoCasRoute> {
    let segments: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    // A HEAD is a GET whose body is not sent.
    let method = if method == Method::HEAD { &Method::GET } else { method };
    let (wanted, route) = match &segments[..] {
        ["v1", "xorbs", prefix, hash] => (&[Method::POST][..], CasRoute::Xorb(read("cas.xorb", prefix, hash)?)),
        ["v1", "shards"] => (&[Method::POST][..], CasRoute::Shard),
        ["v2", "shards"] => (&[Method::POST][..], CasRoute::ShardStream),
        ["v1", "chunks", prefix, hash] => (&[Method::GET][..], CasRoute::Chunk(read("cas.chunk", prefix, hash)?)),
        ["v1", "reconstructions"] => (&[Method::GET, Method::POST][..], CasRoute::Reconstructions),
        ["v1", "reconstructions", hash] => {
            let hash = read("cas.reconstruction", PREFIXES[0], hash)?;
            (&[Method::GET][..], CasRoute::Reconstruction(hash))
        }
        ["v2", "reconstructions", hash] => {
            let hash = read("cas.reconstruction-v2", PREFIXES[0], hash)?;
            (&[Method::GET][..], CasRoute::ReconstructionV2(hash))
        }
        ["v1", "xorb-grants", ..] => (&[Method::POST][..], CasRoute::Grant),
        ["v1", "telemetry"] => (&[Method::POST][..], CasRoute::Telemetry),
        _ => return Err(NoCasRoute { name: "none", status: StatusCode::NOT_FOUND, message: "" }),
    };
    if wanted.contains(method) {
        return Ok(route);
    }
    Err(NoCasRoute { name: route.name(), status: StatusCode::METHOD_NOT_ALLOWED, message: "Method not allowed" })
}

/// The hash in a URL, below a prefix that we know.
fn read(name: &'static str, prefix: &str, hash: &str) -> Result<MerkleHash, NoCasRoute> {
    let refuse = |message| NoCasRoute { name, status: StatusCode::BAD_REQUEST, message };
    if !PREFIXES.contains(&prefix) {
        return Err(refuse("Invalid prefix: expected default"));
    }
    hash_text::parse(hash).ok_or_else(|| refuse("Invalid hash: expected 64 lower-case hex digits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes() {
        let text = "07060504030201000f0e0d0c0b0a090817161514131211101f1e1d1c1b1a1918";
        let hash = hash_text::parse(text).unwrap();
        let table = [
            ("POST", format!("/v1/xorbs/default/{text}"), CasRoute::Xorb(hash)),
            ("POST", format!("/v1/xorbs/default-merkledb/{text}"), CasRoute::Xorb(hash)),
            ("POST", "/v1/shards".to_owned(), CasRoute::Shard),
            ("POST", "/v2/shards".to_owned(), CasRoute::ShardStream),
            ("GET", format!("/v1/chunks/default/{text}"), CasRoute::Chunk(hash)),
            ("HEAD", format!("/v1/chunks/default-merkledb/{text}"), CasRoute::Chunk(hash)),
            ("GET", format!("/v1/reconstructions/{text}"), CasRoute::Reconstruction(hash)),
            ("GET", format!("/v2/reconstructions/{text}"), CasRoute::ReconstructionV2(hash)),
            ("GET", "/v1/reconstructions".to_owned(), CasRoute::Reconstructions),
            ("POST", "/v1/reconstructions".to_owned(), CasRoute::Reconstructions),
            ("POST", format!("/v1/xorb-grants/default/{text}"), CasRoute::Grant),
            ("POST", "/v1/telemetry".to_owned(), CasRoute::Telemetry),
        ];
        for (method, path, route) in table {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(parse(&method, &path).unwrap(), route, "{method} {path}");
        }
        let refused = [
            ("GET", format!("/v1/xorbs/default/{text}"), "cas.xorb", 405),
            ("POST", format!("/v1/xorbs/other/{text}"), "cas.xorb", 400),
            ("POST", format!("/v1/xorbs/default/{}", text.to_uppercase()), "cas.xorb", 400),
            ("POST", "/v1/xorbs/default/00".to_owned(), "cas.xorb", 400),
            ("POST", format!("/v1/xorbs/{text}"), "none", 404),
            ("PUT", "/v1/shards".to_owned(), "cas.shard", 405),
            ("GET", "/v1/reconstructions/..".to_owned(), "cas.reconstruction", 400),
            ("GET", "/".to_owned(), "none", 404),
        ];
        for (method, path, name, status) in refused {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let none = parse(&method, &path).unwrap_err();
            assert_eq!((none.name, none.refusal().status.as_u16()), (name, status), "{method} {path}");
        }
    }
}
