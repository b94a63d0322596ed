//! `Range: bytes=…`: the one range that an answer shall hold.

use axum::http::{HeaderMap, header};

/// What part of a content is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it. Also for ranges that we do not understand, which a server may leave alone.
    Whole,
    /// From the first byte's position to the last one's.
    Range(u64, u64),
    /// Nothing that is there.
    Beyond,
}

/// What part of a content of this size a request asks for.
pub fn parse(headers: &HeaderMap, size: u64) -> Part {
    headers.get(header::RANGE).and_then(|value| range(value.to_str().ok()?, size)).unwrap_or(Part::Whole)
}

/// Nothing for what is no single byte range.
fn range(text: &str, size: u64) -> Option<Part> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| text.trim().parse::<u64>().ok();
    if first.is_empty() {
        let count = number(last)?.min(size);
        return Some(if count == 0 { Part::Beyond } else { Part::Range(size - count, size - 1) });
    }
    let first = number(first)?;
    let last = if last.is_empty() { u64::MAX } else { number(last)? };
    if last < first {
        return None;
    }
    Some(if first >= size { Part::Beyond } else { Part::Range(first, last.min(size - 1)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let table = [
            ("bytes=0-0", 10, Part::Range(0, 0)),
            ("bytes=0-", 10, Part::Range(0, 9)),
            ("bytes=3-99", 10, Part::Range(3, 9)),
            ("bytes=-4", 10, Part::Range(6, 9)),
            ("bytes=-40", 10, Part::Range(0, 9)),
            ("bytes=10-", 10, Part::Beyond),
            ("bytes=0-0", 0, Part::Beyond),
            ("bytes=-0", 10, Part::Beyond),
            ("bytes=5-4", 10, Part::Whole),
            ("bytes=0-1,3-4", 10, Part::Whole),
            ("items=0-1", 10, Part::Whole),
            ("bytes=x-1", 10, Part::Whole),
        ];
        for (text, size, part) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, text.parse().unwrap());
            assert_eq!(parse(&headers, size), part, "{text} of {size}");
        }
        assert_eq!(parse(&HeaderMap::new(), 10), Part::Whole);
    }
}
