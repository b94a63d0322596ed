//! Which chunks the store is asked about, and how often: seldom, so that a push of many small files costs a handful of requests.
//!
//! A push asks about its first chunk at once. Then a file's first chunk is asked about when enough bytes have gone by since the
//! last question; misses make that distance longer, a hit makes it short again. Chunks that the store keeps ready for everybody
//! are rare, and are asked about whenever the shortest distance has gone by.
//!
//! Source: Xet specification 1.1, deduplication (which chunks, about 4 MB); the longer distances are our choice.

use super::authority::Chunk;
use crate::hash::XetHash;

/// Raw bytes between two questions, at least.
const SHORTEST_BYTES: u64 = 4_000_000;

/// Raw bytes between two questions that misses lead to, at most.
const LONGEST_BYTES: u64 = 64_000_000;

/// Questions on their way side by side.
const MOST_OPEN: usize = 4;

#[derive(Debug)]
pub(super) struct Queries {
    open: Vec<XetHash>,
    fresh: Vec<XetHash>,
    distance: u64,
    /// Raw bytes decided since the last question.
    since: u64,
}

impl Queries {
    pub(super) fn new() -> Queries {
        // The very first chunk may be asked about.
        Queries { open: Vec::new(), fresh: Vec::new(), distance: SHORTEST_BYTES, since: LONGEST_BYTES }
    }

    /// Whether the store should be asked about this chunk.
    pub(super) fn wants(&self, chunk: Chunk) -> bool {
        let distance = if chunk.hash.is_queried() { SHORTEST_BYTES } else { self.distance };
        (chunk.is_first || chunk.hash.is_queried()) && self.since >= distance && self.open.len() < MOST_OPEN
    }

    pub(super) fn is_open(&self, chunk: XetHash) -> bool {
        self.open.contains(&chunk)
    }

    /// Asks, when [`take`](Self::take) is called next.
    pub(super) fn ask(&mut self, chunk: XetHash) {
        self.expect(chunk);
        self.fresh.push(chunk);
        self.since = 0;
    }

    /// Somebody asks about this chunk. That is no reason to ask less about others: what it is the first chunk of may have nothing in
    /// common with what is pushed.
    pub(super) fn expect(&mut self, chunk: XetHash) {
        self.open.push(chunk);
    }

    /// So many raw bytes were decided.
    pub(super) fn decided(&mut self, bytes: u64) {
        self.since = self.since.saturating_add(bytes);
    }

    /// The question is over.
    pub(super) fn settle(&mut self, chunk: XetHash, is_hit: bool) {
        self.open.retain(|open| *open != chunk);
        self.distance = if is_hit { SHORTEST_BYTES } else { (2 * self.distance).min(LONGEST_BYTES) };
    }

    /// The questions since the last call.
    pub(super) fn take(&mut self) -> Vec<XetHash> {
        std::mem::take(&mut self.fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::chunk_hash;

    fn chunk(n: u32, is_first: bool, is_queried: bool) -> Chunk {
        let mut hash = chunk_hash(&n.to_le_bytes());
        hash.0[24..].fill(u8::from(!is_queried));
        Chunk { hash, bytes: 1, is_first }
    }

    #[test]
    fn distances() {
        // What happens in turn: bytes that go by, the chunk, whether it is asked about, and what comes of it.
        let rows = [
            ("the first chunk of a push", 0, (true, false), Some(false)),
            ("one miss makes it eight", 7_999_999, (true, false), None),
            ("", 1, (true, false), Some(false)),
            ("another one sixteen", 8_000_000, (true, false), None),
            ("no first chunk", 60_000_000, (false, false), None),
            ("a hit", 0, (true, false), Some(true)),
            ("makes it four again", 3_999_999, (true, false), None),
            ("", 1, (true, false), Some(false)),
            ("", 8_000_000, (true, false), Some(false)),
            ("a chunk that is kept ready", 4_000_000, (false, true), Some(false)),
            ("not too often", 3_999_999, (true, true), None),
        ];
        let mut queries = Queries::new();
        for (n, (name, bytes, (is_first, is_queried), hit)) in (0..).zip(rows) {
            queries.decided(bytes);
            let chunk = chunk(n, is_first, is_queried);
            assert_eq!(queries.wants(chunk), hit.is_some(), "{n} {name}");
            if let Some(hit) = hit {
                queries.ask(chunk.hash);
                assert!(queries.is_open(chunk.hash));
                assert_eq!(queries.take(), [chunk.hash]);
                queries.settle(chunk.hash, hit);
            }
        }
    }

    #[test]
    fn a_question_of_somebody_else_holds_none_up() {
        let mut queries = Queries::new();
        queries.expect(chunk(0, true, false).hash);
        assert!(queries.wants(chunk(1, true, false)));
    }

    #[test]
    fn few_side_by_side() {
        let mut queries = Queries::new();
        for n in 0..MOST_OPEN as u32 {
            queries.decided(LONGEST_BYTES);
            assert!(queries.wants(chunk(n, true, false)));
            queries.ask(chunk(n, true, false).hash);
        }
        queries.decided(LONGEST_BYTES);
        assert!(!queries.wants(chunk(9, true, true)));
    }
}
