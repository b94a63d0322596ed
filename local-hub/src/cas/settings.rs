//! How the Hub offers Xet: whether at all, and how long tokens and data URLs are good. Tests change it while the Hub runs.

use std::sync::{Mutex, MutexGuard};

use serde::{Deserialize, Serialize};

/// How the Hub offers Xet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct XetSettings {
    /// Whether the Hub gives tokens, and offers the transfer in the LFS batch. Clients that hear nothing of it use LFS.
    pub offered: bool,
    /// How long a token is good.
    pub token_lifetime_seconds: u64,
    /// How long the data URLs of a reconstruction are good.
    pub url_lifetime_seconds: u64,
}

/// A change of some of the settings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct XetChange {
    offered: Option<bool>,
    token_lifetime_seconds: Option<u64>,
    url_lifetime_seconds: Option<u64>,
}

/// The settings in force.
#[derive(Debug)]
pub struct Xet {
    settings: Mutex<XetSettings>,
}

impl Xet {
    /// Begins with these.
    pub fn new(settings: XetSettings) -> Self {
        Self { settings: Mutex::new(settings) }
    }

    /// What is in force.
    pub fn settings(&self) -> XetSettings {
        self.lock().clone()
    }

    /// Puts other settings in force, for tokens and URLs that are given from now on.
    pub fn set(&self, settings: XetSettings) {
        *self.lock() = settings;
    }

    /// Changes what a change names.
    pub fn change(&self, change: &XetChange) {
        let mut settings = self.lock();
        settings.offered = change.offered.unwrap_or(settings.offered);
        settings.token_lifetime_seconds = change.token_lifetime_seconds.unwrap_or(settings.token_lifetime_seconds);
        settings.url_lifetime_seconds = change.url_lifetime_seconds.unwrap_or(settings.url_lifetime_seconds);
    }

    fn lock(&self) -> MutexGuard<'_, XetSettings> {
        self.settings.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
