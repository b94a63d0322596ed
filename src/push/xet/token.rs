//! A token of the content store that is good: asked for once before the push, then whenever it comes to its end, or the store does
//! not take it.
//!
//! Invariant: one question is under way at a time; requests that need a token wait for it.

use super::super::shared::{self, Shared};
use super::Purpose;
use crate::cas::Cas;
use crate::error::{Code, Error};
use crate::exchange::{Errand, lost_error};
use crate::http::Response;
use crate::hub::may_write::explain;
use crate::hub::xet_token::{Scope, XetToken};
use crate::hub::{Endpoint, Replay};
use crate::limits::XET_TOKEN_MARGIN;
use crate::step::Failure;
use crate::time::Millis;

#[derive(Default)]
pub(in super::super) struct StoreToken {
    held: Option<Held>,
    /// The number of the newest one.
    number: u32,
    asked: bool,
}

struct Held {
    cas: Cas,
    /// When the next one should be fetched; none when the caller's clock does not fit the token's.
    until: Option<Millis>,
}

impl StoreToken {
    /// The store, and the number of the token; nothing while a new one is fetched.
    pub(super) fn cas(&mut self, shared: &mut Shared, now: Millis) -> Result<Option<(Cas, u32)>, Error> {
        if self.held.as_ref().is_some_and(|held| held.until.is_some_and(|until| until <= now)) {
            self.held = None;
        }
        if self.held.is_none() {
            self.ask(shared, now)?;
        }
        Ok(self.held.as_ref().map(|held| (held.cas.clone(), self.number)))
    }

    /// The store does not take the token of this number.
    pub(super) fn refused(&mut self, number: u32) {
        if number == self.number {
            self.held = None;
        }
    }

    /// Asks for one, unless that is done.
    pub(in super::super) fn ask(&mut self, shared: &mut Shared, now: Millis) -> Result<(), Error> {
        if !std::mem::replace(&mut self.asked, true) {
            let request = endpoint(shared).request(&shared.options.hub)?;
            let purpose = shared::Purpose::Xet(Purpose::Token);
            shared.exchanges.start(Errand::api(purpose, request, Replay::Safe), now);
        }
        Ok(())
    }

    /// Takes the first one. `Ok(false)`: the Hub has no content store for this repo.
    pub(in super::super) fn first(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        outcome: Result<Response, Failure>,
    ) -> Result<bool, Error> {
        self.asked = false;
        let response = outcome.map_err(lost_error)?;
        match self.take(shared, now, &response) {
            Ok(()) => Ok(true),
            Err(error) if is_not_offered(&error, response.status) => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) fn settled(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        outcome: Result<Response, Failure>,
    ) -> Result<(), Error> {
        self.asked = false;
        let response = outcome.map_err(lost_error)?;
        self.take(shared, now, &response)
    }

    fn take(&mut self, shared: &Shared, now: Millis, response: &Response) -> Result<(), Error> {
        let (endpoint, options) = (endpoint(shared), &shared.options);
        let grant = endpoint.parse(response, &options.hub).map_err(|error| {
            let url = error.refusal.as_ref().map_or(String::new(), |refusal| refusal.url.clone());
            explain(error, response.status, &url, &options.repo, options.pull_request)
        })?;
        let ends = Millis(grant.expires_s.saturating_mul(1000)) - options.epoch_at_zero;
        let life = ends.since(now);
        let margin = XET_TOKEN_MARGIN.min(Millis(life.0 / 2));
        self.held = Some(Held { cas: grant.cas()?, until: (life > Millis(0)).then(|| ends - margin) });
        self.number += 1;
        Ok(())
    }
}

/// Whether a Hub without content store answers like this. What is missing is the route: that the repo and its branch are there is
/// known.
fn is_not_offered(error: &Error, status: u16) -> bool {
    let is_missing = matches!(error.code, Code::RepoNotFound | Code::RevisionNotFound);
    error.code == Code::Unsupported || (matches!(status, 400 | 404 | 405 | 410 | 422 | 501) && !is_missing)
}

fn endpoint(shared: &Shared) -> XetToken {
    let options = &shared.options;
    let scope = Scope::Write { pull_request: options.pull_request };
    XetToken { repo: options.repo.clone(), revision: options.revision.clone(), scope }
}
