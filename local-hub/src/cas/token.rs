//! Tokens of the content-addressed store: given by the Hub, good for one repo, for reading or for writing, and not for long.
//!
//! A token is a JWT that the store can check without asking anybody; its key lives as long as the data folder. The Hub takes none of
//! them, and the store takes none of the Hub's.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::Clock;
use crate::error::Refusal;
use crate::ident::RepoId;
use crate::repo::{Repo, Repos};

/// What a token allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Reconstructions of what the repo has.
    Read,
    /// That, and to store and register.
    Write,
}

/// What a token says.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    /// The user; nobody for a public repo that is read without a token of the Hub's.
    sub: Option<String>,
    scope: Scope,
    /// The repo: type, owner, name.
    repo: (String, String, String),
    /// The repo's internal id, so that another one of the same name is another one.
    repo_id: String,
    exp: u64,
}

/// Who shows a token.
pub struct Holder {
    /// The repo that the token is for.
    pub repo: Arc<Repo>,
    /// What it allows.
    pub scope: Scope,
    /// The user's name.
    pub user: Option<String>,
}

impl Holder {
    /// Whether the token allows to write.
    /// Errors: 403.
    pub fn check_write(&self) -> Result<(), Refusal> {
        match self.scope {
            Scope::Write => Ok(()),
            Scope::Read => Err(Refusal::forbidden("Forbidden: the token is good for reading only")),
        }
    }
}

/// Writes and checks tokens.
pub struct Tokens {
    key: [u8; 32],
    clock: Arc<Clock>,
}

impl Tokens {
    /// Tokens of a data folder.
    pub fn new(key: &[u8; 32], clock: Arc<Clock>) -> Self {
        // A key of their own: what signs URLs signs no tokens.
        let key = Sha256::new().chain_update(b"tokens of the content-addressed store").chain_update(key).finalize();
        Self { key: key.into(), clock }
    }

    /// A token, and when it ends in seconds since 1970.
    pub fn give(
        &self,
        repo: &Repo,
        scope: Scope,
        user: Option<String>,
        seconds: u64,
    ) -> Result<(String, u64), Refusal> {
        let exp = self.clock.now() + seconds;
        let id = &repo.id;
        let repo_name = (id.kind.plural().to_owned(), id.owner.clone(), id.name.clone());
        let claims = Claims { sub: user, scope, repo: repo_name, repo_id: repo.record().id, exp };
        let head = BASE64URL.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        let body = BASE64URL.encode(serde_json::to_vec(&claims).map_err(Refusal::internal)?);
        let text = format!("{head}.{body}");
        let signature = BASE64URL.encode(self.start(&text).finalize().into_bytes());
        Ok((format!("{text}.{signature}"), exp))
    }

    /// Who calls. With `is_expired`, the token counts as one whose time is over.
    /// Errors: 401 for no token, for one that is not ours or no longer good, and for one whose repo is gone.
    pub fn holder(&self, headers: &HeaderMap, repos: &Repos, is_expired: bool) -> Result<Holder, Refusal> {
        let refuse = |message: &str| Refusal::new(StatusCode::UNAUTHORIZED, message);
        let value = headers.get(header::AUTHORIZATION).ok_or_else(|| refuse("Unauthorized: a token is required"))?;
        let token = value.to_str().ok().and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let claims = token.and_then(|token| self.read(token));
        let claims = claims.ok_or_else(|| refuse("Unauthorized: the token is not one of this store's"))?;
        if is_expired || self.clock.now() >= claims.exp {
            return Err(refuse("Unauthorized: the token has expired"));
        }
        let (kind, owner, name) = claims.repo;
        let repo = crate::ident::RepoType::from_plural(&kind).and_then(|kind| repos.get(&RepoId { kind, owner, name }));
        let repo = repo.filter(|repo| repo.record().id == claims.repo_id);
        let repo = repo.ok_or_else(|| refuse("Unauthorized: the token's repo is gone"))?;
        Ok(Holder { repo, scope: claims.scope, user: claims.sub })
    }

    fn read(&self, token: &str) -> Option<Claims> {
        let (text, signature) = token.rsplit_once('.')?;
        self.start(text).verify_slice(&BASE64URL.decode(signature).ok()?).ok()?;
        serde_json::from_slice(&BASE64URL.decode(text.split_once('.')?.1).ok()?).ok()
    }

    fn start(&self, text: &str) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        mac.update(text.as_bytes());
        mac
    }
}
