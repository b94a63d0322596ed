//! Four words of 32 bits that are worked on together: a vector of `simd128`, or an array where there is none.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vector {
    use core::arch::wasm32::*;

    #[derive(Clone, Copy)]
    pub(crate) struct Lanes(v128);

    /// Four words of a block.
    #[inline(always)]
    fn quarter(block: &[u8; 64], at: usize) -> v128 {
        let (quarters, _) = block.as_chunks::<16>();
        // SAFETY: sixteen bytes are read from a reference to sixteen bytes; the instruction asks for no alignment.
        // Put together from words, compilers for size make nine instructions of it, which costs a tenth of the speed.
        #[expect(unsafe_code)]
        unsafe {
            v128_load(quarters[at].as_ptr().cast())
        }
    }

    #[inline(always)]
    fn swapped(bytes: v128) -> v128 {
        i8x16_shuffle::<3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12>(bytes, bytes)
    }

    /// The same bytes, as something that LLVM takes for a result: from a constant it would make `i8x16.shuffle`. `wasm-opt` does see
    /// that they are constant, and so do browsers, which save the check of the places then.
    #[inline(always)]
    fn opaque(bytes: v128) -> v128 {
        u8x16_avgr(bytes, bytes)
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
            Lanes::transposed(|at| blocks.map(|block| swapped(quarter(block, at))))
        }

        /// The sixteen little-endian words of four blocks: lane `i` is of block `i`.
        #[inline(always)]
        pub(crate) fn of_little_blocks(blocks: [&[u8; 64]; 4]) -> [Lanes; 16] {
            Lanes::transposed(|at| blocks.map(|block| quarter(block, at)))
        }

        #[inline(always)]
        fn transposed(quarters: impl Fn(usize) -> [v128; 4]) -> [Lanes; 16] {
            let mut words = [Lanes::splat(0); 16];
            for at in 0..4 {
                let [a, b, c, d] = quarters(at);
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
            // By whole bytes it is one instruction in a browser, but only said like this: of `i8x16.shuffle` it makes five, which load
            // the constant anew each time.
            match RIGHT {
                8 => Lanes(i8x16_swizzle(self.0, opaque(i8x16(1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12)))),
                16 => Lanes(i8x16_swizzle(self.0, opaque(i8x16(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)))),
                _ => Lanes(v128_or(u32x4_shr(self.0, RIGHT), u32x4_shl(self.0, 32 - RIGHT))),
            }
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

        /// The sixteen little-endian words of four blocks: lane `i` is of block `i`.
        pub(crate) fn of_little_blocks(blocks: [&[u8; 64]; 4]) -> [Lanes; 16] {
            from_fn(|at| Lanes(blocks.map(|block| u32::from_le_bytes(block.as_chunks().0[at]))))
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
