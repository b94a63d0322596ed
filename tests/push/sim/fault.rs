//! What goes wrong with an attempt: a function of the request's route and how often it was seen.

/// What goes wrong with one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// This status, and no work done.
    Status(u16),
    /// The connection breaks before the work.
    CutBefore,
    /// The work is done, the answer is lost.
    CutAfter,
    /// The work is done, the answer is half.
    HalfAnswer,
    /// Nothing ever comes back; no work done.
    Hang,
    /// Nothing ever comes back; the work is done a long time later.
    LateTwin,
    /// All upload URLs and all tokens of the content store expire now.
    Expire,
    /// Somebody else commits just before.
    ForeignCommit,
    /// Somebody else opens a pull request with our title just before.
    ForeignPull,
}

/// The fault for the nth (from 1) attempt on a route.
pub type Faults = Box<dyn FnMut(&str, u32) -> Fault>;

pub fn no_faults() -> Faults {
    Box::new(|_, _| Fault::None)
}

/// The first `times` attempts on `route` have this fault.
pub fn fault_on(route: &'static str, fault: Fault, times: u32) -> Faults {
    Box::new(move |seen, nth| if seen == route && nth <= times { fault } else { Fault::None })
}
