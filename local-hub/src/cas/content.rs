//! The bytes of a file, put together from the chunks of its terms.

use std::fs::File;
use std::io;
use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::mpsc;
use xet_core_structures::merklehash::MerkleHash;
use xet_core_structures::metadata_shard::file_structs::FileDataSequenceEntry;

use crate::cas::{Cas, xorb};
use crate::error::Refusal;
use crate::hub::Hub;

/// How many bytes go out in one piece.
const PIECE: usize = 1 << 17;

/// Hands over `length` bytes from `first` on, chunk by chunk.
/// Errors: a xorb that is gone, a disk that fails, and those of `take`.
pub fn copy(
    cas: &Cas,
    terms: &[FileDataSequenceEntry],
    first: u64,
    length: u64,
    take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> Result<(), Refusal> {
    let (mut skip, mut left) = (first, length);
    for term in terms {
        if left == 0 {
            break;
        }
        let size = u64::from(term.unpacked_segment_bytes);
        if skip >= size {
            skip -= size;
            continue;
        }
        let gone = || Refusal::internal(format!("the xorb {} is gone", term.xorb_hash));
        let index = cas.index(&term.xorb_hash)?.ok_or_else(gone)?;
        let (mut start, end) = (term.chunk_index_start, term.chunk_index_end);
        if end > index.len() || index.unpacked(start.min(end), end) != size {
            return Err(Refusal::internal(format!("the xorb {} is another one", term.xorb_hash)));
        }
        while skip >= index.unpacked(start, start + 1) {
            skip -= index.unpacked(start, start + 1);
            start += 1;
        }
        let mut file = File::open(cas.xorb_path(&term.xorb_hash))?;
        xorb::unpack_chunks(&mut file, &index, start, end, |chunk| {
            let chunk = &chunk[usize::try_from(skip).unwrap_or(chunk.len()).min(chunk.len())..];
            let now = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
            take(&chunk[..now])?;
            skip = 0;
            left -= now as u64;
            Ok(left > 0)
        })?;
    }
    if left > 0 { Err(Refusal::internal(format!("{left} bytes of a file are missing"))) } else { Ok(()) }
}

/// A part of a file as an answer's body. What goes wrong on the way ends the connection.
/// Errors: 404 when the file is not known.
pub async fn body(hub: &Arc<Hub>, hash: MerkleHash, first: u64, length: u64) -> Result<Body, Refusal> {
    let (pieces, mut ready) = mpsc::channel::<io::Result<Bytes>>(4);
    let hub = Arc::clone(hub);
    let looking = Arc::clone(&hub);
    let file = crate::repo::blocking(move || looking.cas.file(&hash)).await?;
    let file = file.ok_or_else(|| Refusal::new(axum::http::StatusCode::NOT_FOUND, "File not found"))?;
    tokio::task::spawn_blocking(move || {
        let mut piece = Vec::with_capacity(PIECE);
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let send = |piece: &mut Vec<u8>| {
            let bytes = std::mem::replace(piece, Vec::with_capacity(PIECE)).into();
            pieces.blocking_send(Ok(bytes)).map_err(|_| gone())
        };
        let copied = copy(&hub.cas, &file.segments, first, length, &mut |bytes| {
            piece.extend_from_slice(bytes);
            if piece.len() >= PIECE { send(&mut piece) } else { Ok(()) }
        });
        let ended = match copied {
            Ok(()) if piece.is_empty() => Ok(()),
            Ok(()) => send(&mut piece),
            Err(refusal) => Err(io::Error::other(refusal.cause.unwrap_or(refusal.message))),
        };
        if let Err(error) = ended {
            // A client that went away hears nothing.
            let _ = pieces.blocking_send(Err(error));
        }
    });
    Ok(Body::from_stream(stream::poll_fn(move |cx| ready.poll_recv(cx))))
}
