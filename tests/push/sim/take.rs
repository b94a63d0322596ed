//! Does what a step asks for.

use base64::Engine;
use hubferry::error::Code;
use hubferry::limits;
use hubferry::push::{Event, PushOutput};
use hubferry::step::{DigestKind, Failure, Input, Probed, Step, StepId};
use hubferry::time::Millis;

use super::air::Due;
use super::{World, git_blob, sha256};
use crate::sim_lanes::SimLanes;

impl World {
    /// Does what a step asks for.
    pub fn take(&mut self, step: Step<PushOutput>) {
        match step {
            Step::Probe { id, files } => {
                self.probes += files.len() as u64;
                assert!(files.len() <= limits::PROBE_FILES);
                let bytes_of = |f: &hubferry::step::ProbeFile| if f.whole { f.size } else { f.size.min(512) };
                self.read(id, files.iter().map(bytes_of).sum());
                for probe in &files {
                    *self.read.entry(probe.file).or_default() += bytes_of(probe);
                    if probe.keep {
                        self.lanes.as_mut().expect("a data plane").keep(probe.file, bytes_of(probe));
                    }
                }
                self.kept_peak = self.kept_peak.max(self.lanes.as_ref().map_or(0, SimLanes::kept_bytes));
                let results = files
                    .iter()
                    .map(|probe| {
                        let bytes = &self.files[probe.file.0 as usize];
                        if bytes.len() as u64 != probe.size {
                            return Err(Failure { code: Code::FileChanged, message: "the size differs".into() });
                        }
                        let sample = &bytes[..bytes.len().min(512)];
                        Ok(Probed {
                            sample: base64::prelude::BASE64_STANDARD.encode(sample),
                            git_blob: probe.whole.then(|| git_blob(bytes)),
                            sha256: probe.whole.then(|| sha256(bytes)),
                            text: probe.text.then(|| String::from_utf8_lossy(bytes).into_owned()),
                        })
                    })
                    .collect();
                self.later(id, 50, Due::Input(Input::Probed { id, files: results }));
            }
            Step::Digest { id, file, size, kind, .. } => {
                self.digests += 1;
                self.read(id, size.min(limits::DIGEST_CREDIT_BYTES));
                *self.read.entry(file).or_default() += size;
                let bytes = &self.files[file.0 as usize];
                let input = if bytes.len() as u64 == size {
                    let digest = match kind {
                        DigestKind::Sha256 => sha256(bytes),
                        DigestKind::GitBlob => git_blob(bytes),
                    };
                    Input::Digested { id, digest }
                } else {
                    let failure = Failure { code: Code::FileChanged, message: "the size differs".into() };
                    Input::Failed { id, failure }
                };
                self.later(id, 500, Due::Input(input));
            }
            Step::Send { id, request } => self.send(id, request),
            Step::Cancel { id } => {
                let is_open = self.open.remove(&id);
                assert!(is_open || self.just_answered.contains(&id), "{id:?} was cancelled, but is not open");
                self.receipts.cancelled(id);
                self.end_lanes(id);
                self.reading.remove(&id);
                if self.commit_ids.remove(&id) {
                    self.commits_open -= 1;
                }
                self.due.retain(|(_, due, what)| *due != id || matches!(what, Due::Work(..)));
                // A cancelled step may be answered late all the same.
                if is_open && self.random(4) == 0 {
                    let failure = Failure { code: Code::Blocked, message: "cut".into() };
                    self.due.push((self.now + Millis(7), id, Due::Input(Input::Failed { id, failure })));
                }
            }
            Step::Event(event) => {
                self.overtaken |= matches!(&event, Event::Retry { cause, .. } if cause.contains("first"));
                self.events.push(event);
            }
            Step::Pack { id, options } => {
                assert!(self.lanes.is_none(), "the data plane is opened once");
                self.open.insert(id);
                let mut lanes = SimLanes::new(id, options, self.whole_xorbs);
                if let Some(better) = lanes.restore(&self.records, self.now.0) {
                    self.records = better;
                }
                self.lanes = Some(lanes);
            }
            Step::Ingest { id, file, size, sha256, key } => {
                self.read(id, size.min(limits::DIGEST_CREDIT_BYTES));
                if self.files[file.0 as usize].len() as u64 == size {
                    let lane = self.random(16) as usize;
                    self.lanes().ingest(lane, id, file, size, sha256, key);
                    self.wake_lanes();
                } else {
                    let failure = Failure { code: Code::FileChanged, message: "the size differs".into() };
                    self.later(id, 100, Due::Input(Input::Failed { id, failure }));
                }
            }
            Step::Flush { id } => {
                self.open.insert(id);
                self.lanes().flush(id);
                self.wake_lanes();
            }
            Step::Shard { id, most_bytes } => {
                self.open.insert(id);
                self.lanes().shard(id, most_bytes);
                self.wake_lanes();
            }
            Step::PlanCommit { id, state } => {
                let files = (self.planner)(&state) as u64;
                self.open.insert(id);
                self.later(id, 30, Due::Input(Input::Planned { id, files }));
            }
            Step::Record { id, records, barrier } => self.record(id, records, barrier),
            Step::Tell(tell) => {
                let now = self.now.0;
                self.lanes().tell(tell);
                let records = self.lanes().take_records(now);
                self.records.extend(records);
                self.wake_lanes();
            }
            Step::Wait { .. } | Step::Done(_) => unreachable!("handled by the loop"),
        }
    }

    fn read(&mut self, id: StepId, bytes: u64) {
        self.open.insert(id);
        self.reading.insert(id, bytes);
        self.reading_peak = self.reading_peak.max(self.reading.values().sum());
    }
}
