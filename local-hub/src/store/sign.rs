//! Presigned URLs: what they allow, until when, and that nobody else wrote them.
//!
//! The form is S3's query form. The signature covers method, path, every other query parameter and, for uploads, the exact length; the
//! key lives as long as the data folder, so a URL outlives a restart.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;

use crate::clock::Clock;

/// What S3 leaves as it is in a query.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

const SIGNATURE: &str = "X-Amz-Signature";
const DATE: &str = "X-Amz-Date";
const EXPIRES: &str = "X-Amz-Expires";

/// Why a URL is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadSignature {
    /// It was never ours, or something of it was changed.
    Altered,
    /// Its time is over.
    Expired,
}

/// Writes and checks presigned URLs.
pub struct Signer {
    key: [u8; 32],
    clock: Arc<Clock>,
}

impl Signer {
    /// A signer with this key.
    pub fn new(key: [u8; 32], clock: Arc<Clock>) -> Self {
        Self { key, clock }
    }

    /// Path and query of a URL that allows `method` on `path` for `seconds`.
    /// Shape: `length` is the exact body length for uploads.
    pub fn sign(&self, method: &str, path: &str, query: &[(&str, &str)], length: Option<u64>, seconds: u64) -> String {
        let mut pairs: Vec<(String, String)> = query.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        pairs.push(("X-Amz-Algorithm".to_owned(), "AWS4-HMAC-SHA256".to_owned()));
        pairs.push((DATE.to_owned(), self.clock.now().to_string()));
        pairs.push((EXPIRES.to_owned(), seconds.to_string()));
        let signed = if length.is_some() { "content-length;host" } else { "host" };
        pairs.push(("X-Amz-SignedHeaders".to_owned(), signed.to_owned()));
        let signature = hex::encode(self.mac(method, path, &pairs, length));
        pairs.push((SIGNATURE.to_owned(), signature));
        let query: Vec<String> = pairs.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
        format!("{path}?{}", query.join("&"))
    }

    /// Checks a request against its URL. `pairs` are the query's, decoded and in order.
    pub fn check(
        &self,
        method: &str,
        path: &str,
        pairs: &[(String, String)],
        length: Option<u64>,
    ) -> Result<(), BadSignature> {
        let [signed @ .., (name, signature)] = pairs else { return Err(BadSignature::Altered) };
        let value = |name: &str| signed.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str());
        let signature = hex::decode(signature).map_err(|_| BadSignature::Altered)?;
        let length = if value("X-Amz-SignedHeaders") == Some("host") { None } else { length };
        if name != SIGNATURE || self.start(method, path, signed, length).verify_slice(&signature).is_err() {
            return Err(BadSignature::Altered);
        }
        let number = |name| value(name).and_then(|text| text.parse::<u64>().ok()).ok_or(BadSignature::Altered);
        if self.clock.now() >= number(DATE)?.saturating_add(number(EXPIRES)?) {
            return Err(BadSignature::Expired);
        }
        Ok(())
    }

    fn start(&self, method: &str, path: &str, pairs: &[(String, String)], length: Option<u64>) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        // Each text with its length in front, so that no two lists give the same bytes.
        let mut feed = |text: &str| {
            mac.update(&(text.len() as u64).to_be_bytes());
            mac.update(text.as_bytes());
        };
        feed(method);
        feed(path);
        for (name, value) in pairs {
            feed(name);
            feed(value);
        }
        feed(&length.map(|n| n.to_string()).unwrap_or_default());
        mac
    }

    fn mac(&self, method: &str, path: &str, pairs: &[(String, String)], length: Option<u64>) -> Vec<u8> {
        self.start(method, path, pairs, length).finalize().into_bytes().to_vec()
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> (String, Vec<(String, String)>) {
        let (path, query) = url.split_once('?').unwrap();
        (path.to_owned(), form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    #[test]
    fn a_signed_url_allows_only_itself() {
        let signer = Signer::new([7; 32], Arc::default());
        let (path, pairs) = parse(&signer.sign("PUT", "/x/y", &[("partNumber", "1")], Some(5), 60));
        let check = |method, path: &str, pairs: &[_], length| signer.check(method, path, pairs, length);
        assert_eq!(check("PUT", &path, &pairs, Some(5)), Ok(()));
        let altered = Err(BadSignature::Altered);
        assert_eq!(check("GET", &path, &pairs, Some(5)), altered);
        assert_eq!(check("PUT", "/x/z", &pairs, Some(5)), altered);
        assert_eq!(check("PUT", &path, &pairs, Some(6)), altered);
        assert_eq!(check("PUT", &path, &pairs, None), altered);
        assert_eq!(check("PUT", &path, &pairs[1..], Some(5)), altered);
        assert_eq!(check("PUT", &path, &[], Some(5)), altered);
        for at in 0..pairs.len() {
            let mut changed = pairs.clone();
            changed[at].1.push('0');
            assert_eq!(check("PUT", &path, &changed, Some(5)), altered, "{:?}", changed[at]);
        }
        let other = Signer::new([8; 32], Arc::default());
        assert_eq!(other.check("PUT", &path, &pairs, Some(5)), altered);
    }

    #[test]
    fn a_signed_url_ends() {
        let clock = Arc::new(Clock::default());
        let signer = Signer::new([7; 32], Arc::clone(&clock));
        let (path, pairs) = parse(&signer.sign("GET", "/x", &[], None, 900));
        assert_eq!(signer.check("GET", &path, &pairs, None), Ok(()));
        clock.advance(900);
        assert_eq!(signer.check("GET", &path, &pairs, None), Err(BadSignature::Expired));
    }
}
