//! `GET` of a data URL: a part of a xorb, from wherever the store keeps it.
//!
//! The URL is its own permission and names the only range that may be asked for. No token goes along. The bytes stay with the
//! driver as a stream.

use std::ops::Range;

use crate::error::Error;
use crate::http::{Method, Request, Response};
use crate::hub::{Endpoint, Hub, deadline_for};
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

    fn deadline(&self) -> Millis {
        deadline_for(self.bytes.end.saturating_sub(self.bytes.start))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::http::Answer;
    use crate::limits;

    fn hub() -> Hub {
        let token = crate::hub::Token::parse("hf_secret").unwrap();
        Hub { url: crate::hub::HubUrl::parse("https://data.example").unwrap(), token: Some(token) }
    }

    #[test]
    fn asks_for_exactly_the_range_and_in_nobodys_name() {
        let fetch = FetchData { url: "https://data.example/x?sign=1".to_owned(), bytes: 70..95 };
        let request = fetch.request(&hub()).unwrap();
        assert_eq!((request.url.as_str(), request.answer), ("https://data.example/x?sign=1", Answer::Stream));
        assert_eq!(request.headers, [("range", "bytes=70-94".to_owned())]);
        for (url, bytes) in [("https://data.example/x", 3..3), ("http://data.example/x", 0..1)] {
            let odd = FetchData { url: url.to_owned(), bytes };
            assert_eq!(odd.request(&hub()).unwrap_err().code, Code::InvalidInput);
        }
    }

    #[test]
    fn waits_longer_for_more() {
        let deadline = |end| FetchData { url: String::new(), bytes: 0..end }.deadline();
        assert_eq!(deadline(0), limits::API_DEADLINE);
        assert_eq!(deadline(limits::SLOWEST_BYTES_PER_SECOND * 10), limits::API_DEADLINE + Millis(10_000));
    }

    #[test]
    fn answers() {
        let fetch = FetchData { url: "https://data.example/x?sign=1".to_owned(), bytes: 70..95 };
        let parse = |status| {
            let response = Response { status, ..Response::default() };
            fetch.parse(&response, &hub()).map_err(|error| {
                assert!(!error.message.contains("sign=1"), "{error}");
                error.code
            })
        };
        assert_eq!(parse(206), Ok(()));
        assert_eq!(parse(200), Err(Code::Protocol));
        assert_eq!(parse(403), Err(Code::Forbidden));
        assert_eq!(parse(503), Err(Code::ServerError));
    }
}
