//! Tokens of the content-addressed store: `GET /api/{t}/{id}/xet-write-token/{rev}` and `xet-read-token`.

use serde_json::json;

use crate::call::{Answer, Call, json as json_answer, set};
use crate::cas::token::Scope;
use crate::error::Refusal;
use crate::hub::Hub;
use crate::ident::RepoId;
use crate::repo::{MAIN, Repo, read};
use crate::routes::aim;

/// What clients write for a revision that they do not know yet, when the push will open a pull request.
const NO_REVISION: &str = "None";

/// A token and what belongs to it, under the names of the headers in which it is given.
pub struct Given {
    /// Where the store is.
    pub cas_url: String,
    /// The token.
    pub access_token: String,
    /// When it ends, in seconds since 1970.
    pub expiration: u64,
}

impl Given {
    /// A token for a repo.
    pub fn new(hub: &Hub, repo: &Repo, scope: Scope, user: Option<String>) -> Result<Self, Refusal> {
        let seconds = hub.cas.xet.settings().token_lifetime_seconds;
        let (access_token, expiration) = hub.cas.tokens.give(repo, scope, user, seconds)?;
        Ok(Self { cas_url: hub.cas.url.clone(), access_token, expiration })
    }

    /// Names and values of the headers.
    pub fn headers(&self) -> [(&'static str, String); 3] {
        [
            ("X-Xet-Cas-Url", self.cas_url.clone()),
            ("X-Xet-Access-Token", self.access_token.clone()),
            ("X-Xet-Token-Expiration", self.expiration.to_string()),
        ]
    }
}

/// A token, with the address of the store and its end, as JSON and as headers.
/// Errors: 404 when Xet is not offered, and for the repo and the revision; 401; 403 for who may not write, or not read a gated repo.
pub async fn token(call: Call, id: RepoId, scope: Scope, rev: String) -> Answer {
    if !call.hub.cas.xet.settings().offered {
        return Err(Refusal::no_route());
    }
    let rev = if rev == NO_REVISION && call.flag("create_pr") { MAIN.to_owned() } else { rev };
    let repo = match scope {
        Scope::Write => aim::check(&call, &id, &rev).await?.0,
        Scope::Read => call.repo_to_read(&id)?,
    };
    repo.with_git(move |git| read::commit(git, &rev).map(|_| ())).await?;
    let user = call.caller.as_ref().map(|caller| caller.name.clone());
    let given = Given::new(&call.hub, &repo, scope, user)?;
    let mut response = json_answer(&json!({
        "casUrl": given.cas_url, "exp": given.expiration, "accessToken": given.access_token,
    }))?;
    for (name, value) in given.headers() {
        let name = axum::http::HeaderName::try_from(name).map_err(Refusal::internal)?;
        let value = axum::http::HeaderValue::try_from(value).map_err(Refusal::internal)?;
        response.headers_mut().insert(name, value);
    }
    set(&mut response, "cache-control", "no-store");
    Ok(response)
}
