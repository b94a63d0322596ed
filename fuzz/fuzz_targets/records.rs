//! Whatever lanes and their authority are handed as each other's words, they go on; and what was read is written and read again as it
//! was.
#![no_main]

use hubferry::dedup::Authority;
use hubferry::dedup::record::{
    read_chunks, read_finished, read_verdicts, read_xorb, write_chunks, write_finished, write_verdicts, write_xorb,
};
use hubferry::ingest::{Ingest, IngestOptions};
use hubferry::shard::Shard;
use hubferry::xorb::Compression;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|records: Vec<(u8, &[u8])>| {
    let mut authority = Authority::new(2, 1 << 12);
    let options = IngestOptions { lane: 0, xorb_bytes: 0, compression: Compression::Off, sha256: false };
    let mut ingest = Ingest::new(options);
    for (kind, record) in records {
        match kind % 4 {
            0 => {
                let Ok(chunks) = read_chunks(record) else { continue };
                assert_eq!(write_chunks(&chunks), record);
                let lane = u16::from(kind >> 7);
                authority.ask(lane, &chunks).expect("a lane");
                let _ = authority.decide(lane);
                for query in authority.take_queries() {
                    authority.settle(query);
                }
            }
            1 => {
                let Ok(verdicts) = read_verdicts(record) else { continue };
                assert_eq!(read_verdicts(&write_verdicts(&verdicts)).expect("our own"), verdicts);
                let _ = ingest.decide(&verdicts);
            }
            2 => {
                let Ok(xorb) = read_xorb(record) else { continue };
                assert_eq!(read_xorb(&write_xorb(&xorb)).expect("our own"), xorb);
                let hash = xorb.hash;
                authority.sealed(u16::from(kind >> 7), xorb).expect("a lane");
                authority.stored(hash);
            }
            _ => {
                let Ok(file) = read_finished(record) else { continue };
                assert_eq!(read_finished(&write_finished(&file)).expect("our own"), file);
                if authority.finished(file)
                    && let Ok(Some(shard)) = authority.take_shard(1 << 12)
                {
                    let _ = Shard::read(&shard.body);
                    authority.accepted(&shard);
                }
            }
        }
    }
});
