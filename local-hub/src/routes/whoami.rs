//! `GET /api/whoami-v2`.

use serde_json::json;

use crate::auth::account_id;
use crate::call::{Answer, Call, json};
use crate::repo::timestamp;

/// Who the token belongs to.
/// Errors: 401 without a token.
pub fn get(call: &Call) -> Answer {
    let user = call.user()?;
    let orgs: Vec<_> = user
        .orgs
        .iter()
        .map(|(name, role)| {
            json!({
                "type": "org", "id": account_id(name), "name": name, "fullname": name, "email": null, "canPay": false,
                "avatarUrl": "", "isEnterprise": false, "roleInOrg": role.as_str(),
            })
        })
        .collect();
    let auth = match &user.login {
        None => json!({
            "type": "access_token",
            "accessToken": { "displayName": "local", "role": user.role.as_str(), "createdAt": "2024-01-01T00:00:00.000Z" },
        }),
        Some((_, ends_at)) => {
            json!({ "type": "app_token_as_user", "expiresAt": timestamp(i64::try_from(*ends_at).unwrap_or(i64::MAX)) })
        }
    };
    let mut me = json!({
        "type": "user", "id": account_id(&user.name), "name": user.name, "fullname": user.name,
        "isPro": false, "canPay": false, "avatarUrl": "", "periodEnd": null, "billingMode": "prepaid", "orgs": orgs, "auth": auth,
    });
    if user.login.as_ref().is_none_or(|(scopes, _)| scopes.allow("email")) {
        me["email"] = user.email().into();
        me["emailVerified"] = true.into();
    }
    json(&me)
}
