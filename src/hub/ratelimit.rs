//! When the Hub wants to be asked again: `RateLimit`, `RateLimit-Policy` and `Retry-After`.
//!
//! Source: Hub API, common headers and retries; vectors in `tests/vectors/ratelimit-headers.json`. In a page these headers
//! are there only when the server exposes them, so every one of them is optional.

use crate::http::Response;
use crate::time::Millis;

/// What `RateLimit` and `RateLimit-Policy` say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimit {
    /// The bucket that counts: `api`, `resolvers` or `pages`.
    pub bucket: String,
    /// Requests left in the window.
    pub remaining: u64,
    /// Seconds to the window's end.
    pub reset_seconds: u64,
    /// Requests per window.
    pub quota: Option<u64>,
    /// Length of the window in seconds.
    pub window_seconds: Option<u64>,
}

impl RateLimit {
    /// Reads the headers; `None` when there is nothing usable. `r` must stand before `t`, as the Hub writes them.
    pub fn parse(response: &Response) -> Option<RateLimit> {
        let (bucket, rest) = response.header("ratelimit")?.trim_start().strip_prefix('"')?.split_once('"')?;
        if bucket.is_empty() || !bucket.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return None;
        }
        let mut items = rest.split(';').skip(1);
        let remaining = parameter(items.next()?, "r")?;
        let reset_seconds = parameter(items.next()?, "t")?;
        let policy = response.header("ratelimit-policy").unwrap_or_default();
        let of_policy = |name| policy.split(';').find_map(|item| parameter(item, name));
        Some(RateLimit {
            bucket: bucket.to_owned(),
            remaining,
            reset_seconds,
            quota: of_policy("q"),
            window_seconds: of_policy("w"),
        })
    }
}

/// How long to wait before the same request may succeed, when the server says so.
///
/// Shape: an exhausted `RateLimit` first, then `Retry-After` in seconds; one second is added to either, since both count
/// whole seconds. A date in `Retry-After` is not read: the engine has no clock to compare it with.
pub fn wait_hint(response: &Response) -> Option<Millis> {
    let exhausted = RateLimit::parse(response).filter(|limit| limit.remaining == 0).map(|limit| limit.reset_seconds);
    let seconds = exhausted.or_else(|| whole_number(response.header("retry-after")?))?;
    Some(Millis(seconds.saturating_add(1).saturating_mul(1000)))
}

/// Reads ` name = 12 `.
fn parameter(item: &str, name: &str) -> Option<u64> {
    let (key, value) = item.split_once('=')?;
    if key.trim() == name { whole_number(value) } else { None }
}

/// Reads digits and nothing else (`parse` alone would take a sign).
fn whole_number(text: &str) -> Option<u64> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(headers: &[(&str, &str)]) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Response { status: 429, headers, body: String::new() }
    }

    #[test]
    fn hints() {
        let spent = "\"api\";r=0;t=55";
        // (what it shows, headers, milliseconds)
        type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], Option<u64>);
        let rows: [Row; 10] = [
            ("nothing said", &[], None),
            ("an exhausted limit", &[("ratelimit", spent)], Some(56_000)),
            ("spaces", &[("ratelimit", "\"api\"; r=0; t=9")], Some(10_000)),
            ("an exhausted limit wins", &[("ratelimit", spent), ("retry-after", "7")], Some(56_000)),
            ("requests left", &[("ratelimit", "\"api\";r=3;t=55"), ("retry-after", "7")], Some(8_000)),
            ("Retry-After alone", &[("retry-after", " 7 ")], Some(8_000)),
            ("a date", &[("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")], None),
            ("a negative span", &[("retry-after", "-7")], None),
            ("an empty value", &[("retry-after", "")], None),
            ("a number beyond u64", &[("retry-after", "99999999999999999999999")], None),
        ];
        for (name, headers, expected) in rows {
            assert_eq!(wait_hint(&response(headers)), expected.map(Millis), "{name}");
        }
    }

    #[test]
    fn huge_spans_do_not_overflow() {
        let hint = wait_hint(&response(&[("retry-after", "18446744073709551615")]));
        assert_eq!(hint, Some(Millis(u64::MAX)));
    }
}
