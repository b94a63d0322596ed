//! The embedded Hub from outside: hand-made requests, each against a Hub of its own on free ports.
//!
//! One module per promise; `harness` starts Hubs and says what came back.

mod accounts;
mod branches;
mod commit;
mod control;
mod cors;
mod discussions;
mod download;
mod durability;
mod faults;
mod gated;
mod git_agrees;
mod git_http;
mod harness;
mod lfs;
mod lfs_files;
mod load;
mod network;
mod oauth;
mod preupload;
mod program;
mod rate_limits;
mod refusals;
mod repos;
mod spoiled;
mod store;
mod tree;
mod web;
mod xet;
