//! The transcripts that the engine's own tests replay, through this driver: the same steps, the same end.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::{Future, poll_fn, ready};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use serde::Deserialize;

use super::changes::Changes;
use super::driver::{Io, Machine, News, Work, run};
use crate::error::Error;
use crate::push::{Push, PushOutput};
use crate::step::{Input, Step, StepId, Tell};
use crate::time::Millis;
use crate::wire::{InputView, OperationSpec, PushOutputView, PushSpec, StepView};

#[derive(Deserialize)]
struct Transcript {
    spec: PushSpec,
    operations: Vec<OperationSpec>,
    turns: Vec<Turn>,
}

#[derive(Deserialize)]
struct Turn {
    at: u64,
    #[serde(default)]
    poll: Option<Vec<StepView<PushOutputView>>>,
    #[serde(default)]
    input: Option<InputView>,
}

/// The push, and what it has emitted; without the waits, of which a driver may have more.
struct Watched {
    push: Push,
    seen: Rc<RefCell<Vec<Step<PushOutput>>>>,
}

impl Machine for Watched {
    type Output = PushOutput;

    fn poll(&mut self, now: Millis) -> Step<PushOutput> {
        let step = self.push.poll(now);
        if !matches!(step, Step::Wait { .. }) {
            self.seen.borrow_mut().push(step.clone());
        }
        step
    }

    fn handle(&mut self, now: Millis, input: Input) -> Result<(), Error> {
        self.push.handle(now, input)
    }
}

/// Answers as the transcript does, at its times.
#[derive(Clone, Default)]
struct Script {
    clock: Rc<Cell<u64>>,
    answers: Rc<RefCell<HashMap<StepId, Input>>>,
    news: Rc<RefCell<Option<News>>>,
}

impl Script {
    fn give(&self, input: Input) {
        match input {
            Input::Progress { .. } | Input::Sealed { .. } | Input::Query { .. } | Input::Lost { .. } => {
                self.news.borrow().as_ref().expect("a step was performed").put(input);
            }
            answer => {
                let id = answer.id().expect("no transcript tells of the connection");
                self.answers.borrow_mut().insert(id, answer);
            }
        }
    }
}

impl Io for Script {
    fn now(&self) -> Millis {
        Millis(self.clock.get())
    }

    fn sleep_until(&self, at: Millis) -> Pin<Box<dyn Future<Output = ()>>> {
        let clock = self.clock.clone();
        Box::pin(poll_fn(move |_| if clock.get() >= at.0 { Poll::Ready(()) } else { Poll::Pending }))
    }

    fn turn(&self) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(ready(()))
    }

    fn perform<T>(&self, step: Step<T>, news: &News) -> Option<(StepId, Work)> {
        self.news.replace(Some(news.clone()));
        let id = match step {
            Step::Probe { id, .. }
            | Step::Digest { id, .. }
            | Step::Pack { id, .. }
            | Step::Ingest { id, .. }
            | Step::Flush { id }
            | Step::Shard { id, .. }
            | Step::PlanCommit { id, .. }
            | Step::Record { id, .. }
            | Step::Send { id, .. } => id,
            _ => return None,
        };
        let answers = self.answers.clone();
        let answer = poll_fn(move |_| match answers.borrow_mut().remove(&id) {
            Some(answer) => Poll::Ready(answer),
            None => Poll::Pending,
        });
        Some((id, Box::pin(answer)))
    }

    fn tell(&self, _: Tell) {
        // What the machine tells stands in the transcript among its steps.
    }
}

fn replay(name: &str, text: &str) {
    let transcript: Transcript = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut push = Push::new(transcript.spec.parse().expect("good options")).expect("good options");
    push.add(transcript.operations.into_iter().map(Into::into).collect()).expect("good operations");
    let seen = Rc::new(RefCell::new(Vec::new()));
    let machine = RefCell::new(Watched { push, seen: seen.clone() });
    let (script, poked) = (Script::default(), Changes::default());
    let mut driver = pin!(run(&machine, &script, &poked, |_| ()));
    let mut context = Context::from_waker(Waker::noop());
    let mut end = None;
    let mut last = None;
    for Turn { at, poll, input } in transcript.turns {
        script.clock.set(at);
        if let Some(input) = input {
            script.give(input.into());
        }
        // Some turns come by the time alone.
        if poll.is_some() {
            poked.tell();
        }
        if end.is_none()
            && let Poll::Ready(done) = driver.as_mut().poll(&mut context)
        {
            end = Some(done);
        }
        let Some(poll) = poll else { continue };
        let expected: Vec<_> = poll.into_iter().filter(|step| !matches!(step, StepView::Wait { .. })).collect();
        let emitted: Vec<StepView<PushOutputView>> = seen.borrow_mut().drain(..).map(StepView::from).collect();
        assert_eq!(emitted, expected, "{name}, at {at} ms");
        last = expected.into_iter().next_back();
    }
    let end = Step::Done(end.unwrap_or_else(|| panic!("{name}: the driver does not end")));
    assert_eq!(Some(StepView::from(end)), last, "{name}: the end");
}

#[test]
fn transcripts_are_replayed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/transcripts");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("tests/transcripts") {
        let path = entry.expect("an entry").path();
        replay(&path.display().to_string(), &std::fs::read_to_string(&path).expect("a readable transcript"));
        count += 1;
    }
    assert!(count > 3);
}
