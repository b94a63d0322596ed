//! The Hub's state: what every route may look at.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::auth::Accounts;
use crate::cas::settings::{Xet, XetSettings};
use crate::cas::token::Tokens;
use crate::cas::{Cas, bench};
use crate::clock::Clock;
use crate::config::Config;
use crate::durable;
use crate::error::Refusal;
use crate::faults::Faults;
use crate::limits::GIT_PROCESSES;
use crate::oauth::{Consent, OAuth};
use crate::pace::{Network, NetworkSettings};
use crate::rate::RateLimits;
use crate::repo::Repos;
use crate::request_log::RequestLog;
use crate::store::Store;

/// The Hub's state.
pub struct Hub {
    /// What it was started with.
    pub config: Config,
    /// `http://host:port` of the Hub, without a slash at the end.
    pub url: String,
    /// Users, organisations, tokens.
    pub accounts: Accounts,
    /// Repos.
    pub repos: Repos,
    /// Large files on their way in and out.
    pub store: Store,
    /// Their chunks.
    pub cas: Cas,
    /// What has been asked.
    pub log: Arc<RequestLog>,
    /// What shall go wrong.
    pub faults: Arc<Faults>,
    /// How slow the network is.
    pub network: Network,
    /// The time.
    pub clock: Arc<Clock>,
    /// Places for git processes.
    pub git_processes: Arc<Semaphore>,
    /// The logins of apps.
    pub oauth: OAuth,
    /// How much is allowed.
    pub rates: RateLimits,
    data: PathBuf,
    /// Held as long as the Hub runs: one process per data folder.
    _lock: std::fs::File,
}

impl Hub {
    /// Opens a data folder.
    pub fn open(config: Config, data: &Path, url: String, store_url: String, cas_url: String) -> io::Result<Self> {
        durable::create_dirs(&absolute(data)?)?;
        let data = data.canonicalize()?;
        let lock = std::fs::OpenOptions::new().create(true).append(true).open(data.join(".lock"))?;
        lock.try_lock().map_err(|_| io::Error::other(format!("{} is in use by another Hub", data.display())))?;
        let clock = Arc::new(Clock::default());
        let accounts = Accounts::new(&config.users, &config.orgs).map_err(io::Error::other)?;
        if let Consent::Allow(user) = &config.oauth_consent
            && accounts.user(user).is_none()
        {
            return Err(io::Error::other(format!("there is no user {user} who could consent")));
        }
        bench::mark(&data, config.bench)?;
        let (store, key) = Store::open(&data, store_url, Arc::clone(&clock))?;
        let tokens = Tokens::new(&key, Arc::clone(&clock));
        let xet = Xet::new(xet_settings(&config));
        let cas = Cas::open(&data, store.incoming(), cas_url, xet, tokens, Arc::clone(&clock), config.bench)?;
        Ok(Self {
            accounts,
            repos: Repos::open(&data)?,
            store,
            cas,
            log: Arc::default(),
            faults: Arc::default(),
            network: Network::default(),
            rates: RateLimits::new(config.quotas.clone(), Arc::clone(&clock)),
            git_processes: Arc::new(Semaphore::new(GIT_PROCESSES)),
            oauth: OAuth::new(config.oauth_clients.clone(), config.oauth_consent.clone(), Arc::clone(&clock)),
            clock,
            config,
            url,
            data,
            _lock: lock,
        })
    }

    /// Forgets every repo and every large file, the request log and the fault rules; logins, quotas, network, Xet and clock are
    /// as at the start. Users stay.
    pub fn reset(&self) -> Result<(), Refusal> {
        for repo in self.repos.all() {
            self.repos.delete(&repo.id)?;
        }
        self.store.uploads.clear()?;
        self.cas.clear()?;
        self.cas.xet.set(xet_settings(&self.config));
        self.log.clear();
        self.faults.clear();
        self.oauth.clear(self.config.oauth_consent.clone());
        self.network.set(NetworkSettings::default());
        self.clock.reset();
        self.rates.set(self.config.quotas.clone());
        Ok(())
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }
}

/// How Xet is offered at the start.
fn xet_settings(config: &Config) -> XetSettings {
    XetSettings {
        offered: config.xet,
        token_lifetime_seconds: config.xet_token_lifetime.as_secs(),
        url_lifetime_seconds: config.url_lifetime.as_secs(),
    }
}

fn absolute(path: &Path) -> io::Result<PathBuf> {
    std::path::absolute(path)
}
