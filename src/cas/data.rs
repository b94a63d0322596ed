//! `GET` of a data URL: a part of a xorb, from wherever the store keeps it.
//!
//! The URL is its own permission and names the only range that may be asked for. No token goes along. The bytes stay with the
//! driver as a stream.

use std::ops::Range;

use crate::error::Error;
use crate::http::{Method, Request, Response};
use crate::hub::{Endpoint, Hub};
use crate::limits;
use crate::time::Millis;

/// Asks for a part of a xorb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchData {
    /// The URL, as the reconstruction named it.
    pub url: String,
    /// Its range, as the reconstruction named it; half-open.
    pub bytes: Range<u64>,
}

impl Endpoint for FetchData {
    type Output = ();

    /// As long as the slowest connection takes that is not taken for a dead one.
    fn patience(&self) -> Millis {
        let bytes = self.bytes.end.saturating_sub(self.bytes.start);
        limits::API_DEADLINE + Millis(bytes.saturating_mul(1000) / limits::SLOWEST_BYTES_PER_SECOND)
    }

    fn request(&self, _: &Hub) -> Result<Request, Error> {
        if self.bytes.is_empty() || !super::is_usable(&self.url) {
            return Err(Error::invalid("this is no part of a xorb"));
        }
        let range = format!("bytes={}-{}", self.bytes.start, self.bytes.end - 1);
        Ok(Request::new(Method::Get, self.url.clone()).header("range", range).streamed())
    }

    /// Errors: `forbidden` when the URL has expired.
    fn parse(&self, response: &Response, _: &Hub) -> Result<(), Error> {
        match response.status {
            206 => Ok(()),
            200..=299 => {
                let where_ = crate::http::without_query(&self.url);
                Err(Error::protocol(format!(
                    "The store sent something else than the range that {where_} was asked for"
                )))
            }
            _ => Err(super::refused(response, &self.url)),
        }
    }
}
