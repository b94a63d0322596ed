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
mod folder;
mod plan;
mod push;
mod step;

pub use answer::{
    AuthorView, CommitInfoView, CommitPageView, CreatedRepoView, DownloadInfoView, EntryListView, EntryView,
    FoundDownloadView, LastCommitView, LfsPointerView, RefView, RefsView, RepoInfoView, ResolvedView, TreePageView,
    XetLinksView,
};
pub use call::{AnyEndpoint, Ask, CallSpec};
pub use commits::{CommitFileView, CommitStateView, DryRunView};
pub use folder::{FindingView, LeftOutByView, LeftOutView, SeverityView};
pub use plan::{FetchView, FoundPlanView, PlanView, TermView, XetGrantView};
pub use push::{
    ByteView, CommitView, CountView, EventView, FileOutcomeView, OperationSpec, ProgressView, PushOutputView, PushSpec,
    RepoSpec,
};
pub use step::{
    BodyPartView, ErrorView, FailureView, IngestedView, InputView, OutcomeView, ProbeFileView, ProbeResultView,
    RefusalView, RequestView, ShardView, StepView,
};
