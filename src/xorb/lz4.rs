//! LZ4 frames, as they stand in xorbs.
//!
//! Ours are written by hand around the block compressor: one independent block, no checksums. That is a few constants, and
//! spares the buffers that a streaming encoder would make for every chunk. Others' frames may use everything the format has, so
//! they are read by the library.

use std::io::Read;

use lz4_flex::block::{compress_into, get_maximum_output_size};
use lz4_flex::frame::FrameDecoder;

/// Magic number, version 1 with independent blocks, blocks of at most 256 KiB, and the checksum of these two.
const FRAME_HEAD: [u8; 7] = [0x04, 0x22, 0x4D, 0x18, 0x60, 0x50, 0xFB];

/// Bytes of a block's length, and of the mark at the end.
const LENGTH_BYTES: usize = 4;

/// Appends the frame of a chunk to `out`, if it is shorter than the chunk itself; else `out` stays as it was.
pub(super) fn append_frame(chunk: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    let block = start + FRAME_HEAD.len() + LENGTH_BYTES;
    out.extend(FRAME_HEAD);
    out.resize(block + get_maximum_output_size(chunk.len()), 0);
    let Ok(written) = compress_into(chunk, &mut out[block..]) else {
        out.truncate(start);
        return false;
    };
    out[block - LENGTH_BYTES..block].copy_from_slice(&(written as u32).to_le_bytes());
    out.truncate(block + written);
    out.extend([0; LENGTH_BYTES]);
    // A block that did not shrink would have to be marked as raw; it is not kept anyway.
    let pays = out.len() - start < chunk.len();
    if !pays {
        out.truncate(start);
    }
    pays
}

/// Decodes a frame that holds exactly `length` bytes into `out`.
pub(super) fn read_frame(frame: &[u8], length: usize, out: &mut Vec<u8>) -> bool {
    out.clear();
    let mut decoder = FrameDecoder::new(frame);
    // One more than expected, to see whether there is more.
    let read = decoder.by_ref().take(length as u64 + 1).read_to_end(out);
    read.is_ok() && out.len() == length && decoder.into_inner().is_empty()
}
