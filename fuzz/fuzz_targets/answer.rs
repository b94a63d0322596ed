//! Whatever the store answers about chunks, a push goes on: every chunk is decided, and a file that consists of known chunks is told
//! of in a shard that can be read.
#![no_main]

use hubferry::dedup::{Authority, Chunk, FinishedFile, Place, Run, Verdict};
use hubferry::hash::{Sized, Tree};
use hubferry::http::FileIdx;
use hubferry::shard::{Answer, Shard};
use libfuzzer_sys::fuzz_target;

const NOW_SECONDS: u64 = 1_800_000_000;

fuzz_target!(|body: &[u8]| {
    let mut authority = Authority::new(1, 1 << 16);
    let learnt = authority.learn(body, NOW_SECONDS);
    let Ok(Some(answer)) = Answer::read(body, NOW_SECONDS) else {
        assert!(!learnt.is_ok_and(|learnt| learnt > 0));
        return;
    };
    // The file that holds what the answer tells of: found when it is not under a key.
    let chunks: Vec<Sized> = answer.xorbs.iter().flat_map(|xorb| &xorb.chunks).copied().collect();
    let asked = |(at, chunk): (usize, &Sized)| Chunk { hash: chunk.hash, bytes: chunk.size as u32, is_first: at == 0 };
    let asked: Vec<Chunk> = chunks.iter().enumerate().map(asked).collect();
    authority.ask(0, &asked).expect("a lane");
    let mut verdicts = Vec::new();
    loop {
        verdicts.extend(authority.decide(0).expect("a lane"));
        let queries = authority.take_queries();
        if queries.is_empty() {
            break;
        }
        for query in queries {
            let _ = authority.learn(body, NOW_SECONDS);
            authority.settle(query);
        }
    }
    assert_eq!(verdicts.len(), chunks.len());
    let places: Option<Vec<Place>> = verdicts
        .iter()
        .map(|verdict| match verdict {
            Verdict::Known(place) if place.origin.as_known().is_some() => Some(*place),
            _ => None,
        })
        .collect();
    let Some(places) = places.filter(|places| !places.is_empty()) else { return };

    let mut tree = Tree::new();
    chunks.iter().for_each(|chunk| tree.push(*chunk));
    let mut runs: Vec<Run> = Vec::new();
    for place in places {
        if !runs.last_mut().is_some_and(|run| run.extend(place)) {
            runs.push(Run { start: place, chunks: 1 });
        }
    }
    let file = FinishedFile {
        file: FileIdx(0),
        key: None,
        hash: tree.file_hash(),
        sha256: Some([7; 32]),
        packed: 0,
        chunks,
        runs,
    };
    let bytes: u64 = file.chunks.iter().map(|chunk| chunk.size).sum();
    assert!(authority.finished(file), "no lane is lost");
    let shard = authority.take_shard(1 << 20).expect("places for all chunks").expect("nothing is missing");
    let shard = Shard::read(&shard.body).expect("our own");
    assert_eq!(shard.files[0].terms.iter().map(|term| u64::from(term.bytes)).sum::<u64>(), bytes);
});
