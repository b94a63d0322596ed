//! How a program starts a Hub of its own.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::auth::{Org, User};
use crate::config::Config;
use crate::oauth::{Consent, OAuthClient};
use crate::rate::Quotas;
use crate::server::{self, LocalHubHandle};

/// Where to start: [`LocalHub::builder`].
pub struct LocalHub;

impl LocalHub {
    /// A Hub on free ports, in a temporary folder, that nobody may log in to yet.
    pub fn builder() -> Builder {
        Builder { config: Config::default() }
    }
}

/// A Hub before it is started.
#[derive(Clone, Debug)]
pub struct Builder {
    config: Config,
}

impl From<Config> for Builder {
    fn from(config: Config) -> Self {
        Self { config }
    }
}

impl Builder {
    /// Adds somebody who may log in.
    pub fn user(mut self, user: User) -> Self {
        self.config.users.push(user);
        self
    }

    /// Adds an organisation.
    pub fn org(mut self, org: Org) -> Self {
        self.config.orgs.push(org);
        self
    }

    /// Keeps repos and large files in this folder.
    pub fn data(mut self, data: impl Into<PathBuf>) -> Self {
        self.config.data = Some(data.into());
        self
    }

    /// Serves the page from this folder.
    pub fn page(mut self, page: impl Into<PathBuf>) -> Self {
        self.config.page = Some(page.into());
        self
    }

    /// Opens the control API to this bearer token.
    pub fn control_token(mut self, token: impl Into<String>) -> Self {
        self.config.control_token = Some(token.into());
        self
    }

    /// Uploads objects above `threshold` in parts of `part_size`, both in bytes.
    pub fn multipart(mut self, threshold: u64, part_size: u64) -> Self {
        self.config.multipart_threshold = threshold;
        self.config.part_size = part_size.max(1);
        self
    }

    /// How long a presigned URL is good; whole seconds count.
    pub fn url_lifetime(mut self, lifetime: Duration) -> Self {
        self.config.url_lifetime = lifetime;
        self
    }

    /// How long a token of the content-addressed store is good; whole seconds count.
    pub fn xet_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.config.xet_token_lifetime = lifetime;
        self
    }

    /// Does not offer Xet.
    pub fn without_xet(mut self) -> Self {
        self.config.xet = false;
        self
    }

    /// Takes bodies unseen until somebody asks what they are.
    pub fn bench(mut self) -> Self {
        self.config.bench = true;
        self
    }

    /// Lets an app ask users to log in.
    pub fn oauth_client(mut self, client: OAuthClient) -> Self {
        self.config.oauth_clients.push(client);
        self
    }

    /// Sets who answers when an app asks.
    pub fn oauth_consent(mut self, consent: Consent) -> Self {
        self.config.oauth_consent = consent;
        self
    }

    /// Limits requests and commits.
    pub fn quotas(mut self, quotas: Quotas) -> Self {
        self.config.quotas = quotas;
        self
    }

    /// Starts it.
    /// Errors: ports that are taken, a data folder that cannot be written or is in use.
    pub async fn start(self) -> io::Result<LocalHubHandle> {
        server::start(self.config).await
    }
}
