//! Four words of 32 bits that are worked on together: a vector of `simd128`, or an array where there is none.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vector {
    use core::arch::wasm32::*;

    #[derive(Clone, Copy)]
    pub(crate) struct Lanes(v128);

    #[inline(always)]
    fn big_endian(block: &[u8; 64], at: usize) -> v128 {
        let (quarters, _) = block.as_chunks::<16>();
        // SAFETY: sixteen bytes are read from a reference to sixteen bytes; the instruction asks for no alignment.
        // Put together from words, compilers for size make nine instructions of it, which costs a tenth of the speed.
        #[expect(unsafe_code)]
        let bytes = unsafe { v128_load(quarters[at].as_ptr().cast()) };
        i8x16_shuffle::<3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12>(bytes, bytes)
    }

    impl Lanes {
        #[inline(always)]
        pub(crate) fn new([a, b, c, d]: [u32; 4]) -> Lanes {
            Lanes(u32x4(a, b, c, d))
        }

        #[inline(always)]
        pub(crate) fn splat(word: u32) -> Lanes {
            Lanes(u32x4_splat(word))
        }

        #[inline(always)]
        pub(crate) fn words(self) -> [u32; 4] {
            [
                u32x4_extract_lane::<0>(self.0),
                u32x4_extract_lane::<1>(self.0),
                u32x4_extract_lane::<2>(self.0),
                u32x4_extract_lane::<3>(self.0),
            ]
        }

        /// The sixteen big-endian words of four blocks: lane `i` is of block `i`.
        #[inline(always)]
        pub(crate) fn of_blocks(blocks: [&[u8; 64]; 4]) -> [Lanes; 16] {
            let mut words = [Lanes::splat(0); 16];
            for at in 0..4 {
                let [a, b, c, d] = blocks.map(|block| big_endian(block, at));
                let (ab, cd) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<0, 4, 1, 5>(c, d));
                words[4 * at] = Lanes(i64x2_shuffle::<0, 2>(ab, cd));
                words[4 * at + 1] = Lanes(i64x2_shuffle::<1, 3>(ab, cd));
                let (ab, cd) = (i32x4_shuffle::<2, 6, 3, 7>(a, b), i32x4_shuffle::<2, 6, 3, 7>(c, d));
                words[4 * at + 2] = Lanes(i64x2_shuffle::<0, 2>(ab, cd));
                words[4 * at + 3] = Lanes(i64x2_shuffle::<1, 3>(ab, cd));
            }
            words
        }

        #[inline(always)]
        pub(crate) fn plus(self, other: Lanes) -> Lanes {
            Lanes(u32x4_add(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn xor(self, other: Lanes) -> Lanes {
            Lanes(v128_xor(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn and(self, other: Lanes) -> Lanes {
            Lanes(v128_and(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn rotated<const RIGHT: u32>(self) -> Lanes {
            Lanes(v128_or(u32x4_shr(self.0, RIGHT), u32x4_shl(self.0, 32 - RIGHT)))
        }

        #[inline(always)]
        pub(crate) fn shifted<const RIGHT: u32>(self) -> Lanes {
            Lanes(u32x4_shr(self.0, RIGHT))
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod array {
    use core::array::from_fn;

    #[derive(Clone, Copy)]
    pub(crate) struct Lanes([u32; 4]);

    impl Lanes {
        pub(crate) fn new(words: [u32; 4]) -> Lanes {
            Lanes(words)
        }

        pub(crate) fn splat(word: u32) -> Lanes {
            Lanes([word; 4])
        }

        pub(crate) fn words(self) -> [u32; 4] {
            self.0
        }

        /// The sixteen big-endian words of four blocks: lane `i` is of block `i`.
        pub(crate) fn of_blocks(blocks: [&[u8; 64]; 4]) -> [Lanes; 16] {
            from_fn(|at| Lanes(blocks.map(|block| u32::from_be_bytes(block.as_chunks().0[at]))))
        }

        pub(crate) fn plus(self, other: Lanes) -> Lanes {
            Lanes(from_fn(|lane| self.0[lane].wrapping_add(other.0[lane])))
        }

        pub(crate) fn xor(self, other: Lanes) -> Lanes {
            Lanes(from_fn(|lane| self.0[lane] ^ other.0[lane]))
        }

        pub(crate) fn and(self, other: Lanes) -> Lanes {
            Lanes(from_fn(|lane| self.0[lane] & other.0[lane]))
        }

        pub(crate) fn rotated<const RIGHT: u32>(self) -> Lanes {
            Lanes(self.0.map(|word| word.rotate_right(RIGHT)))
        }

        pub(crate) fn shifted<const RIGHT: u32>(self) -> Lanes {
            Lanes(self.0.map(|word| word >> RIGHT))
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) use array::Lanes;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) use vector::Lanes;
