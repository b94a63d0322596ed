//! Which compression is worth trying: chunks of numbers want their bytes grouped, others do not.
//!
//! Grouping pays where the four places of a word look different: the number of set bits is counted for each, and compared with
//! all of them together. One look holds for a run of chunks.
//!
//! Source: the rule is `xet-core`'s (`BG4Predictor`); a store takes any choice.

use hubferry_kernels::count_bits;

use super::record::Scheme;

/// Chunks that a choice holds for.
const RUN_CHUNKS: u32 = 32;

/// The least divergence that makes grouping pay.
const LEAST_DIVERGENCE: f64 = 0.02;

/// Chooses for one stream of chunks.
#[derive(Debug, Clone, Default)]
pub(super) struct Predictor {
    chosen: Option<Scheme>,
    used: u32,
}

impl Predictor {
    /// The compression to try on the next chunk.
    pub(super) fn choose(&mut self, chunk: &[u8]) -> Scheme {
        let scheme = match self.chosen {
            Some(scheme) if self.used < RUN_CHUNKS => scheme,
            _ => {
                self.used = 0;
                if divergence(chunk) > LEAST_DIVERGENCE { Scheme::GroupedLz4 } else { Scheme::Lz4 }
            }
        };
        self.chosen = Some(scheme);
        self.used += 1;
        scheme
    }
}

/// How far the place that differs most is from all places together (Kullback–Leibler, in nats).
fn divergence(bytes: &[u8]) -> f64 {
    let counts = count_bits(bytes);
    let pooled: [f64; 9] = std::array::from_fn(|bits| counts.iter().map(|count| f64::from(count[bits])).sum());
    let pooled = smoothed(pooled);
    let of_place = |count: &[u32; 9]| -> f64 {
        let own = smoothed(count.map(f64::from));
        own.iter().zip(&pooled).map(|(own, all)| own * (own / all).ln()).sum()
    };
    counts.iter().map(of_place).fold(0.0, f64::max)
}

/// Shares, after adding one to each count.
fn smoothed(counts: [f64; 9]) -> [f64; 9] {
    let total = counts.iter().sum::<f64>() + counts.len() as f64;
    counts.map(|count| (count + 1.0) / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats() -> Vec<u8> {
        (0..16_000).flat_map(|at| (at as f32 * 0.001).to_le_bytes()).collect()
    }

    fn text() -> Vec<u8> {
        (0..8_000_u64).flat_map(|n| format!("{} squared is {}, ", n, n * n).into_bytes()).collect()
    }

    #[test]
    fn chooses() {
        assert_eq!(Predictor::default().choose(&floats()), Scheme::GroupedLz4);
        assert_eq!(Predictor::default().choose(&text()), Scheme::Lz4);
        assert_eq!(Predictor::default().choose(&[0; 70_000]), Scheme::Lz4);
    }

    #[test]
    fn a_choice_holds_for_a_run() {
        let mut predictor = Predictor::default();
        assert_eq!(predictor.choose(&floats()), Scheme::GroupedLz4);
        for _ in 1..RUN_CHUNKS {
            assert_eq!(predictor.choose(&text()), Scheme::GroupedLz4);
        }
        assert_eq!(predictor.choose(&text()), Scheme::Lz4);
    }
}
