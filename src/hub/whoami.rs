//! `GET /api/whoami-v2`: who does this token belong to.
//!
//! Source: Hub API, identity. The Hub limits this call strictly: ask once and keep the answer.

use super::{Endpoint, Hub, json};
use crate::error::Error;
use crate::http::{Method, Request, Response};
use crate::json::Json;

/// Asks for the token's owner. The answer's fields are the Hub's own and are passed on as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhoAmI;

impl Endpoint for WhoAmI {
    type Output = Json;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        if hub.token.is_none() {
            return Err(Error::invalid("whoAmI needs an accessToken"));
        }
        Ok(hub.request(Method::Get, "/api/whoami-v2"))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<Json, Error> {
        json(response, &self.request(hub)?, Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::hub::testing::{AUTHORIZED, answer, good, hub, shown};

    #[test]
    fn request_and_answer() {
        assert_eq!(shown(WhoAmI.request(&hub())), format!("GET https://hub.example/api/whoami-v2{AUTHORIZED}"));
        let anonymous = Hub { token: None, ..hub() };
        assert_eq!(WhoAmI.request(&anonymous).unwrap_err().code, Code::InvalidInput);
        assert_eq!(
            WhoAmI.parse(&good(r#"{"name":"ada","isPro":false}"#), &hub()).unwrap().get("name").as_str(),
            Some("ada")
        );
        assert_eq!(WhoAmI.parse(&good("not JSON"), &hub()).unwrap_err().code, Code::Protocol);
        assert_eq!(WhoAmI.parse(&answer(401, &[], ""), &hub()).unwrap_err().code, Code::Unauthorized);
    }
}
