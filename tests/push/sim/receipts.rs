//! Who has got what: a body that its store has taken and said so must never come again, nor in two requests at a time.

use std::collections::{BTreeMap, BTreeSet};

use hubferry::http::Request;
use hubferry::step::StepId;

use crate::sim_hub::STORE;

#[derive(Default)]
pub struct Receipts {
    /// Bodies on their way, by their step; whether the answer will say that the store has taken it.
    open: BTreeMap<StepId, (String, bool)>,
    told: BTreeSet<String>,
    /// How often the store did the work for a body.
    pub worked: BTreeMap<String, u32>,
    /// Bodies that came again without need.
    pub again: Vec<String>,
}

impl Receipts {
    pub(super) fn sent(&mut self, id: StepId, name: &str, request: &Request) {
        let Some(body) = name_of(name, request) else { return };
        if self.told.contains(&body) {
            self.again.push(format!("{body} although the store has it"));
        }
        if self.open.values().any(|(other, _)| *other == body) {
            self.again.push(format!("{body} while it is on its way"));
        }
        self.open.insert(id, (body, false));
    }

    pub(super) fn worked(&mut self, name: &str, request: &Request) {
        if let Some(body) = name_of(name, request) {
            *self.worked.entry(body).or_default() += 1;
        }
    }

    pub(super) fn will_be_told(&mut self, id: StepId) {
        if let Some((_, is_told)) = self.open.get_mut(&id) {
            *is_told = true;
        }
    }

    /// The answer has arrived.
    pub(super) fn landed(&mut self, id: StepId) {
        if let Some((body, true)) = self.open.remove(&id) {
            self.told.insert(body);
        }
    }

    /// The program has ended: of parts and xorbs it may not know any more who has them. Of objects the Hub will tell.
    pub(super) fn forgotten(&mut self) {
        self.open.clear();
        self.told.retain(|body| body.starts_with("object "));
    }

    /// The request was cancelled.
    pub(super) fn cancelled(&mut self, id: StepId) {
        self.open.remove(&id);
    }
}

/// The name of a body: its LFS object, with the part and the upload that it belongs to; its xorb; its shard.
fn name_of(name: &str, request: &Request) -> Option<String> {
    match name {
        "put" => request.url.strip_prefix(STORE)?.split('?').next().map(|oid| format!("object {oid}")),
        "part" => request.url.strip_prefix(STORE).map(|rest| format!("part {rest}")),
        "xorb" => request.url.rsplit('/').next().map(|hash| format!("xorb {hash}")),
        "shard" => Some(format!("{:?}", request.body)),
        _ => None,
    }
}
