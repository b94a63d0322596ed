//! An embedded Hub: what a client calls while it pushes to the Hugging Face Hub and reads back, on this machine.
//!
//! Repos are bare git repositories on disk, large files lie beside them, and the answers are as strict as the real ones. For demos, for
//! tests (with a request log and fault rules) and for work without a network; not for the open internet: it speaks plain HTTP.
//!
//! ```no_run
//! # async fn run() -> std::io::Result<()> {
//! use hubferry_local_hub::{LocalHub, User};
//!
//! let hub = LocalHub::builder().user(User::new("demo", "hf_demo")).start().await?;
//! println!("{} and its store {}", hub.url, hub.store_url);
//! hub.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! The way of a request: `server` (connections) → `serve` (log, fault rules, caller) → `route` (what the URL means) → `routes`
//! or `web` (answers) over `repo` (git), `store` (large files) and `cas` (their chunks). The stores are the same process on another host
//! name, each on a port of its own.

mod auth;
mod body;
mod builder;
mod call;
mod cas;
mod clock;
mod config;
mod cors;
mod durable;
mod error;
mod faults;
mod faulty;
mod hash_text;
mod hub;
mod ident;
mod limits;
mod oauth;
mod pace;
mod path;
mod range;
mod rate;
mod repo;
mod request_log;
mod route;
mod routes;
mod serve;
mod server;
mod store;
mod summary;
mod web;
mod wire;

pub use auth::{Org, Role, User};
pub use builder::{Builder, LocalHub};
pub use cas::settings::{Xet, XetSettings};
pub use clock::Clock;
pub use config::Config;
pub use faults::{Fault, Faults, Placed, Rule};
pub use oauth::{Consent, OAuth, OAuthClient};
pub use pace::{Network, NetworkSettings};
pub use rate::{Quotas, RateLimits};
pub use request_log::{Entry, RequestLog};
pub use server::LocalHubHandle;
pub use summary::{Numbers, Summary};
