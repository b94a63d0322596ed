//! The memory budget of one push. No credit, no reading.

/// Bytes that may be held in buffers, spent when a step is emitted and given back when it is answered.
#[derive(Debug)]
pub(super) struct Credit {
    budget: u64,
    spent: u64,
}

impl Credit {
    pub(super) fn new(budget: u64) -> Credit {
        Credit { budget, spent: 0 }
    }

    /// Takes `bytes` if they fit. What is larger than the whole budget goes alone, so that nothing waits for ever.
    #[must_use]
    pub(super) fn spend(&mut self, bytes: u64) -> bool {
        if self.spent > 0 && self.spent.saturating_add(bytes) > self.budget {
            return false;
        }
        self.spent += bytes;
        true
    }

    pub(super) fn give_back(&mut self, bytes: u64) {
        self.spent = self.spent.saturating_sub(bytes);
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
}
