//! Where the chunks of a push are: hash tables of 24 bytes a slot, and nothing per chunk besides.
//!
//! There are two generations. When the young one has reached its share of the cap it becomes the old one, and what was old is
//! forgotten: that costs bytes that are sent again, never correctness. An entry keeps 16 of the 32 bytes of a hash: that two of
//! 2^32 chunks share them has a probability below 2^-64.

use super::place::Place;
use crate::hash::XetHash;

/// A map from chunk to place.
#[derive(Debug, Clone)]
pub struct Index {
    young: Table,
    old: Table,
    most_slots: usize,
}

impl Index {
    /// An empty one that takes at most about `most_bytes`.
    pub fn new(most_bytes: usize) -> Index {
        let slots = (most_bytes / (2 * size_of::<Entry>())).max(LEAST_SLOTS);
        // A power of two, so that a slot is found by masking.
        Index { young: Table::default(), old: Table::default(), most_slots: 1 << slots.ilog2() }
    }

    /// Where the chunk is.
    pub fn find(&self, hash: XetHash) -> Option<Place> {
        let key = key(hash);
        self.young.find(key).or_else(|| self.old.find(key))
    }

    /// Notes where a chunk is; what is there already stays.
    pub fn insert(&mut self, hash: XetHash, place: Place) {
        if self.young.is_full() {
            let slots = (self.young.slots.len() * 2).max(LEAST_SLOTS);
            if slots > self.most_slots {
                self.old = std::mem::take(&mut self.young);
                self.young = Table::of(LEAST_SLOTS);
            } else {
                self.young = self.young.rebuilt(slots, |_| true);
            }
        }
        self.young.insert(Entry { key: key(hash), place });
    }

    /// Forgets the chunks whose place `is_gone`.
    pub fn forget(&mut self, is_gone: impl Fn(Place) -> bool) {
        for table in [&mut self.young, &mut self.old] {
            *table = table.rebuilt(table.slots.len(), |place| !is_gone(place));
        }
    }
}

/// Slots of a table that is not empty, at least.
const LEAST_SLOTS: usize = 1024;

#[derive(Debug, Clone, Copy)]
struct Entry {
    key: [u64; 2],
    place: Place,
}

/// What a free slot holds; a chunk with this key, should there ever be one, is never found.
const FREE: [u64; 2] = [0; 2];

/// Open addressing: an entry stands in the first free slot from the one that its key names.
#[derive(Debug, Clone, Default)]
struct Table {
    slots: Vec<Entry>,
    used: usize,
}

impl Table {
    fn of(slots: usize) -> Table {
        let free = Entry { key: FREE, place: Place { origin: super::Origin::lane(0), number: 0 } };
        Table { slots: vec![free; slots], used: 0 }
    }

    /// Of eight slots at most seven are used, so that a search ends, and soon.
    fn is_full(&self) -> bool {
        (self.used + 1) * 8 > self.slots.len() * 7
    }

    fn find(&self, key: [u64; 2]) -> Option<Place> {
        if self.slots.is_empty() {
            return None;
        }
        let entry = &self.slots[self.position(key)];
        (entry.key == key && key != FREE).then_some(entry.place)
    }

    fn insert(&mut self, entry: Entry) {
        let at = self.position(entry.key);
        if self.slots[at].key == FREE {
            self.used += usize::from(entry.key != FREE);
            self.slots[at] = entry;
        }
    }

    fn rebuilt(&self, slots: usize, keeps: impl Fn(Place) -> bool) -> Table {
        let mut table = Table::of(slots);
        for entry in self.slots.iter().filter(|entry| entry.key != FREE && keeps(entry.place)) {
            table.insert(*entry);
        }
        table
    }

    /// Where a key stands, or would stand.
    fn position(&self, key: [u64; 2]) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = key[0] as usize & mask;
        while self.slots[at].key != FREE && self.slots[at].key != key {
            at = (at + 1) & mask;
        }
        at
    }
}

fn key(hash: XetHash) -> [u64; 2] {
    let [first, second, ..] = hash.sort_key();
    [first, second]
}

#[cfg(test)]
mod tests {
    use super::super::Origin;
    use super::*;
    use crate::hash::chunk_hash;

    fn hash(n: u32) -> XetHash {
        chunk_hash(&n.to_le_bytes())
    }

    fn place(n: u32) -> Place {
        Place { origin: Origin::lane(0), number: n }
    }

    #[test]
    fn finds_what_was_noted() {
        let mut index = Index::new(1 << 30);
        for n in 0..50_000 {
            assert_eq!(index.find(hash(n)), None);
            index.insert(hash(n), place(n));
            index.insert(hash(n), place(n + 1));
        }
        for n in 0..50_000 {
            assert_eq!(index.find(hash(n)), Some(place(n)), "the first place stays");
        }
        assert_eq!(index.find(hash(50_000)), None);
    }

    #[test]
    fn stays_within_its_cap_and_keeps_the_newest() {
        let cap = 1 << 20;
        let mut index = Index::new(cap);
        for n in 0..200_000 {
            index.insert(hash(n), place(n));
            let bytes = (index.young.slots.len() + index.old.slots.len()) * size_of::<Entry>();
            assert!(bytes <= cap, "{bytes} bytes");
        }
        for n in 195_000..200_000 {
            assert_eq!(index.find(hash(n)), Some(place(n)));
        }
        assert_eq!(index.find(hash(0)), None);
    }

    #[test]
    fn forgets_what_is_gone() {
        let mut index = Index::new(1 << 20);
        for n in 0..5_000 {
            index.insert(hash(n), place(n));
        }
        index.forget(|place| place.number % 2 == 0);
        for n in 0..5_000 {
            assert_eq!(index.find(hash(n)).is_some(), n % 2 == 1, "{n}");
        }
    }

    #[test]
    fn an_entry_is_small() {
        assert_eq!(size_of::<Entry>(), 24);
    }
}
