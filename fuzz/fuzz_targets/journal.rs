//! Whatever lies on the device in place of a data plane's records: it is read or not, and what is gone on from never gives a shard that
//! tells of a file as another one.
#![no_main]

use std::collections::HashMap;

use arbitrary::Arbitrary;
use hubferry::dedup::{Authority, Resumed, compact};
use hubferry::hash::{Sized, Tree, XetHash};
use hubferry::http::FileIdx;
use hubferry::ingest::{Beginning, Ingest, IngestOptions};
use hubferry::journal::{FileKey, frame};
use hubferry::shard::Shard;
use hubferry::xorb::Compression;
use libfuzzer_sys::fuzz_target;

const NOW: u64 = 1_800_000_000;

/// A record of which the parts fit each other, so that more of it is read.
#[derive(Debug, Arbitrary)]
enum Record<'a> {
    Xorb { number: u8, age: u16, sizes: Vec<u16>, is_true: bool },
    Checkpoint { key: u8, first: u8, spans: Vec<Span> },
    Finished { key: u8, spans: Vec<Span>, is_true: bool },
    Registered { xorbs: Vec<u8>, keys: Vec<u8> },
    Forgotten { below: u8 },
    Raw { kind: u8, payload: &'a [u8] },
    Bytes(&'a [u8]),
}

#[derive(Debug, Arbitrary)]
struct Span {
    xorb: u8,
    start: u8,
    count: u8,
    list: Option<Vec<u16>>,
}

fn chunk(size: u16) -> Sized {
    let size = u64::from(size) + 1;
    Sized { hash: hubferry::hash::chunk_hash(&size.to_le_bytes()), size }
}

fn key(key: u8) -> [u8; 16] {
    [key % 4; 16]
}

fn write_list(out: &mut Vec<u8>, chunks: &[Sized]) {
    out.extend((chunks.len() as u32).to_le_bytes());
    for chunk in chunks {
        out.extend(chunk.hash.0);
        out.extend((chunk.size as u32).to_le_bytes());
    }
}

fn write_spans(out: &mut Vec<u8>, spans: &[Span]) {
    for Span { xorb, start, count, list } in spans {
        let flag = if list.is_some() { 1 << 31 } else { 0 };
        for number in [u32::from(xorb % 8), u32::from(*start), u32::from(*count) | flag] {
            out.extend(number.to_le_bytes());
        }
        if let Some(list) = list {
            write_list(out, &list.iter().map(|size| chunk(*size)).collect::<Vec<_>>());
        }
    }
}

fn root(chunks: &[Sized]) -> Tree {
    let mut tree = Tree::new();
    chunks.iter().for_each(|chunk| tree.push(*chunk));
    tree
}

/// As bytes; `xorbs` remembers the chunks of those that are true.
fn write(record: &Record, xorbs: &mut HashMap<XetHash, Vec<Sized>>, lists: &mut HashMap<u32, Vec<Sized>>) -> Vec<u8> {
    match record {
        Record::Xorb { number, age, sizes, is_true } => {
            let chunks: Vec<Sized> = sizes.iter().map(|size| chunk(*size)).collect();
            let hash = if *is_true { root(&chunks).root() } else { XetHash([*number; 32]) };
            let mut out = u32::from(number % 8).to_le_bytes().to_vec();
            out.extend((NOW - u64::from(*age) * 60).to_le_bytes());
            out.extend(hash.0);
            out.extend(1_000_u32.to_le_bytes());
            write_list(&mut out, &chunks);
            lists.insert(u32::from(number % 8), chunks.clone());
            xorbs.insert(hash, chunks);
            frame::write(1, &out)
        }
        Record::Checkpoint { key: name, first, spans } => {
            let mut out = key(*name).to_vec();
            out.extend(u32::from(*first).to_le_bytes());
            out.push(0);
            write_spans(&mut out, spans);
            frame::write(2, &out)
        }
        Record::Finished { key: name, spans, is_true } => {
            let mut content = Vec::new();
            for span in spans {
                match (&span.list, lists.get(&u32::from(span.xorb % 8))) {
                    (Some(list), _) => content.extend(list.iter().map(|size| chunk(*size))),
                    (None, Some(list)) => {
                        let own = list.iter().skip(usize::from(span.start)).take(usize::from(span.count));
                        content.extend(own.copied());
                    }
                    (None, None) => {}
                }
            }
            let mut out = key(*name).to_vec();
            out.extend(if *is_true { root(&content).file_hash().0 } else { [7; 32] });
            out.extend([8; 32]);
            write_spans(&mut out, spans);
            frame::write(3, &out)
        }
        Record::Registered { xorbs, keys } => {
            let mut out = (xorbs.len() as u32).to_le_bytes().to_vec();
            out.extend(xorbs.iter().flat_map(|xorb| u32::from(xorb % 8).to_le_bytes()));
            out.extend(keys.iter().flat_map(|name| key(*name)));
            frame::write(4, &out)
        }
        Record::Forgotten { below } => frame::write(5, &u32::from(below % 8).to_le_bytes()),
        Record::Raw { kind, payload } => frame::write(*kind, payload),
        Record::Bytes(bytes) => bytes.to_vec(),
    }
}

fuzz_target!(|records: Vec<Record>| {
    let (mut xorbs, mut lists) = (HashMap::new(), HashMap::new());
    let stream: Vec<u8> = records.iter().flat_map(|record| write(record, &mut xorbs, &mut lists)).collect();
    // What was made short, or kept in place of what is too old, is read as well.
    let mut authority = Authority::new(1, 1 << 12);
    let Ok(better) = authority.restore(&stream, NOW) else {
        assert!(Authority::new(1, 1 << 12).restore(&[], NOW).is_ok());
        return;
    };
    for stream in [better, compact(&stream, 100).ok()].into_iter().flatten() {
        assert_eq!(Authority::new(1, 1 << 12).restore(&stream, NOW).map(|_| ()), Ok(()));
    }
    let options = IngestOptions { lane: 0, xorb_bytes: 0, compression: Compression::Off, sha256: true };
    let mut lane = Ingest::new(options);
    for name in 0..4 {
        for size in [0, 1, 1 << 10, 1 << 17] {
            let file = FileIdx(u32::from(name));
            match authority.resume(FileKey(key(name)), file, size, None) {
                Some(Resumed::Part(part)) => {
                    let bytes: u64 = part.chunks.iter().map(|chunk| chunk.size).sum();
                    assert!(part.from <= bytes && bytes <= size);
                    let places: u32 = part.runs.iter().map(|run| run.chunks).sum();
                    assert_eq!(places as usize, part.chunks.len());
                    let rest = vec![0; (size - part.from) as usize];
                    let beginning = Beginning { file, sha256: true, key: Some(FileKey(key(name))), resume: Some(part) };
                    lane.begin_file(beginning).expect("no file is open");
                    lane.feed(&rest).expect("a file is open");
                    lane.end().expect("a file is open");
                }
                Some(Resumed::Finished { .. }) | None => {}
            }
        }
    }
    authority.ask(0, &lane.take_questions(true)).expect("a lane");
    for query in {
        let _ = authority.decide(0);
        authority.take_queries()
    } {
        authority.settle(query);
    }
    lane.decide(&authority.decide(0).expect("a lane")).expect("as many as were asked");
    lane.flush();
    while let Some(finished) = lane.take_finished() {
        let _ = authority.finished(finished);
    }
    authority.take_records(NOW);
    while let Some(shard) = authority.take_shard(1 << 12).expect("places for all chunks") {
        let told = Shard::read(&shard.body).expect("our own");
        for xorb in &told.xorbs {
            assert_eq!(root(&xorb.chunks).root(), xorb.hash, "a xorb is told of as another one");
        }
        for file in &told.files {
            let named = |term: &hubferry::shard::Term| xorbs.get(&term.xorb).filter(|chunks| !chunks.is_empty());
            let listed: Option<Vec<Sized>> = file.terms.iter().try_fold(Vec::new(), |mut all, term| {
                all.extend(named(term)?.get(term.start as usize..term.end as usize)?);
                Some(all)
            });
            // Of xorbs whose chunks nobody listed only the store can say what they are.
            if let Some(chunks) = listed.filter(|_| records.iter().all(|record| !has_lists(record))) {
                assert_eq!(root(&chunks).file_hash(), file.hash, "a file is told of as another one");
            }
        }
        authority.accepted(&shard);
    }
    authority.take_records(NOW);
});

fn has_lists(record: &Record) -> bool {
    match record {
        Record::Checkpoint { spans, .. } | Record::Finished { spans, .. } => {
            spans.iter().any(|span| span.list.is_some())
        }
        Record::Raw { .. } | Record::Bytes(_) => true,
        _ => false,
    }
}
