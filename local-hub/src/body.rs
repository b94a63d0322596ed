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
use tokio::time::{Instant, Sleep};

use crate::request_log::{Entry, RequestLog, edit};

/// A request's body. When it is dropped before its end, the rest goes back to the connection's side, which decides about reading it.
pub struct RequestBody {
    inner: Option<Incoming>,
    entry: Option<Arc<Mutex<Entry>>>,
    rest: Option<oneshot::Sender<Incoming>>,
}

impl RequestBody {
    /// Wraps a body; the second value gives the rest of it when the first is dropped.
    pub fn new(inner: Incoming, entry: Option<Arc<Mutex<Entry>>>) -> (Self, oneshot::Receiver<Incoming>) {
        let (rest, receiver) = oneshot::channel();
        (Self { inner: Some(inner), entry, rest: Some(rest) }, receiver)
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(inner) = self.inner.as_mut() else { return Poll::Ready(None) };
        let polled = Pin::new(inner).poll_frame(cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let (Some(entry), Some(data)) = (&self.entry, frame.data_ref()) {
                    edit(entry).request_bytes += data.len() as u64;
                }
            }
            Poll::Ready(_) => self.inner = None,
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
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

/// What a fault does to an answer's body.
#[derive(Clone, Copy, Debug)]
pub enum Spoil {
    /// Ends it with an error after so many bytes.
    CutAfter(u64),
    /// Sends so many bytes per second.
    Drip(u64),
}

/// An answer's body. The entry of the log ends with it.
pub struct ResponseBody {
    inner: Body,
    spoil: Option<Spoil>,
    sent: u64,
    waiting: Option<Pin<Box<Sleep>>>,
    held: Bytes,
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
            entry.cut = !self.whole;
        }
    }
}

impl ResponseBody {
    /// Wraps an answer's body; `length` is what its head promises.
    pub fn new(inner: Body, length: Option<u64>, spoil: Option<Spoil>, end: EntryEnd) -> Self {
        Self { inner, spoil, sent: 0, waiting: None, held: Bytes::new(), done: false, length, end }
    }

    fn count(&mut self, bytes: usize) {
        self.sent += bytes as u64;
        self.end.edit(|entry| entry.response_bytes += bytes as u64);
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        if let Some(waiting) = &mut this.waiting {
            if waiting.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            this.waiting = None;
        }
        if let Some(Spoil::CutAfter(limit)) = this.spoil
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
        let now = match this.spoil {
            None => this.held.len(),
            Some(Spoil::CutAfter(limit)) => {
                this.held.len().min(usize::try_from(limit - this.sent).unwrap_or(usize::MAX))
            }
            Some(Spoil::Drip(speed)) => {
                // Twenty pieces a second, of at least one byte.
                let piece = (speed / 20).max(1);
                let pause = Duration::from_secs_f64(piece as f64 / speed.max(1) as f64);
                this.waiting = Some(Box::pin(tokio::time::sleep_until(Instant::now() + pause)));
                this.held.len().min(usize::try_from(piece).unwrap_or(usize::MAX))
            }
        };
        let data = this.held.split_to(now);
        this.count(data.len());
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        // Without a fault an empty body is over at once, and hyper need not ask again.
        self.spoil.is_none() && self.held.is_empty() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // The head promises the whole body, whatever a fault does to it.
        self.inner.size_hint()
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        self.end.whole = match self.spoil {
            Some(Spoil::CutAfter(_)) => false,
            _ => self.done || self.length == Some(self.sent) || (self.held.is_empty() && self.inner.is_end_stream()),
        };
    }
}
