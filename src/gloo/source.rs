//! Files as a page holds them, and reading them.
//!
//! A file is taken in by reference; its bytes are read in windows when the engine asks for them. A read brings all bytes that were
//! asked for, or says why not, and never waits for ever.

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, FileList};

use super::clock::within;
use crate::error::{Code, Error};
use crate::step::Failure;
use crate::time::Millis;

/// Bytes per read.
pub(super) const WINDOW_BYTES: u64 = 4 * 1024 * 1024;

/// Bytes of a window that are worked on before the page has its turn.
pub(super) const PIECE_BYTES: usize = 1024 * 1024;

/// Time for one read; a file may lie in a cloud, and be fetched when it is read.
const READ_TIME: Millis = Millis(2 * 60 * 1000);

/// The largest size that JavaScript counts without a gap.
const MOST_BYTES: f64 = 9_007_199_254_740_991.0;

/// A file to be uploaded: a path, and where its bytes are.
#[derive(Debug, Clone)]
pub struct UploadFile {
    pub(super) path: String,
    pub(super) blob: Blob,
    pub(super) size: u64,
}

impl UploadFile {
    /// A blob under this path.
    pub fn from_blob(path: impl Into<String>, blob: Blob) -> UploadFile {
        let size = blob.size().clamp(0.0, MOST_BYTES) as u64;
        UploadFile { path: path.into(), blob, size }
    }

    /// A chosen or dropped file: its path is the one in the chosen folder, or its name.
    pub fn from_file(file: File) -> UploadFile {
        let within_folder = Reflect::get(&file, &JsValue::from_str("webkitRelativePath")).ok();
        let path = within_folder.and_then(|path| path.as_string()).filter(|path| !path.is_empty());
        UploadFile::from_blob(path.unwrap_or_else(|| file.name()), file.into())
    }

    /// Bytes under this path; they are copied.
    ///
    /// Errors: `internal` when the page makes no blob of them.
    pub fn from_bytes(path: impl Into<String>, bytes: &[u8]) -> Result<UploadFile, Error> {
        Ok(UploadFile::from_blob(path, blob_of(bytes)?))
    }

    /// What was chosen in an `<input type="file">`, or the files of a drop. One chosen folder stands for what is in it.
    ///
    /// Errors: `internal` when the list changes meanwhile.
    pub fn from_list(list: &FileList) -> Result<Vec<UploadFile>, Error> {
        let mut files = Vec::with_capacity(list.length() as usize);
        for at in 0..list.length() {
            let file = list.get(at).ok_or_else(|| Error::internal("the list of files became shorter"))?;
            files.push(UploadFile::from_file(file));
        }
        leave_top_folder(&mut files);
        Ok(files)
    }

    /// Its path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The bytes `start..end`.
    pub(super) async fn read(&self, start: u64, end: u64) -> Result<Vec<u8>, Failure> {
        if start == end && self.size == 0 && self.blob.size() == 0.0 {
            return Ok(Vec::new());
        }
        let slice = self.slice(start, end)?;
        let read = within(READ_TIME, JsFuture::from(slice.array_buffer())).await;
        let late = || Failure {
            code: Code::FileUnreadable,
            message:
                "nothing has come of it for 2 minutes: if it lies in a cloud or on another machine, have it on this \
                      device and try again"
                    .to_owned(),
        };
        let bytes = Uint8Array::new(&read.ok_or_else(late)?.map_err(|thrown| read_failure(&thrown))?).to_vec();
        if bytes.len() as u64 != end - start {
            let message = format!("{} bytes were expected, {} were read", end - start, bytes.len());
            return Err(Failure { code: Code::FileChanged, message });
        }
        Ok(bytes)
    }

    /// The bytes `start..end`, by reference.
    pub(super) fn slice(&self, start: u64, end: u64) -> Result<Blob, Failure> {
        self.blob.slice_with_f64_and_f64(start as f64, end as f64).map_err(|thrown| read_failure(&thrown))
    }
}

/// One operation of a commit.
#[derive(Debug, Clone)]
pub enum Change {
    /// Adds a file, or replaces it.
    AddOrUpdate(UploadFile),
    /// Deletes a file, or a folder when its path ends in `/`.
    Delete(String),
}

/// A blob without a type, which would add a header to a request.
///
/// Errors: `internal` when the page makes none.
pub(super) fn blob_of(bytes: &[u8]) -> Result<Blob, Error> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    Blob::new_with_u8_array_sequence(&parts).map_err(|_| Error::internal("this page makes no blobs"))
}

/// A chosen folder is the first part of every path.
fn leave_top_folder(files: &mut [UploadFile]) {
    let top = |file: &UploadFile| file.path.split_once('/').map(|(top, _)| top.to_owned());
    let Some(first) = files.first().and_then(top) else { return };
    if files.iter().all(|file| top(file).as_ref() == Some(&first)) {
        for file in files {
            file.path.drain(..=first.len());
        }
    }
}

/// Why a read failed; the engine knows of which path.
fn read_failure(thrown: &JsValue) -> Failure {
    let name = Reflect::get(thrown, &JsValue::from_str("name")).ok().and_then(|name| name.as_string());
    let (code, message) = match name.as_deref() {
        Some("NotFoundError") => (Code::FileChanged, "it is not there any more"),
        _ => (Code::FileUnreadable, "the browser can no longer read it: it may have changed or moved"),
    };
    Failure { code, message: message.to_owned() }
}

/// A failure that is a bug.
pub(super) fn internal(message: impl Into<String>) -> Failure {
    Failure { code: Code::Internal, message: message.into() }
}
