//! Base64 of file contents, window by window (standard alphabet, padded).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Encodes one window as ASCII bytes.
///
/// Shape: the texts of consecutive windows are the text of the whole when every window but the last is a multiple of
/// three bytes.
pub fn encode(window: &[u8]) -> Vec<u8> {
    STANDARD.encode(window).into_bytes()
}
