//! The page's clock, and turns of its event loop.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

use crate::time::Millis;

/// Work in one turn of the event loop: several loops may share a turn, and none may hold a page up.
const TURN_MS: f64 = 8.0;

/// The longest delay that timers take, with room to spare.
const LONGEST_MS: u64 = 1 << 30;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// The monotonic clock.
pub(super) fn now() -> Millis {
    Millis(performance_now() as u64)
}

/// The date at which that clock stood at zero, in milliseconds since 1970.
pub(super) fn epoch_at_zero() -> Millis {
    Millis((js_sys::Date::now() - performance_now()).max(0.0) as u64)
}

/// Seconds since 1970.
pub(super) fn now_seconds() -> u64 {
    (js_sys::Date::now() / 1000.0) as u64
}

/// Waits for so long, or a little less than for ever.
pub(super) async fn sleep(span: Millis) {
    TimeoutFuture::new(span.0.min(LONGEST_MS) as u32).await;
}

/// What comes of `work`, unless nothing comes of it for so long.
pub(super) async fn within<T>(span: Millis, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut late) = (pin!(work), pin!(sleep(span)));
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Some(done));
        }
        late.as_mut().poll(context).map(|()| None)
    })
    .await
}

/// How long one loop has been running in this turn.
pub(super) struct Pace(Cell<f64>);

impl Pace {
    pub(super) fn new() -> Pace {
        Pace(Cell::new(performance_now()))
    }

    /// Lets everything else run first, when this turn has lasted long enough.
    pub(super) async fn turn(&self) {
        if performance_now() - self.0.get() >= TURN_MS {
            next_turn().await;
            self.0.set(performance_now());
        }
    }
}

/// A task of its own, without the delay that browsers add to nested timers.
async fn next_turn() {
    let Ok(channel) = MessageChannel::new() else { return };
    let (here, there) = (channel.port1(), channel.port2());
    let turn = js_sys::Promise::new(&mut |resolve, _| here.set_onmessage(Some(&resolve)));
    if there.post_message(&JsValue::UNDEFINED).is_ok() {
        // It is resolved and never rejected.
        let _ = JsFuture::from(turn).await;
    }
    here.close();
}
