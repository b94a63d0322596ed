//! What a browser sees: the page's files, and a plain view of repos.
//!
//! The view is made here, on the server, without a script. Names, messages and contents come from whoever pushed: they go through maud,
//! which escapes them, and into URLs through [`links`], which encodes them. A browser sends no token, so private repos are not shown.

mod commits;
mod discussions;
mod files;
mod layout;
mod links;
pub mod page;
mod repos;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use maud::Markup;

use crate::call::{Answer, Call, set, typed};
use crate::error::Refusal;
use crate::hub::Hub;
use crate::ident::RepoId;

/// A view of repos.
pub enum View {
    /// All repos, or those of an owner.
    Repos(Option<String>),
    /// A folder; without a revision, the repo's main branch.
    Tree(RepoId, Option<String>, String),
    /// A file.
    Blob(RepoId, String, String),
    /// The history.
    Commits(RepoId, String),
    /// A commit.
    Commit(RepoId, String),
    /// The discussions and pull requests.
    Discussions(RepoId),
    /// One of them.
    Discussion(RepoId, u64),
}

/// Sends a view; a refusal is a page too.
pub async fn answer(call: Call, view: View) -> Answer {
    let made = match view {
        View::Repos(owner) => repos::list(&call, owner).await,
        View::Tree(id, rev, path) => files::tree(&call, id, rev, path).await,
        View::Blob(id, rev, path) => files::blob(&call, id, rev, path).await,
        View::Commits(id, rev) => commits::list(&call, id, rev).await,
        View::Commit(id, sha) => commits::one(&call, id, sha).await,
        View::Discussions(id) => discussions::list(&call, id).await,
        View::Discussion(id, num) => discussions::one(&call, id, num).await,
    };
    match made {
        Ok(page) => html(&call.hub, StatusCode::OK, page),
        Err(refusal) => {
            if let (true, Some(cause)) = (call.hub.config.log, &refusal.cause) {
                eprintln!("internal error: {cause}");
            }
            html(&call.hub, refusal.status, layout::refused(&call.hub, &refusal))
        }
    }
}

fn html(hub: &Hub, status: StatusCode, page: Markup) -> Answer {
    let mut response = typed(status, "text/html; charset=utf-8", page.into_string())?;
    guard(&mut response, hub);
    Ok(response)
}

/// Sends a page that says why there is nothing else.
pub fn refused(hub: &Hub, refusal: &Refusal) -> Answer {
    html(hub, refusal.status, layout::refused(hub, refusal))
}

/// Sends a page with a form that goes to this Hub and may lead to `target`, an origin, from there. Nothing of it is kept anywhere.
pub fn form_page(hub: &Hub, title: &str, content: Markup, target: &str) -> Answer {
    let page = layout::frame(hub, title, content);
    let mut response = typed(StatusCode::OK, "text/html; charset=utf-8", page.into_string())?;
    guard(&mut response, hub);
    let policy = format!(
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self' {target}; frame-ancestors 'none'"
    );
    set(&mut response, "content-security-policy", policy);
    // The form has to tell where it comes from.
    set(&mut response, "referrer-policy", "same-origin");
    set(&mut response, "cache-control", "no-store");
    Ok(response)
}

/// Adds the view's policy: a style sheet and pictures, and nothing that runs.
fn guard(response: &mut Response<Body>, hub: &Hub) {
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self' {}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        hub.store.url
    );
    set(response, "content-security-policy", policy);
    set(response, "x-content-type-options", "nosniff");
    set(response, "referrer-policy", "no-referrer");
    set(response, "cache-control", "no-cache");
}

/// Sends a file of the view.
pub fn file(name: &str) -> Answer {
    if name != "style.css" {
        return Err(Refusal::no_route());
    }
    let mut response = typed(StatusCode::OK, "text/css; charset=utf-8", include_str!("style.css"))?;
    set(&mut response, "x-content-type-options", "nosniff");
    set(&mut response, "cache-control", "no-cache");
    Ok(response)
}
