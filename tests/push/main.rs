//! What a push promises, each promise in the file that is named for it, in a simulated world on a virtual clock.

#![cfg(not(target_arch = "wasm32"))]

mod a_dry_run_equals_the_push;
mod any_order_gives_the_same_commit;
mod bad_input_is_refused_before_any_request;
mod commits_happen_exactly_once;
mod every_file_is_told_of;
mod every_push_settles;
mod fault_matrix;
mod files_that_fail_are_left_out;
mod killed_pushes_go_on;
mod large_content_goes_in_parts;
mod offline_is_waited_out;
mod patience_has_an_end;
mod patterns_delete_what_is_not_added;
mod pause_and_abort;
mod pull_requests_open_once;
mod pushes_of_any_size;
mod random_pushes;
mod readme_is_checked_first;
mod resume_at_every_step;
mod rights_are_checked_before_reading;
mod several_commits_make_a_chain;
mod sim;
mod sim_cas;
mod sim_hub;
mod sim_lanes;
mod speed_has_a_limit;
mod stalls_are_cut;
#[path = "../ingest/store.rs"]
mod store;
mod the_quota_is_kept;
mod transcripts;
mod unchanged_files_are_not_sent;
mod xet_sends_each_new_chunk_once;
mod xet_survives_faults;
