//! Puts a request's body together from its parts, without reading what can be sent by reference.
//!
//! Invariants: a body that is one range of a file is that range of the blob itself; no blob has a type, which would add a header.

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::Blob;

use super::clock::Pace;
use super::source::{UploadFile, blob_of, internal};
use crate::hash::base64;
use crate::http::{BodyPart, FileIdx};
use crate::step::Failure;

/// Bytes of a file that are encoded at once; a multiple of three, so that pieces can follow each other.
const PIECE_BYTES: u64 = 3 * 256 * 1024;

/// Why there is no body, and the file that is to blame.
pub(super) type NoBody = (Failure, Option<FileIdx>);

/// Makes the body; nothing when there is no part.
pub(super) async fn assemble(parts: &[BodyPart], files: &[UploadFile]) -> Result<Option<JsValue>, NoBody> {
    let texts: Option<Vec<&str>> = parts
        .iter()
        .map(|part| match part {
            BodyPart::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    match (parts, texts) {
        ([], _) => return Ok(None),
        (_, Some(texts)) => return Ok(Some(JsValue::from_str(&texts.concat()))),
        ([BodyPart::Slice { file, start, end }], _) => {
            let slice = at(files, *file)?.slice(*start, *end).map_err(|failure| (failure, Some(*file)))?;
            return Ok(Some(slice.into()));
        }
        _ => {}
    }
    let pieces = Array::new();
    let pace = Pace::new();
    for part in parts {
        match part {
            BodyPart::Text(text) => {
                pieces.push(&JsValue::from_str(text));
            }
            BodyPart::Slice { file, start, end } => {
                let slice = at(files, *file)?.slice(*start, *end).map_err(|failure| (failure, Some(*file)))?;
                pieces.push(&slice);
            }
            BodyPart::Base64 { file, start, end } => {
                let mut from = *start;
                while from < *end {
                    let to = (from + PIECE_BYTES).min(*end);
                    let bytes = at(files, *file)?.read(from, to).await.map_err(|failure| (failure, Some(*file)))?;
                    let encoded =
                        blob_of(&base64::encode(&bytes)).map_err(|error| (internal(error.to_string()), None))?;
                    pieces.push(&encoded);
                    from = to;
                    pace.turn().await;
                }
            }
            BodyPart::Xorb { .. } | BodyPart::Shard { .. } => {
                return Err((internal("a xorb or shard is a whole body"), None));
            }
        }
    }
    let blob = Blob::new_with_blob_sequence(&pieces).map_err(|_| (internal("this page makes no blobs"), None))?;
    Ok(Some(blob.into()))
}

/// The file that is to blame for a request that broke, when one of its body cannot be read any more.
pub(super) async fn lost_file(parts: &[BodyPart], files: &[UploadFile]) -> Option<(Failure, FileIdx)> {
    let mut asked = Vec::new();
    for part in parts {
        let (BodyPart::Slice { file, start, end } | BodyPart::Base64 { file, start, end }) = part else { continue };
        if asked.contains(file) || start == end {
            continue;
        }
        asked.push(*file);
        if let Err(failure) = files.get(file.0 as usize)?.read(*start, *start + 1).await {
            return Some((failure, *file));
        }
    }
    None
}

fn at(files: &[UploadFile], file: FileIdx) -> Result<&UploadFile, NoBody> {
    files.get(file.0 as usize).ok_or_else(|| (internal("there is no such file"), None))
}
