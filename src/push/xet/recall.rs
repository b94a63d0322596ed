//! Where the old version of a large file is: the store is asked for its first chunk, and then about that chunk, because the answer
//! tells of all the others. So a file of which only the beginning changed is found again.
//!
//! Nothing here can fail a push. When an old version of the same size cannot be recalled, the file is digested first: if it is the
//! same, nothing of it is sent.

use super::super::shared::{self, Shared};
use super::{Purpose, StoreToken};
use crate::cas::Cas;
use crate::cas::data::FetchData;
use crate::cas::reconstruction::{Reconstruct, Version};
use crate::error::Error;
use crate::exchange::Errand;
use crate::hash::XetHash;
use crate::http::{Answer, Response};
use crate::hub::Endpoint;
use crate::limits::{RECALL_BYTES, RECALL_DEADLINE, RECALLS_IN_FLIGHT};
use crate::small::SmallMap;
use crate::step::Failure;
use crate::time::Millis;

enum State {
    /// Where is its beginning?
    Asking(Box<Reconstruct>),
    /// The beginning itself.
    Fetching(FetchData),
    /// What the store knows about it, by these questions; whether one was answered.
    Settling(Vec<XetHash>, bool),
}

#[derive(Default)]
pub(super) struct Recalls {
    open: SmallMap<usize, State>,
}

impl Recalls {
    pub(super) fn is_busy(&self) -> bool {
        !self.open.is_empty()
    }

    pub(super) fn advance(&mut self, shared: &mut Shared, token: &mut StoreToken, now: Millis) -> Result<(), Error> {
        while self.open.len() < RECALLS_IN_FLIGHT && !shared.belts.recall.is_empty() {
            let Some((cas, _)) = token.cas(shared, now)? else { return Ok(()) };
            let Some(index) = shared.belts.recall.pop_front() else { return Ok(()) };
            shared.files[index].xet.recalled = true;
            if !self.begin(shared, now, index, cas) {
                go_on(shared, index, false);
            }
        }
        Ok(())
    }

    /// Where the beginning lies, or may not be asked.
    pub(super) fn reconstructed(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        index: usize,
        outcome: Result<Response, Failure>,
    ) {
        let fetch = match (self.open.remove(&index), outcome) {
            (Some(State::Asking(endpoint)), Ok(response)) => first_fetch(shared, &endpoint, &response),
            _ => None,
        };
        let request = fetch.and_then(|fetch| Some((fetch.request(&shared.options.hub).ok()?, fetch)));
        let Some((mut request, fetch)) = request else { return go_on(shared, index, false) };
        request.answer = Answer::Recall;
        let purpose = shared::Purpose::Xet(Purpose::Recall(index));
        shared.exchanges.start(Errand::once(purpose, request, RECALL_DEADLINE), now);
        self.open.insert(index, State::Fetching(fetch));
    }

    /// The authority has the beginning, or never will. Among the `questions` that are open is what it wanted to know of it.
    pub(super) fn fetched(
        &mut self,
        shared: &mut Shared,
        index: usize,
        outcome: Result<Response, Failure>,
        questions: Vec<XetHash>,
    ) {
        let is_read = match (self.open.remove(&index), outcome) {
            (Some(State::Fetching(fetch)), Ok(response)) => fetch.parse(&response, &shared.options.hub).is_ok(),
            _ => false,
        };
        if is_read && !questions.is_empty() {
            self.open.insert(index, State::Settling(questions, false));
        } else {
            // The authority asks nothing about what it knows already.
            go_on(shared, index, is_read);
        }
    }

    /// A question is over.
    pub(super) fn query_settled(&mut self, shared: &mut Shared, chunk: XetHash, known: bool) {
        let mut done = Vec::new();
        for (index, state) in self.open.iter_mut() {
            if let State::Settling(questions, is_known) = state {
                let before = questions.len();
                questions.retain(|question| *question != chunk);
                *is_known |= known && questions.len() < before;
                if questions.is_empty() {
                    done.push((*index, *is_known));
                }
            }
        }
        for (index, is_known) in done {
            self.open.remove(&index);
            go_on(shared, index, is_known);
        }
    }

    fn begin(&mut self, shared: &mut Shared, now: Millis, index: usize, cas: Cas) -> bool {
        let Some(file) = shared.files[index].remote_xet_hash().and_then(|hash| XetHash::parse(hash)) else {
            return false;
        };
        let endpoint = Reconstruct { cas, file, range: 0..1, version: Version::V1 };
        let Ok(request) = endpoint.request(&shared.options.hub) else { return false };
        let purpose = shared::Purpose::Xet(Purpose::Reconstruct(index));
        shared.exchanges.start(Errand::once(purpose, request, RECALL_DEADLINE), now);
        self.open.insert(index, State::Asking(Box::new(endpoint)));
        true
    }
}

/// How the first chunk can be fetched, if that is cheap.
fn first_fetch(shared: &Shared, endpoint: &Reconstruct, response: &Response) -> Option<FetchData> {
    let plan = endpoint.parse(response, &shared.options.hub).ok()??;
    let fetch = plan.fetches.get(plan.terms.first()?.fetch as usize)?;
    let is_small = fetch.bytes.end - fetch.bytes.start <= RECALL_BYTES;
    is_small.then(|| FetchData { url: fetch.url.clone(), bytes: fetch.bytes.clone() })
}

/// The file goes on. One that may be the same as the old version is not packed without knowing that one.
fn go_on(shared: &mut Shared, index: usize, is_known: bool) {
    let file = &shared.files[index];
    let belt = if !is_known && file.may_be_in_store() { &mut shared.belts.digest } else { &mut shared.belts.ingest };
    belt.push_back(index);
}
