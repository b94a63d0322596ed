//! The Hub's routes: one file per group of endpoints, each a function from a [`Call`] to an answer.

mod aim;
mod branches;
mod commit;
mod commits;
mod control;
mod discussions;
pub mod foreign;
mod git;
mod info;
mod lfs;
mod lfs_files;
mod oauth;
mod paths;
mod preupload;
mod repos;
mod resolve;
mod tree;
mod whoami;
mod xet;
mod yaml;

use std::path::PathBuf;

use axum::http::Method;

use crate::call::{Answer, Call};
use crate::error::Refusal;
use crate::hub::Hub;
use crate::route::{self, NoRoute, RepoRoute, Route};
use crate::web;

/// What a request is aimed at.
pub enum Target {
    /// A file of the page.
    Page(PathBuf),
    /// A route.
    Route(Route),
    /// Nothing.
    Nothing(Refusal),
}

impl Target {
    /// The name in the request log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Page(_) => "page",
            Self::Route(route) => route.name(),
            Self::Nothing(_) => "none",
        }
    }
}

/// What a request is aimed at. The page's files come first: they are few and have names of their own.
pub fn find(hub: &Hub, method: &Method, path: &str) -> Target {
    if (method == Method::GET || method == Method::HEAD)
        && let Some(file) = hub.config.page.as_deref().and_then(|dir| web::page::find(dir, path))
    {
        return Target::Page(file);
    }
    match route::parse(method, path) {
        Ok(route) => Target::Route(route),
        Err(NoRoute::NotFound) => Target::Nothing(Refusal::no_route()),
        Err(NoRoute::MethodNotAllowed) => {
            Target::Nothing(Refusal::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "Method not allowed"))
        }
        Err(NoRoute::Malformed) => Target::Nothing(Refusal::bad_request("The URL is not percent-encoded UTF-8")),
    }
}

/// Answers a request.
pub async fn answer(call: Call, route: Route) -> Answer {
    match route {
        Route::Health => crate::call::json(&serde_json::json!({ "ok": true })),
        Route::Control(segments) => control::answer(call, &segments).await,
        Route::Whoami => whoami::get(&call),
        Route::CreateRepo => repos::create(call).await,
        Route::DeleteRepo => repos::delete(call).await,
        Route::MoveRepo => repos::rename(call).await,
        Route::ListRepos(kind) => repos::list(&call, kind),
        Route::ValidateYaml => yaml::validate(call).await,
        Route::CompleteMultipart => lfs::complete(call).await,
        Route::Home | Route::RepoList => web::answer(call, web::View::Repos(None)).await,
        Route::OwnerPage(owner) => web::answer(call, web::View::Repos(Some(owner))).await,
        Route::WebFile(name) => web::file(&name),
        Route::OAuth(route) => oauth::answer(call, route).await,
        Route::Repo(id, route) => match route {
            RepoRoute::Info(rev) => info::get(call, id, rev).await,
            RepoRoute::Settings => repos::settings(call, id).await,
            RepoRoute::Refs => branches::refs(call, id).await,
            RepoRoute::CreateBranch(name) => branches::create(call, id, name).await,
            RepoRoute::DeleteBranch(name) => branches::delete(call, id, name).await,
            RepoRoute::CreateTag(rev) => branches::create_tag(call, id, rev).await,
            RepoRoute::DeleteTag(name) => branches::delete_tag(call, id, name).await,
            RepoRoute::Commits(rev) => commits::list(call, id, rev).await,
            RepoRoute::SuperSquash(rev) => commits::squash(call, id, rev).await,
            RepoRoute::Tree(rev, path) => tree::list(call, id, rev, path).await,
            RepoRoute::PathsInfo(rev) => paths::info(call, id, rev).await,
            RepoRoute::Preupload(rev) => preupload::ask(call, id, rev).await,
            RepoRoute::Commit(rev) => commit::post(call, id, rev).await,
            RepoRoute::XetToken(scope, rev) => xet::token(call, id, scope, rev).await,
            RepoRoute::LfsBatch => lfs::batch(call, id).await,
            RepoRoute::LfsVerify => lfs::verify(call, id).await,
            RepoRoute::GitRefs => git::refs(call, id).await,
            RepoRoute::GitUploadPack => git::upload_pack(call, id).await,
            RepoRoute::GitReceivePack => git::receive_pack(),
            RepoRoute::LfsFiles => lfs_files::list(call, id).await,
            RepoRoute::DeleteLfsFiles => lfs_files::delete(call, id).await,
            RepoRoute::DuplicateLfsFiles => lfs_files::duplicate(call, id).await,
            RepoRoute::Resolve(rev, path) => resolve::get(call, id, rev, path).await,
            RepoRoute::Raw(rev, path) => resolve::raw(call, id, rev, path).await,
            RepoRoute::Discussions => discussions::list(call, id).await,
            RepoRoute::CreateDiscussion => discussions::create(call, id).await,
            RepoRoute::Discussion(num) => discussions::get(call, id, num).await,
            RepoRoute::DiscussionEvent(num, event) => discussions::event(call, id, num, event).await,
            RepoRoute::PageHome => web::answer(call, web::View::Tree(id, None, String::new())).await,
            RepoRoute::PageTree(rev, path) => web::answer(call, web::View::Tree(id, Some(rev), path)).await,
            RepoRoute::PageBlob(rev, path) => web::answer(call, web::View::Blob(id, rev, path)).await,
            RepoRoute::PageCommits(rev) => web::answer(call, web::View::Commits(id, rev)).await,
            RepoRoute::PageCommit(sha) => web::answer(call, web::View::Commit(id, sha)).await,
            RepoRoute::PageDiscussions => web::answer(call, web::View::Discussions(id)).await,
            RepoRoute::PageDiscussion(num) => web::answer(call, web::View::Discussion(id, num)).await,
        },
    }
}
