//! Before any byte is read: may this token push here?
//!
//! One preupload question about the first file, sent when the head is known and beside the first lookups, so that it costs
//! no time of its own. A push that adds nothing is not asked for: its commit says it.

use super::shared::{Purpose, Shared};
use crate::error::Error;
use crate::exchange::{Errand, lost_error};
use crate::http::Response;
use crate::hub::Endpoint;
use crate::hub::may_write::MayWrite;
use crate::step::Failure;
use crate::time::Millis;

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Unasked,
    Asked,
    Passed,
}

#[derive(Default)]
pub(super) struct Preflight {
    state: State,
}

impl Preflight {
    pub(super) fn is_busy(&self) -> bool {
        self.state == State::Asked
    }

    /// Whether files may be read.
    pub(super) fn has_passed(&self) -> bool {
        self.state == State::Passed
    }

    /// Asks, once the head is known.
    pub(super) fn advance(&mut self, shared: &mut Shared, now: Millis) -> Result<(), Error> {
        if self.state != State::Unasked || shared.parent.is_none() {
            return Ok(());
        }
        let Some(endpoint) = question(shared) else {
            self.state = State::Passed;
            return Ok(());
        };
        let request = endpoint.request(&shared.options.hub)?;
        shared.exchanges.start(Errand::api(Purpose::MayWrite, request, MayWrite::REPLAY), now);
        self.state = State::Asked;
        Ok(())
    }

    pub(super) fn settled(&mut self, shared: &Shared, outcome: Result<Response, Failure>) -> Result<(), Error> {
        self.state = State::Passed;
        let response = outcome.map_err(lost_error)?;
        question(shared).map_or(Ok(()), |endpoint| endpoint.parse(&response, &shared.options.hub))
    }
}

fn question(shared: &Shared) -> Option<MayWrite> {
    let file = shared.files.first()?;
    Some(MayWrite {
        repo: shared.options.repo.clone(),
        revision: shared.options.revision.clone(),
        pull_request: shared.options.pull_request,
        path: file.path.clone(),
        size: file.size,
    })
}
