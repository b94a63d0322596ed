//! Whatever stands in a compressed chunk, in either scheme, reading it ends well.
#![no_main]

use hubferry::xorb::{Chunks, Record, Scheme};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (bool, u32, &[u8])| {
    let (is_grouped, raw_bytes, frame) = input;
    // The header is right, so that all of the work goes into the frame.
    let raw_bytes = 1 + raw_bytes % 131_072;
    let [s0, s1, s2, _] = (frame.len() as u32).to_le_bytes();
    let [r0, r1, r2, _] = raw_bytes.to_le_bytes();
    let body = [&[0, s0, s1, s2, 1 + u8::from(is_grouped), r0, r1, r2], frame].concat();
    if let Some(Ok(chunk)) = Chunks::of(&body).next() {
        assert_eq!(chunk.bytes.len(), raw_bytes as usize);
        let scheme = if is_grouped { Scheme::GroupedLz4 } else { Scheme::Lz4 };
        assert_eq!(chunk.record, Record { scheme, stored_bytes: frame.len() as u32, raw_bytes });
    }
});
