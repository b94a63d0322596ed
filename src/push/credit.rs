//! The memory budget of one push. No credit, no reading.

use crate::limits::KEPT_BYTES;

/// Bytes that may be held in buffers: spent when a step is emitted, and given back when it is answered, or when what it kept is
/// not needed any more.
#[derive(Debug)]
pub(super) struct Credit {
    budget: u64,
    spent: u64,
    kept: u64,
}

impl Credit {
    pub(super) fn new(budget: u64) -> Credit {
        Credit { budget, spent: 0, kept: 0 }
    }

    /// Takes what others hold for the whole push out of the budget.
    pub(super) fn reserve(&mut self, bytes: u64) {
        self.budget = self.budget.saturating_sub(bytes);
    }

    /// Takes `bytes` if they fit. What is larger than the whole budget goes alone, so that nothing waits for ever.
    #[must_use]
    pub(super) fn spend(&mut self, bytes: u64) -> bool {
        if self.spent > 0 && !self.fits(bytes) {
            return false;
        }
        self.spent += bytes;
        true
    }

    /// Takes `bytes` that may be kept when their step is answered: beside others that are kept they must fit.
    #[must_use]
    pub(super) fn spend_to_keep(&mut self, bytes: u64) -> bool {
        let fits = self.fits(bytes) && self.kept.saturating_add(bytes) <= KEPT_BYTES;
        if self.spent + self.kept > 0 && !fits {
            return false;
        }
        self.spent += bytes;
        true
    }

    pub(super) fn give_back(&mut self, bytes: u64) {
        self.spent = self.spent.saturating_sub(bytes);
    }

    /// Of what was spent, `bytes` stay held after their step.
    pub(super) fn keep(&mut self, bytes: u64) {
        self.give_back(bytes);
        self.kept += bytes;
    }

    /// What was kept is not held any more.
    pub(super) fn release(&mut self, bytes: u64) {
        self.kept = self.kept.saturating_sub(bytes);
    }

    pub(super) fn is_keeping(&self) -> bool {
        self.kept > 0
    }

    fn fits(&self, bytes: u64) -> bool {
        self.spent.saturating_add(self.kept).saturating_add(bytes) <= self.budget
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_waits_and_what_is_larger_than_all_goes_alone() {
        let mut credit = Credit::new(10);
        assert!(credit.spend(6));
        assert!(!credit.spend(5), "over the budget");
        assert!(credit.spend(4));
        credit.give_back(10);
        assert!(credit.spend(50), "alone");
        assert!(!credit.spend(1), "nothing beside it");
    }

    #[test]
    fn what_is_kept_holds_up_what_would_be_kept_and_nothing_that_goes_alone() {
        let mut credit = Credit::new(14);
        credit.reserve(4);
        assert!(credit.spend_to_keep(6));
        credit.keep(6);
        assert!(!credit.spend_to_keep(5), "beside what is kept");
        assert!(credit.spend_to_keep(4));
        credit.give_back(4);
        assert!(credit.spend(50), "alone, though something is kept");
        credit.give_back(50);
        credit.release(6);
        assert!(!credit.is_keeping());
        assert!(credit.spend_to_keep(50), "alone");
    }
}
