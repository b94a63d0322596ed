//! A slow network: how long bytes take through a line of some width, and the line that everybody shares when a test asks for one.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// A line of some width. Who shares it waits for the bytes of the others.
#[derive(Debug)]
pub struct Pace {
    bytes_per_second: u64,
    free_at: Mutex<Instant>,
}

impl Pace {
    /// A line of this width; zero counts as one byte a second.
    pub fn new(bytes_per_second: u64) -> Arc<Self> {
        Arc::new(Self { bytes_per_second: bytes_per_second.max(1), free_at: Mutex::new(Instant::now()) })
    }

    /// How many bytes to send in one piece: twenty pieces a second, of at least one byte.
    pub fn piece(&self) -> usize {
        usize::try_from((self.bytes_per_second / 20).max(1)).unwrap_or(usize::MAX)
    }

    /// Puts bytes on the line; says when they are through.
    pub fn take(&self, bytes: usize) -> Instant {
        let mut free_at = self.free_at.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let took = Duration::from_secs_f64(bytes as f64 / self.bytes_per_second as f64);
        *free_at = (*free_at).max(Instant::now()) + took;
        *free_at
    }
}

/// What the network between the Hub and its clients is like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NetworkSettings {
    /// How long every request takes to arrive.
    pub latency_ms: u64,
    /// Bytes of request bodies per second, all requests together; without it, as fast as they come.
    pub upload_bytes_per_second: Option<u64>,
    /// Bytes of answers per second, all requests together; without it, as fast as they go.
    pub download_bytes_per_second: Option<u64>,
}

/// The network that all requests share.
#[derive(Debug, Default)]
pub struct Network {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    settings: NetworkSettings,
    upload: Option<Arc<Pace>>,
    download: Option<Arc<Pace>>,
}

impl Network {
    /// What it is like.
    pub fn settings(&self) -> NetworkSettings {
        self.lock().settings.clone()
    }

    /// Makes it like this, for requests that come from now on.
    pub fn set(&self, settings: NetworkSettings) {
        let mut state = self.lock();
        state.upload = settings.upload_bytes_per_second.map(Pace::new);
        state.download = settings.download_bytes_per_second.map(Pace::new);
        state.settings = settings;
    }

    /// How long a request takes to arrive.
    pub fn latency(&self) -> Duration {
        Duration::from_millis(self.lock().settings.latency_ms)
    }

    /// The line of request bodies.
    pub fn upload(&self) -> Option<Arc<Pace>> {
        self.lock().upload.clone()
    }

    /// The line of answers.
    pub fn download(&self) -> Option<Arc<Pace>> {
        self.lock().download.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_shares_a_line_waits_for_the_others() {
        let start = Instant::now();
        let pace = Pace::new(1000);
        assert_eq!(pace.piece(), 50);
        let first = pace.take(500);
        assert!(first - start >= Duration::from_millis(500));
        assert_eq!(pace.take(1000) - first, Duration::from_secs(1));
        assert_eq!(Pace::new(0).piece(), 1);
    }

    #[test]
    fn a_line_that_was_free_saves_nothing_up() {
        let pace = Pace::new(1000);
        *pace.free_at.lock().unwrap() = Instant::now() - Duration::from_secs(10);
        let start = Instant::now();
        assert!(pace.take(1000) - start >= Duration::from_secs(1));
    }
}
