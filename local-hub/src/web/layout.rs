//! What all views share: the frame, the head of a repo, and how sizes, times and ids are written.

use maud::{DOCTYPE, Markup, html};

use crate::error::Refusal;
use crate::hub::Hub;
use crate::ident::RepoId;
use crate::repo::{Record, timestamp};
use crate::web::links;

/// Where in a repo a view is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Files.
    Files,
    /// History.
    Commits,
    /// Discussions and pull requests.
    Discussions,
}

/// A whole page.
pub fn frame(hub: &Hub, title: &str, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Local Hub" }
                link rel="stylesheet" href="/_web/style.css";
            }
            body {
                header.top {
                    nav aria-label="Hub" {
                        a.brand href="/repos" { "Local Hub" }
                        @if hub.config.page.is_some() {
                            a href="/" { "Push files" }
                        }
                    }
                }
                main { (content) }
            }
        }
    }
}

/// A page about a repo.
pub fn repo(hub: &Hub, id: &RepoId, record: &Record, rev: &str, tab: Tab, content: Markup) -> Markup {
    let current = |this: Tab| if this == tab { Some("page") } else { None };
    let tabs = [
        (Tab::Files, links::at(id, "tree", rev, ""), "Files"),
        (Tab::Commits, links::at(id, "commits", rev, ""), "Commits"),
        (Tab::Discussions, format!("{}/discussions", links::repo(id)), "Pull requests"),
    ];
    frame(
        hub,
        &id.to_string(),
        html! {
            h1 {
                a.owner href={ "/" (id.owner) } { (id.owner) } "/" a href=(links::repo(id)) { (id.name) } " "
                span.badge { (id.kind.singular()) }
                @if record.private { " " span.badge { "private" } }
                @if let Some(sdk) = &record.sdk { " " span.badge { (sdk) } }
            }
            nav.tabs aria-label="Repo" {
                @for (this, link, name) in tabs {
                    a href=(link) aria-current=[current(this)] { (name) }
                }
            }
            (content)
        },
    )
}

/// A page that says why there is nothing to see.
pub fn refused(hub: &Hub, refusal: &Refusal) -> Markup {
    let text = match refusal.code {
        Some("RepoNotFound") => "There is no such repo here, or it is private: a browser sends no token.",
        _ => &refusal.message,
    };
    frame(
        hub,
        refusal.status.canonical_reason().unwrap_or("Error"),
        html! {
            h1 { (refusal.status.as_u16()) " " (refusal.status.canonical_reason().unwrap_or("Error")) }
            p { (text) }
            p { a href="/repos" { "All repos" } }
        },
    )
}

/// A size as people read it; the exact one is in the title.
pub fn size(bytes: u64) -> Markup {
    html! { span title={ (bytes) " bytes" } { (readable(bytes)) } }
}

fn readable(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 999.5 {
            return if unit == "B" {
                format!("{bytes} B")
            } else {
                format!("{value:.*} {unit}", usize::from(value < 9.95))
            };
        }
        value /= 1000.0;
    }
    format!("{value:.1} TB")
}

/// A time, in UTC.
pub fn time(seconds: i64) -> Markup {
    time_text(&timestamp(seconds))
}

/// A time that is written already.
pub fn time_text(text: &str) -> Markup {
    let short = text.get(..16).unwrap_or(text).replace('T', " ");
    html! { time datetime=(text) title={ (short) " UTC" } { (short) } }
}

/// The beginning of a commit's id, as a link to it.
pub fn commit_link(id: &RepoId, oid: &str) -> Markup {
    html! { a.oid href={ (links::repo(id)) "/commit/" (oid) } title=(oid) { (oid.get(..8).unwrap_or(oid)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let table = [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (9_940, "9.9 kB"),
            (9_960, "10 kB"),
            (999_600, "1.0 MB"),
            (30_000_000, "30 MB"),
            (5_000_000_000, "5.0 GB"),
            (7_000_000_000_000, "7.0 TB"),
        ];
        for (bytes, text) in table {
            assert_eq!(readable(bytes), text);
        }
    }
}
