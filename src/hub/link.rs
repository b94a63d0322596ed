//! Pages of a list: the `Link` header, and the cursor that it hands to the next request.
//!
//! Only the query of the Hub's link is kept. The next request goes to the endpoint's own URL with that query, so a link
//! can never carry the token to another host, and a mirror that passes the public Hub's links on works as well.

use crate::error::Error;
use crate::http::{Method, Request, Response};

/// Reads the cursor of the next page from `Link: <url>; rel="next"`.
///
/// Errors: `protocol` when the link cannot be used.
pub(super) fn next_cursor(response: &Response) -> Result<Option<String>, Error> {
    let Some(url) = response.header("link").and_then(|link| target(link, "next")) else { return Ok(None) };
    let query = url.split('#').next().unwrap_or_default().split_once('?').map_or("", |(_, query)| query);
    if is_query(query) {
        return Ok(Some(query.to_owned()));
    }
    Err(Error::protocol("The Hub's link to the next page has no query that this version of hubferry can read"))
}

/// The request for the page behind `cursor`, or for the first one.
///
/// Errors: `invalid_input` when the cursor is not one that a listing gave.
pub(super) fn page_request(first: Request, cursor: Option<&str>) -> Result<Request, Error> {
    match cursor {
        None => Ok(first),
        Some(query) if is_query(query) => {
            let mut request = first;
            let end = request.url.find('?').unwrap_or(request.url.len());
            request.url.truncate(end);
            request.url.push('?');
            request.url.push_str(query);
            debug_assert_eq!(request.method, Method::Get);
            Ok(request)
        }
        Some(_) => Err(Error::invalid("next is not what a page of this list gave; pass it on unchanged")),
    }
}

/// What a URL's query is made of.
fn is_query(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"#<>\"\\^`{|}".contains(&byte))
}

/// The URL of the first link with this relation.
pub(super) fn target<'a>(header: &'a str, relation: &str) -> Option<&'a str> {
    let mut rest = header;
    loop {
        let (_, after) = rest.split_once('<')?;
        let (url, after) = after.split_once('>')?;
        let end = after.find('<').unwrap_or(after.len());
        if after[..end].split([';', ',']).any(|parameter| has_relation(parameter, relation)) {
            return Some(url);
        }
        rest = &after[end..];
    }
}

/// Reads ` rel="a b"`.
fn has_relation(parameter: &str, relation: &str) -> bool {
    let Some((key, value)) = parameter.split_once('=') else { return false };
    key.trim().eq_ignore_ascii_case("rel")
        && value.trim().trim_matches('"').split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case(relation))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(link: &str) -> Response {
        Response { status: 200, headers: vec![("link".to_owned(), link.to_owned())], body: String::new() }
    }

    #[test]
    fn cursors() {
        // (what it shows, header, cursor)
        let rows = [
            (
                "one link",
                "<https://hub.example/api/models/a/b/tree/main?cursor=x%3D>; rel=\"next\"",
                Some("cursor=x%3D"),
            ),
            ("a bare word", "</api/models/a/b/tree/main?cursor=x>; rel=next", Some("cursor=x")),
            ("another relation", "<https://hub.example/?cursor=x>; rel=\"prev\"", None),
            (
                "the second of two",
                "<https://a.example/?a=1,2>; rel=\"prev\", <https://a.example/?b>; rel=\"next\"",
                Some("b"),
            ),
            ("several words", "<https://a.example/?b>; title=\"x\"; rel=\"last next\"", Some("b")),
            (
                "another host keeps nothing but its query",
                "<https://evil.example/steal?b=1#c>; rel=\"next\"",
                Some("b=1"),
            ),
            ("rubbish", "next", None),
            ("an open bracket", "<https://a.example/?b", None),
        ];
        for (name, header, expected) in rows {
            assert_eq!(next_cursor(&response(header)).unwrap().as_deref(), expected, "{name}");
        }
        for link in ["<https://a.example/>; rel=\"next\"", "<https://a.example/?a b>; rel=\"next\""] {
            assert_eq!(next_cursor(&response(link)).unwrap_err().code, crate::Code::Protocol, "{link}");
        }
    }

    #[test]
    fn requests() {
        let first = || Request::new(Method::Get, "https://hub.example/api/x?limit=1");
        assert_eq!(page_request(first(), None).unwrap().url, "https://hub.example/api/x?limit=1");
        assert_eq!(
            page_request(first(), Some("cursor=y&limit=1")).unwrap().url,
            "https://hub.example/api/x?cursor=y&limit=1"
        );
        for odd in ["", "a b", "a#b", "a\\b", "a\nb", "ü"] {
            assert_eq!(page_request(first(), Some(odd)).unwrap_err().code, crate::Code::InvalidInput, "{odd:?}");
        }
    }
}
