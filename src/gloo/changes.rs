//! A flag that many may raise and many may wait for, on one thread.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

/// Says that something has changed. Clones are the same flag.
#[derive(Clone, Default)]
pub(super) struct Changes(Rc<Inner>);

#[derive(Default)]
struct Inner {
    count: Cell<u64>,
    waiting: RefCell<Vec<Waker>>,
}

impl Changes {
    /// Wakes all that wait.
    pub(super) fn tell(&self) {
        self.0.count.set(self.0.count.get().wrapping_add(1));
        let waiting = std::mem::take(&mut *self.0.waiting.borrow_mut());
        for waker in waiting {
            waker.wake();
        }
    }

    /// How often it was told so far.
    pub(super) fn count(&self) -> u64 {
        self.0.count.get()
    }

    /// Ready when it was told of more than `seen`; who waits should have looked at what may change after counting.
    pub(super) async fn since(&self, seen: u64) {
        poll_fn(|context| {
            if self.count() != seen {
                return Poll::Ready(());
            }
            let mut waiting = self.0.waiting.borrow_mut();
            if !waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                waiting.push(context.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }
}
