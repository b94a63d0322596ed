//! A client for front ends in Rust: Leptos, Yew, Dioxus, or plain `wasm-bindgen`.
//!
//! It runs the same engine as the npm package, by the same steps: [`Client`] says what is wanted, [`Job`] is a push under way, and
//! below them `driver` carries out what the engine decides, by `gloo-net` and `web-sys`. Everything is done on the thread that asks:
//! files are read in windows, and between two of them the page has its turn.
//!
//! ```no_run
//! # async fn example(files: &web_sys::FileList) -> Result<(), hubferry::Error> {
//! use hubferry::gloo::{Client, UploadFile, UploadOptions};
//! use hubferry::push::Event;
//!
//! let client = Client::new(None, Some("hf_…"))?;
//! let mut job = client.upload_folder("datasets/me/photos", UploadFile::from_list(files)?, UploadOptions::default())?;
//! while let Some(event) = job.next_event().await {
//!     if let Event::FileProgress { path, progress, .. } = event {
//!         println!("{path}: {:.0} %", progress * 100.0);
//!     }
//! }
//! let pushed = job.await?;
//! # let _ = pushed;
//! # Ok(())
//! # }
//! ```
//!
//! What it does not do: nothing is written down on the device, so a push that is cut off begins anew (what the Hub has by then is not
//! sent again); there is no progress inside the body of one request; whether there is a connection is not watched; and there are no
//! workers, so one file is hashed at a time.

mod body;
mod changes;
mod client;
mod clock;
mod driver;
mod io;
mod job;
mod pack;
mod source;
mod transport;

#[cfg(test)]
mod transcripts;

pub use client::{Client, UploadOptions};
pub use job::{Job, Pushed};
pub use source::{Change, UploadFile};

/// The examples of the guide compile, and so does that of the front page.
#[cfg(doctest)]
#[doc = include_str!("../../docs/rust.md")]
#[doc = include_str!("../../README.md")]
struct Guide;
