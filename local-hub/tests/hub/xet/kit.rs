//! Makes xorbs and shards with the writers of the formats' own library, and sends them.

use std::io::Cursor;

use bytes::Bytes;
use serde_json::{Value, json};
use xet_core_structures::merklehash::{MerkleHash, file_hash};
use xet_core_structures::metadata_shard::MDBShardFileHeader;
use xet_core_structures::metadata_shard::chunk_verification::range_hash_from_chunks;
use xet_core_structures::metadata_shard::file_structs::{
    FileDataSequenceEntry, FileDataSequenceHeader, FileMetadataExt, FileVerificationEntry, MDBFileInfo,
};
use xet_core_structures::metadata_shard::xorb_structs::{MDBXorbInfo, XorbChunkSequenceHeader};
use xet_core_structures::xorb_object::{Chunk, CompressionScheme, RawXorbData, SerializedXorbObject};

use crate::harness::{Ask, DEMO, Hub, Reply, noise, oid};

/// The length of the chunks that tests cut; the store does not ask where a file was cut.
pub const CHUNK: usize = 20_000;

/// A content in chunks.
pub fn chunks(content: &[u8]) -> Vec<Chunk> {
    content.chunks(CHUNK).map(|chunk| Chunk::new(Bytes::copy_from_slice(chunk))).collect()
}

/// Chunks of noise.
pub fn noisy(count: usize, seed: u64) -> Vec<Chunk> {
    chunks(&noise(count * CHUNK, seed))
}

/// A xorb as a client sends it.
#[derive(Clone)]
pub struct Xorb {
    pub hash: MerkleHash,
    pub body: Vec<u8>,
    pub chunks: Vec<Chunk>,
    pub info: MDBXorbInfo,
}

impl Xorb {
    /// Packs chunks.
    pub fn new(chunks: &[Chunk]) -> Self {
        Self::with(chunks, CompressionScheme::LZ4, false)
    }

    /// Packs chunks in a way.
    pub fn with(chunks: &[Chunk], scheme: CompressionScheme, footer: bool) -> Self {
        let raw = RawXorbData::from_chunks(chunks, vec![0]);
        let info = raw.xorb_info.clone();
        let packed = SerializedXorbObject::from_xorb_with_compression(raw, scheme, footer, 32).unwrap();
        Self { hash: packed.hash, body: packed.serialized_data, chunks: chunks.to_vec(), info }
    }

    /// Its upload.
    pub async fn post(&self, hub: &Hub, token: &str) -> Reply {
        hub.cas("POST", &format!("/v1/xorbs/default/{}", self.hash)).token(token).body(self.body.clone()).send().await
    }
}

/// A file whose terms are these ranges of chunks of xorbs.
pub fn file(terms: &[(&Xorb, u32, u32)]) -> (MDBFileInfo, Vec<u8>) {
    let mut content = Vec::new();
    let mut leaves = Vec::new();
    let (mut segments, mut verification) = (Vec::new(), Vec::new());
    for (xorb, start, end) in terms {
        let range = &xorb.chunks[*start as usize..*end as usize];
        let size: usize = range.iter().map(|chunk| chunk.data.len()).sum();
        range.iter().for_each(|chunk| content.extend_from_slice(&chunk.data));
        leaves.extend(range.iter().map(|chunk| (chunk.hash, chunk.data.len() as u64)));
        let hashes: Vec<MerkleHash> = range.iter().map(|chunk| chunk.hash).collect();
        segments.push(FileDataSequenceEntry::new(xorb.hash, size as u32, *start, *end));
        verification.push(FileVerificationEntry::new(range_hash_from_chunks(&hashes)));
    }
    let metadata = FileDataSequenceHeader::new(file_hash(&leaves), segments.len(), true, true);
    let metadata_ext = Some(FileMetadataExt::new(MerkleHash::from_hex(&oid(&content)).unwrap()));
    (MDBFileInfo { metadata, segments, verification, metadata_ext }, content)
}

/// A file that is all of a xorb.
pub fn whole(xorb: &Xorb) -> (MDBFileInfo, Vec<u8>) {
    file(&[(xorb, 0, xorb.chunks.len() as u32)])
}

/// A shard as clients send it, without a footer.
pub fn shard(files: &[&MDBFileInfo], xorbs: &[&MDBXorbInfo]) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    MDBShardFileHeader { footer_size: 0, ..MDBShardFileHeader::default() }.serialize(&mut out).unwrap();
    for file in files {
        file.serialize(&mut out).unwrap();
    }
    FileDataSequenceHeader::bookend().serialize(&mut out).unwrap();
    for xorb in xorbs {
        xorb.serialize(&mut out).unwrap();
    }
    XorbChunkSequenceHeader::bookend().serialize(&mut out).unwrap();
    out.into_inner()
}

/// The line of a commit for a file.
pub fn line(path: &str, content: &[u8]) -> Value {
    json!({ "key": "lfsFile", "value": { "path": path, "algo": "sha256", "oid": oid(content), "size": content.len() } })
}

impl Hub {
    /// A request to a path of the content-addressed store.
    pub fn cas(&self, method: &str, path: &str) -> Ask<'_> {
        self.ask(method, &format!("{}{path}", self.handle.cas_url))
    }

    /// A token for `demo/repo`, to `read` or to `write`.
    pub async fn xet_token(&self, scope: &str) -> String {
        self.xet_token_of("models/demo/repo", scope).await
    }

    /// A token for a repo of demo's.
    pub async fn xet_token_of(&self, repo: &str, scope: &str) -> String {
        let url = format!("/api/{repo}/xet-{scope}-token/main");
        let given = self.ask("GET", &url).token(DEMO).send().await.expect(200).json();
        given["accessToken"].as_str().unwrap().to_owned()
    }

    /// Posts a shard.
    pub async fn post_shard(&self, token: &str, shard: Vec<u8>) -> Reply {
        self.cas("POST", "/v1/shards").token(token).body(shard).send().await
    }

    /// Stores a file of these terms for `demo/repo`, with all xorbs it needs; gives its content and its hash.
    pub async fn store(&self, terms: &[(&Xorb, u32, u32)]) -> (Vec<u8>, MerkleHash) {
        let token = self.xet_token("write").await;
        for (xorb, _, _) in terms {
            xorb.post(self, &token).await.expect(200);
        }
        let (info, content) = file(terms);
        let mut xorbs: Vec<&MDBXorbInfo> = Vec::new();
        for (xorb, _, _) in terms {
            if xorbs.iter().all(|known| known.metadata.xorb_hash != xorb.hash) {
                xorbs.push(&xorb.info);
            }
        }
        self.post_shard(&token, shard(&[&info], &xorbs)).await.expect(200);
        (content, info.metadata.file_hash)
    }
}
