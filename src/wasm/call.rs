//! The control handle of one call.

use wasm_bindgen::prelude::*;

use super::view::{from_caller, from_driver, millis, thrown, to_js};
use crate::call::Call;
use crate::json::Json;
use crate::wire::{AnyEndpoint, CallSpec, InputView, StepView};

#[wasm_bindgen(typescript_custom_section)]
const ANSWERS: &str = r#"
/** What each call yields, by the `type` of its question. */
export interface Answers {
    whoAmI: Record<string, unknown>;
    createRepo: CreatedRepoView;
    deleteRepo: null;
    repoInfo: RepoInfoView;
    repoExists: boolean;
    createBranch: null;
    deleteBranch: null;
    listRefs: RefsView;
    listTree: TreePageView;
    listCommits: CommitPageView;
    pathsInfo: EntryListView;
    resolve: ResolvedView;
    fileExists: boolean;
    fileDownloadInfo: FoundDownloadView;
    xetReadToken: XetGrantView;
    reconstruct: FoundPlanView;
    fetchData: null;
}
"#;

/// One call under way. Owned and freed by the driver.
#[wasm_bindgen]
pub struct CallHandle(Call<AnyEndpoint>);

#[wasm_bindgen]
impl CallHandle {
    /// Checks the arguments and builds the request; `seed` makes the jitter.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "CallSpec")] spec: JsValue,
        seed: u32,
    ) -> Result<CallHandle, JsValue> {
        let spec: CallSpec = from_caller("the options of the call", spec)?;
        spec.start(u64::from(seed)).map(CallHandle).map_err(thrown)
    }

    /// The next step. Its output is what `Answers` says for the call's type.
    #[wasm_bindgen(unchecked_return_type = "StepView<unknown>")]
    pub fn poll(&mut self, #[wasm_bindgen(js_name = "nowMs")] now_ms: f64) -> Result<JsValue, JsValue> {
        to_js(&StepView::<Json>::from(self.0.poll(millis(now_ms))))
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

    /// Stops the call; it ends with `aborted`.
    pub fn abort(&mut self) {
        self.0.abort();
    }
}
