//! A shard, record after record.
//!
//! Source: Xet protocol specification, "Shard".

use super::merkle::Hash;

/// A range of chunks in a xorb.
#[derive(Clone, Debug)]
pub struct Term {
    pub xorb: Hash,
    pub unpacked_bytes: u32,
    pub start: u32,
    pub end: u32,
    pub range_hash: Hash,
}

/// What a shard tells of a file. `sha256` is the plain digest in its own byte order.
#[derive(Clone, Debug)]
pub struct File {
    pub hash: Hash,
    pub terms: Vec<Term>,
    pub sha256: Option<Hash>,
}

/// What a shard tells of a xorb.
#[derive(Clone, Debug)]
pub struct Xorb {
    pub hash: Hash,
    pub chunks: Vec<(Hash, u32)>,
    pub stored_bytes: u32,
}

/// What only a dedup answer's shard has.
#[derive(Clone, Debug)]
pub struct Footer {
    pub hmac_key: Hash,
    pub created_s: u64,
    pub expires_s: u64,
}

const TAG_END: [u8; 18] =
    [0, 0x55, 0x69, 0x67, 0x45, 0x6a, 0x7b, 0x81, 0x57, 0x83, 0xa5, 0xbd, 0xd9, 0x5c, 0xcd, 0xd1, 0x4a, 0xa9];
const HAS_RANGE_HASHES: u32 = 1 << 31;
const HAS_SHA256: u32 = 1 << 30;

/// The body of a shard. The chunk hashes of its xorbs are keyed as its footer says.
pub fn write(files: &[File], xorbs: &[Xorb], footer: Option<&Footer>) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(b"HFRepoMetaData");
    out.extend(TAG_END);
    number(&mut out, 2);
    number(&mut out, if footer.is_some() { 200 } else { 0 });

    let files_at = out.len();
    for file in files {
        write_file(&mut out, file);
    }
    bookend(&mut out);
    let xorbs_at = out.len();
    for xorb in xorbs {
        write_xorb(&mut out, xorb, footer.map(|footer| footer.hmac_key).filter(|key| *key != [0; 32]));
    }
    bookend(&mut out);
    if let Some(footer) = footer {
        write_footer(&mut out, footer, files_at, xorbs_at);
    }
    out
}

fn write_file(out: &mut Vec<u8>, file: &File) {
    out.extend(file.hash);
    half(out, HAS_RANGE_HASHES | if file.sha256.is_some() { HAS_SHA256 } else { 0 });
    half(out, file.terms.len() as u32);
    out.extend([0; 8]);
    for term in &file.terms {
        out.extend(term.xorb);
        for value in [0, term.unpacked_bytes, term.start, term.end] {
            half(out, value);
        }
    }
    for term in &file.terms {
        out.extend(term.range_hash);
        out.extend([0; 16]);
    }
    if let Some(sha256) = file.sha256 {
        for eight in sha256.chunks(8) {
            out.extend(eight.iter().rev());
        }
        out.extend([0; 16]);
    }
}

fn write_xorb(out: &mut Vec<u8>, xorb: &Xorb, key: Option<Hash>) {
    out.extend(xorb.hash);
    let content_bytes = xorb.chunks.iter().map(|(_, length)| length).sum();
    for value in [0, xorb.chunks.len() as u32, content_bytes, xorb.stored_bytes] {
        half(out, value);
    }
    let mut start = 0;
    for (hash, length) in &xorb.chunks {
        out.extend(match key {
            Some(key) => super::merkle::hmac(&key, hash),
            None => *hash,
        });
        for value in [start, *length, 0, 0] {
            half(out, value);
        }
        start += length;
    }
}

fn write_footer(out: &mut Vec<u8>, footer: &Footer, files_at: usize, xorbs_at: usize) {
    let footer_at = out.len() as u64;
    number(out, 1);
    number(out, files_at as u64);
    number(out, xorbs_at as u64);
    // No lookup tables: three pairs of offset and number of entries.
    for _ in 0..3 {
        number(out, footer_at);
        number(out, 0);
    }
    out.extend(footer.hmac_key);
    number(out, footer.created_s);
    number(out, footer.expires_s);
    out.extend([0; 48]);
    // Bytes on disk, of content, and stored: told for statistics only.
    for _ in 0..3 {
        number(out, 0);
    }
    number(out, footer_at);
}

fn bookend(out: &mut Vec<u8>) {
    out.extend([0xFF; 32]);
    out.extend([0; 16]);
}

fn number(out: &mut Vec<u8>, value: u64) {
    out.extend(value.to_le_bytes());
}

fn half(out: &mut Vec<u8>, value: u32) {
    out.extend(value.to_le_bytes());
}
