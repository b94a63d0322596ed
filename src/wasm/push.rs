//! The control handle of one push.

use wasm_bindgen::prelude::*;

use super::view::{from_caller, from_driver, millis, thrown, to_js};
use crate::push::{CommitState, Operation, Push};
use crate::wire::{
    CommitStateView, FileOutcomeView, InputView, OperationSpec, ProgressView, PushOutputView, PushSpec, StepView,
};

/// How many of the files, from the first, the next of several commits gets; none is to wait for more.
#[wasm_bindgen(js_name = planCommit)]
pub fn plan_commit(#[wasm_bindgen(unchecked_param_type = "CommitStateView")] state: JsValue) -> Result<u32, JsValue> {
    let state: CommitStateView = from_caller("the state", state)?;
    Ok(crate::push::plan_commit(&CommitState::from(state)) as u32)
}

/// One push under way. Owned and freed by the driver.
#[wasm_bindgen]
pub struct PushHandle(Push);

#[wasm_bindgen]
impl PushHandle {
    /// A push without operations.
    #[wasm_bindgen(constructor)]
    pub fn new(#[wasm_bindgen(unchecked_param_type = "PushSpec")] spec: JsValue) -> Result<PushHandle, JsValue> {
        let spec: PushSpec = from_caller("the options of the push", spec)?;
        let options = spec.parse().map_err(thrown)?;
        Push::new(options).map(PushHandle).map_err(thrown)
    }

    /// Adds operations, before the first poll; may be called several times.
    pub fn add(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "OperationSpec[]")] operations: JsValue,
    ) -> Result<(), JsValue> {
        let operations: Vec<OperationSpec> = from_caller("the operations", operations)?;
        self.0.add(operations.into_iter().map(Operation::from).collect()).map_err(thrown)
    }

    /// Whether a journal saves enough to be kept.
    #[wasm_bindgen(js_name = "isWorthAJournal")]
    pub fn is_worth_a_journal(&self) -> bool {
        self.0.is_worth_a_journal()
    }

    /// Keeps a journal from now on, and takes over what an earlier run of the same push has written. How many of its bytes: what stands
    /// behind them must be forgotten, and everything when there are none.
    pub fn restore(
        &mut self,
        #[wasm_bindgen(js_name = "nowMs")] now_ms: f64,
        control: &[u8],
    ) -> Result<usize, JsValue> {
        self.0.restore(millis(now_ms), control).map_err(thrown)
    }

    /// The next step.
    #[wasm_bindgen(unchecked_return_type = "StepView<PushOutputView>")]
    pub fn poll(&mut self, #[wasm_bindgen(js_name = "nowMs")] now_ms: f64) -> Result<JsValue, JsValue> {
        to_js(&StepView::<PushOutputView>::from(self.0.poll(millis(now_ms))))
    }

    /// Hands one answer over.
    pub fn handle(
        &mut self,
        #[wasm_bindgen(js_name = "nowMs")] now_ms: f64,
        #[wasm_bindgen(unchecked_param_type = "InputView")] input: JsValue,
    ) -> Result<(), JsValue> {
        let input: InputView = from_driver("an answer", input)?;
        self.0.handle(millis(now_ms), input.into()).map_err(thrown)
    }

    /// A snapshot.
    #[wasm_bindgen(unchecked_return_type = "ProgressView")]
    pub fn progress(&mut self, #[wasm_bindgen(js_name = "nowMs")] now_ms: f64) -> Result<JsValue, JsValue> {
        to_js(&ProgressView::from(self.0.progress(millis(now_ms))))
    }

    /// What became of the added files from `start` to before `end`, in the order of the operations.
    #[wasm_bindgen(unchecked_return_type = "FileOutcomeView[]")]
    pub fn files(&self, start: u32, end: u32) -> Result<JsValue, JsValue> {
        let outcomes = self.0.outcomes(start as usize..end as usize);
        to_js(&outcomes.into_iter().map(FileOutcomeView::from).collect::<Vec<_>>())
    }

    /// Starts nothing new until `resume`.
    pub fn pause(&mut self) {
        self.0.pause();
    }

    /// Goes on.
    pub fn resume(&mut self) {
        self.0.resume();
    }

    /// Limits the bytes of contents per second, or lets them go as they can.
    #[wasm_bindgen(js_name = "limitSpeed")]
    pub fn limit_speed(&mut self, #[wasm_bindgen(js_name = "bytesPerSecond")] bytes_per_second: Option<f64>) {
        self.0.limit_speed(bytes_per_second.map(|bytes| bytes as u64));
    }

    /// Leaves room for others, or takes what there is.
    pub fn gentle(&mut self, on: bool) {
        self.0.gentle(on);
    }

    /// Cancels everything under way; the push ends with `aborted`.
    pub fn abort(&mut self) {
        self.0.abort();
    }
}
