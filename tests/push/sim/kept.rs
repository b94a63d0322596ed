//! The journal of a push, and pushes that are cut off: what was kept is all that the next run has.

use hubferry::error::Code;
use hubferry::journal::frame;
use hubferry::push::Push;
use hubferry::step::{Failure, Input, StepId};

use super::World;
use super::air::Due;

/// The device's memory.
#[derive(Default)]
pub struct Kept {
    /// Pushes keep a journal.
    pub is_on: bool,
    /// Every record that was written.
    pub records: Vec<u8>,
    /// So many bytes of it survive whatever happens: somebody waited for them.
    pub certain: usize,
    /// Records cannot be written from this byte on.
    pub full_at: Option<usize>,
}

impl World {
    pub(super) fn record(&mut self, id: StepId, records: Vec<u8>, barrier: bool) {
        assert!(!records.is_empty(), "a step has records");
        if self.kept.full_at.is_some_and(|bytes| self.kept.records.len() + records.len() > bytes) {
            let failure = Failure { code: Code::Internal, message: "the disk is full".into() };
            self.later(id, 30, Due::Input(Input::Failed { id, failure }));
            return;
        }
        self.kept.records.extend(records);
        if barrier {
            self.kept.certain = self.kept.records.len();
        }
        self.later(id, 30, Due::Input(Input::Recorded { id }));
    }

    /// Gives a push what was kept; what it does not believe is forgotten.
    pub(super) fn restore(&mut self, push: &mut Push) {
        if self.kept.is_on {
            let whole = push.restore(self.now, &self.kept.records).expect("before the first poll");
            self.kept.records.truncate(whole);
            self.kept.certain = self.kept.certain.min(whole);
        }
    }

    /// The program ends here: what is on its way to the Hub may arrive, answers find nobody. With `torn`, records that nobody waited for
    /// are lost as well, but for the first bytes of one.
    pub fn crash(&mut self, torn: bool) {
        self.due.retain(|(_, _, due)| matches!(due, Due::Work(..)));
        self.open.clear();
        self.just_answered.clear();
        self.receipts.forgotten();
        self.reading.clear();
        self.commit_ids.clear();
        self.commits_open = 0;
        self.lanes = None;
        self.events.clear();
        self.overtaken = false;
        self.read.clear();
        self.probes = 0;
        self.digests = 0;
        if torn {
            self.kept.records.truncate(self.kept.certain);
            self.kept.records.extend([frame::VERSION, 2, 40]);
        }
    }
}
