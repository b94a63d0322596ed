//! The URLs of the login.

use axum::http::Method;

use crate::route::NoRoute;

/// What a request to the login is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OAuthRoute {
    /// `GET /.well-known/openid-configuration`.
    Configuration,
    /// `GET /oauth/authorize`: the page where a user consents.
    Authorize,
    /// `POST /oauth/consent`: what the user decided.
    Consent,
    /// `POST /oauth/token`.
    Token,
    /// `GET|POST /oauth/userinfo`.
    Userinfo,
    /// `POST /oauth/device`: a device begins its login.
    Device,
    /// `GET /oauth/device`: the page where a user types the device's code.
    DevicePage,
}

impl OAuthRoute {
    /// The name in the request log and in fault rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::Configuration => "oauth.configuration",
            Self::Authorize => "oauth.authorize",
            Self::Consent => "oauth.consent",
            Self::Token => "oauth.token",
            Self::Userinfo => "oauth.userinfo",
            Self::Device => "oauth.device",
            Self::DevicePage => "oauth.device-page",
        }
    }
}

/// Whether a path is for the user's own eyes and hands, so that no page of another origin may read it or act there.
pub fn is_for_people(path: &str) -> bool {
    matches!(path, "/oauth/authorize" | "/oauth/consent" | "/oauth/device")
}

/// The route below `/oauth`.
pub fn parse(method: &Method, segments: &[&str]) -> Result<OAuthRoute, NoRoute> {
    let (wanted, route) = match (segments, method) {
        (["authorize"], _) => (&Method::GET, OAuthRoute::Authorize),
        (["consent"], _) => (&Method::POST, OAuthRoute::Consent),
        (["token"], _) => (&Method::POST, OAuthRoute::Token),
        (["userinfo"], &Method::POST) => (&Method::POST, OAuthRoute::Userinfo),
        (["userinfo"], _) => (&Method::GET, OAuthRoute::Userinfo),
        (["device"], &Method::POST) => (&Method::POST, OAuthRoute::Device),
        (["device"], _) => (&Method::GET, OAuthRoute::DevicePage),
        _ => return Err(NoRoute::NotFound),
    };
    if method == wanted { Ok(route) } else { Err(NoRoute::MethodNotAllowed) }
}
