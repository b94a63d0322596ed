//! The serializable counterparts of what crosses to a driver in another language: the one source of the wire types.
//!
//! Plain values, converted both ways; no rule lives here. With the feature `wasm` each type also yields its TypeScript
//! declaration at build. Without it the same types read the transcripts under `tests/`.

/// What reads itself out of a tree can be read out of every format that serde knows, for tests and Rust clients.
macro_rules! reads {
    ($($name:ty),*) => {
        $(impl TryFrom<crate::json::Json> for $name {
            type Error = crate::json::Misfit;

            fn try_from(json: crate::json::Json) -> Result<Self, Self::Error> {
                crate::json::Read::read(json)
            }
        })*
    };
}

mod answer;
mod call;
mod commits;
mod error;
mod folder;
mod input;
mod output;
mod plan;
mod progress;
mod push;
mod repo;
mod request;
mod step;

pub use answer::{
    AuthorView, CommitInfoView, CommitPageView, CreatedRepoView, DownloadInfoView, EntryListView, EntryView,
    FoundDownloadView, LastCommitView, LfsPointerView, RefView, RefsView, RepoInfoView, ResolvedView, TreePageView,
    XetLinksView,
};
pub use call::{AnyEndpoint, Ask, CallSpec};
pub use commits::{CommitFileView, CommitStateView, DryRunView};
pub use error::{ErrorView, RefusalView};
pub use folder::{FindingView, LeftOutByView, LeftOutView, SeverityView};
pub use input::{FailureView, IngestedView, InputView, ProbeResultView, ShardView};
pub use output::{ByteView, CommitView, FileOutcomeView, PushOutputView};
pub use plan::{FetchView, FoundPlanView, PlanView, TermView, XetGrantView};
pub use progress::{CountView, EventView, ProgressView};
pub use push::{OperationSpec, PushSpec};
pub use repo::RepoSpec;
pub use request::{BodyPartView, RequestView};
pub use step::{OutcomeView, ProbeFileView, StepView};
