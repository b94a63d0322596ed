//! The guard against files in splinters: a reader fetches range by range, so a file that is deduplicated into very many very
//! short ranges is slow to read for ever, to save a few bytes once.
//!
//! Source: `xet-core` 1.8; a store takes any choice.

use std::collections::VecDeque;

/// Ranges that are looked back on.
const WINDOW_RANGES: usize = 128;

/// Chunks per range below which hits are judged.
const TOO_FEW: u32 = 4;

/// Chunks per range from which on they are not any more.
const ENOUGH: u32 = 8;

/// The last ranges of one file.
#[derive(Debug, Clone, Default)]
pub(super) struct Fragments {
    ranges: VecDeque<u32>,
    chunks: u32,
    is_judging: bool,
}

impl Fragments {
    /// The last range goes on.
    pub(super) fn extend(&mut self, chunks: u32) {
        if let Some(last) = self.ranges.back_mut() {
            *last += chunks;
            self.chunks += chunks;
        }
    }

    /// A new range begins.
    pub(super) fn start(&mut self, chunks: u32) {
        if self.ranges.len() == WINDOW_RANGES {
            self.chunks -= self.ranges.pop_front().unwrap_or_default();
        }
        self.ranges.push_back(chunks);
        self.chunks += chunks;
    }

    /// Whether a new range of so many known chunks is not worth it.
    pub(super) fn refuses(&mut self, chunks: u32) -> bool {
        let ranges = self.ranges.len() as u32;
        if self.ranges.len() < WINDOW_RANGES {
            return false;
        }
        let enough = if self.is_judging { ENOUGH } else { TOO_FEW };
        self.is_judging = self.chunks < enough * ranges;
        self.is_judging && chunks * ranges < self.chunks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_only_a_file_in_splinters() {
        let mut fragments = Fragments::default();
        for _ in 0..WINDOW_RANGES {
            assert!(!fragments.refuses(1), "the window is not full");
            fragments.start(3);
        }
        assert!(fragments.refuses(2), "shorter than the average of three");
        assert!(!fragments.refuses(3));
        for _ in 0..WINDOW_RANGES {
            fragments.start(7);
        }
        assert!(fragments.refuses(2), "seven are not yet enough again");
        fragments.extend(200);
        assert!(!fragments.refuses(2));
        assert!(!fragments.is_judging);
    }
}
