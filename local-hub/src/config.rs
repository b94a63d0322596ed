//! What a Hub is started with.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::auth::{Org, User};
use crate::oauth::{Consent, OAuthClient};
use crate::rate::Quotas;

/// What a Hub is started with; every field has a default that suits tests.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where repos and large files are kept. Without it, a temporary folder that goes with the Hub.
    pub data: Option<PathBuf>,
    /// The Hub's address.
    pub host: IpAddr,
    /// The Hub's port; 0 takes a free one.
    pub port: u16,
    /// The store's address; another one than the Hub's, or clients send it the Hub's token.
    pub store_host: IpAddr,
    /// The store's port; 0 takes a free one.
    pub store_port: u16,
    /// The content-addressed store's address; another one than the Hub's. The other store's will do, on a port of its own.
    pub cas_host: IpAddr,
    /// Its port; 0 takes a free one.
    pub cas_port: u16,
    /// Whether Xet is offered.
    pub xet: bool,
    /// How long a token of the content-addressed store is good.
    pub xet_token_lifetime: Duration,
    /// Whether bodies are taken unseen until somebody asks what they are.
    pub bench: bool,
    /// Who may log in.
    pub users: Vec<User>,
    /// The organisations.
    pub orgs: Vec<Org>,
    /// The folder with the page's files.
    pub page: Option<PathBuf>,
    /// The bearer token of the control API; without it there is none.
    pub control_token: Option<String>,
    /// Objects of more bytes than this are uploaded in parts.
    pub multipart_threshold: u64,
    /// The size of a part in bytes.
    pub part_size: u64,
    /// How long a presigned URL is good.
    pub url_lifetime: Duration,
    /// The apps that may ask users to log in.
    pub oauth_clients: Vec<OAuthClient>,
    /// Who answers when they ask.
    pub oauth_consent: Consent,
    /// How much is allowed.
    pub quotas: Quotas,
    /// One line per request on standard error.
    pub log: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: None,
            host: IpAddr::from([127, 0, 0, 1]),
            port: 0,
            store_host: IpAddr::from([127, 0, 0, 2]),
            store_port: 0,
            cas_host: IpAddr::from([127, 0, 0, 2]),
            cas_port: 0,
            xet: true,
            xet_token_lifetime: Duration::from_secs(3600),
            bench: false,
            users: Vec::new(),
            orgs: Vec::new(),
            page: None,
            control_token: None,
            multipart_threshold: 5_000_000_000,
            part_size: 64 * 1024 * 1024,
            url_lifetime: Duration::from_secs(900),
            oauth_clients: Vec::new(),
            oauth_consent: Consent::Ask,
            quotas: Quotas::default(),
            log: false,
        }
    }
}
