//! The end of the way: lanes seal what they have, and files are registered by shards, one shard after the other.
//!
//! Now and then a shard goes before the end: for the files of a commit that is due, and so that the lists that the authority keeps
//! stay short.

use super::super::shared::{self, Shared};
use super::super::types::{Activity, PushOutput};
use super::xorbs::{Xorbs, may_repeat};
use super::{Purpose, StoreToken};
use crate::cas::shard::PostShard;
use crate::error::{Code, Error};
use crate::exchange::{Errand, lost_error};
use crate::hash::XetHash;
use crate::http::{FileIdx, Response};
use crate::hub::Endpoint;
use crate::limits::{SHARD_AFTER_BYTES, SHARD_BYTES, SHARD_FILES, SHARD_MISSES};
use crate::small::SmallSet;
use crate::step::{Failure, ShardRef, Step, StepId, Tell};
use crate::time::Millis;

#[derive(Default)]
enum State {
    #[default]
    Idle,
    /// The authority is asked; whether everything it waited for is there.
    Asked {
        id: StepId,
        is_last: bool,
    },
    /// Waits for a token.
    Ready(ShardRef, u32),
    Sending(PostShard, Vec<FileIdx>, u32),
    /// The store does not have what the shard of these files names: the authority is to say whether they can be ingested again.
    Refused(Vec<FileIdx>, Error),
}

/// How far the files are that the next commit waits for, while others are still read.
#[derive(Default)]
enum Batch {
    #[default]
    Packed,
    /// Lanes seal what they have.
    Flushing,
    /// These have to be stored.
    Sealed(Vec<XetHash>),
}

#[derive(Default)]
pub(super) struct Register {
    state: State,
    flush: Option<StepId>,
    /// Nothing was ingested or lost since lanes sealed what they had.
    is_flushed: bool,
    failures: u32,
    batch: Batch,
    /// How often the authority named none of the files of the next commit.
    misses: u32,
    /// Files and bytes that wait for their shard at which the authority is asked before the end.
    early: (usize, u64),
}

impl Register {
    pub(super) fn is_busy(&self) -> bool {
        self.flush.is_some() || !matches!(self.state, State::Idle)
    }

    /// Whether the data plane owes an answer.
    pub(super) fn is_asking(&self) -> bool {
        self.flush.is_some() || matches!(self.state, State::Asked { .. } | State::Refused(..))
    }

    pub(super) fn knows(&self, id: StepId) -> bool {
        self.flush == Some(id) || matches!(self.state, State::Asked { id: asked, .. } if asked == id)
    }

    pub(super) fn abandon(&mut self) -> Vec<StepId> {
        let asked = match std::mem::take(&mut self.state) {
            State::Asked { id, .. } => Some(id),
            _ => None,
        };
        self.flush.take().into_iter().chain(asked).collect()
    }

    /// Something was ingested, or lost: lanes hold what was not sealed.
    pub(super) fn disturbed(&mut self) {
        self.is_flushed = false;
        if let State::Asked { is_last, .. } = &mut self.state {
            *is_last = false;
        }
    }

    /// These bodies are gone, and these files are to be ingested again. None at all says that nothing of what was stored is in doubt.
    ///
    /// Errors: that of a refused shard, when nothing can be done about it.
    pub(super) fn lost(&mut self, xorbs: &[u32], files: &[FileIdx]) -> Result<(), Error> {
        self.disturbed();
        if let Batch::Sealed(_) = self.batch {
            self.batch = Batch::Packed;
        }
        match std::mem::take(&mut self.state) {
            State::Refused(_, error) if xorbs.is_empty() && files.is_empty() => return Err(error),
            State::Refused(refused, _) if refused.iter().any(|file| files.contains(file)) => {}
            other => self.state = other,
        }
        Ok(())
    }

    /// `more`: files are still being read.
    pub(super) fn next_step(
        &mut self,
        shared: &mut Shared,
        token: &mut StoreToken,
        now: Millis,
        more: bool,
        xorbs: &Xorbs,
    ) -> Result<Option<Step<PushOutput>>, Error> {
        if let State::Ready(..) = self.state {
            self.send(shared, token, now)?;
        }
        if shared.unregistered.is_empty() || self.is_busy() {
            return Ok(None);
        }
        let is_last = if more {
            match self.next_of_batch(shared, xorbs) {
                Some(Next::Flush) => return Ok(Some(self.seal(shared))),
                Some(Next::Shard) => {}
                None if !self.is_early(shared) => return Ok(None),
                None => {}
            }
            false
        } else if !self.is_flushed {
            return Ok(Some(self.seal(shared)));
        } else if xorbs.is_busy() {
            return Ok(None);
        } else {
            true
        };
        let id = shared.ids.issue();
        self.state = State::Asked { id, is_last };
        Ok(Some(Step::Shard { id, most_bytes: SHARD_BYTES }))
    }

    /// What the files need that the next commit waits for.
    fn next_of_batch(&mut self, shared: &Shared, xorbs: &Xorbs) -> Option<Next> {
        if shared.awaited.is_empty() {
            self.batch = Batch::Packed;
            return None;
        }
        match &mut self.batch {
            Batch::Packed => shared.awaited.is_subset(&shared.unregistered).then(|| {
                self.batch = Batch::Flushing;
                Next::Flush
            }),
            Batch::Flushing => {
                self.batch = Batch::Sealed(xorbs.unstored());
                self.next_of_batch(shared, xorbs)
            }
            Batch::Sealed(waiting) => {
                waiting.retain(|hash| xorbs.is_unstored(hash));
                waiting.is_empty().then_some(Next::Shard)
            }
        }
    }

    fn seal(&mut self, shared: &mut Shared) -> Step<PushOutput> {
        let id = shared.ids.issue();
        self.flush = Some(id);
        Step::Flush { id }
    }

    /// Lanes have sealed what they had.
    pub(super) fn flushed(&mut self, id: StepId) -> bool {
        let is_ours = self.flush == Some(id);
        if is_ours {
            self.flush = None;
            self.is_flushed = true;
        }
        is_ours
    }

    /// The authority has answered. `Ok(false)`: it was not asked.
    pub(super) fn taken(&mut self, shared: &Shared, id: StepId, shard: Option<ShardRef>) -> Result<bool, Error> {
        let State::Asked { id: asked, is_last } = self.state else { return Ok(false) };
        if asked != id {
            return Ok(false);
        }
        self.state = match shard {
            Some(shard) => {
                self.misses = 0;
                State::Ready(shard, 0)
            }
            None if is_last => return Err(Error::internal("files were ingested, and no shard names them")),
            None => {
                // What the next commit waits for was not among what was sealed: once more, but not for ever.
                if let Batch::Sealed(_) = self.batch {
                    self.batch = Batch::Packed;
                    self.misses += 1;
                    if self.misses > SHARD_MISSES {
                        return Err(Error::internal("files were ingested, and no shard names them"));
                    }
                }
                State::Idle
            }
        };
        self.wait_for_more(shared);
        Ok(true)
    }

    /// A step failed. `Ok(false)`: it was not awaited.
    pub(super) fn failed(&mut self, id: StepId, failure: Failure) -> Result<bool, Error> {
        if !self.knows(id) {
            return Ok(false);
        }
        self.failures += 1;
        // A lane may end while it seals; it is not the only one.
        if self.flush == Some(id) && failure.code == Code::Internal && self.failures < 4 {
            self.flush = None;
            self.is_flushed = false;
            self.batch = Batch::Packed;
            return Ok(true);
        }
        self.abandon();
        Err(Error::new(failure.code, format!("What was packed cannot be registered ({})", failure.message)))
    }

    pub(super) fn settled(
        &mut self,
        shared: &mut Shared,
        token: &mut StoreToken,
        token_number: u32,
        outcome: Result<Response, Failure>,
    ) -> Result<(), Error> {
        let response = outcome.map_err(lost_error)?;
        let State::Sending(post, files, repeats) = std::mem::take(&mut self.state) else { return Ok(()) };
        match post.parse(&response, &shared.options.hub) {
            Ok(()) => {
                shared.tells.push_back(Tell::Registered { shard: post.shard });
                let named: SmallSet<FileIdx> = files.into_iter().collect();
                for index in shared.unregistered_of(&named) {
                    registered(shared, index);
                }
                self.wait_for_more(shared);
                Ok(())
            }
            Err(error) if response.status == 400 => {
                shared.tells.push_back(Tell::Distrust { shard: post.shard });
                self.state = State::Refused(files, error);
                Ok(())
            }
            Err(error) => {
                let repeats = may_repeat(token, token_number, repeats, error)?;
                self.state = State::Ready(ShardRef { shard: post.shard, bytes: post.bytes, files }, repeats);
                Ok(())
            }
        }
    }

    fn send(&mut self, shared: &mut Shared, token: &mut StoreToken, now: Millis) -> Result<(), Error> {
        let Some((cas, number)) = token.cas(shared, now)? else { return Ok(()) };
        if let State::Ready(shard, repeats) = std::mem::take(&mut self.state) {
            let post = PostShard { cas, shard: shard.shard, bytes: shard.bytes };
            let purpose = shared::Purpose::Xet(Purpose::Shard(number));
            shared.exchanges.start(Errand::body(purpose, post.request(&shared.options.hub)?), now);
            self.state = State::Sending(post, shard.files, repeats);
        }
        Ok(())
    }

    fn is_early(&self, shared: &Shared) -> bool {
        let (files, bytes) = self.early;
        shared.unregistered.len() >= files + SHARD_FILES || shared.unregistered_bytes >= bytes + SHARD_AFTER_BYTES
    }

    /// What waits now waits for others: the authority is asked again when as many have come.
    fn wait_for_more(&mut self, shared: &Shared) {
        self.early = (shared.unregistered.len(), shared.unregistered_bytes);
    }
}

/// What a batch needs next.
enum Next {
    Flush,
    Shard,
}

/// The store knows the file: the commit may name it.
fn registered(shared: &mut Shared, index: usize) {
    shared.awaits_no_shard(index);
    shared.awaited.remove(&index);
    let file = &mut shared.files[index];
    file.xet.registered = true;
    let size = file.size;
    shared.note_stored(index);
    shared.meter.registered(size);
    shared.tell_progress(index, 1.0, Activity::Uploading);
}
