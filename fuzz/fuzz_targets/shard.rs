//! Whatever a shard holds, reading it ends well; and what was read is written and read again as it was.
#![no_main]

use hubferry::shard::{Shard, XorbInfo, write};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let Ok(shard) = Shard::read(body) else { return };
    let info = |xorb: &hubferry::shard::XorbEntry| XorbInfo {
        hash: xorb.hash,
        body_bytes: xorb.body_bytes,
        chunks: xorb.chunks.clone(),
    };
    let xorbs: Vec<XorbInfo> = shard.xorbs.iter().map(info).collect();
    let again = Shard::read(&write(&shard.files, &xorbs)).expect("our own");
    assert_eq!((again.files, again.xorbs), (shard.files, shard.xorbs));
});
