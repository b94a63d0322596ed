//! The answer to a question for a chunk: a shard that lists the chunks of the xorb it is in, and of those that were registered with it.
//!
//! The hashes in it are keyed anew for every answer, so that it tells who has a chunk that he has it, and nobody else anything.

use std::fs::File;
use std::io::{self, Seek};

use uuid::Uuid;
use xet_core_structures::merklehash::{HMACKey, MerkleHash};
use xet_core_structures::metadata_shard::file_structs::FileDataSequenceHeader;
use xet_core_structures::metadata_shard::xorb_structs::{MDBXorbInfo, XorbChunkSequenceHeader};
use xet_core_structures::metadata_shard::{MDBShardFileFooter, MDBShardFileHeader};

use crate::cas::Cas;
use crate::cas::shard::ShardReader;
use crate::error::Refusal;
use crate::limits::{CHUNK_ANSWER_GOOD, CHUNK_ANSWER_MAX};

impl Cas {
    /// The shard that answers a question for a chunk; nothing when the chunk is not known, or is none that may be asked for.
    pub fn ask_chunk(&self, chunk: &MerkleHash) -> Result<Option<Vec<u8>>, Refusal> {
        let (id, size, at, xorbs_at) = {
            let state = self.state();
            let Some(found) = state.chunks.get(chunk).and_then(|xorb| state.xorbs.get(xorb)) else { return Ok(None) };
            let shard = &state.shards[found.shard];
            (shard.id.clone(), shard.bytes, found.at, shard.xorbs_at)
        };
        let mut reader = ShardReader::new(File::open(self.shard_path(&id))?, size)?;
        reader.seek(at)?;
        let mut left = CHUNK_ANSWER_MAX;
        let mut xorbs: Vec<MDBXorbInfo> = reader.next_xorb()?.into_iter().collect();
        left = left.saturating_sub(xorbs.iter().map(|xorb| xorb.num_bytes() as usize).sum());
        reader.seek(xorbs_at)?;
        loop {
            let is_asked = reader.position() == at;
            let Some(xorb) = reader.next_xorb()? else { break };
            let bytes = xorb.num_bytes() as usize;
            if is_asked {
                continue;
            }
            if bytes > left {
                break;
            }
            left -= bytes;
            xorbs.push(xorb);
        }
        xorbs.sort_by_key(|xorb| xorb.metadata.xorb_hash);
        Ok(Some(self.write_answer(xorbs).map_err(Refusal::internal)?))
    }

    fn write_answer(&self, xorbs: Vec<MDBXorbInfo>) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let mut key = [0; 32];
        key[..16].copy_from_slice(Uuid::new_v4().as_bytes());
        key[16..].copy_from_slice(Uuid::new_v4().as_bytes());
        let key = HMACKey::from(key);
        let mut out = io::Cursor::new(Vec::new());
        let mut footer = MDBShardFileFooter::default();
        MDBShardFileHeader::default().serialize(&mut out)?;
        footer.file_info_offset = out.stream_position()?;
        FileDataSequenceHeader::bookend().serialize(&mut out)?;
        footer.xorb_info_offset = out.stream_position()?;
        for mut xorb in xorbs {
            footer.stored_bytes_on_disk += u64::from(xorb.metadata.num_bytes_on_disk);
            footer.stored_bytes += u64::from(xorb.metadata.num_bytes_in_xorb);
            for chunk in &mut xorb.chunks {
                chunk.chunk_hash = chunk.chunk_hash.hmac(key);
            }
            xorb.serialize(&mut out)?;
        }
        XorbChunkSequenceHeader::bookend().serialize(&mut out)?;
        // There are no lookup tables: they would be where the footer is.
        let end = out.stream_position()?;
        footer.file_lookup_offset = end;
        footer.xorb_lookup_offset = end;
        footer.chunk_lookup_offset = end;
        footer.footer_offset = end;
        footer.chunk_hash_hmac_key = key;
        footer.shard_creation_timestamp = self.clock.now();
        footer.shard_key_expiry = self.clock.now() + CHUNK_ANSWER_GOOD;
        footer.serialize(&mut out)?;
        Ok(out.into_inner())
    }
}
