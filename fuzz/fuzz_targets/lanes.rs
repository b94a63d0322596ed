//! However lanes take turns, are answered late, give files up or are lost: every file that is finished is told of as what it is.
#![no_main]

use std::collections::{HashMap, VecDeque};

use arbitrary::Arbitrary;
use hubferry::dedup::{Authority, Chunk};
use hubferry::hash::XetHash;
use hubferry::http::FileIdx;
use hubferry::ingest::{Ingest, IngestOptions};
use hubferry::shard::{Shard, XorbInfo};
use hubferry::xorb::{Chunks, Compression};
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/oracle/merkle.rs"]
#[allow(dead_code, reason = "not every hash is needed here")]
mod twin;

const LANES: u16 = 3;

#[derive(Debug, Arbitrary)]
enum Turn {
    Feed(Stretch),
    End,
    Abandon,
    Ask,
    Decide,
    Settle,
    Flush,
    Stored,
    Shard,
    Lose,
}

/// Few different ones, so that files share chunks.
#[derive(Debug, Arbitrary)]
struct Stretch {
    seed: u8,
    length: u16,
}

impl Stretch {
    fn bytes(&self) -> impl Iterator<Item = u8> {
        let mut state = u64::from(self.seed % 4) << 1 | 1;
        let noise = std::iter::repeat_with(move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 33) as u8
        });
        noise.take(usize::from(self.length) * 2)
    }
}

struct Lane {
    number: u16,
    ingest: Ingest,
    file: Option<FileIdx>,
    asked: VecDeque<Vec<Chunk>>,
    decided: VecDeque<Vec<hubferry::dedup::Verdict>>,
}

impl Lane {
    fn new(number: u16) -> Lane {
        let compression = if number.is_multiple_of(2) { Compression::Automatic } else { Compression::Off };
        let options = IngestOptions { lane: number, xorb_bytes: 200_000, compression, sha256: true };
        Lane { number, ingest: Ingest::new(options), file: None, asked: VecDeque::new(), decided: VecDeque::new() }
    }
}

#[derive(Default)]
struct World {
    contents: Vec<Vec<u8>>,
    queries: VecDeque<XetHash>,
    unstored: VecDeque<XetHash>,
    /// Sealed xorbs with their chunks.
    xorbs: HashMap<XetHash, Vec<Vec<u8>>>,
    /// Files that were finished and taken, and not yet told of.
    waiting: Vec<FileIdx>,
}

impl World {
    fn collect(&mut self, lane: &mut Lane, authority: &mut Authority) {
        while let Some(sealed) = lane.ingest.take_sealed() {
            let chunks: Vec<Vec<u8>> = Chunks::of(&sealed.body).map(|chunk| chunk.expect("our own").bytes).collect();
            self.xorbs.insert(sealed.hash, chunks);
            let info = XorbInfo { hash: sealed.hash, body_bytes: sealed.body.len() as u32, chunks: sealed.chunks };
            authority.sealed(lane.number, info).expect("a lane");
            self.unstored.push_back(sealed.hash);
            lane.ingest.reuse(sealed.body);
        }
        while let Some(finished) = lane.ingest.take_finished() {
            let index = finished.file;
            // One that refers to lost chunks would be ingested again.
            if authority.finished(finished) {
                self.waiting.push(index);
            }
        }
    }

    fn shards(&mut self, authority: &mut Authority) {
        while let Some(shard) = authority.take_shard(2_000).expect("places for all chunks") {
            let told = Shard::read(&shard.body).expect("our own");
            for file in &told.files {
                let range = |term: &hubferry::shard::Term| term.start as usize..term.end as usize;
                let chunks: Vec<&Vec<u8>> =
                    file.terms.iter().flat_map(|term| &self.xorbs[&term.xorb][range(term)]).collect();
                let leaf = |chunk: &&Vec<u8>| (twin::chunk_hash(chunk), chunk.len() as u64);
                let leaves: Vec<twin::Leaf> = chunks.iter().map(leaf).collect();
                assert_eq!(file.hash.0, twin::file_hash(&leaves));
                let content: Vec<u8> = chunks.into_iter().flatten().copied().collect();
                assert!(
                    shard.files.iter().any(|index| self.contents[index.0 as usize] == content),
                    "a file is told of as another one"
                );
            }
            for index in &shard.files {
                let at = self.waiting.iter().position(|waiting| waiting == index).expect("a file is told of once");
                self.waiting.swap_remove(at);
            }
            authority.accepted(&shard);
        }
    }
}

fuzz_target!(|turns: Vec<(u8, Turn)>| {
    let mut authority = Authority::new(LANES, 1 << 16);
    let mut lanes: Vec<Lane> = (0..LANES).map(Lane::new).collect();
    let mut world = World::default();
    for (which, turn) in turns.iter().take(300) {
        let lane = &mut lanes[usize::from(*which) % usize::from(LANES)];
        take_turn(turn, lane, &mut authority, &mut world);
        world.collect(lane, &mut authority);
    }
    // Whatever is open comes to its end.
    for lane in &mut lanes {
        take_turn(&Turn::End, lane, &mut authority, &mut world);
        take_turn(&Turn::Ask, lane, &mut authority, &mut world);
    }
    for _ in 0..2 {
        for lane in &mut lanes {
            while !lane.asked.is_empty() {
                take_turn(&Turn::Ask, lane, &mut authority, &mut world);
            }
            loop {
                take_turn(&Turn::Decide, lane, &mut authority, &mut world);
                let Some(query) = world.queries.pop_front() else { break };
                authority.settle(query);
            }
            while let Some(verdicts) = lane.decided.pop_front() {
                lane.ingest.decide(&verdicts).expect("as many as were asked");
            }
        }
    }
    for lane in &mut lanes {
        assert_eq!(lane.ingest.undecided_bytes(), 0);
        lane.ingest.flush();
        world.collect(lane, &mut authority);
    }
    while !world.unstored.is_empty() {
        let lane = &mut lanes[0];
        take_turn(&Turn::Stored, lane, &mut authority, &mut world);
    }
    world.shards(&mut authority);
    assert_eq!(world.waiting, [], "every finished file is told of");
});

fn take_turn(turn: &Turn, lane: &mut Lane, authority: &mut Authority, world: &mut World) {
    match turn {
        Turn::Feed(stretch) => {
            let file = *lane.file.get_or_insert_with(|| {
                let file = FileIdx(world.contents.len() as u32);
                world.contents.push(Vec::new());
                lane.ingest.begin(file).expect("no file is open");
                file
            });
            let bytes: Vec<u8> = stretch.bytes().collect();
            lane.ingest.feed(&bytes).expect("a file is open");
            world.contents[file.0 as usize].extend(bytes);
        }
        Turn::End => {
            if lane.file.take().is_some() {
                lane.ingest.end().expect("a file is open");
            }
        }
        Turn::Abandon => {
            lane.file = None;
            lane.ingest.abandon();
        }
        Turn::Ask => {
            let questions = lane.ingest.take_questions(true);
            if !questions.is_empty() {
                lane.asked.push_back(questions);
            }
            if let Some(asked) = lane.asked.pop_front() {
                authority.ask(lane.number, &asked).expect("a lane");
            }
        }
        Turn::Decide => {
            if let Some(verdicts) = lane.decided.pop_front() {
                lane.ingest.decide(&verdicts).expect("as many as were asked");
            }
            lane.decided.push_back(authority.decide(lane.number).expect("a lane"));
            world.queries.extend(authority.take_queries());
        }
        Turn::Settle => {
            if let Some(query) = world.queries.pop_front() {
                authority.settle(query);
            }
        }
        Turn::Flush => lane.ingest.flush(),
        Turn::Stored => {
            if let Some(xorb) = world.unstored.pop_front() {
                authority.stored(xorb);
            }
        }
        Turn::Shard => world.shards(authority),
        Turn::Lose => {
            let broken = authority.lost(lane.number);
            world.waiting.retain(|file| !broken.contains(file));
            if let Some(number) = authority.add_lane() {
                *lane = Lane::new(number);
            }
        }
    }
}
