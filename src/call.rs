//! One request of the Hub's API with its attempts, as a machine that any driver can run.
//!
//! After each `handle`, `poll` until `Wait` or `Done`. A call has no events: what it yields is its only message.

use crate::error::{Code, Error};
use crate::exchange::{Errand, Exchanges, Outgoing, StepIds, lost_error, not_awaited};
use crate::hub::{Endpoint, Hub};
use crate::retry::{Jitter, Patience};
use crate::step::{Input, Step};
use crate::time::Millis;

/// A call under way.
pub struct Call<E: Endpoint> {
    endpoint: E,
    hub: Hub,
    ids: StepIds,
    exchanges: Exchanges<()>,
    end: Option<Result<E::Output, Error>>,
}

impl<E: Endpoint> Call<E>
where
    E::Output: Clone,
{
    /// Builds the request.
    ///
    /// Errors: `invalid_input`, from the endpoint.
    pub fn new(endpoint: E, hub: Hub, seed: u64) -> Result<Call<E>, Error> {
        let request = endpoint.request(&hub)?;
        let mut exchanges = Exchanges::new(Jitter::new(seed), Patience::Normal);
        let errand = Errand { deadline: endpoint.deadline(), ..Errand::api((), request, endpoint.replay()) };
        exchanges.start(errand, Millis(0));
        Ok(Call { endpoint, hub, ids: StepIds::default(), exchanges, end: None })
    }

    /// The next step.
    pub fn poll(&mut self, now: Millis) -> Step<E::Output> {
        while let Some(out) = self.exchanges.poll(now, &mut self.ids) {
            match out {
                Outgoing::Send { id, request } => return Step::Send { id, request },
                Outgoing::Cancel { id } => return Step::Cancel { id },
                Outgoing::Retrying { .. } => {}
                Outgoing::Settled { outcome, .. } => {
                    self.end = Some(match outcome {
                        Ok(response) => self.endpoint.parse(&response, &self.hub),
                        Err(failure) => Err(lost_error(failure)),
                    });
                }
            }
        }
        match &self.end {
            Some(end) => Step::Done(end.clone()),
            None => Step::Wait { until: self.exchanges.wake_at(now) },
        }
    }

    /// Takes one answer.
    ///
    /// Errors: `internal` when the driver answers a step that is not open.
    pub fn handle(&mut self, now: Millis, input: Input) -> Result<(), Error> {
        match input {
            Input::Response { id, response } => self.exchanges.response(now, id, response),
            Input::Failed { id, failure } => self.exchanges.failure(now, id, failure),
            Input::Progress { id, bytes } => self.exchanges.progress(now, id, bytes).map(|_| ()),
            Input::Connection { online } => {
                self.exchanges.connection(now, online);
                Ok(())
            }
            other => Err(other.id().map_or_else(|| Error::internal("a call has no use for this"), not_awaited)),
        }
    }

    /// Stops the call; it ends with `aborted`.
    pub fn abort(&mut self) {
        if self.end.is_none() {
            self.exchanges.abandon();
            self.end = Some(Err(Error::new(Code::Aborted, "The call was stopped")));
        }
    }
}
