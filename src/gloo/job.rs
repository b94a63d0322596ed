//! A push as its caller holds it: a future of the result, a stream of events, and the handles to pause or stop it.
//!
//! Invariants: it begins at once; events wait for whoever takes them, and come to an end with the push; when the job is dropped,
//! everything that it has under way is stopped.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use wasm_bindgen_futures::spawn_local;

use super::changes::Changes;
use super::clock;
use super::driver::run;
use super::io::PageIo;
use super::source::UploadFile;
use crate::error::Error;
use crate::push::{Event, FileOutcome, Progress, Push, PushOutput};

/// Events that wait for their reader; of more, the oldest are forgotten: nobody reads them.
const MOST_EVENTS: usize = 10_000;

/// The result of a push.
#[derive(Debug, Clone, PartialEq)]
pub struct Pushed {
    /// The commit that is the head now, and what it took to get there.
    pub output: PushOutput,
    /// What became of each added file, in their order.
    pub files: Vec<FileOutcome>,
}

/// A push under way, which goes on whether it is polled or not.
///
/// Shape: `job.await` gives the result. As a `Stream` it gives the events, and ends with the push; awaiting it afterwards gives the
/// result. Dropping it stops the push.
#[must_use = "a job that is dropped is stopped"]
pub struct Job(Rc<Inner>);

struct Inner {
    push: RefCell<Push>,
    poked: Changes,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    events: VecDeque<Event>,
    end: Option<Result<Pushed, Error>>,
    is_over: bool,
    waiting: Vec<Waker>,
}

impl Job {
    /// Begins; `events` are told first.
    pub(super) fn start(push: Push, files: Vec<UploadFile>, events: Vec<Event>) -> Job {
        let state = State { events: events.into(), ..State::default() };
        let inner = Rc::new(Inner { push: RefCell::new(push), poked: Changes::default(), state: RefCell::new(state) });
        let job = Job(inner.clone());
        spawn_local(async move {
            let io = PageIo::new(files);
            let end = run(&inner.push, &io, &inner.poked, |event| inner.tell(event)).await;
            let files = inner.push.borrow().outcomes(0..usize::MAX);
            let mut state = inner.state.borrow_mut();
            state.end = Some(end.map(|output| Pushed { output, files }));
            state.is_over = true;
            state.wake();
        });
        job
    }

    /// The next event; none when the push has ended.
    pub async fn next_event(&mut self) -> Option<Event> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// A snapshot.
    pub fn progress(&self) -> Progress {
        self.0.push.borrow_mut().progress(clock::now())
    }

    /// Begins nothing new until [`resume`](Self::resume); what is in the air is finished.
    pub fn pause(&self) {
        self.change(Push::pause);
    }

    /// Goes on.
    pub fn resume(&self) {
        self.change(Push::resume);
    }

    /// Stops everything: the push ends with the code `aborted`, unless it has ended. A commit that was made by then stands.
    pub fn abort(&self) {
        self.change(Push::abort);
    }

    /// Sends contents at so many bytes per second on average; none lets them go as fast as they can.
    pub fn limit_speed(&self, bytes_per_second: Option<u64>) {
        self.change(|push| push.limit_speed(bytes_per_second));
    }

    fn change(&self, change: impl FnOnce(&mut Push)) {
        change(&mut self.0.push.borrow_mut());
        self.0.poked.tell();
    }
}

impl Future for Job {
    type Output = Result<Pushed, Error>;

    /// Errors: what ended the push; `internal` when the result was taken before.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<Pushed, Error>> {
        let mut state = self.0.state.borrow_mut();
        if state.is_over {
            let taken = || Err(Error::internal("the result of this push was taken before"));
            return Poll::Ready(state.end.take().unwrap_or_else(taken));
        }
        state.wait(context)
    }
}

impl Stream for Job {
    type Item = Event;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        let mut state = self.0.state.borrow_mut();
        match state.events.pop_front() {
            Some(event) => Poll::Ready(Some(event)),
            None if state.is_over => Poll::Ready(None),
            None => state.wait(context),
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.abort();
    }
}

impl Inner {
    fn tell(&self, event: Event) {
        let mut state = self.state.borrow_mut();
        if state.events.len() == MOST_EVENTS {
            state.events.pop_front();
        }
        state.events.push_back(event);
        state.wake();
    }
}

impl State {
    fn wait<T>(&mut self, context: &Context<'_>) -> Poll<T> {
        if !self.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
            self.waiting.push(context.waker().clone());
        }
        Poll::Pending
    }

    fn wake(&mut self) {
        for waker in self.waiting.drain(..) {
            waker.wake();
        }
    }
}
