//! A request as a route sees it: parts, body, caller; and the rules about who may see and change a repo.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sync_wrapper::SyncWrapper;

use crate::auth::Caller;
use crate::error::Refusal;
use crate::hub::Hub;
use crate::ident::RepoId;
use crate::limits::JSON_BODY_MAX;
use crate::repo::Repo;

/// What a route answers.
pub type Answer = Result<Response<Body>, Refusal>;

/// A request.
pub struct Call {
    /// The Hub.
    pub hub: Arc<Hub>,
    /// The method.
    pub method: Method,
    /// The path, as sent.
    pub path: String,
    /// The query's pairs, decoded and in order.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; routes take it by [`Call::take_body`].
    pub body: SyncWrapper<Body>,
    /// Who calls, when there is a token.
    pub caller: Option<Caller>,
    /// Whether a fault rule wants a presigned URL or a token of the content-addressed store to be taken for one whose time is over.
    pub is_expired: bool,
}

impl Call {
    /// The first value of a query parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str())
    }

    /// Whether a query parameter is `1` or `true`.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.param(name), Some("1" | "true" | "True"))
    }

    /// A query parameter that is a number.
    /// Errors: 400.
    pub fn number(&self, name: &str) -> Result<Option<usize>, Refusal> {
        let bad = |_| Refusal::bad_request(format!("Invalid query parameter {name}: not a number"));
        self.param(name).map(|text| text.parse().map_err(bad)).transpose()
    }

    /// The Hub's origin as the client wrote it, for links that the client will follow.
    pub fn endpoint(&self) -> String {
        match self.headers.get(header::HOST).and_then(|host| host.to_str().ok()) {
            Some(host) => format!("http://{host}"),
            None => self.hub.url.clone(),
        }
    }

    /// The body, once.
    pub fn take_body(&mut self) -> Body {
        std::mem::replace(&mut self.body, SyncWrapper::new(Body::empty())).into_inner()
    }

    /// The whole body.
    /// Errors: 413 above the limit.
    pub async fn bytes(&mut self, limit: usize) -> Result<Bytes, Refusal> {
        let body = self.take_body();
        match Limited::new(body, limit).collect().await {
            Ok(collected) => Ok(collected.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => Err(Refusal::too_large("request entity too large")),
            Err(_) => Err(Refusal::bad_request("The request body ended too early")),
        }
    }

    /// The body as JSON.
    /// Errors: 400 for other text, 413 above the limit.
    pub async fn json<T: DeserializeOwned>(&mut self) -> Result<T, Refusal> {
        let bytes = self.bytes(JSON_BODY_MAX).await?;
        serde_json::from_slice(&bytes).map_err(|error| Refusal::bad_request(format!("Invalid JSON body: {error}")))
    }

    /// The media type of the body, in lower case and without parameters.
    pub fn content_type(&self) -> String {
        let value = self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Who calls.
    /// Errors: 401 without a token.
    pub fn user(&self) -> Result<&Caller, Refusal> {
        self.caller.as_ref().ok_or_else(Refusal::needs_token)
    }

    /// A repo that the caller may look at.
    /// Errors: 401 or 404 RepoNotFound, whether it is absent or hidden.
    pub fn repo(&self, id: &RepoId) -> Result<Arc<Repo>, Refusal> {
        let hidden = || if self.caller.is_some() { Refusal::repo_not_found() } else { Refusal::repo_hidden() };
        let repo = self.hub.repos.get(id).ok_or_else(hidden)?;
        let visible = !repo.record().private || self.caller.as_ref().is_some_and(|caller| caller.may_see(&id.owner));
        if visible { Ok(repo) } else { Err(hidden()) }
    }

    /// A repo whose contents the caller may have.
    /// Errors: those of [`Call::repo`]; 403 GatedRepo when it is gated and the caller cannot write there.
    pub fn repo_to_read(&self, id: &RepoId) -> Result<Arc<Repo>, Refusal> {
        let repo = self.repo(id)?;
        let is_open = repo.record().gated.is_none();
        if is_open || self.caller.as_ref().is_some_and(|caller| caller.may_pass_gate(&id.owner)) {
            return Ok(repo);
        }
        Err(Refusal::gated(&id.kind, &id.to_string(), self.caller.is_some()))
    }

    /// A repo whose settings and name the caller may change.
    /// Errors: those of [`Call::repo_to_write`].
    pub fn repo_to_manage(&self, id: &RepoId) -> Result<Arc<Repo>, Refusal> {
        let repo = self.repo(id)?;
        self.user()?.check_manage(&id.owner)?;
        Ok(repo)
    }

    /// A repo that the caller may change.
    /// Errors: those of [`Call::repo`]; 401 without a token, 403 without the right.
    pub fn repo_to_write(&self, id: &RepoId) -> Result<Arc<Repo>, Refusal> {
        let repo = self.repo(id)?;
        self.user()?.check_write(&id.owner)?;
        Ok(repo)
    }
}

/// A JSON answer.
pub fn json<T: Serialize>(value: &T) -> Answer {
    json_with(StatusCode::OK, value)
}

/// A JSON answer with a status.
pub fn json_with<T: Serialize>(status: StatusCode, value: &T) -> Answer {
    typed(status, "application/json; charset=utf-8", serde_json::to_vec(value).map_err(Refusal::internal)?)
}

/// An answer with a content type.
pub fn typed(status: StatusCode, content_type: &str, body: impl Into<Body>) -> Answer {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let value = HeaderValue::from_str(content_type).map_err(Refusal::internal)?;
    response.headers_mut().insert(header::CONTENT_TYPE, value);
    Ok(response)
}

/// Adds a header, unless its value cannot be one.
pub fn set(response: &mut Response<Body>, name: &'static str, value: impl AsRef<str>) {
    if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
        response.headers_mut().insert(name, value);
    }
}
