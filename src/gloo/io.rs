//! Carries out the steps of a job with what the page offers, all on this thread.
//!
//! Invariant: work ends with an answer; what goes wrong is one. It knows no path, no header and no status of the Hub.

use std::cell::RefCell;
use std::future::{Future, pending};
use std::pin::Pin;
use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::body::{assemble, lost_file};
use super::clock::{self, Pace};
use super::driver::{Io, News, Work};
use super::pack::Packing;
use super::source::{PIECE_BYTES, UploadFile, WINDOW_BYTES, blob_of, internal};
use super::transport;
use crate::hash::{GitBlob, Sha256, base64, hex, sha256_many};
use crate::http::{Answer, BodyPart, FileIdx, Request, Response};
use crate::limits::SAMPLE_BYTES;
use crate::step::{DigestKind, Failure, Input, ProbeFile, Probed, Step, StepId, Tell};
use crate::time::Millis;

/// The means of one job. Clones are the same.
#[derive(Clone)]
pub(super) struct PageIo {
    files: Rc<[UploadFile]>,
    packing: Rc<RefCell<Option<Packing>>>,
    pace: Rc<Pace>,
}

impl PageIo {
    /// Steps name files by their place in `files`.
    pub(super) fn new(files: Vec<UploadFile>) -> PageIo {
        PageIo { files: files.into(), packing: Rc::default(), pace: Rc::new(Pace::new()) }
    }

    fn file(&self, file: FileIdx) -> Result<&UploadFile, Failure> {
        self.files.get(file.0 as usize).ok_or_else(|| internal("there is no such file"))
    }

    fn packing(&self) -> Result<Packing, Failure> {
        self.packing.borrow().clone().ok_or_else(|| internal("nothing is packed in this job"))
    }

    async fn probe(self, probes: Vec<ProbeFile>, report: impl Fn(u64)) -> Vec<Result<Probed, Failure>> {
        let mut results = Vec::with_capacity(probes.len());
        for probe in probes {
            self.pace.turn().await;
            results.push(self.probe_one(probe).await);
            report(results.len() as u64);
        }
        results
    }

    async fn probe_one(&self, probe: ProbeFile) -> Result<Probed, Failure> {
        let ProbeFile { file, size, whole, text, keep } = probe;
        let end = if whole || text { size } else { size.min(SAMPLE_BYTES) };
        let bytes = self.file(file)?.read(0, end).await?;
        let sample = &bytes[..bytes.len().min(SAMPLE_BYTES as usize)];
        let mut probed = Probed { sample: lossy(&base64::encode(sample)), ..Probed::default() };
        if whole {
            let mut git_blob = GitBlob::new(size);
            git_blob.update(&bytes);
            probed.git_blob = Some(git_blob.digest().map_err(|error| internal(error.to_string()))?);
            probed.sha256 = sha256_many(&[&bytes]).first().map(|digest| hex(digest));
        }
        if text {
            probed.text = Some(lossy(&bytes));
        }
        if keep && whole {
            self.packing()?.keep(file, bytes);
        }
        Ok(probed)
    }

    async fn digest(self, file: FileIdx, size: u64, kind: DigestKind, report: impl Fn(u64)) -> Result<String, Failure> {
        let (mut sha256, mut git_blob) = (Sha256::new(), GitBlob::new(size));
        let mut from = 0;
        while from < size {
            let window = self.file(file)?.read(from, (from + WINDOW_BYTES).min(size)).await?;
            for piece in window.chunks(PIECE_BYTES) {
                match kind {
                    DigestKind::Sha256 => sha256.update(piece),
                    DigestKind::GitBlob => git_blob.update(piece),
                }
                self.pace.turn().await;
            }
            from += window.len() as u64;
            report(from);
        }
        match kind {
            DigestKind::Sha256 => Ok(sha256.digest()),
            DigestKind::GitBlob => git_blob.digest().map_err(|error| internal(error.to_string())),
        }
    }

    async fn send(self, id: StepId, request: Request) -> Input {
        let body = match request.body.as_slice() {
            [BodyPart::Xorb { xorb, .. }] => self.packing().and_then(|packing| packing.xorb(*xorb, blob_of)),
            [BodyPart::Shard { shard, .. }] => self.packing().and_then(|packing| packing.shard_body(*shard, blob_of)),
            parts => match assemble(parts, &self.files).await {
                Ok(body) => return self.send_body(id, request, body).await,
                Err((failure, Some(file))) => return Input::FileFailed { id, file, failure },
                Err((failure, None)) => return Input::Failed { id, failure },
            },
        };
        match body.and_then(|blob| blob.map_err(|error| internal(error.to_string()))) {
            Ok(blob) => self.send_body(id, request, Some(blob.into())).await,
            Err(failure) => Input::Failed { id, failure },
        }
    }

    async fn send_body(self, id: StepId, request: Request, body: Option<JsValue>) -> Input {
        let failure = match self.ask(&request, body).await {
            Ok(response) => return Input::Response { id, response },
            Err(failure) => failure,
        };
        // A file that changed on disk breaks the request that sends it, without saying so.
        match lost_file(&request.body, &self.files).await {
            Some((failure, file)) => Input::FileFailed { id, file, failure },
            None => Input::Failed { id, failure },
        }
    }

    async fn ask(&self, request: &Request, body: Option<JsValue>) -> Result<Response, Failure> {
        let answer = transport::send(request, body).await?;
        let is_learnt = matches!(request.answer, Answer::Dedup | Answer::Recall) && answer.is_success();
        if !is_learnt {
            return answer.text().await;
        }
        let (head, bytes) = answer.bytes().await?;
        let packing = self.packing()?;
        match request.answer {
            Answer::Recall => packing.recall(&bytes),
            _ => packing.learn(&bytes),
        }
        Ok(head)
    }
}

impl Io for PageIo {
    fn now(&self) -> Millis {
        clock::now()
    }

    fn sleep_until(&self, at: Millis) -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(clock::sleep(at.since(clock::now())))
    }

    fn turn(&self) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(self.pace.turn())
    }

    fn perform<T>(&self, step: Step<T>, news: &News) -> Option<(StepId, Work)> {
        let io = self.clone();
        let report = |id| {
            let news = news.clone();
            move |bytes| news.put(Input::Progress { id, bytes })
        };
        let work: (StepId, Work) = match step {
            Step::Probe { id, files } => {
                let report = report(id);
                (id, Box::pin(async move { Input::Probed { id, files: io.probe(files, report).await } }))
            }
            Step::Digest { id, file, size, kind, .. } => {
                let digest = io.digest(file, size, kind, report(id));
                (id, answered(id, digest, move |digest| Input::Digested { id, digest }))
            }
            Step::Pack { id, options } => {
                self.packing.replace(Some(Packing::new(id, options, news.clone())));
                (id, Box::pin(pending()))
            }
            Step::Ingest { id, file, size, sha256, .. } => {
                let report = report(id);
                let ingest = async move { io.packing()?.ingest(file, io.file(file)?, size, sha256, report).await };
                (id, answered(id, ingest, move |file| Input::Ingested { id, file }))
            }
            Step::Flush { id } => {
                let flush = async move { io.packing()?.flush().await };
                (id, answered(id, flush, move |()| Input::Flushed { id }))
            }
            Step::Shard { id, most_bytes } => {
                let shard = async move { io.packing()?.shard(most_bytes) };
                (id, answered(id, shard, move |shard| Input::Shard { id, shard }))
            }
            Step::Send { id, request } => (id, Box::pin(io.send(id, request))),
            // Nobody plans commits here, and nothing is written down: no push asks for it.
            Step::PlanCommit { id, .. } => (id, Box::pin(async move { Input::Planned { id, files: 0 } })),
            Step::Record { id, .. } => (id, Box::pin(async move { Input::Recorded { id } })),
            Step::Tell(_) | Step::Cancel { .. } | Step::Event(_) | Step::Wait { .. } | Step::Done(_) => return None,
        };
        Some(work)
    }

    fn tell(&self, tell: Tell) {
        if let Some(packing) = &*self.packing.borrow() {
            packing.tell(tell);
        }
    }
}

/// Work that ends with this input, or fails.
fn answered<T>(
    id: StepId,
    work: impl Future<Output = Result<T, Failure>> + 'static,
    input: impl FnOnce(T) -> Input + 'static,
) -> Work {
    Box::pin(async move {
        match work.await {
            Ok(done) => input(done),
            Err(failure) => Input::Failed { id, failure },
        }
    })
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
