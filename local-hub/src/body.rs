//! Bodies on the wire: counted for the request log, and as broken as a fault wants them.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::sync::oneshot;
use tokio::time::Sleep;

use crate::pace::Pace;
use crate::request_log::{Entry, RequestLog, edit};

/// A request's body. When it is dropped before its end, the rest goes back to the connection's side, which decides about reading it.
pub struct RequestBody {
    inner: Option<Incoming>,
    entry: Option<Arc<Mutex<Entry>>>,
    rest: Option<oneshot::Sender<Incoming>>,
    paces: Vec<Arc<Pace>>,
    flip: Option<u64>,
    seen: u64,
    /// What has come and waits for its time.
    held: Option<(Frame<Bytes>, Pin<Box<Sleep>>)>,
}

impl RequestBody {
    /// Wraps a body; the second value gives the rest of it when the first is dropped. It comes no faster than the `paces` let it, and
    /// with the byte at `flip` changed.
    pub fn new(
        inner: Incoming,
        entry: Option<Arc<Mutex<Entry>>>,
        paces: Vec<Arc<Pace>>,
        flip: Option<u64>,
    ) -> (Self, oneshot::Receiver<Incoming>) {
        let (rest, receiver) = oneshot::channel();
        (Self { inner: Some(inner), entry, rest: Some(rest), paces, flip, seen: 0, held: None }, receiver)
    }

    /// Notes what has come.
    fn arrived(&mut self, frame: Frame<Bytes>) -> Frame<Bytes> {
        let frame = match frame.into_data() {
            Ok(data) => data,
            Err(other) => return other,
        };
        if let Some(entry) = &self.entry {
            edit(entry).request_bytes += frame.len() as u64;
        }
        let data = flipped(frame, self.seen, self.flip);
        self.seen += data.len() as u64;
        Frame::data(data)
    }
}

/// The bytes with the one at `flip` changed; `start` is the position of the first.
fn flipped(data: Bytes, start: u64, flip: Option<u64>) -> Bytes {
    let at = flip.and_then(|flip| flip.checked_sub(start)).and_then(|at| usize::try_from(at).ok());
    match at.filter(|at| *at < data.len()) {
        None => data,
        Some(at) => {
            let mut changed = data.to_vec();
            changed[at] ^= 1;
            changed.into()
        }
    }
}

/// When bytes are through all the lines; nothing when there is none.
fn through(paces: &[Arc<Pace>], bytes: usize) -> Option<Pin<Box<Sleep>>> {
    let at = paces.iter().map(|pace| pace.take(bytes)).max()?;
    Some(Box::pin(tokio::time::sleep_until(at)))
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = &mut *self;
        if this.held.is_none() {
            let Some(inner) = this.inner.as_mut() else { return Poll::Ready(None) };
            let frame = match std::task::ready!(Pin::new(inner).poll_frame(cx)) {
                Some(Ok(frame)) => this.arrived(frame),
                ended => {
                    this.inner = None;
                    return Poll::Ready(ended);
                }
            };
            match through(&this.paces, frame.data_ref().map_or(0, Bytes::len)) {
                Some(waiting) => this.held = Some((frame, waiting)),
                None => return Poll::Ready(Some(Ok(frame))),
            }
        }
        if let Some((_, waiting)) = &mut this.held {
            std::task::ready!(waiting.as_mut().poll(cx));
        }
        Poll::Ready(this.held.take().map(|(frame, _)| Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.held.is_none() && self.inner.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.inner.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint);
        if let Some((frame, _)) = &self.held {
            let held = frame.data_ref().map_or(0, |data| data.len() as u64);
            if let Some(exact) = hint.exact() {
                hint = SizeHint::with_exact(exact + held);
            }
        }
        hint
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        if let (Some(inner), Some(rest)) = (self.inner.take(), self.rest.take())
            && !inner.is_end_stream()
        {
            // Nobody listens when the connection is gone.
            let _ = rest.send(inner);
        }
    }
}

/// What happens to an answer's body on its way.
#[derive(Clone, Debug, Default)]
pub struct Spoil {
    /// Ends it with an error after so many bytes.
    pub cut_after: Option<u64>,
    /// Changes the byte at this position.
    pub flip: Option<u64>,
    /// Lets it go no faster than these lines do.
    pub paces: Vec<Arc<Pace>>,
}

/// An answer's body. The entry of the log ends with it.
pub struct ResponseBody {
    inner: Body,
    spoil: Spoil,
    sent: u64,
    waiting: Option<Pin<Box<Sleep>>>,
    held: Bytes,
    /// What goes out next, when its time has come.
    ready: Bytes,
    done: bool,
    /// The promised length, where there is one: nobody asks for the end of a body whose length is reached.
    length: Option<u64>,
    end: EntryEnd,
}

/// Ends an entry of the log when dropped: as cut, unless the whole answer had gone out.
pub struct EntryEnd {
    entry: Option<(Arc<Mutex<Entry>>, Arc<RequestLog>)>,
    whole: bool,
}

impl EntryEnd {
    /// Will end this entry.
    pub fn new(entry: Option<(Arc<Mutex<Entry>>, Arc<RequestLog>)>) -> Self {
        Self { entry, whole: false }
    }

    /// Changes the entry.
    pub fn edit(&self, change: impl FnOnce(&mut Entry)) {
        if let Some((entry, _)) = &self.entry {
            change(&mut edit(entry));
        }
    }
}

impl Drop for EntryEnd {
    fn drop(&mut self) {
        if let Some((entry, log)) = &self.entry {
            let now = log.now();
            let mut entry = edit(entry);
            entry.ended_at = Some(now);
            log.ended();
            entry.cut = !self.whole;
        }
    }
}

impl ResponseBody {
    /// Wraps an answer's body; `length` is what its head promises.
    pub fn new(inner: Body, length: Option<u64>, spoil: Spoil, end: EntryEnd) -> Self {
        Self { inner, spoil, sent: 0, waiting: None, held: Bytes::new(), ready: Bytes::new(), done: false, length, end }
    }

    fn send(&mut self) -> Frame<Bytes> {
        let data = flipped(std::mem::take(&mut self.ready), self.sent, self.spoil.flip);
        self.sent += data.len() as u64;
        self.end.edit(|entry| entry.response_bytes += data.len() as u64);
        Frame::data(data)
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        if let Some(waiting) = &mut this.waiting {
            std::task::ready!(waiting.as_mut().poll(cx));
            this.waiting = None;
            if !this.ready.is_empty() {
                return Poll::Ready(Some(Ok(this.send())));
            }
        }
        if let Some(limit) = this.spoil.cut_after
            && this.sent >= limit
        {
            if !std::mem::replace(&mut this.done, true) {
                // What has been handed over shall be on the wire before the connection goes.
                let mut pause = Box::pin(tokio::time::sleep(Duration::from_millis(50)));
                let _ = pause.as_mut().poll(cx);
                this.waiting = Some(pause);
                return Poll::Pending;
            }
            return Poll::Ready(Some(Err(axum::Error::new("cut by a fault rule"))));
        }
        if this.held.is_empty() {
            match std::task::ready!(Pin::new(&mut this.inner).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => this.held = data,
                    Err(frame) => return Poll::Ready(Some(Ok(frame))),
                },
                None => {
                    this.done = true;
                    return Poll::Ready(None);
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            }
        }
        let mut now = this.held.len();
        if let Some(limit) = this.spoil.cut_after {
            now = now.min(usize::try_from(limit - this.sent).unwrap_or(usize::MAX));
        }
        for pace in &this.spoil.paces {
            now = now.min(pace.piece());
        }
        this.ready = this.held.split_to(now);
        if let Some(mut waiting) = through(&this.spoil.paces, now)
            && waiting.as_mut().poll(cx).is_pending()
        {
            this.waiting = Some(waiting);
            return Poll::Pending;
        }
        Poll::Ready(Some(Ok(this.send())))
    }

    fn is_end_stream(&self) -> bool {
        // Unless it is to be cut, an empty body is over at once, and hyper need not ask again.
        self.spoil.cut_after.is_none() && self.ready.is_empty() && self.held.is_empty() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // The head promises the whole body, whatever a fault does to it.
        self.inner.size_hint()
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        let is_sent = self.ready.is_empty() && self.held.is_empty() && self.inner.is_end_stream();
        self.end.whole = self.spoil.cut_after.is_none() && (self.done || self.length == Some(self.sent) || is_sent);
    }
}
