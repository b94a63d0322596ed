//! Faults that tests order: a rule names requests and says what goes wrong with them.
//!
//! Rules are asked in the order in which they were added; the first that matches and is not used up is applied, and counts one use. CORS
//! preflights are spared unless a rule names the method OPTIONS.

use std::sync::{Mutex, MutexGuard};

use serde::{Deserialize, Serialize};

/// Which requests, how often, and what happens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// The route's name, as in the request log; a trailing `.*` stands for any name that begins so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// What the path begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_prefix: Option<String>,
    /// The method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// `hub`, `store` or `cas`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face: Option<String>,
    /// How many matching requests are let through first.
    #[serde(default)]
    pub skip: u64,
    /// How many matching requests after those are hit; without it, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// The route whose next request ends the rule, before it is asked itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Whether a connection that the fault drops is reset (RST) and not closed in order (FIN).
    #[serde(default)]
    pub reset: bool,
    /// What happens to them.
    pub fault: Fault,
}

/// What happens to a request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Fault {
    /// Nothing: the rule only counts.
    #[default]
    None,
    /// This answer instead of the work; the body of the request is read.
    Status {
        /// The status.
        status: u16,
        /// Headers; the content type is JSON unless given.
        #[serde(default)]
        headers: Vec<(String, String)>,
        /// The body; without it, a JSON error.
        #[serde(default)]
        body: Option<String>,
    },
    /// A page of HTML instead of the work, as proxies send it.
    Html {
        /// The status; 200 unless given.
        #[serde(default)]
        status: Option<u16>,
    },
    /// The work is done later.
    Delay {
        /// How much later.
        ms: u64,
    },
    /// The connection is dropped when that many bytes of the request's body have come. No work.
    CutRequest {
        /// Bytes of the body; 0 drops before any is read.
        #[serde(default)]
        after_bytes: u64,
    },
    /// The request is read, the connection dropped. No work.
    Drop,
    /// The request's body is read slowly, then the work is done.
    DripRequest {
        /// The speed.
        bytes_per_second: u64,
    },
    /// One byte of the request's body arrives as another.
    FlipRequest {
        /// Which, from 0.
        #[serde(default)]
        at: u64,
    },
    /// The presigned URL, or the token of the content-addressed store, is taken for one whose time is over.
    Expired,
    /// Somebody else commits a file to the branch that the request is about, then the work is done.
    ForeignCommit {
        /// The file; `foreign.txt` unless given.
        #[serde(default)]
        path: Option<String>,
        /// Its text; something new each time unless given.
        #[serde(default)]
        content: Option<String>,
        /// Who commits; `somebody-else` unless given.
        #[serde(default)]
        author: Option<String>,
    },
    /// The work is done, the connection dropped before the answer.
    DropAnswer,
    /// The work is done and the answer cut off after that many bytes of its body; its head says the full length.
    CutAnswer {
        /// Bytes of the body.
        #[serde(default)]
        after_bytes: u64,
    },
    /// The work is done and only the first part of the answer sent, as if it were all.
    HalfAnswer {
        /// Bytes of the body; half of them unless given.
        #[serde(default)]
        after_bytes: Option<u64>,
    },
    /// The work is done and one byte of the answer's body sent as another.
    FlipAnswer {
        /// Which, from 0.
        #[serde(default)]
        at: u64,
    },
    /// The work is done and the answer sent with other headers.
    AnswerHeaders {
        /// Names and values; a header without a value is left out.
        headers: Vec<(String, Option<String>)>,
    },
    /// The work is done and the answer's ETag (and `X-Linked-Etag`) is of another content.
    WrongEtag,
    /// The request is read and never answered. No work.
    Stall,
    /// The work is done and never answered.
    StallAnswer,
    /// The work is done and the answer's body sent slowly.
    Drip {
        /// The speed.
        bytes_per_second: u64,
    },
}

/// What a rule does to one request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taken {
    /// The rule; none when no rule hits the request.
    pub id: Option<u64>,
    /// What happens.
    pub fault: Fault,
    /// Whether a connection that it drops is reset.
    pub reset: bool,
}

/// What a request looks like to the rules.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// `hub`, `store` or `cas`.
    pub face: &'a str,
    /// The route's name.
    pub route: &'a str,
    /// The method.
    pub method: &'a str,
    /// The path, as sent.
    pub path: &'a str,
}

impl Rule {
    /// A rule for a route.
    pub fn on(route: impl Into<String>, fault: Fault) -> Self {
        Self { route: Some(route.into()), fault, ..Self::default() }
    }

    /// Lets that many requests through first.
    pub fn skip(mut self, count: u64) -> Self {
        self.skip = count;
        self
    }

    /// Hits that many requests.
    pub fn times(mut self, count: u64) -> Self {
        self.times = Some(count);
        self
    }

    /// Resets the connection where the fault drops it.
    pub fn reset(mut self) -> Self {
        self.reset = true;
        self
    }

    /// Ends the rule at the next request of this route.
    pub fn until(mut self, route: impl Into<String>) -> Self {
        self.until = Some(route.into());
        self
    }

    fn matches(&self, seen: Seen<'_>) -> bool {
        let route = |wanted: &str| match wanted.strip_suffix(".*") {
            Some(group) => seen.route.split('.').next() == Some(group),
            None => seen.route == wanted,
        };
        let method = match &self.method {
            Some(method) => method.eq_ignore_ascii_case(seen.method),
            None => seen.method != "OPTIONS",
        };
        method
            && self.face.as_deref().is_none_or(|face| face == seen.face)
            && self.route.as_deref().is_none_or(route)
            && self.path_prefix.as_deref().is_none_or(|prefix| seen.path.starts_with(prefix))
    }
}

/// A rule and what has come of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Placed {
    /// The rule's id.
    pub id: u64,
    /// The rule.
    #[serde(flatten)]
    pub rule: Rule,
    /// How many requests matched, those let through included.
    pub matched: u64,
    /// How many requests were hit.
    pub hits: u64,
    /// Whether the request came that ends the rule.
    pub over: bool,
}

/// The rules in force.
#[derive(Default)]
pub struct Faults {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last_id: u64,
    rules: Vec<Placed>,
}

impl Faults {
    /// Adds a rule; gives its id.
    pub fn add(&self, rule: Rule) -> u64 {
        let mut state = self.lock();
        state.last_id += 1;
        let id = state.last_id;
        state.rules.push(Placed { id, rule, matched: 0, hits: 0, over: false });
        id
    }

    /// Takes a rule away; whether it was there.
    pub fn remove(&self, id: u64) -> bool {
        let rules = &mut self.lock().rules;
        let before = rules.len();
        rules.retain(|placed| placed.id != id);
        rules.len() < before
    }

    /// Takes all rules away.
    pub fn clear(&self) {
        self.lock().rules.clear();
    }

    /// All rules with their counts.
    pub fn list(&self) -> Vec<Placed> {
        self.lock().rules.clone()
    }

    /// What happens to this request.
    pub fn take(&self, seen: Seen<'_>) -> Taken {
        let mut state = self.lock();
        for placed in &mut state.rules {
            placed.over |= placed.rule.until.as_deref() == Some(seen.route);
        }
        for placed in &mut state.rules {
            if placed.over || !placed.rule.matches(seen) {
                continue;
            }
            placed.matched += 1;
            let used_up = placed.rule.times.is_some_and(|times| placed.hits >= times);
            if placed.matched > placed.rule.skip && !used_up {
                placed.hits += 1;
                let Rule { fault, reset, .. } = placed.rule.clone();
                return Taken { id: Some(placed.id), fault, reset };
            }
        }
        Taken::default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen<'a>(route: &'a str, method: &'a str) -> Seen<'a> {
        Seen { face: "hub", route, method, path: "/api/models/u/n/commit/main" }
    }

    #[test]
    fn the_nth_call() {
        let faults = Faults::default();
        let id = faults.add(Rule::on("commit", Fault::Drop).skip(1).times(2));
        let hits: Vec<bool> = (0..5).map(|_| faults.take(seen("commit", "POST")).id.is_some()).collect();
        assert_eq!(hits, [false, true, true, false, false]);
        let placed = &faults.list()[0];
        assert_eq!((placed.id, placed.matched, placed.hits), (id, 5, 2));
        assert!(faults.remove(id) && !faults.remove(id));
    }

    #[test]
    fn a_rule_ends_at_another_request() {
        let faults = Faults::default();
        faults.add(Rule::on("commit", Fault::Drop).until("refs").reset());
        let taken = faults.take(seen("commit", "POST"));
        assert_eq!((taken.fault, taken.reset), (Fault::Drop, true));
        assert_eq!(faults.take(seen("refs", "GET")), Taken::default());
        assert_eq!(faults.take(seen("commit", "POST")), Taken::default());
        assert!(faults.list()[0].over);
    }

    #[test]
    fn what_matches() {
        let rule = |json: &str| -> Rule { serde_json::from_str(json).unwrap() };
        let table = [
            (r#"{"fault":{"kind":"drop"}}"#, true),
            (r#"{"route":"commit","fault":{"kind":"drop"}}"#, true),
            (r#"{"route":"commits","fault":{"kind":"drop"}}"#, false),
            (r#"{"route":"lfs.*","fault":{"kind":"drop"}}"#, false),
            (r#"{"method":"post","fault":{"kind":"stall"}}"#, true),
            (r#"{"method":"GET","fault":{"kind":"stall"}}"#, false),
            (r#"{"pathPrefix":"/api/models/u/","fault":{"kind":"cutRequest","afterBytes":3}}"#, true),
            (r#"{"pathPrefix":"/x","fault":{"kind":"stall"}}"#, false),
            (r#"{"face":"store","fault":{"kind":"stall"}}"#, false),
        ];
        for (json, hit) in table {
            assert_eq!(rule(json).matches(seen("commit", "POST")), hit, "{json}");
        }
        let group = Rule::on("lfs.*", Fault::Drop);
        assert!(group.matches(seen("lfs.batch", "POST")) && !group.matches(seen("lfs.batch", "OPTIONS")));
        assert!(serde_json::from_str::<Rule>(r#"{"fault":{"kind":"status","status":503},"rout":1}"#).is_err());
    }
}
