//! What is in the air: requests that arrive or do not, and answers that come late, in any order, or not at all.

use base64::Engine;
use hubferry::error::Code;
use hubferry::http::{Answer, BodyPart, FileIdx, Request, Response};
use hubferry::step::{Failure, Input, StepId};
use hubferry::time::Millis;

use super::{Fault, HUB, Held, TOKEN, World, route};
use crate::sim_cas::{CAS, CAS_TOKEN};
use crate::sim_hub::refuse;

pub(super) enum Due {
    Input(Input),
    /// A request with its body, that gets there though nobody waits for it any more.
    Work(Request, Vec<u8>),
    /// An answer whose bytes go to the authority.
    Learn(Response, Vec<u8>, Answer),
    /// Some lane does a piece of work.
    Lanes,
}

impl Due {
    fn answer(id: StepId, response: Response) -> Due {
        Due::Input(Input::Response { id, response })
    }
}

impl World {
    pub(super) fn send(&mut self, id: StepId, request: Request) {
        let name = route(&request);
        assert_eq!(
            request.headers.iter().any(|(header, _)| *header == "authorization"),
            (request.url.starts_with(HUB) && name != "complete") || request.url.starts_with(CAS),
            "tokens go to the Hub and to the content store: {name}"
        );
        for (_, value) in request.headers.iter().filter(|(header, _)| *header == "authorization") {
            let token = if request.url.starts_with(HUB) { TOKEN } else { CAS_TOKEN };
            assert!(value.contains(token), "each its own token: {name}");
        }
        assert!(!self.is_offline, "nothing is sent without a connection: {name}");
        assert!(self.open.insert(id), "{id:?} stands twice");
        if name == "commit" {
            assert_eq!(self.commits_open, 0, "one commit at a time");
            self.commits_open += 1;
            self.commit_ids.insert(id);
        }
        let kind = self.kind(name, &request);
        let nth = self.seen.entry(kind).or_default();
        *nth += 1;
        let fault = (self.faults)(kind, *nth);
        self.faulted += u32::from(fault != Fault::None);
        self.requests.push((name, request.clone()));
        self.sent_at.push(self.now);
        self.receipts.sent(id, name, &request);
        self.meet(id, name, request, fault);
    }

    /// What becomes of a request that has left.
    fn meet(&mut self, id: StepId, name: &'static str, request: Request, fault: Fault) {
        let has_content = matches!(name, "put" | "part" | "xorb");
        let stays = matches!(fault, Fault::CutBefore | Fault::LateTwin | Fault::Expire | Fault::Html);
        if has_content && !stays && !matches!(fault, Fault::Status(_) | Fault::Later(..)) {
            let half = request.body_bytes() / 2;
            self.later(id, 20, Due::Input(Input::Progress { id, bytes: half }));
        }
        let cut =
            || Due::Input(Input::Failed { id, failure: Failure { code: Code::Blocked, message: "reset".into() } });
        let due = match fault {
            Fault::Hang => return,
            Fault::Silence => {
                let bytes = request.body_bytes();
                return self.later(id, 20, Due::Input(Input::Progress { id, bytes }));
            }
            Fault::LateTwin => {
                let body = self.body(&request);
                return self.due.push((self.now + Millis(200_000), id, Due::Work(request, body)));
            }
            Fault::CutBefore | Fault::CutMiddle => cut(),
            Fault::Status(status) => Due::answer(id, refuse(status, None, "a fault")),
            Fault::FileGone => {
                let file = request.body.iter().find_map(|part| match part {
                    BodyPart::Slice { file, .. } | BodyPart::Base64 { file, .. } => Some(*file),
                    _ => None,
                });
                let failure = Failure { code: Code::FileChanged, message: "it is not there".into() };
                Due::Input(Input::FileFailed { id, file: file.expect("a file in the body"), failure })
            }
            Fault::Later(status, seconds) => {
                let mut response = refuse(status, None, "a fault");
                response.headers.push(("retry-after".to_owned(), seconds.to_string()));
                Due::answer(id, response)
            }
            Fault::Html => Due::answer(id, page()),
            Fault::Damaged if matches!(name, "put" | "xorb" | "shard") => {
                Due::answer(id, refuse(400, None, "The content is not what its name says"))
            }
            _ => {
                match fault {
                    Fault::ForeignPull => drop(self.hub.open("ours", "somebody")),
                    Fault::ForeignCommit | Fault::ForeignTwin => {
                        let title = if fault == Fault::ForeignTwin { "ours" } else { "somebody else" };
                        self.hub.foreign_commit(title, vec![("theirs", Held::Regular(b"x".to_vec()))]);
                    }
                    Fault::Expire => {
                        self.hub.generation += 1;
                        self.hub.cas.expire();
                    }
                    _ => {}
                }
                let is_damaged = fault == Fault::Damaged;
                let mut body = self.body(&request);
                if let Some(byte) = body.last_mut().filter(|_| is_damaged && name == "part") {
                    *byte ^= 1;
                }
                let (mut response, mut bytes) = self.serve(&request, &body);
                self.refusals += u32::from(response.status == 401);
                if fault == Fault::HalfAnswer {
                    response.body.truncate(response.body.len() / 2);
                    bytes.truncate(bytes.len() / 2);
                } else if is_damaged && name != "part" {
                    damage(&mut response, &mut bytes);
                }
                match (fault, request.answer) {
                    (Fault::CutAfter, _) => cut(),
                    (Fault::StatusAfter(status), _) => Due::answer(id, refuse(status, None, "a fault")),
                    (_, Answer::Dedup | Answer::Recall) => Due::Learn(response, bytes, request.answer),
                    (_, Answer::Text | Answer::Stream) => {
                        if response.is_success() && fault != Fault::HalfAnswer {
                            self.receipts.will_be_told(id);
                        }
                        Due::answer(id, response)
                    }
                }
            }
        };
        self.later(id, 300, due);
    }

    /// The kind of a request: its route, but a look at a commit of ours is a kind of its own.
    fn kind(&self, name: &'static str, request: &Request) -> &'static str {
        if name == "paths-info" && self.hub.is_ours(request) { "read-back" } else { name }
    }

    fn serve(&mut self, request: &Request, body: &[u8]) -> (Response, Vec<u8>) {
        self.hub.now_ms = self.now.0;
        let (response, bytes) = match route(request) {
            name @ ("xorb" | "shard" | "chunk" | "reconstruction" | "data") => {
                self.hub.cas.serve(name, request, body, self.now.0)
            }
            _ => (self.hub.serve(request, body), Vec::new()),
        };
        if response.is_success() {
            self.receipts.worked(route(request), request);
        }
        (response, bytes)
    }

    pub(super) fn later(&mut self, id: StepId, at_most: u64, due: Due) {
        let after_others = match &due {
            Due::Input(Input::Progress { .. }) => 0,
            _ => 20,
        };
        let slowness =
            if matches!(due, Due::Input(Input::Response { .. }) | Due::Learn(..)) { self.slowness_ms } else { 0 };
        let at = self.now + Millis(1 + after_others + slowness + self.random(at_most));
        self.due.push((at, id, due));
    }

    /// Advances the clock to the next thing that happens, and returns what the machine must be told.
    pub fn ripen(&mut self, until: Option<Millis>) -> Vec<Input> {
        let change = self.connection.front().map(|(at, _)| *at);
        let next = self.due.iter().map(|(at, _, _)| *at).chain(until).chain(change).min();
        let Some(next) = next else { panic!("the push waits for nothing, for ever") };
        assert!(next.0 < 86_400_000, "the push does not settle in a day");
        self.now = self.now.max(next);
        let mut ripe: Vec<usize> = (0..self.due.len()).filter(|&i| self.due[i].0 <= self.now).collect();
        ripe.reverse();
        let mut inputs = Vec::new();
        while self.connection.front().is_some_and(|(at, _)| *at <= self.now) {
            let (_, online) = self.connection.pop_front().expect("a change");
            self.is_offline = !online;
            inputs.push(Input::Connection { online });
            if !online {
                self.lose_answers();
            }
        }
        for index in ripe {
            let (_, id, due) = self.due.swap_remove(index);
            match due {
                Due::Work(request, body) => {
                    let _ = self.serve(&request, &body);
                }
                Due::Learn(response, bytes, answer) => {
                    let now_ms = self.now.0;
                    if response.is_success()
                        && let Some(lanes) = &mut self.lanes
                    {
                        match answer {
                            Answer::Dedup => lanes.learn(&bytes, now_ms),
                            _ => lanes.recall(&bytes),
                        }
                        inputs.extend(lanes.news.drain(..));
                    }
                    inputs.push(Input::Response { id, response });
                }
                Due::Lanes => inputs.extend(self.work()),
                Due::Input(input) => inputs.push(input),
            }
        }
        self.just_answered.clear();
        for input in &inputs {
            let stays = matches!(
                input,
                Input::Progress { .. } | Input::Sealed { .. } | Input::Query { .. } | Input::Lost { .. }
            );
            if !stays {
                let Some(id) = input.id() else { continue };
                self.open.remove(&id);
                self.just_answered.insert(id);
                self.receipts.landed(id);
                self.reading.remove(&id);
                if self.commit_ids.remove(&id) {
                    self.commits_open -= 1;
                }
            }
        }
        inputs
    }

    /// The machine sleeps, and with it everything that is on its way.
    pub fn sleep(&mut self, span: Millis) {
        self.now = self.now + span;
        for (at, _, _) in &mut self.due {
            *at = *at + span;
        }
    }

    /// The connection is gone: whatever is on its way back never arrives.
    fn lose_answers(&mut self) {
        for (_, id, due) in &mut self.due {
            if matches!(due, Due::Input(Input::Response { .. }) | Due::Learn(..)) {
                let failure = Failure { code: Code::Blocked, message: "the connection is gone".into() };
                *due = Due::Input(Input::Failed { id: *id, failure });
                self.receipts.cancelled(*id);
            }
        }
    }

    /// Lets everything happen that is still on its way to the Hub.
    pub fn settle(&mut self) {
        for (_, _, due) in std::mem::take(&mut self.due) {
            if let Due::Work(request, body) = due {
                let _ = self.serve(&request, &body);
            }
        }
    }

    fn body(&self, request: &Request) -> Vec<u8> {
        let mut body = Vec::new();
        for part in &request.body {
            match part {
                BodyPart::Text(text) => body.extend_from_slice(text.as_bytes()),
                BodyPart::Slice { file, start, end } => body.extend_from_slice(self.slice(*file, *start, *end)),
                BodyPart::Base64 { file, start, end } => {
                    let text = base64::prelude::BASE64_STANDARD.encode(self.slice(*file, *start, *end));
                    body.extend_from_slice(text.as_bytes());
                }
                BodyPart::Xorb { xorb, .. } => {
                    let lanes = self.lanes.as_ref().expect("a data plane");
                    body = lanes.xorb(*xorb).expect("a body that is sent is there");
                }
                BodyPart::Shard { shard, .. } => {
                    body = self.lanes.as_ref().expect("a data plane").shard_body(*shard);
                }
            }
        }
        assert_eq!(body.len() as u64, request.body_bytes());
        body
    }

    fn slice(&self, file: FileIdx, start: u64, end: u64) -> &[u8] {
        &self.files[file.0 as usize][start as usize..end as usize]
    }
}

/// What a portal or a proxy shows.
fn page() -> Response {
    let headers = vec![("content-type".to_owned(), "text/html; charset=utf-8".to_owned())];
    Response { status: 200, headers, body: "<!DOCTYPE html>\n<html><body><h1>Just a moment</h1></body></html>".into() }
}

/// Other digits in every name of a content; other bytes in what the data plane gets.
fn damage(response: &mut Response, bytes: &mut [u8]) {
    if let Some(byte) = bytes.len().checked_sub(1).and_then(|last| bytes.get_mut(last / 2)) {
        *byte ^= 0x55;
    }
    let mut pieces: Vec<String> = response.body.split("\"oid\":\"").map(str::to_owned).collect();
    for piece in pieces.iter_mut().skip(1) {
        let other = if piece.starts_with('0') { "1" } else { "0" };
        piece.replace_range(..1, other);
    }
    response.body = pieces.join("\"oid\":\"");
}
