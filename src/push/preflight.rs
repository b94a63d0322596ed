//! Before any byte is read: may this token push here, and which store is there?
//!
//! One question, sent when the head is known and beside the first lookups, so that it costs no time of its own: for a token of
//! the content store, which only those get who may write; where there is no such store, preupload about the first file. A push
//! that adds nothing is not asked for: its commit says it.

use super::shared::{Purpose, Shared};
use super::xet::StoreToken;
use crate::error::Error;
use crate::exchange::{Errand, lost_error};
use crate::http::Response;
use crate::hub::Endpoint;
use crate::hub::may_write::MayWrite;
use crate::step::Failure;
use crate::time::Millis;

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Unasked,
    /// For a token of the content store.
    AskedForToken,
    /// There is no content store: whether files may be added is to be asked.
    WithoutStore,
    AskedForLeave,
    Passed,
}

#[derive(Default)]
pub(super) struct Preflight {
    state: State,
}

impl Preflight {
    pub(super) fn is_busy(&self) -> bool {
        matches!(self.state, State::AskedForToken | State::WithoutStore | State::AskedForLeave)
    }

    /// Whether files may be read.
    pub(super) fn has_passed(&self) -> bool {
        self.state == State::Passed
    }

    /// Whether the first token of the content store is awaited.
    pub(super) fn awaits_token(&self) -> bool {
        self.state == State::AskedForToken
    }

    /// Asks, once the head is known.
    pub(super) fn advance(&mut self, shared: &mut Shared, token: &mut StoreToken, now: Millis) -> Result<(), Error> {
        if !matches!(self.state, State::Unasked | State::WithoutStore) || shared.parent.is_none() {
            return Ok(());
        }
        let Some(endpoint) = question(shared) else {
            self.state = State::Passed;
            return Ok(());
        };
        if self.state == State::Unasked && shared.options.use_xet {
            token.ask(shared, now)?;
            self.state = State::AskedForToken;
            return Ok(());
        }
        let request = endpoint.request(&shared.options.hub)?;
        shared.exchanges.start(Errand::api(Purpose::MayWrite, request, MayWrite::REPLAY), now);
        self.state = State::AskedForLeave;
        Ok(())
    }

    /// The question about a token is answered: `is_offered` says that there is a content store.
    pub(super) fn token_settled(&mut self, is_offered: bool) {
        self.state = if is_offered { State::Passed } else { State::WithoutStore };
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
