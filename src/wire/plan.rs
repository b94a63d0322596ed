//! What is told of the content-addressed store, as plain objects: a token for it, and where the bytes of a file lie.

use serde::{Deserialize, Serialize};
#[cfg(feature = "wasm")]
use tsify::Tsify;

use crate::cas::reconstruction::{Fetch, Plan, Term};
use crate::hub::xet_token::XetGrant;

/// [`XetGrant`].
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct XetGrantView {
    /// Address of the store.
    pub cas_url: String,
    /// The token; for the store alone.
    pub access_token: String,
    /// Seconds since 1970.
    pub exp: u64,
}

impl From<XetGrant> for XetGrantView {
    fn from(grant: XetGrant) -> XetGrantView {
        XetGrantView { cas_url: grant.cas_url, access_token: grant.access_token, exp: grant.expires_s }
    }
}

/// [`Plan`], or null when the store has no such route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct FoundPlanView(#[cfg_attr(feature = "wasm", tsify(type = "PlanView | null"))] pub Option<PlanView>);

impl From<Option<Plan>> for FoundPlanView {
    fn from(plan: Option<Plan>) -> FoundPlanView {
        FoundPlanView(plan.map(PlanView::from))
    }
}

/// [`Plan`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct PlanView {
    /// Bytes of the first term before those that were asked for.
    pub skip: u64,
    /// What the bytes consist of, in order.
    pub terms: Vec<TermView>,
    /// What has to be fetched.
    pub fetches: Vec<FetchView>,
}

impl From<Plan> for PlanView {
    fn from(plan: Plan) -> PlanView {
        PlanView {
            skip: plan.skip,
            terms: plan.terms.into_iter().map(TermView::from).collect(),
            fetches: plan.fetches.into_iter().map(FetchView::from).collect(),
        }
    }
}

/// [`Term`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct TermView {
    /// The fetch that brings its chunks, by its place.
    pub fetch: u32,
    /// First chunk and one past the last.
    pub chunks: (u32, u32),
    /// How many bytes they are.
    pub bytes: u64,
}

impl From<Term> for TermView {
    fn from(term: Term) -> TermView {
        TermView { fetch: term.fetch, chunks: (term.chunks.start, term.chunks.end), bytes: term.bytes }
    }
}

/// [`Fetch`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct FetchView {
    /// Where it is.
    pub url: String,
    /// First byte and one past the last.
    pub range: (u64, u64),
    /// First chunk in it and one past the last.
    pub chunks: (u32, u32),
}

impl From<Fetch> for FetchView {
    fn from(fetch: Fetch) -> FetchView {
        FetchView {
            url: fetch.url,
            range: (fetch.bytes.start, fetch.bytes.end),
            chunks: (fetch.chunks.start, fetch.chunks.end),
        }
    }
}
