//! What is in the air: requests that arrive or do not, and answers that come late, in any order, or not at all.

use base64::Engine;
use hubferry::error::Code;
use hubferry::http::{Answer, BodyPart, FileIdx, Method, Request, Response};
use hubferry::step::{Failure, Input, StepId};
use hubferry::time::Millis;

use super::{Fault, HUB, Held, TOKEN, World, route};
use crate::sim_cas::{CAS, CAS_TOKEN};
use crate::sim_hub::refuse;

pub(super) enum Due {
    Input(Input),
    Work(Request),
    /// An answer whose bytes go to the authority.
    Learn(Response, Vec<u8>, Answer),
    /// Some lane does a piece of work.
    Lanes,
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
        assert!(self.open.insert(id), "{id:?} stands twice");
        if name == "commit" {
            assert_eq!(self.commits_open, 0, "one commit at a time");
            self.commits_open += 1;
            self.commit_ids.insert(id);
        }
        let nth = self.seen.entry(name).or_default();
        *nth += 1;
        let fault = (self.faults)(name, *nth);
        self.requests.push((name, request.clone()));
        self.sent_at.push(self.now);
        let input = |response| Due::Input(Input::Response { id, response });
        let cut =
            || Due::Input(Input::Failed { id, failure: Failure { code: Code::Blocked, message: "reset".into() } });
        match fault {
            Fault::None | Fault::CutAfter | Fault::HalfAnswer | Fault::ForeignCommit | Fault::ForeignPull => {
                if fault == Fault::ForeignPull {
                    self.hub.open("ours", "somebody");
                }
                if fault == Fault::ForeignCommit {
                    self.hub.foreign_commit("somebody else", vec![("theirs", Held::Regular(b"x".to_vec()))]);
                }
                let (mut response, mut bytes) = self.serve(&request);
                self.refusals += u32::from(response.status == 401);
                if fault == Fault::HalfAnswer {
                    response.body.truncate(response.body.len() / 2);
                    bytes.truncate(bytes.len() / 2);
                }
                let due = match request.answer {
                    _ if fault == Fault::CutAfter => cut(),
                    Answer::Dedup | Answer::Recall => Due::Learn(response, bytes, request.answer),
                    Answer::Text | Answer::Stream => input(response),
                };
                if request.method == Method::Put || name == "xorb" {
                    let half = request.body_bytes() / 2;
                    self.later(id, 20, Due::Input(Input::Progress { id, bytes: half }));
                }
                self.later(id, 300, due);
            }
            Fault::Status(status) => self.later(id, 300, input(refuse(status, None, "a fault"))),
            Fault::CutBefore => self.later(id, 300, cut()),
            Fault::Hang => {}
            Fault::LateTwin => self.due.push((self.now + Millis(200_000), id, Due::Work(request))),
            Fault::Expire => {
                self.hub.generation += 1;
                self.hub.cas.expire();
                let (response, _) = self.serve(&request);
                self.later(id, 300, input(response));
            }
        }
    }

    fn serve(&mut self, request: &Request) -> (Response, Vec<u8>) {
        self.hub.now_ms = self.now.0;
        let body = self.body(request);
        match route(request) {
            name @ ("xorb" | "shard" | "chunk" | "reconstruction" | "data") => {
                self.hub.cas.serve(name, request, &body, self.now.0)
            }
            _ => (self.hub.serve(request, &body), Vec::new()),
        }
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
        let next = self.due.iter().map(|(at, _, _)| *at).chain(until).min();
        let Some(next) = next else { panic!("the push waits for nothing, for ever") };
        assert!(next.0 < 86_400_000, "the push does not settle in a day");
        self.now = self.now.max(next);
        let mut ripe: Vec<usize> = (0..self.due.len()).filter(|&i| self.due[i].0 <= self.now).collect();
        ripe.reverse();
        let mut inputs = Vec::new();
        for index in ripe {
            let (_, id, due) = self.due.swap_remove(index);
            match due {
                Due::Work(request) => {
                    let _ = self.serve(&request);
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
        for input in &inputs {
            let stays = matches!(
                input,
                Input::Progress { .. } | Input::Sealed { .. } | Input::Query { .. } | Input::Lost { .. }
            );
            if !stays {
                let id = input.id();
                self.open.remove(&id);
                self.reading.remove(&id);
                if self.commit_ids.remove(&id) {
                    self.commits_open -= 1;
                }
            }
        }
        inputs
    }

    /// Lets everything happen that is still on its way to the Hub.
    pub fn settle(&mut self) {
        for (_, _, due) in std::mem::take(&mut self.due) {
            if let Due::Work(request) = due {
                let _ = self.serve(&request);
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
