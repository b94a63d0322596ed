//! Whatever a body of a xorb holds, reading it ends well; and what was read is packed and read again as it was.
#![no_main]

use hubferry::hash::chunk_hash;
use hubferry::xorb::{Chunks, XorbBuilder};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let mut read = Vec::new();
    let mut chunks = Chunks::of(body);
    for chunk in &mut chunks {
        let Ok(chunk) = chunk else { break };
        assert_eq!(chunk.bytes.len(), chunk.record.raw_bytes as usize);
        read.push(chunk.bytes);
    }
    assert!(chunks.next().is_none(), "nothing follows the end");

    let mut builder = XorbBuilder::new(usize::MAX);
    for chunk in &read {
        if builder.has_room(chunk.len()) {
            builder.push(chunk_hash(chunk), chunk);
        }
    }
    let sealed = builder.seal();
    let again: Vec<Vec<u8>> = Chunks::of(&sealed.body).map(|chunk| chunk.expect("our own").bytes).collect();
    assert!(again == read[..again.len()] && again.len() == sealed.chunks.len());
});
