//! What a push promises, each promise in the file that is named for it, in a simulated world on a virtual clock.

#![cfg(not(target_arch = "wasm32"))]

mod any_order_gives_the_same_commit;
mod bad_input_is_refused_before_any_request;
mod commits_happen_exactly_once;
mod every_push_settles;
mod large_content_goes_in_parts;
mod pause_and_abort;
mod sim;
mod transcripts;
mod unchanged_files_are_not_sent;
