//! What goes wrong with an attempt: a function of the kind of request and how often it was seen.

/// What goes wrong with one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// This status, and no work done.
    Status(u16),
    /// This status with so many seconds in `Retry-After`, and no work done.
    Later(u16, u32),
    /// The work is done, but this status is the answer.
    StatusAfter(u16),
    /// The connection breaks before the work.
    CutBefore,
    /// The connection breaks when half of the body has left; no work done.
    CutMiddle,
    /// The work is done, the answer is lost.
    CutAfter,
    /// All of the body leaves, and then nothing comes back; no work done.
    Silence,
    /// The work is done, the answer is half.
    HalfAnswer,
    /// A page for people instead of the work, with a status of success.
    Html,
    /// Some bytes arrive as others: of a body that is sent, or of the answer where that tells of contents.
    Damaged,
    /// Half of the body leaves, then nothing ever comes back; no work done.
    Hang,
    /// Nothing ever comes back; the work is done a long time later.
    LateTwin,
    /// All upload URLs and all tokens of the content store expire now.
    Expire,
    /// The first file in the body cannot be read; no work done.
    FileGone,
    /// Somebody else commits just before.
    ForeignCommit,
    /// The same, with our title.
    ForeignTwin,
    /// Somebody else opens a pull request with our title just before.
    ForeignPull,
}

/// The fault for the nth (from 1) attempt of a kind: the route's name, and `read-back` for a look at our own commit.
pub type Faults = Box<dyn FnMut(&str, u32) -> Fault>;

pub fn no_faults() -> Faults {
    Box::new(|_, _| Fault::None)
}

/// The first `times` attempts of `kind` have this fault.
pub fn fault_on(kind: &'static str, fault: Fault, times: u32) -> Faults {
    Box::new(move |seen, nth| if seen == kind && nth <= times { fault } else { Fault::None })
}
