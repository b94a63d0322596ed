//! Where a chunk is, or will be.

/// Origins from here on are xorbs that the store told us of; below, they are lanes.
const FIRST_KNOWN: u32 = 1 << 16;

/// In place of a last lane: all that earlier runs of this push have stored, as if one lane had packed it.
const RESTORED: u32 = FIRST_KNOWN - 1;

/// Where a chunk is: the n-th new chunk of a lane, wherever that lane packs it, the n-th that earlier runs have stored, or the n-th
/// chunk of a xorb that the store has.
///
/// A lane packs its new chunks in the order in which it was told that they are new, so both sides count alike, and a chunk has
/// its place before it is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// A lane, earlier runs, or a xorb of the store.
    pub origin: Origin,
    /// Counted from zero.
    pub number: u32,
}

impl Place {
    /// The place so many chunks further on.
    pub(crate) fn plus(self, chunks: u32) -> Place {
        Place { number: self.number.wrapping_add(chunks), ..self }
    }
}

/// A lane, what earlier runs of this push have stored, or a xorb that the store has had before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(u32);

impl Origin {
    /// A lane of this push.
    pub fn lane(index: u16) -> Origin {
        Origin(u32::from(index))
    }

    /// The n-th xorb that the store told us of; `None` beyond what is counted.
    pub fn known(index: usize) -> Option<Origin> {
        let index = u32::try_from(index).ok()?;
        FIRST_KNOWN.checked_add(index).map(Origin)
    }

    /// The xorbs that earlier runs of this push have stored, one after the other.
    pub fn restored() -> Origin {
        Origin(RESTORED)
    }

    /// As one number, for records.
    pub(super) fn number(self) -> u32 {
        self.0
    }

    /// The one of this number.
    pub(super) fn of_number(number: u32) -> Origin {
        Origin(number)
    }

    /// Which lane it is, if it is one.
    pub fn as_lane(self) -> Option<usize> {
        (self.0 < RESTORED).then_some(self.0 as usize)
    }

    /// Whether it is what earlier runs have stored.
    pub fn is_restored(self) -> bool {
        self.0 == RESTORED
    }

    /// Which xorb of the store it is, if it is one.
    pub fn as_known(self) -> Option<usize> {
        self.0.checked_sub(FIRST_KNOWN).map(|index| index as usize)
    }
}

/// Chunks of a file that lie one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The first of them.
    pub start: Place,
    /// How many.
    pub chunks: u32,
}

impl Run {
    /// Takes in the chunk at `place`, if it follows the last one.
    pub fn extend(&mut self, place: Place) -> bool {
        let follows = place == self.start.plus(self.chunks);
        self.chunks += u32::from(follows);
        follows
    }
}
