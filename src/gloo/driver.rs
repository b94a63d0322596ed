//! The loop between a machine of the engine and the world: it carries steps out and brings answers back.
//!
//! Invariants: every step is answered at most once, and only while it is open; work in the air is a future that is held here, so when
//! the loop ends, or is dropped, all of it has been stopped, and nothing late comes. After each input the machine is polled until it
//! waits. It decides nothing, and how a step is done is the business of [`Io`].

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

use super::changes::Changes;
use crate::call::Call;
use crate::error::Error;
use crate::hub::Endpoint;
use crate::push::{Event, Push, PushOutput};
use crate::step::{Input, Step, StepId, Tell};
use crate::time::Millis;

/// A machine of the engine, as its own module documents it.
pub(super) trait Machine {
    /// What it yields at its end.
    type Output;
    fn poll(&mut self, now: Millis) -> Step<Self::Output>;
    fn handle(&mut self, now: Millis, input: Input) -> Result<(), Error>;
}

impl Machine for Push {
    type Output = PushOutput;

    fn poll(&mut self, now: Millis) -> Step<PushOutput> {
        Push::poll(self, now)
    }

    fn handle(&mut self, now: Millis, input: Input) -> Result<(), Error> {
        Push::handle(self, now, input)
    }
}

impl<E: Endpoint> Machine for Call<E>
where
    E::Output: Clone,
{
    type Output = E::Output;

    fn poll(&mut self, now: Millis) -> Step<E::Output> {
        Call::poll(self, now)
    }

    fn handle(&mut self, now: Millis, input: Input) -> Result<(), Error> {
        Call::handle(self, now, input)
    }
}

/// The work of a step; it ends with its answer.
pub(super) type Work = Pin<Box<dyn Future<Output = Input>>>;

/// What carries a step out.
pub(super) trait Io {
    /// A monotonic clock.
    fn now(&self) -> Millis;
    /// Ready at that time of its clock, or later.
    fn sleep_until(&self, at: Millis) -> Pin<Box<dyn Future<Output = ()>>>;
    /// Gives the event loop a turn when one is due.
    fn turn(&self) -> Pin<Box<dyn Future<Output = ()> + '_>>;
    /// Begins the work of a step; what it has to tell meanwhile goes into `news`. None for a step that has no work.
    fn perform<T>(&self, step: Step<T>, news: &News) -> Option<(StepId, Work)>;
    /// Passes a word on to the data plane.
    fn tell(&self, tell: Tell);
}

/// Inputs on their way to the machine. Clones are the same queue.
#[derive(Clone, Default)]
pub(super) struct News {
    inputs: Rc<RefCell<VecDeque<Input>>>,
    changes: Changes,
}

impl News {
    /// Tells something while its step stays open.
    pub(super) fn put(&self, input: Input) {
        self.inputs.borrow_mut().push_back(input);
        self.changes.tell();
    }
}

/// Runs a machine to its end. `poked` says that somebody else has changed its mind.
///
/// Errors: the machine's.
pub(super) async fn run<M: Machine, I: Io>(
    machine: &RefCell<M>,
    io: &I,
    poked: &Changes,
    mut on_event: impl FnMut(Event),
) -> Result<M::Output, Error> {
    let mut air = Air::default();
    loop {
        io.turn().await;
        let seen = poked.count();
        let step = machine.borrow_mut().poll(io.now());
        match step {
            Step::Tell(tell) => io.tell(tell),
            Step::Event(event) => on_event(event),
            Step::Cancel { id } => air.cancel(id),
            Step::Done(end) => return end,
            Step::Wait { until } => {
                let late = until.map(|at| io.sleep_until(at));
                if let Some(input) = air.next(poked, seen, late).await {
                    machine.borrow_mut().handle(io.now(), input)?;
                }
            }
            step => air.start(io.perform(step, &air.news)),
        }
    }
}

/// What is under way.
#[derive(Default)]
struct Air {
    works: Vec<(StepId, Work)>,
    /// Steps whose answers are awaited: those of `works`, and those whose answers are in the queue.
    awaited: Vec<StepId>,
    news: News,
}

impl Air {
    fn start(&mut self, work: Option<(StepId, Work)>) {
        if let Some((id, work)) = work {
            self.awaited.push(id);
            self.works.push((id, work));
        }
    }

    fn cancel(&mut self, id: StepId) {
        self.awaited.retain(|awaited| *awaited != id);
        self.works.retain(|(of, _)| *of != id);
    }

    /// The next input; none when the time has come, or somebody has poked.
    async fn next(
        &mut self,
        poked: &Changes,
        seen: u64,
        mut late: Option<Pin<Box<dyn Future<Output = ()>>>>,
    ) -> Option<Input> {
        let (changes, told) = (self.news.changes.clone(), self.news.changes.count());
        let (mut poke, mut change) = (pin!(poked.since(seen)), pin!(changes.since(told)));
        poll_fn(|context| {
            let is_told = change.as_mut().poll(context).is_ready();
            self.advance(context);
            if let Some(input) = self.take() {
                return Poll::Ready(Some(input));
            }
            if is_told || poke.as_mut().poll(context).is_ready() {
                return Poll::Ready(None);
            }
            match late.as_mut() {
                Some(late) => late.as_mut().poll(context).map(|()| None),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// Lets all work go on; answers go behind what was told before them.
    fn advance(&mut self, context: &mut Context<'_>) {
        let inputs = &self.news.inputs;
        self.works.retain_mut(|(_, work)| match work.as_mut().poll(context) {
            Poll::Ready(input) => {
                inputs.borrow_mut().push_back(input);
                false
            }
            Poll::Pending => true,
        });
    }

    /// The next input that is still awaited.
    fn take(&mut self) -> Option<Input> {
        loop {
            let input = self.news.inputs.borrow_mut().pop_front()?;
            let Some(id) = input.id() else { return Some(input) };
            let Some(at) = self.awaited.iter().position(|awaited| *awaited == id) else { continue };
            let stays = matches!(
                input,
                Input::Progress { .. } | Input::Sealed { .. } | Input::Query { .. } | Input::Lost { .. }
            );
            if !stays {
                self.awaited.swap_remove(at);
            }
            return Some(input);
        }
    }
}
