//! Errors as plain objects.

use serde::{Deserialize, Serialize};
#[cfg(feature = "wasm")]
use tsify::Tsify;

use crate::error::Error;
use crate::json::Json;

/// [`Error`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ErrorView {
    /// Stable code.
    pub code: String,
    /// For people.
    pub message: String,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// The path concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub path: Option<String>,
    /// What a server said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub refusal: Option<RefusalView>,
}

/// [`crate::error::Refusal`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct RefusalView {
    /// HTTP status.
    pub status: u16,
    /// URL without query.
    pub url: String,
    /// The server's name for the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub request_id: Option<String>,
    /// The JSON body.
    #[cfg_attr(feature = "wasm", tsify(type = "unknown"))]
    pub data: Json,
}

impl From<Error> for ErrorView {
    fn from(error: Error) -> ErrorView {
        let error = error.into_account();
        ErrorView {
            code: error.code.as_str().to_owned(),
            message: error.message,
            retryable: error.code.retryable(),
            path: error.path,
            refusal: error.refusal.map(|refusal| RefusalView {
                status: refusal.status,
                url: refusal.url,
                request_id: refusal.request_id,
                data: refusal.data,
            }),
        }
    }
}
