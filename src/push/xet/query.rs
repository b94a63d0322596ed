//! Chunks that the authority wants to know about: one attempt each, for a short time, and then nobody waits any more.

use std::collections::VecDeque;

use super::super::shared::{self, Shared};
use super::{Purpose, StoreToken};
use crate::cas::chunk_query::ChunkQuery;
use crate::error::Error;
use crate::exchange::Errand;
use crate::hash::XetHash;
use crate::http::Response;
use crate::hub::Endpoint;
use crate::limits::DEDUP_DEADLINE;
use crate::small::SmallMap;
use crate::step::{Failure, Tell};
use crate::time::Millis;

#[derive(Default)]
pub(super) struct Queries {
    waiting: VecDeque<XetHash>,
    /// Those that are not settled, with the number of the token they went with.
    open: SmallMap<[u64; 4], (XetHash, u32)>,
}

impl Queries {
    pub(super) fn is_busy(&self) -> bool {
        !self.open.is_empty()
    }

    /// The chunks that are being asked about.
    pub(super) fn open(&self) -> Vec<XetHash> {
        self.open.values().map(|(chunk, _)| *chunk).collect()
    }

    pub(super) fn asked(&mut self, chunk: XetHash) {
        if self.open.insert(chunk.sort_key(), (chunk, 0)).is_none() {
            self.waiting.push_back(chunk);
        }
    }

    pub(super) fn advance(&mut self, shared: &mut Shared, token: &mut StoreToken, now: Millis) -> Result<(), Error> {
        while !self.waiting.is_empty() {
            let Some((cas, number)) = token.cas(shared, now)? else { return Ok(()) };
            let Some(chunk) = self.waiting.pop_front() else { return Ok(()) };
            self.open.insert(chunk.sort_key(), (chunk, number));
            let purpose = shared::Purpose::Xet(Purpose::Query(chunk));
            let request = ChunkQuery { cas, chunk }.request(&shared.options.hub)?;
            shared.exchanges.start(Errand::once(purpose, request, DEDUP_DEADLINE), now);
        }
        Ok(())
    }

    /// A question is over. Whether the store told something: the authority has it by now.
    pub(super) fn settled(
        &mut self,
        shared: &mut Shared,
        token: &mut StoreToken,
        chunk: XetHash,
        outcome: Result<Response, Failure>,
    ) -> bool {
        let number = self.open.remove(&chunk.sort_key()).map_or(0, |(_, number)| number);
        shared.tells.push_back(Tell::Settled { chunk: chunk.to_string() });
        let Ok(response) = outcome else { return false };
        if response.status == 401 {
            token.refused(number);
        }
        response.status == 200
    }
}
