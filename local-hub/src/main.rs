//! The embedded Hub as a program. One JSON line on standard output says that it is ready; everything else goes to standard error.

use std::io::Write;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use hubferry_local_hub::{Builder, Config, Consent, OAuthClient, Org, Quotas, User};
use tokio::signal::unix::{SignalKind, signal};

/// An embedded Hugging Face Hub for demos, tests and offline work.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Where repos and large files are kept [default: a temporary folder that goes with the process]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// The Hub's address
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,

    /// The Hub's port; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// The address of the store for large files; another one than the Hub's
    #[arg(long, default_value = "127.0.0.2", value_name = "HOST")]
    store_host: IpAddr,

    /// The store's port; 0 takes a free one
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    store_port: u16,

    /// The address of the content-addressed store; another one than the Hub's, and the other store's will do
    #[arg(long, default_value = "127.0.0.2", value_name = "HOST")]
    cas_host: IpAddr,

    /// Its port; 0 takes a free one
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    cas_port: u16,

    /// Does not offer Xet: clients use LFS
    #[arg(long)]
    no_xet: bool,

    /// How long a token of the content-addressed store is good
    #[arg(long, default_value_t = 3600, value_name = "SECONDS")]
    xet_token_lifetime: u64,

    /// Takes large files, xorbs and shards as they come; what is wrong with them is told when the control API is asked
    #[arg(long, requires = "control_token")]
    bench: bool,

    /// Who may log in; a token begins with hf_, a role is write (the default) or read
    #[arg(long = "user", value_name = "NAME:TOKEN[:ROLE]")]
    users: Vec<User>,

    /// An organisation and its members; a role is write (the default) or read
    #[arg(long = "org", value_name = "NAME:MEMBER[=ROLE],…")]
    orgs: Vec<Org>,

    /// The folder with the page that is served at /
    #[arg(long, value_name = "DIR")]
    page: Option<PathBuf>,

    /// Opens the control API under /_control/ to this bearer token
    #[arg(long, value_name = "TOKEN")]
    control_token: Option<String>,

    /// Objects of more bytes than this are uploaded in parts
    #[arg(long, default_value_t = 5_000_000_000, value_name = "BYTES")]
    multipart_threshold: u64,

    /// The size of a part
    #[arg(long, default_value_t = 64 * 1024 * 1024, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..))]
    part_size: u64,

    /// How long a presigned URL is good
    #[arg(long, default_value_t = 900, value_name = "SECONDS")]
    url_lifetime: u64,

    /// An app that may ask users to log in, and where they may come back to
    #[arg(long = "oauth-client", value_name = "ID:REDIRECT[,REDIRECT]")]
    oauth_clients: Vec<OAuthClient>,

    /// This user consents at once when an app asks, without a page
    #[arg(long, value_name = "USER")]
    oauth_consent: Option<String>,

    /// Requests of one user (or address) in a window, apart for each policy; what is not named is not limited
    #[arg(long, value_name = "api=N,resolvers=N,pages=N")]
    quota: Option<Quotas>,

    /// How long the window of a quota is
    #[arg(long, default_value_t = 300, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    quota_window: u64,

    /// Commits of one user to one repo in an hour [default: not limited]
    #[arg(long, value_name = "N")]
    commits_per_hour: Option<u64>,

    /// One line per request on standard error
    #[arg(long)]
    log: bool,
}

impl Options {
    fn config(self) -> Config {
        Config {
            data: self.data,
            host: self.host,
            port: self.port,
            store_host: self.store_host,
            store_port: self.store_port,
            cas_host: self.cas_host,
            cas_port: self.cas_port,
            xet: !self.no_xet,
            xet_token_lifetime: Duration::from_secs(self.xet_token_lifetime),
            bench: self.bench,
            users: self.users,
            orgs: self.orgs,
            page: self.page,
            control_token: self.control_token,
            multipart_threshold: self.multipart_threshold,
            part_size: self.part_size,
            url_lifetime: Duration::from_secs(self.url_lifetime),
            oauth_clients: self.oauth_clients,
            oauth_consent: self.oauth_consent.map_or(Consent::Ask, Consent::Allow),
            quotas: Quotas {
                window_seconds: self.quota_window,
                commits_per_hour: self.commits_per_hour,
                ..self.quota.unwrap_or_default()
            },
            log: self.log,
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse().config()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(config: Config) -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let hub = Builder::from(config).start().await?;
    let ready = serde_json::json!({
        "ready": true, "url": hub.url, "storeUrl": hub.store_url, "casUrl": hub.cas_url, "data": hub.data(),
    });
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{ready}")?;
    stdout.flush()?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    hub.shutdown().await;
    Ok(())
}
