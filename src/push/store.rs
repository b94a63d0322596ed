//! LFS contents on their way to the store: batch, PUT or parts, completion, verification.
//!
//! Invariants: an oid is sent once, however many files share it; what the Hub holds already is not sent; an object counts
//! as stored only when the store (and, where the Hub wants it, its verification) has said so.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::file::Mode;
use super::read::read_error;
use super::shared::{Purpose, Shared};
use super::types::{Activity, Event, Phase};
use crate::error::{Code, Error};
use crate::exchange::{Errand, Lane, Sent, lost_error};
use crate::http::{FileIdx, Response};
use crate::hub::lfs_batch::{Action, LfsBatch};
use crate::hub::lfs_store::{Complete, PutObject, PutPart, Verify};
use crate::hub::{Endpoint, Replay};
use crate::limits::{FILE_PROGRESS_EVERY, LFS_BATCH_GATHER, LFS_BATCH_OBJECTS, LFS_RENEWALS};
use crate::quote::Quoted;
use crate::step::Failure;
use crate::time::Millis;

/// LFS batch calls side by side: while one is answered the next gathers.
const BATCHES_IN_FLIGHT: usize = 2;

struct Part {
    put: PutPart,
    etag: Option<String>,
    high: u64,
}

enum State {
    /// Wait for upload actions.
    Gathered,
    /// One PUT.
    Single { put: PutObject, high: u64 },
    /// Several PUTs, then the completion.
    Multipart { parts: Vec<Part>, complete_url: String },
    /// The Hub has it.
    Stored,
}

struct Object {
    oid: String,
    size: u64,
    file: FileIdx,
    files: Vec<usize>,
    state: State,
    verify: Option<Verify>,
    renewals: u32,
    /// Bytes sent to the current URLs.
    moved: u64,
    /// The most bytes ever sent, for progress.
    sent: u64,
    told: Millis,
}

/// What can be sent once there is room.
#[derive(Clone, Copy)]
enum Job {
    Single(usize),
    Part(usize, usize),
}

#[derive(Default)]
pub(super) struct Store {
    objects: Vec<Object>,
    by_oid: HashMap<String, usize>,
    gathered: VecDeque<usize>,
    gathering_since: Option<Millis>,
    batches: usize,
    jobs: VecDeque<Job>,
    unstored: usize,
}

impl Store {
    pub(super) fn is_busy(&self) -> bool {
        self.unstored > 0
    }

    pub(super) fn wake_at(&self) -> Option<Millis> {
        self.gathering_since.filter(|_| self.batches < BATCHES_IN_FLIGHT).map(|since| since + LFS_BATCH_GATHER)
    }

    /// Takes files with an oid, asks for actions, and sends while there is room. `hashing`: more files are coming.
    pub(super) fn advance(&mut self, shared: &mut Shared, now: Millis, hashing: bool) -> Result<(), Error> {
        while let Some(index) = shared.belts.store.pop_front() {
            self.take(shared, index, now)?;
        }
        self.ask_for_actions(shared, now, hashing)?;
        while shared.exchanges.room(Lane::Body) > 0 {
            let Some(job) = self.jobs.pop_front() else { break };
            self.send(shared, now, job)?;
        }
        Ok(())
    }

    pub(super) fn settled(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        purpose: Purpose,
        outcome: Result<Response, Failure>,
    ) -> Result<(), Error> {
        if let (Purpose::Put(number) | Purpose::Part(number, _), Err(failure)) = (&purpose, &outcome)
            && failure.is_of_file()
        {
            return self.source_lost(shared, now, *number, failure);
        }
        let path = self.path_of(shared, &purpose);
        let result = outcome.map_err(lost_error).and_then(|response| self.answered(shared, now, purpose, &response));
        result.map_err(|error| match &path {
            Some(path) => error.at(path),
            None => error,
        })
    }

    /// Bytes of a body have left.
    pub(super) fn sent(&mut self, shared: &mut Shared, now: Millis, purpose: &Purpose, sent: Sent) {
        let (index, high) = match *purpose {
            Purpose::Put(index) => match &mut self.objects[index].state {
                State::Single { high, .. } => (index, high),
                _ => return,
            },
            Purpose::Part(index, part) => match &mut self.objects[index].state {
                State::Multipart { parts, .. } => (index, &mut parts[part].high),
                _ => return,
            },
            _ => return,
        };
        let moved = raise(high, sent.so_far);
        let object = &mut self.objects[index];
        shared.meter.bytes_sent(sent.fresh, object.advance(moved));
        if now.since(object.told) >= FILE_PROGRESS_EVERY {
            object.tell(shared, now);
        }
    }

    /// The file that a request is about, when it is one.
    pub(super) fn path_of(&self, shared: &Shared, purpose: &Purpose) -> Option<String> {
        let index = match *purpose {
            Purpose::Put(index) | Purpose::Part(index, _) | Purpose::Complete(index) | Purpose::Verify(index) => index,
            _ => return None,
        };
        let file = *self.objects.get(index)?.files.first()?;
        Some(shared.files[file].path.clone())
    }

    fn take(&mut self, shared: &mut Shared, index: usize, now: Millis) -> Result<(), Error> {
        let file = &shared.files[index];
        debug_assert_eq!(file.mode, Some(Mode::Lfs));
        let Some(oid) = file.sha256.clone() else {
            return Err(Error::internal("an LFS file came to the store without its oid").at(&file.path));
        };
        if let Some(&known) = self.by_oid.get(&oid) {
            let object = &mut self.objects[known];
            object.files.push(index);
            if matches!(object.state, State::Stored) {
                shared.files[index].stored = true;
                shared.note_stored(index);
                shared.meter.stored(object.size, 1, true);
                shared.tell_progress(index, 1.0, Activity::Uploading);
            }
            return Ok(());
        }
        let number = self.objects.len();
        self.by_oid.insert(oid.clone(), number);
        self.objects.push(Object {
            oid,
            size: file.size,
            file: file.file,
            files: vec![index],
            state: State::Gathered,
            verify: None,
            renewals: 0,
            moved: 0,
            sent: 0,
            told: now,
        });
        self.unstored += 1;
        self.gather(number, now);
        Ok(())
    }

    fn gather(&mut self, number: usize, now: Millis) {
        self.gathered.push_back(number);
        self.gathering_since.get_or_insert(now);
    }

    fn ask_for_actions(&mut self, shared: &mut Shared, now: Millis, hashing: bool) -> Result<(), Error> {
        while self.batches < BATCHES_IN_FLIGHT {
            let waited = self.gathering_since.is_some_and(|since| now.since(since) >= LFS_BATCH_GATHER);
            let full = self.gathered.len() >= LFS_BATCH_OBJECTS;
            if self.gathered.is_empty() || (hashing && !full && !waited) {
                return Ok(());
            }
            if shared.meter.enter(Phase::UploadingLargeFiles) {
                shared.events.push_back(Event::Phase(Phase::UploadingLargeFiles));
            }
            let count = self.gathered.len().min(LFS_BATCH_OBJECTS);
            let numbers: Arc<[usize]> = self.gathered.drain(..count).collect();
            self.gathering_since = (!self.gathered.is_empty()).then_some(now);
            let request = self.batch(shared, &numbers).request(&shared.options.hub)?;
            shared.exchanges.start(Errand::api(Purpose::LfsBatch(numbers), request, Replay::Safe), now);
            self.batches += 1;
        }
        Ok(())
    }

    fn batch(&self, shared: &Shared, numbers: &[usize]) -> LfsBatch {
        LfsBatch {
            repo: shared.options.repo.clone(),
            revision: (!shared.options.pull_request).then(|| shared.options.revision.clone()),
            objects: numbers.iter().map(|&number| self.objects[number].id()).collect(),
        }
    }

    fn send(&self, shared: &mut Shared, now: Millis, job: Job) -> Result<(), Error> {
        let hub = &shared.options.hub;
        let errand = match job {
            Job::Single(number) => match &self.objects[number].state {
                State::Single { put, .. } => Errand::body(Purpose::Put(number), put.request(hub)?),
                // The object was gathered anew since.
                _ => return Ok(()),
            },
            Job::Part(number, part) => match &self.objects[number].state {
                State::Multipart { parts, .. } if parts[part].etag.is_none() => {
                    Errand::body(Purpose::Part(number, part), parts[part].put.request(hub)?)
                }
                _ => return Ok(()),
            },
        };
        shared.exchanges.start(errand, now);
        Ok(())
    }

    fn answered(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        purpose: Purpose,
        response: &Response,
    ) -> Result<(), Error> {
        match purpose {
            Purpose::LfsBatch(numbers) => {
                self.batches -= 1;
                let answer = self.batch(shared, &numbers).parse(response, &shared.options.hub)?;
                for (&number, action) in numbers.iter().zip(answer) {
                    self.take_action(shared, number, action)?;
                }
                Ok(())
            }
            Purpose::Put(number) => {
                let State::Single { put, high } = &mut self.objects[number].state else { return Ok(()) };
                match put.parse(response, &shared.options.hub) {
                    Ok(()) => {}
                    Err(error) if is_expired(&error) => return self.renew(shared, number, now, error),
                    Err(error) => return Err(error),
                }
                let rest = put.size - *high;
                shared.meter.bytes_sent(rest, self.objects[number].advance(rest));
                self.verify_or_finish(shared, number, now)
            }
            Purpose::Part(number, part) => self.part_answered(shared, now, number, part, response),
            Purpose::Complete(number) => match self.completion(number)?.parse(response, &shared.options.hub) {
                Ok(()) => self.verify_or_finish(shared, number, now),
                Err(error) if is_expired(&error) => self.renew(shared, number, now, error),
                Err(error) => Err(error),
            },
            Purpose::Verify(number) => {
                if let Some(verify) = &self.objects[number].verify {
                    verify.parse(response, &shared.options.hub)?;
                }
                self.finish(shared, number, false);
                Ok(())
            }
            _ => Err(Error::internal("an answer was handed to the wrong stage")),
        }
    }

    fn take_action(&mut self, shared: &mut Shared, number: usize, action: Action) -> Result<(), Error> {
        let object = &mut self.objects[number];
        let (file, size, oid) = (object.file, object.size, object.oid.clone());
        match action {
            Action::Present => self.finish(shared, number, true),
            Action::Basic { href, verify } => {
                object.state = State::Single { put: PutObject { href, file, size }, high: 0 };
                object.verify = verify.map(|href| Verify { href, oid, size });
                self.jobs.push_back(Job::Single(number));
            }
            Action::Multipart { parts, complete, verify } => {
                let parts: Vec<Part> = parts
                    .into_iter()
                    .map(|part| Part {
                        put: PutPart { href: part.url, file, start: part.start, end: part.end },
                        etag: None,
                        high: 0,
                    })
                    .collect();
                object.verify = verify.map(|href| Verify { href, oid, size });
                self.jobs.extend((0..parts.len()).map(|part| Job::Part(number, part)));
                object.state = State::Multipart { parts, complete_url: complete };
            }
            Action::Refused { code, message } => {
                let path = &shared.files[object.files[0]].path;
                return Err(Error::new(
                    Code::Rejected,
                    format!(
                        "The Hub does not take the content of {path}: {message} (code {code})",
                        path = Quoted(path)
                    ),
                )
                .at(path));
            }
        }
        Ok(())
    }

    fn part_answered(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        number: usize,
        part: usize,
        response: &Response,
    ) -> Result<(), Error> {
        let State::Multipart { parts, .. } = &mut self.objects[number].state else { return Ok(()) };
        let Some(part) = parts.get_mut(part) else { return Ok(()) };
        match part.put.parse(response, &shared.options.hub) {
            Ok(etag) => part.etag = Some(etag),
            Err(error) if is_expired(&error) => return self.renew(shared, number, now, error),
            Err(error) => return Err(error),
        }
        let rest = raise(&mut part.high, part.put.end - part.put.start);
        let all = parts.iter().all(|part| part.etag.is_some());
        let object = &mut self.objects[number];
        shared.meter.bytes_sent(rest, object.advance(rest));
        // Where the transport cannot tell how much of a body has left, this is all there is to tell.
        object.tell(shared, now);
        if all {
            let request = self.completion(number)?.request(&shared.options.hub)?;
            shared.exchanges.start(Errand::api(Purpose::Complete(number), request, Replay::Safe), now);
        }
        Ok(())
    }

    fn completion(&self, number: usize) -> Result<Complete, Error> {
        let object = &self.objects[number];
        match &object.state {
            State::Multipart { parts, complete_url } => Ok(Complete {
                href: complete_url.clone(),
                oid: object.oid.clone(),
                etags: parts.iter().filter_map(|part| part.etag.clone()).collect(),
            }),
            _ => Err(Error::internal("only parts can be completed")),
        }
    }

    /// The store does not take these URLs any more: asks for fresh ones, unless that was done too often.
    fn renew(&mut self, shared: &mut Shared, number: usize, now: Millis, cause: Error) -> Result<(), Error> {
        let object = &mut self.objects[number];
        object.renewals += 1;
        let path = shared.files[object.files[0]].path.clone();
        if object.renewals > LFS_RENEWALS {
            let mut error = cause;
            error.message.push_str(&format!(
                "; the content of {path} cannot be sent, although its upload URLs were renewed {LFS_RENEWALS} times. Try again \
                 later, and over a faster connection if it is slow: the URLs are good for a short time only", path = Quoted(&path)));
            return Err(error);
        }
        object.moved = 0;
        shared.events.push_back(Event::Retry {
            path: Some(path),
            attempt: object.renewals,
            delay_ms: 0,
            cause: "the upload URL expired".to_owned(),
        });
        object.state = State::Gathered;
        shared.exchanges.forget(|purpose| matches!(purpose, Purpose::Part(other, _) if *other == number));
        self.gather(number, now);
        Ok(())
    }

    /// The file that an object is read from is not what it was. Another file with the same content may take its place.
    ///
    /// Errors: that failure, where it ends the push.
    fn source_lost(&mut self, shared: &mut Shared, now: Millis, number: usize, failure: &Failure) -> Result<(), Error> {
        let object = &mut self.objects[number];
        let (gone, left): (Vec<usize>, Vec<usize>) =
            object.files.iter().partition(|&&index| shared.files[index].file == object.file);
        shared.exchanges.forget(|purpose| matches!(purpose, Purpose::Part(other, _) if *other == number));
        for index in gone {
            shared.leave_out(index, read_error(&shared.files[index].path, failure.clone()))?;
        }
        object.state = State::Gathered;
        object.moved = 0;
        match left.first() {
            Some(&index) => {
                object.file = shared.files[index].file;
                object.files = left;
                self.gather(number, now);
            }
            None => {
                self.by_oid.remove(&object.oid);
                self.unstored -= 1;
            }
        }
        Ok(())
    }

    fn verify_or_finish(&mut self, shared: &mut Shared, number: usize, now: Millis) -> Result<(), Error> {
        match &self.objects[number].verify {
            Some(verify) => {
                let request = verify.request(&shared.options.hub)?;
                shared.exchanges.start(Errand::api(Purpose::Verify(number), request, Replay::Safe), now);
            }
            None => self.finish(shared, number, false),
        }
        Ok(())
    }

    fn finish(&mut self, shared: &mut Shared, number: usize, was_there: bool) {
        let object = &mut self.objects[number];
        object.state = State::Stored;
        self.unstored -= 1;
        shared.meter.stored(object.size, object.files.len() as u64, was_there);
        for &file in &object.files {
            shared.files[file].stored = true;
            shared.note_stored(file);
            shared.tell_progress(file, 1.0, Activity::Uploading);
        }
    }
}

impl Object {
    fn id(&self) -> (String, u64) {
        (self.oid.clone(), self.size)
    }

    /// Says how far its files are. The last bit is the store's word to say.
    fn tell(&mut self, shared: &mut Shared, now: Millis) {
        self.told = now;
        let progress = (self.sent as f64 / self.size.max(1) as f64).min(0.999);
        for &file in &self.files {
            shared.tell_progress(file, progress, Activity::Uploading);
        }
    }

    /// `moved` more bytes went to the current URLs; returns how many of them went for the first time.
    fn advance(&mut self, moved: u64) -> u64 {
        self.moved += moved;
        raise(&mut self.sent, self.moved)
    }
}

/// A store that does not let us in any more: its URLs carry their permission, so they have expired.
fn is_expired(error: &Error) -> bool {
    error.code == Code::Forbidden
}

/// Lifts a high-water mark; returns by how much.
fn raise(high: &mut u64, to: u64) -> u64 {
    let first = to.saturating_sub(*high);
    *high += first;
    first
}
