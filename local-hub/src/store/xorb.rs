//! Bytes of xorbs: data URLs are good for the ranges that are signed into them, for all at once or for one alone, and for nothing else.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::mpsc;
use uuid::Uuid;
use xet_core_structures::merklehash::MerkleHash;

use crate::call::{Call, set};
use crate::repo::blocking;
use crate::store::SIGNED_RANGE;
use crate::store::http::{Denied, check_signature, denied, no_access};

/// How many bytes go out in one piece.
const PIECE: usize = 1 << 17;

/// A piece of an answer: a text, or bytes of the file from the first to the last.
enum Piece {
    Text(String),
    Bytes(u64, u64),
}

/// `GET /xorbs/default/{hash}?…` on the store.
pub async fn get(call: &Call, hash: &MerkleHash) -> Result<Response<Body>, Denied> {
    check_signature(call, None)?;
    let signed = call.param(SIGNED_RANGE).and_then(parse).ok_or_else(no_access)?;
    let asked = call.headers.get(header::RANGE).and_then(|value| parse(value.to_str().ok()?));
    let asked = asked.filter(|asked| *asked == signed || asked.len() == 1 && signed.contains(&asked[0]));
    let asked = asked.ok_or_else(|| {
        denied(StatusCode::FORBIDDEN, "AccessDenied", "The Range header is not one that the URL is signed for")
    })?;
    let path = call.hub.cas.xorb_path(hash);
    let opened = blocking(move || {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        Ok((file, size))
    });
    let (file, size) = opened.await?;
    let mut pieces = Vec::new();
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    if let [(first, last)] = asked[..] {
        pieces.push(Piece::Bytes(first, last));
        set(&mut response, "content-type", "application/octet-stream");
        set(&mut response, "content-range", format!("bytes {first}-{last}/{size}"));
    } else {
        let boundary = Uuid::new_v4().simple().to_string();
        let mut before = "";
        for (first, last) in asked {
            pieces.push(Piece::Text(format!(
                "{before}--{boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes {first}-{last}/{size}\r\n\r\n"
            )));
            pieces.push(Piece::Bytes(first, last));
            before = "\r\n";
        }
        pieces.push(Piece::Text(format!("\r\n--{boundary}--\r\n")));
        set(&mut response, "content-type", format!("multipart/byteranges; boundary={boundary}"));
    }
    let length: u64 = pieces.iter().map(Piece::length).sum();
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    set(&mut response, "accept-ranges", "bytes");
    set(&mut response, "etag", format!("\"{hash}\""));
    Ok(response.map(|_| body(file, pieces)))
}

impl Piece {
    fn length(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Bytes(first, last) => last - first + 1,
        }
    }
}

/// The ranges of `bytes=0-9,20-29`, each with its first and last byte.
fn parse(text: &str) -> Option<Vec<(u64, u64)>> {
    let one = |range: &str| {
        let (first, last) = range.trim().split_once('-')?;
        let range = (first.parse().ok()?, last.parse().ok()?);
        (range.0 <= range.1).then_some(range)
    };
    text.strip_prefix("bytes=")?.split(',').map(one).collect()
}

fn body(mut file: File, pieces: Vec<Piece>) -> Body {
    let (sender, mut ready) = mpsc::channel::<io::Result<Bytes>>(4);
    tokio::task::spawn_blocking(move || {
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let send = |bytes: Bytes| sender.blocking_send(Ok(bytes)).map_err(|_| gone());
        let send_all = || -> io::Result<()> {
            for piece in pieces {
                let (first, last) = match piece {
                    Piece::Text(text) => {
                        send(text.into())?;
                        continue;
                    }
                    Piece::Bytes(first, last) => (first, last),
                };
                file.seek(SeekFrom::Start(first))?;
                let mut left = last - first + 1;
                while left > 0 {
                    let mut buffer = vec![0; PIECE.min(usize::try_from(left).unwrap_or(PIECE))];
                    file.read_exact(&mut buffer)?;
                    left -= buffer.len() as u64;
                    send(buffer.into())?;
                }
            }
            Ok(())
        };
        if let Err(error) = send_all() {
            // A client that went away hears nothing.
            let _ = sender.blocking_send(Err(error));
        }
    });
    Body::from_stream(stream::poll_fn(move |cx| ready.poll_recv(cx)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        assert_eq!(parse("bytes=0-9"), Some(vec![(0, 9)]));
        assert_eq!(parse("bytes=0-9, 20-29"), Some(vec![(0, 9), (20, 29)]));
        for bad in ["", "bytes=", "bytes=5-", "bytes=-5", "bytes=9-0", "items=0-1", "bytes=0-1,x"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
